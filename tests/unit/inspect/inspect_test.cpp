#include "strata/inspect/inspect.h"

#include <doctest/doctest.h>

#include "examples/formats/tree_format.h"
#include "strata/context/context.h"

namespace strata::inspect {
namespace {

using Layers = std::map<std::string, std::string>;

// A stage over layers in memory, with places recorded.
struct Scene {
  explicit Scene(const Layers& layers)
      : resolver(std::make_shared<asset::MemoryResolver>(nullptr)), engine(MakeOptions(resolver)) {
    for (const auto& [name, text] : layers) resolver->Put(name, "#usda 1.0\n" + text);
    stage::OpenOptions options;
    options.source_maps = layer::OpenOptions::SourceMaps::kRecord;
    auto opened = engine.OpenStage("root.usda", options, remarks);
    REQUIRE_MESSAGE(opened, (opened ? std::string() : opened.GetError().message));
    stage = *std::move(opened);
  }
  static context::EngineOptions MakeOptions(std::shared_ptr<asset::Resolver> resolver) {
    context::EngineOptions options;
    options.thread_count = 1;
    options.resolver = std::move(resolver);
    return options;
  }
  WhyAnswer Why(const char* path, const char* metadata = "", stage::Time time = stage::Time::Default()) {
    WhyQuestion question;
    question.path = Path(path);
    question.metadata = Token(metadata);
    question.time = time;
    auto answer = ExplainWhy(*stage, question);
    REQUIRE_MESSAGE(answer, (answer ? std::string() : answer.GetError().message));
    return *std::move(answer);
  }

  std::shared_ptr<asset::MemoryResolver> resolver;
  context::Engine engine;
  Diagnostics remarks;
  stage::StagePtr stage;
};

TEST_CASE("Why names the winner with its line, and what hides the others") {
  Scene scene(Layers{{"root.usda", "(\n    subLayers = [@weak.usda@]\n)\nover \"A\"\n{\n    int x = 2\n}\n"},
                     {"weak.usda", "def \"A\"\n{\n    int x = 1\n}\n"}});
  const WhyAnswer answer = scene.Why("/A.x");
  CHECK(answer.subject == "attribute");
  CHECK(answer.type_name == "int");
  CHECK(answer.source == "default");
  CHECK(answer.resolved == "2");
  REQUIRE(answer.opinions.size() == 2);
  CHECK(answer.opinions[0].role == "wins");
  CHECK(answer.opinions[0].place.layer_name == "root.usda");
  CHECK(answer.opinions[0].place.line == 7);
  CHECK(answer.opinions[1].role == "hidden");
  CHECK(answer.opinions[1].place.layer_name == "weak.usda");
  CHECK(answer.opinions[1].place.line == 4);
  CHECK(answer.opinions[1].reason == "root.usda is stronger");
}

TEST_CASE("Why tells the arcs that bring an opinion, outermost first") {
  Scene scene(Layers{
      {"root.usda", "def \"A\" (\n    references = @asset.usda@</M>\n)\n{\n}\n"},
      {"asset.usda", "class \"C\"\n{\n    int x = 5\n}\ndef \"M\" (\n    inherits = </C>\n)\n{\n}\n"}});
  const WhyAnswer answer = scene.Why("/A.x");
  REQUIRE(answer.opinions.size() == 1);
  CHECK(SummarizeArcs(answer.opinions[0].place.arcs) == "reference > inherit");
  CHECK(answer.opinions[0].place.path == Path("/C.x"));
}

TEST_CASE("Why at a time speaks of samples, and at the default time does not ask them") {
  Scene scene(Layers{{"root.usda",
                      "def \"A\"\n{\n    double x = 1\n    double x.timeSamples = {\n        0: 0,\n        "
                      "10: 10,\n    }\n}\n"}});
  const WhyAnswer at_default = scene.Why("/A.x");
  CHECK(at_default.resolved == "1");
  const WhyAnswer at_five = scene.Why("/A.x", "", 5.0);
  CHECK(at_five.resolved == "5");
  CHECK(at_five.source == "timeSamples");
  CHECK(at_five.time == "5");
}

TEST_CASE("A block is the answer, and what it blocks is hidden") {
  Scene scene(
      Layers{{"root.usda", "(\n    subLayers = [@weak.usda@]\n)\nover \"A\"\n{\n    int x = None\n}\n"},
             {"weak.usda", "def \"A\"\n{\n    int x = 1\n}\n"}});
  const WhyAnswer answer = scene.Why("/A.x");
  CHECK(answer.resolved.empty());
  REQUIRE(answer.opinions.size() == 2);
  CHECK(answer.opinions[0].role == "blocks");
  CHECK(answer.opinions[1].role == "hidden");
}

TEST_CASE("Variants are explained set by set, and arcs add up") {
  Scene scene(
      Layers{{"root.usda",
              "(\n    subLayers = [@weak.usda@]\n)\nover \"A\" (\n    variants = {\n        string v = "
              "\"x\"\n    }\n"
              "    prepend references = </B>\n)\n{\n}\ndef \"B\"\n{\n}\ndef \"C\"\n{\n}\n"},
             {"weak.usda",
              "def \"A\" (\n    prepend variantSets = [\"v\", \"w\"]\n    prepend references = </C>\n    "
              "variants = {\n"
              "        string v = \"y\"\n        string w = \"z\"\n    }\n)\n{\n    variantSet \"v\" = {\n"
              "        \"x\" {\n        }\n        \"y\" {\n        }\n    }\n    variantSet \"w\" = {\n"
              "        \"z\" {\n        }\n    }\n}\n"}});
  const WhyAnswer selections = scene.Why("/A", "variantSelection");
  CHECK(selections.resolved == "{v=x, w=z}");
  REQUIRE(selections.opinions.size() == 2);
  CHECK(selections.opinions[0].reason == "decides v");
  CHECK(selections.opinions[1].reason == "decides w; v is decided by root.usda");
  const WhyAnswer arcs = scene.Why("/A", "references");
  REQUIRE(arcs.opinions.size() == 2);
  for (const WhyOpinion& opinion : arcs.opinions) CHECK(opinion.role == "contributes");
}

TEST_CASE("The stage's root is explained by the layers that say something about it") {
  Scene scene(Layers{{"root.usda", "(\n    upAxis = \"Z\"\n)\ndef \"A\"\n{\n}\n"}});
  const WhyAnswer answer = scene.Why("/");
  REQUIRE(answer.opinions.size() == 1);
  CHECK(answer.opinions[0].place.layer_name == "root.usda");
}

TEST_CASE("Dictionaries and list edits contribute from every layer") {
  Scene scene(
      Layers{{"root.usda",
              "(\n    subLayers = [@weak.usda@]\n)\nover \"A\" (\n    customData = {\n        int a = 1\n    "
              "}\n)\n{\n"
              "    prepend rel r = </A/X>\n}\n"},
             {"weak.usda",
              "def \"A\" (\n    customData = {\n        int b = 2\n    }\n)\n{\n    rel r = </A/Y>\n}\n"}});
  const WhyAnswer metadata = scene.Why("/A", "customData");
  REQUIRE(metadata.opinions.size() == 2);
  CHECK(metadata.opinions[0].role == "contributes");
  CHECK(metadata.opinions[1].role == "contributes");
  const WhyAnswer targets = scene.Why("/A.r");
  CHECK(targets.subject == "relationship");
  CHECK(targets.resolved == "[</A/X>, </A/Y>]");
  CHECK(targets.opinions.size() == 2);
}

TEST_CASE("A question about nothing says what there is nearby") {
  Scene scene(
      Layers{{"root.usda", "def \"World\"\n{\n    def \"Ball\"\n    {\n        int size = 1\n    }\n}\n"}});
  WhyQuestion question;
  question.path = Path("/World/Bal");
  const auto no_prim = ExplainWhy(*scene.stage, question);
  REQUIRE_FALSE(no_prim);
  CHECK(no_prim.GetError().code == &kSubjectUnknown);
  CHECK(no_prim.GetError().hint.find("Ball") != std::string::npos);
  question.path = Path("/World/Ball.colour");
  const auto no_property = ExplainWhy(*scene.stage, question);
  REQUIRE_FALSE(no_property);
  CHECK(no_property.GetError().hint.find("size") != std::string::npos);
}

TEST_CASE("The tree comes depth first, tells last siblings, and stops at the depth asked for") {
  Scene scene(Layers{{"root.usda",
                      "def Xform \"A\"\n{\n    def \"B\"\n    {\n        def \"C\"\n        {\n        }\n   "
                      " }\n    def \"D\"\n    {\n    }\n}\n"
                      "over \"O\"\n{\n}\n"}});
  const std::vector<TreeRow> rows = ListTree(*scene.stage, {});
  REQUIRE(rows.size() == 5);
  CHECK(rows[1].path == Path("/A"));
  CHECK(rows[1].type_name == "Xform");
  CHECK(rows[3].path == Path("/A/B/C"));
  CHECK(rows[3].depth == 3);
  CHECK(rows[4].is_last_sibling);
  CHECK_FALSE(rows[2].is_last_sibling);
  TreeOptions shallow;
  shallow.max_depth = 1;
  shallow.prims = TreeOptions::Prims::kAll;
  const std::vector<TreeRow> top = ListTree(*scene.stage, shallow);
  REQUIRE(top.size() == 3);
  CHECK(top[1].hidden_children == 2);
  CHECK(top[2].specifier == "over");
  shallow.root = Path("/Nowhere");
  CHECK(ListTree(*scene.stage, shallow).empty());
}

TEST_CASE("Statistics count what is there") {
  Scene scene(Layers{{"root.usda",
                      "def Xform \"A\" (\n    kind = \"component\"\n)\n{\n    float[] w = [1, 2, 3]\n    "
                      "double t.timeSamples = {\n        1: 1,\n"
                      "        2: 2,\n    }\n    rel r = </A>\n}\ndef \"I\" (\n    instanceable = true\n    "
                      "references = </A>\n)\n{\n}\n"}});
  const StageStatistics stage = CountStage(*scene.stage);
  CHECK(stage.prims == 2);
  CHECK(stage.instances == 1);
  CHECK(stage.prototypes == 1);
  CHECK(stage.prims_by_type.by_name.at("Xform") >= 1);
  CHECK(stage.composition_errors == 0);
  const LayerStatistics layer = CountLayer(*scene.stage->GetRootLayer());
  CHECK(layer.time_samples == 2);
  CHECK(layer.array_elements == 3);
  CHECK(layer.specs_by_type.by_name.at("Prim") == 2);
  CHECK(layer.specs_by_type.GetTotal() == layer.specs);
}

TEST_CASE("A long value is shown by its first elements and its size, within the width") {
  const Value numbers = Array<int32_t>(1000, 7);
  CHECK(SummarizeValue(numbers, 96) == "[7, 7, 7, 7, ... 1000 in all]");
  const Value text = std::string(500, 'x');
  CHECK(SummarizeValue(text, 40).size() == 40);
  const Value accents = std::string("\"") + std::string(200, '\xC3').replace(1, 0, "");
  CHECK(SummarizeValue(accents, 30).size() <= 30);
  CHECK(SummarizeValue(Value(), 40).empty());
}

TEST_CASE("List edits are shown verb by verb, and arcs with what they name") {
  TokenListOp tokens = TokenListOp::Create({Token("a"), Token("b")}, {Token("c")}, {Token("d")});
  CHECK(SummarizeValue(Value(tokens), 96) == "prepend [\"a\", \"b\"], append [\"c\"], delete [\"d\"]");
  CHECK(SummarizeValue(Value(PathListOp::CreateExplicit({Path("/A"), Path("/B.x")})), 96) ==
        "[</A>, </B.x>]");
  CHECK(SummarizeValue(Value(PathListOp::CreateExplicit({})), 96) == "[]");
  Reference to_default, inner;
  to_default.asset_path = "a.usda";
  to_default.offset = LayerOffset{10, 2};
  inner.prim_path = Path("/In");
  CHECK(SummarizeValue(Value(ReferenceListOp::CreateExplicit({to_default, inner})), 96) ==
        "[@a.usda@ (offset = 10; scale = 2), </In>]");
  CHECK(SummarizeValue(Value(VariantSelectionMap{{"look", "red"}, {"size", ""}}), 96) ==
        "{look=red, size=(none)}");
  CHECK(SummarizeValue(Value(Relocates{{Path("/A"), Path("/B")}}), 96) == "[</A>: </B>]");
  CHECK(SummarizeValue(Value(TokenVector{Token("x"), Token("y")}), 96) == "[\"x\", \"y\"]");
}

TEST_CASE("What a value holds cannot move a terminal's cursor") {
  const std::string text = SummarizeValue(Value(std::string("a\x1b[2Jb\r\n   c")), 96);
  for (const char c : text) CHECK(static_cast<unsigned char>(c) >= 0x20);
}

TEST_CASE("Why and Graph tell the arguments that a format composed, and what they came from") {
  Scene scene(Layers{{"root.usda",
                      "def \"A\" (\n    payload = @oak.tree@\n    customData = {\n        dictionary tree = "
                      "{\n            int depth = 2\n        }\n    }\n)\n{\n}\n"}});
  scene.resolver->Put("oak.tree", "Cone\n");
  scene.engine.GetLayerRegistry()->AddFormat(std::make_shared<TreeFormat>());
  auto again = scene.engine.OpenStage("root.usda", {}, scene.remarks);
  REQUIRE(again);
  scene.stage = *std::move(again);
  const WhyAnswer answer = scene.Why("/A");
  REQUIRE(answer.format_arguments.size() == 1);
  const FormatArguments& arguments = answer.format_arguments.front();
  CHECK(arguments.asset_path == "oak.tree:SDF_FORMAT_ARGS:depth=2");
  CHECK(arguments.asked == std::vector<std::string>{"customData", ".tree:height"});
  CHECK(SummarizeFormatArguments(arguments) ==
        "oak.tree:SDF_FORMAT_ARGS:depth=2  of customData at </A> in root.usda");
  auto graph = DescribeGraph(*scene.stage, Path("/A"), GraphNodes::kKept);
  REQUIRE(graph);
  JsonWriter writer;
  WriteGraph(writer, *graph);
  const std::string text = writer.TakeText();
  CHECK(text.find("\"formatArguments\"") != std::string::npos);
  CHECK(text.find("oak.tree:SDF_FORMAT_ARGS:depth=2") != std::string::npos);
  CHECK(scene.Why("/A/Leaf").format_arguments.empty());
}

}  // namespace
}  // namespace strata::inspect
