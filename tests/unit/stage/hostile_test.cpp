// Stages of bad input: what is wrong is told once for each cause, however many prims meet it, and the rest is
// there.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "strata/compose/causes.h"
#include "strata/layer/fields.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

const std::string kGood =
    "def \"Good\" (\n    references = </Part>\n)\n{\n}\ndef \"Part\"\n{\n    def \"In\"\n    {\n    }\n}\n";

std::string MakeUsers(int count, const char* arc) {
  std::string text = kGood;
  for (int i = 0; i < count; ++i)
    text += fmt::format("def \"P{}\" (\n    {}\n)\n{{\n}}\n", i, fmt::format(fmt::runtime(arc), i));
  return text;
}

// What is told, and that the sound part of the stage is whole.
std::vector<Diagnostic> Tell(const Scene& scene) {
  CHECK(scene.At("/Good/In"));
  return scene.GetDiagnostics().GetAll();
}

}  // namespace

TEST_CASE("a file that is missing is told once, whoever wants it") {
  for (const int count : {1, 50, 100, 200}) {
    CAPTURE(count);
    const Scene scene(MakeUsers(count, "references = @gone.usda@"));
    CHECK(scene->GetCompositionErrors().size() == static_cast<size_t>(count));
    const std::vector<Diagnostic> told = Tell(scene);
    REQUIRE(told.size() == 1);
    CHECK(told.front().message.find("</P0>") != std::string::npos);
    CHECK(!told.front().hint.empty());
    if (count == 1) continue;
    CHECK(told.front().notes.back().message ==
          fmt::format("it is met {} times more, next at </P1>", count - 1));
  }
}

TEST_CASE("an arc of an asset that leads nowhere is told once, whoever uses the asset") {
  for (const int count : {50, 100, 200}) {
    CAPTURE(count);
    const Scene scene(
        {{"root.usda", MakeUsers(count, "references = @asset.usda@</A>")},
         {"asset.usda",
          "def \"A\"\n{\n    def \"B\" (\n        references = </Gone>\n    )\n    {\n    }\n}\n"}});
    CHECK(scene->GetCompositionErrors().size() == static_cast<size_t>(count));
    const std::vector<Diagnostic> told = Tell(scene);
    REQUIRE(told.size() == 1);
    CHECK(told.front().location.path == "/A/B");
  }
}

TEST_CASE("an arc of an asset that leads back is told once, whoever uses the asset") {
  const Scene scene(
      {{"root.usda", MakeUsers(50, "references = @asset.usda@</A>")},
       {"asset.usda", "def \"A\"\n{\n    def \"B\" (\n        references = </A>\n    )\n    {\n    }\n}\n"}});
  CHECK(scene->GetCompositionErrors().size() == 50);
  CHECK(Tell(scene).size() == 1);
}

TEST_CASE("arcs that each lead nowhere are told each, as many as there is room for, and the rest counted") {
  for (const int count : {500, 1000, 2000}) {
    CAPTURE(count);
    const Scene scene(MakeUsers(count, "references = </Gone{}>"));
    CHECK(Tell(scene).size() == static_cast<size_t>(std::min(count, 1000)));
    CHECK(scene.GetDiagnostics().GetSuppressedCount() == static_cast<size_t>(std::max(count, 1000) - 1000));
    CHECK(scene->GetCompositionErrors().size() == static_cast<size_t>(count));
  }
}

TEST_CASE("sublayers that are missing are told each") {
  for (const int count : {200, 400, 800}) {
    CAPTURE(count);
    std::string names;
    for (int i = 0; i < count; ++i) names += fmt::format("        @gone{}.usda@,\n", i);
    const Scene scene("(\n    subLayers = [\n" + names + "    ]\n)\n" + kGood);
    CHECK(Tell(scene).size() == static_cast<size_t>(count));
  }
}

TEST_CASE("a chain of arcs that is too long is told once, and each prim of it has what the budget allows") {
  for (const char* arc : {"inherits = </P{}>", "references = </P{}>", "specializes = </P{}>"}) {
    std::vector<size_t> nodes;
    for (const int count : {100, 200, 400}) {
      CAPTURE(count);
      std::string text = kGood;
      for (int i = 0; i < count; ++i)
        text += fmt::format("def \"P{}\" (\n    {}\n)\n{{\n}}\n", i, fmt::format(fmt::runtime(arc), i + 1));
      OpenOptions options;
      options.budgets.emplace().max_arc_depth = 20;
      const Scene scene(text + fmt::format("def \"P{}\"\n{{\n}}\n", count), options);
      CHECK(Tell(scene).size() == 1);
      nodes.push_back(0);
      for (const Prim& prim : scene->Traverse()) nodes.back() += prim.GetPrimIndex()->GetNodeCount();
    }
    CHECK(nodes[2] - nodes[1] <= 2 * (nodes[1] - nodes[0]) + 20);
  }
}

TEST_CASE("variables that are defined by each other have no value, which is told") {
  const Scene scene(
      "(\n    expressionVariables = {\n        string A = \"`\\\"${B}\\\"`\"\n        string B = "
      "\"`\\\"${A}\\\"`\"\n    }\n)\n" +
      kGood + "def \"P\" (\n    references = @`\"${A}\"`@\n)\n{\n}\n");
  CHECK(Tell(scene).size() == 1);
  CHECK(scene.At("/P"));
}

TEST_CASE("namespace that doubles with each layer ends in proportion to what the layers hold") {
  std::vector<size_t> prims;
  for (const int levels : {20, 40, 80}) {
    CAPTURE(levels);
    // Each prim of a level has two children, of the next level each.
    std::string text = kGood;
    for (int i = 0; i < levels; ++i)
      text += fmt::format(
          "def \"P{0}\"\n{{\n    def \"x\" (\n        references = </P{1}>\n    )\n    {{\n    }}\n    def "
          "\"y\" (\n        references = </P{1}>\n    )\n    {{\n    }}\n}}\n",
          i, i + 1);
    OpenOptions options;
    options.budgets.emplace().max_prims_of_few_specs = 4096;
    options.budgets->max_prims_per_spec = 64;
    const Scene scene(text + fmt::format("def \"P{}\"\n{{\n}}\n", levels), options);
    const std::vector<Diagnostic> told = Tell(scene);
    REQUIRE(told.size() == 1);
    CHECK(told.front().message.find("max_prims_per_spec") != std::string::npos);
    prims.push_back(scene->GetPrimCount());
    CHECK(scene.At("/P3/x/y/x"));
  }
  for (size_t i = 0; i < prims.size(); ++i) CHECK(prims[i] <= 64 * (3 * (size_t{20} << i) + 4));
}

TEST_CASE("a level for which there is no room costs no path for each of its prims") {
  // Each prim of a level has many children, of the next level each.
  constexpr int kChildren = 30, kLevels = 6;
  std::string text = kGood;
  for (int i = 0; i < kLevels; ++i) {
    text += fmt::format("def \"Fan{}\"\n{{\n", i);
    for (int k = 0; k < kChildren; ++k)
      text +=
          fmt::format("    def \"c{}\" (\n        references = </Fan{}>\n    )\n    {{\n    }}\n", k, i + 1);
    text += "}\n";
  }
  const auto count_paths = [&](uint32_t most_prims) {
    OpenOptions options;
    options.budgets.emplace().max_prims_at_once = most_prims;
    const uint32_t before = Path(fmt::format("/BeforeFan{}", most_prims)).GetId();
    const Scene scene(text + fmt::format("def \"Fan{}\"\n{{\n}}\n", kLevels), options);
    const uint32_t after = Path(fmt::format("/AfterFan{}", most_prims)).GetId();
    REQUIRE(Tell(scene).size() == 1);
    CHECK(Tell(scene).front().message.find("max_prims_at_once") != std::string::npos);
    CHECK(scene.At("/Fan0/c0"));
    CHECK(!scene.At("/Fan0/c0/c0"));
    return after - before;
  };
  const size_t specs = kLevels * (kChildren + 1);
  CHECK(count_paths(3'000) < 3 * specs);  // the next level has 4,500 prims
  CHECK(count_paths(4'000) < 3 * specs);
}

TEST_CASE("children with names that no prim may have are left out, and the others are there") {
  const Scene scene("def \"A\"\n{\n    def \"In\"\n    {\n    }\n}\n");
  const layer::FieldNames& names = layer::GetFieldNames();
  layer::SpecStore content;
  const auto define = [&](Path path, TokenVector children) {
    const auto spec =
        content.Create(path, path.IsAbsoluteRoot() ? layer::SpecType::kPseudoRoot : layer::SpecType::kPrim);
    if (!path.IsAbsoluteRoot()) content.SetField(spec, names.specifier, Value(Specifier::kDef));
    content.SetField(spec, names.primChildren, Value(std::move(children)));
  };
  define(Path("/"), {Token("1"), Token("A"), Token("a b"), Token("B")});
  define(Path("/A"), {Token("In"), Token("")});
  for (const char* path : {"/A/In", "/B"}) define(Path(path), {});
  scene->GetRootLayer()->ReplaceContent(std::move(content));
  CHECK(PathsOf(scene->Traverse()) == "/A /A/In /B");
  CHECK(scene->GetPrimCount() == 3);
}

TEST_CASE("causes keep the order in which they are met, whatever their messages") {
  int number = 0;
  const auto make = [&](compose::ErrorType type, const char* root, const char* cause) {
    return compose::CompositionError{
        type, Path(root), Diagnostic(compose::GetErrorCode(type), fmt::format("message {}", ++number)),
        cause};
  };
  using compose::ErrorType;
  const std::vector<Diagnostic> told = compose::TellCauses({
      make(ErrorType::kMutedAssetPath, "/A", "b"),
      make(ErrorType::kArcCycle, "/A", "a"),
      make(ErrorType::kMutedAssetPath, "/B", "b"),
      make(ErrorType::kArcCycle, "/B", "a"),
      make(ErrorType::kArcCycle, "/C", "b"),
  });
  REQUIRE(told.size() == 3);
  CHECK(told[0].notes.back().message == "it is met once more, at </B>");
  CHECK(told[1].notes.back().message == "it is met once more, at </B>");
  CHECK(told[2].notes.empty());
}

}  // namespace strata::stage
