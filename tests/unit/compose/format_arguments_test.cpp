#include "strata/compose/format_arguments.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <doctest/doctest.h>

#include "examples/formats/tree_format.h"
#include "strata/base/executor.h"
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

namespace {

// A cache over layers of text, with trees; edits of its layers are gathered until they are applied.
struct Forest {
  std::shared_ptr<layer::LayerRegistry> registry;
  std::unique_ptr<Cache> cache;
  CacheEdits edits;

  explicit Forest(Layers layers, CacheOptions options = {}) {
    auto resolver = std::make_shared<asset::MemoryResolver>(nullptr);
    resolver->Put("oak.tree", "Cone\n");
    resolver->Put("elm.tree", "Cube\n");
    for (const auto& [name, text] : layers) resolver->Put(name, "#usda 1.0\n" + text);
    registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                            {format::text::MakeUsdaFormat()});
    registry->AddFormat(std::make_shared<TreeFormat>());
    cache = std::make_unique<Cache>(Find(layers.front().first), nullptr,
                                    std::make_shared<RegistryProvider>(registry), std::move(options));
    for (const auto& [name, text] : layers) {
      held_.push_back(Find(name));
      held_.back()->AddChangeListener(
          [this, layer = held_.back()](const layer::Layer&, const layer::ChangeList& changes) {
            edits.layers.push_back({layer, changes});
          });
    }
  }
  explicit Forest(const std::string& root, CacheOptions options = {})
      : Forest(Layers{{"root.usda", root}}, std::move(options)) {}

  layer::LayerPtr Find(const std::string& name) const {
    Diagnostics diagnostics;
    layer::LayerPtr layer = registry->FindOrOpen(name, nullptr, {}, diagnostics);
    REQUIRE_MESSAGE(layer, RenderDiagnostics(diagnostics, ColorMode::kPlain));
    return layer;
  }
  // What the payloads of a prim are opened as.
  std::string Opened(const char* path) const {
    std::string text;
    for (const ComposedArguments& composed : cache->ComputePrimIndex(Path(path))->GetComposedArguments())
      text += (text.empty() ? "" : " ") + composed.asset_path;
    return text;
  }
  // "name layer path": the opinions that the arguments of a prim came from.
  std::string Opinions(const char* path) const {
    std::string text;
    for (const ComposedArguments& composed : cache->ComputePrimIndex(Path(path))->GetComposedArguments())
      for (const ComposedArguments::Opinion& opinion : composed.opinions)
        text += (text.empty() ? "" : ", ") + opinion.name.GetString() + " " +
                opinion.layer->GetDisplayName() + " " + opinion.path.GetString();
    return text;
  }
  size_t Count() const {
    size_t count = 0;
    struct Counter final : SubtreeVisitor {
      size_t& count;
      explicit Counter(size_t& c) : count(c) {}
      void BeginLevel(size_t, size_t added) override { count += added; }
      bool Visit(size_t, const PrimIndex&, std::vector<Token>&) override { return true; }
    } counter(count);
    (void)cache->ComputeSubtree(Path::AbsoluteRoot(), counter);
    return count;
  }
  // "/A /B 4": what was composed anew by the edits since the last time, and how many indices were dropped.
  std::string Apply() {
    const CacheChanges changes = cache->Apply(std::exchange(edits, {}));
    std::string text;
    for (Path path : changes.resynced) text += path.GetString() + " ";
    text += std::to_string(changes.dropped_indices);
    (void)Count();
    return text;
  }

 private:
  std::vector<layer::LayerPtr> held_;
};

std::string Tree(int depth, int branches) {
  return "customData = {\n dictionary tree = {\n int branches = " + std::to_string(branches) +
         "\n int depth = " + std::to_string(depth) + "\n }\n}\n";
}
std::string Oak(const std::string& name, const std::string& metadata, const std::string& content = "") {
  return MakePrim(name, "payload = @oak.tree@\n" + metadata, content);
}

Value MakeTreeData(int depth) {
  Dictionary data;
  data.SetByKeyPath("tree:depth", Value(depth));
  return Value(data);
}

}  // namespace

TEST_CASE("a dynamic format makes the layer of a payload from fields and attributes of the prim") {
  const Forest forest(Oak("A", Tree(2, 3), "double tree:height = 8") + Oak("B", ""));
  CHECK(forest.Opened("/A") == "oak.tree:SDF_FORMAT_ARGS:branches=3&depth=2&height=8");
  CHECK(forest.Opinions("/A") == "customData root.usda /A, tree:height root.usda /A");
  const PrimIndexPtr index = forest.cache->ComputePrimIndex(Path("/A"));
  REQUIRE(index->GetNodeCount() == 2);
  CHECK(index->GetNode(1).GetArcType() == ArcType::kPayload);
  CHECK(index->GetNode(1).GetLayerStack()->GetRootLayer()->GetIdentifier() ==
        "oak.tree:SDF_FORMAT_ARGS:branches=3&depth=2&height=8");
  std::vector<Token> names, prohibited;
  index->ComputeChildNames(names, prohibited);
  CHECK(names == std::vector<Token>{Token("Leaf"), Token("Branch0"), Token("Branch1"), Token("Branch2")});
  CHECK(forest.Opened("/B") == "oak.tree");
  const auto asked = forest.cache->GetArgumentNames();
  CHECK(asked.fields == std::set<Token>{Token("customData")});
  CHECK(asked.attributes == std::set<Token>{Token("tree:height")});
}

TEST_CASE("what the layers of a format have as payloads gets arguments of its own") {
  const Forest forest(Oak("A", Tree(3, 2), "double tree:height = 8"));
  CHECK(forest.Opened("/A/Branch1") == "oak.tree:SDF_FORMAT_ARGS:branches=2&depth=2&height=4");
  CHECK(forest.Opened("/A/Branch1/Branch0") == "oak.tree:SDF_FORMAT_ARGS:branches=2&depth=1&height=2");
  CHECK(forest.Count() == 1 + 1 + 7 + 6);  // the root, the tree, its leaves, its branches
}

TEST_CASE("composed arguments count over those that the asset path has") {
  const Forest forest(MakePrim("A", "payload = @oak.tree:SDF_FORMAT_ARGS:depth=9&height=3@\n" + Tree(2, 3)));
  CHECK(forest.Opened("/A") == "oak.tree:SDF_FORMAT_ARGS:branches=3&depth=2&height=3");
}

TEST_CASE("arguments are composed of all that is stronger than the payload, dictionaries key by key") {
  const Forest forest(Layers{
      {"root.usda", "(\n subLayers = [@weak.usda@]\n)\n" + Oak("A", "inherits = </C>\n", "") +
                        "class \"C\"\n{\n double tree:height = 5\n}\n"},
      {"weak.usda", "over \"A\" (\n" + Tree(2, 3) + "\n)\n{\n}\nover \"C\" (\n" + Tree(7, 7) + ")\n{\n}\n"}});
  CHECK(forest.Opened("/A") == "oak.tree:SDF_FORMAT_ARGS:branches=3&depth=2&height=5");
  CHECK(forest.Opinions("/A") ==
        "customData weak.usda /A, customData weak.usda /C, tree:height root.usda /C");

  const Forest split(
      Layers{{"root.usda", "(\n subLayers = [@weak.usda@]\n)\n" +
                               Oak("A", "customData = {\n dictionary tree = {\n int depth = 2\n}\n}\n")},
             {"weak.usda", "over \"A\" (\n" + Tree(9, 3) + "\n)\n{\n}\n"}});
  CHECK(split.Opened("/A") == "oak.tree:SDF_FORMAT_ARGS:branches=3&depth=2");
}

TEST_CASE("weaker opinions make no arguments: specializes, and what the payload brings") {
  const Forest forest(Oak("A", "specializes = </C>\n") + "class \"C\" (\n" + Tree(2, 3) + "\n)\n{\n}\n");
  CHECK(forest.Opened("/A") == "oak.tree");
}

TEST_CASE("selections of variants count, and payloads in them") {
  const std::string set = "variantSet \"v\" = {\n \"x\" (\n payload = @oak.tree@\n" + Tree(2, 1) +
                          ") {\n}\n \"y\" (\n" + Tree(3, 1) + ") {\n}\n}\n";
  const Forest forest(
      MakePrim("X", "variants = {\n string v = \"x\"\n}\nprepend variantSets = \"v\"\n", set) +
      Oak("Y", "variants = {\n string v = \"y\"\n}\nprepend variantSets = \"v\"\n", set));
  CHECK(forest.Opened("/X") == "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=2");
  CHECK(forest.Opened("/Y") == "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=3");
}

TEST_CASE("whoever references an asset says what its payload makes") {
  const Layers layers{{"root.usda", MakePrim("A", "references = @asset.usda@</M>\n" + Tree(2, 1)) +
                                        MakePrim("B", "references = @asset.usda@</M>\n") +
                                        MakePrim("D", "references = @asset.usda@</M>\n" + Tree(2, 1))},
                      {"asset.usda", Oak("M", Tree(5, 2))}};
  const Forest forest(layers);
  CHECK(forest.Opened("/A") == "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=2");
  CHECK(forest.Opened("/B") == "oak.tree:SDF_FORMAT_ARGS:branches=2&depth=5");
  const auto get_stack = [&](const char* path) {
    const PrimIndexPtr index = forest.cache->ComputePrimIndex(Path(path));
    return index->GetNode(2).GetLayerStack();
  };
  CHECK(get_stack("/A") == get_stack("/D"));
  CHECK(get_stack("/A") != get_stack("/B"));
}

TEST_CASE("a reference below a dynamic payload reaches what the payload makes above it") {
  Forest forest(
      Layers{{"root.usda", MakePrim("A", "references = @asset.usda@</M/Branch0>\n") + MakePrim("Z", "")},
             {"asset.usda", Oak("M", Tree(3, 1), "double tree:height = 8\nover \"Branch0\"\n{\n}\n")}});
  CHECK(GetErrors(*forest.cache, "/A").empty());
  CHECK(forest.Opened("/A") ==
        "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=3&height=8 "
        "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=2&height=4");
  std::vector<Token> names, prohibited;
  forest.cache->ComputePrimIndex(Path("/A"))->ComputeChildNames(names, prohibited);
  CHECK(names == std::vector<Token>{Token("Leaf"), Token("Branch0")});
  (void)forest.Count();
  // What is said at the prim above decides, and its edit reaches the prim that references what is below.
  REQUIRE(forest.Find("asset.usda")->SetField(Path("/M.tree:height"), Token("default"), Value(16.0)));
  CHECK(forest.Apply() == "/A 4");
  CHECK(forest.Opened("/A") ==
        "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=3&height=16 "
        "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=2&height=8");
}

TEST_CASE("asset paths with expressions lead to dynamic formats too") {
  const Forest forest("(\n expressionVariables = {\n string KIND = \"elm\"\n}\n)\n" +
                      MakePrim("A", "payload = @`\"${KIND}.tree\"`@\n" + Tree(2, 1)));
  CHECK(forest.Opened("/A") == "elm.tree:SDF_FORMAT_ARGS:branches=1&depth=2");
}

TEST_CASE("a payload that is not loaded asks nothing") {
  std::set<Path> loaded;
  CacheOptions options;
  options.include_payload = [&](Path path) { return loaded.count(path) != 0; };
  Forest forest(Oak("A", Tree(2, 1)), options);
  CHECK(forest.Opened("/A") == "");
  CHECK(forest.cache->GetArgumentNames().fields.empty());
  CHECK(forest.cache->ComputePrimIndex(Path("/A"))->HasAnyPayloads());
  loaded.insert(Path("/A"));
  forest.edits.payloads = {Path("/A")};
  (void)forest.Apply();
  CHECK(forest.Opened("/A") == "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=2");
}

TEST_CASE("an edit of what arguments are composed from recomposes those prims alone") {
  Forest forest(Layers{{"root.usda", "(\n subLayers = [@weak.usda@]\n)\n" + Oak("A", Tree(2, 1)) +
                                         Oak("B", "inherits = </C>\n") + Oak("D", "") +
                                         MakePrim("E", Tree(4, 4), "double tree:height = 2") +
                                         "class \"C\" (\n" + Tree(2, 2) + ")\n{\n}\n"},
                       {"weak.usda", "over \"D\"\n{\n}\n"}});
  (void)forest.Count();
  const layer::LayerPtr root = forest.Find("root.usda"), weak = forest.Find("weak.usda");
  const Token custom("customData"), value("default");
  // Each tree has a leaf, and those of depth 2 their branches with a leaf each.
  REQUIRE(root->SetField(Path("/A"), custom, MakeTreeData(1)));
  CHECK(forest.Apply() == "/A 4");
  REQUIRE(root->SetField(Path("/C"), custom, MakeTreeData(1)));
  CHECK(forest.Apply() == "/B 6");
  // Said where nothing was said: a field, an attribute, a prim.
  REQUIRE(root->SetField(Path("/D"), custom, MakeTreeData(2)));
  CHECK(forest.Apply() == "/D 2");
  CHECK(forest.Opened("/D") == "oak.tree:SDF_FORMAT_ARGS:depth=2");
  REQUIRE(weak->CreateAttributeSpec(Path("/D.tree:height"), Token("double")));
  CHECK(forest.Apply() == "0");  // it has no value yet
  REQUIRE(weak->SetField(Path("/D.tree:height"), value, Value(3.0)));
  CHECK(forest.Apply() == "/D 6");
  CHECK(forest.Opened("/D") == "oak.tree:SDF_FORMAT_ARGS:depth=2&height=3");
  REQUIRE(weak->DeleteSpec(Path("/D.tree:height")));
  CHECK(forest.Apply() == "/D 6");
  CHECK(forest.Opened("/D") == "oak.tree:SDF_FORMAT_ARGS:depth=2");
}

TEST_CASE("an edit of anything else recomposes no prim with a dynamic payload") {
  Forest forest(Oak("A", Tree(2, 1), "double other = 1") +
                MakePrim("E", Tree(4, 4), "double tree:height = 2"));
  (void)forest.Count();
  const layer::LayerPtr root = forest.Find("root.usda");
  const Token custom("customData"), value("default");
  REQUIRE(root->SetField(Path("/A"), Token("documentation"), Value(std::string("Oak"))));
  CHECK(forest.Apply() == "0");
  REQUIRE(root->SetField(Path("/A.other"), value, Value(2.0)));
  CHECK(forest.Apply() == "0");
  // A prim without such a payload, and below one.
  REQUIRE(root->SetField(Path("/E"), custom, MakeTreeData(1)));
  REQUIRE(root->SetField(Path("/E.tree:height"), value, Value(4.0)));
  CHECK(forest.Apply() == "0");
  // Another key of the field: the format says that it does not count.
  Dictionary more = root->GetField(Path("/A"), custom)->Get<Dictionary>();
  more.SetByKeyPath("note", Value(std::string("tall")));
  REQUIRE(root->SetField(Path("/A"), custom, Value(more)));
  CHECK(forest.Apply() == "0");
  CHECK(forest.Opened("/A") == "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=2");
}

TEST_CASE("layers that come and go take their part of the arguments along") {
  Forest forest(
      Layers{{"root.usda", "(\n subLayers = [@strong.usda@]\n)\n" + Oak("A", "") + Oak("B", "")},
             {"strong.usda", "over \"A\" (\n" + Tree(2, 1) + ")\n{\n double tree:height = 2\n}\n"}});
  (void)forest.Count();
  const layer::LayerPtr root = forest.Find("root.usda");
  forest.edits.mute = {"strong.usda"};
  CHECK(forest.Apply() == "/A 4");
  CHECK(forest.Opened("/A") == "oak.tree");
  forest.edits.unmute = {"strong.usda"};
  CHECK(forest.Apply() == "/A 2");
  CHECK(forest.Opened("/A") == "oak.tree:SDF_FORMAT_ARGS:branches=1&depth=2&height=2");
}

TEST_CASE("prims of one asset are told apart by the layers that are made for them") {
  const Forest forest(Oak("A", Tree(2, 1)) + Oak("B", Tree(2, 1)) + Oak("D", Tree(3, 1)));
  const auto find = [&](const std::string& identifier) {
    std::string text;
    for (Path prim : forest.cache->FindPrimsUsingAsset(identifier)) text += prim.GetString() + " ";
    return text;
  };
  (void)forest.Count();
  CHECK(find("oak.tree:SDF_FORMAT_ARGS:branches=1&depth=3") == "/D ");
  CHECK(find("oak.tree:SDF_FORMAT_ARGS:branches=1&depth=2") == "/A /B ");
}

TEST_CASE("a resolver that changed recomposes only prims whose layers are others then") {
  Forest forest(Oak("A", Tree(2, 1)));
  (void)forest.Count();
  forest.edits.resolver = CacheEdits::Resolver::kChanged;
  CHECK(forest.Apply() == "0");
}

TEST_CASE("layers that a format makes without end are bounded by a budget, told once") {
  CacheOptions options;
  options.budgets.max_generated_layers = 50;
  const Forest forest(Oak("A", Tree(1000, 1)) + Oak("A2", Tree(2000, 1)) + MakePrim("B", ""), options);
  CHECK(forest.Count() == 1 + 3 + 2 * 50);
  size_t told = 0;
  for (const CompositionError& error : forest.cache->GetAllErrors()) {
    ++told;
    CHECK(error.type == ErrorType::kInvalidAssetPath);
    REQUIRE_FALSE(error.diagnostic.notes.empty());
    CHECK(error.diagnostic.notes.back().message.find("max_generated_layers") != std::string::npos);
  }
  CHECK(told == 1);
  CHECK(forest.cache->ComputePrimIndex(Path("/B"))->GetErrors().empty());
}

TEST_CASE("prims that multiply without end are bounded by a budget, whole levels at a time") {
  CacheOptions options;
  options.budgets.max_prims_at_once = 500;
  const Forest forest(Oak("A", Tree(1000, 3)) + MakePrim("B", ""), options);
  CHECK(forest.Count() == 1 + 2 + 4 + 12 + 36 + 108 + 324);
  const CompositionErrors errors = forest.cache->GetAllErrors();
  REQUIRE(errors.size() == 1);
  CHECK(errors.front().type == ErrorType::kIndexCapacityExceeded);
  CHECK(errors.front().diagnostic.message.find("max_prims_at_once") != std::string::npos);
}

TEST_CASE("one layer within the other of a format ends at the budget of arcs") {
  CacheOptions options;
  options.budgets.max_arc_depth = 20;
  const Forest forest(Oak("A", Tree(1000, 1)), options);
  CHECK(forest.Count() < 60);
  const CompositionErrors errors = forest.cache->GetAllErrors();
  REQUIRE(errors.size() == 1);
  CHECK(errors.front().type == ErrorType::kArcCapacityExceeded);
}

TEST_CASE("threads do not matter for composed arguments") {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += Oak("T" + std::to_string(i), Tree(1 + i % 3, 2), "double tree:height = " + std::to_string(i % 5));
  const auto describe = [&](Executor* executor) {
    CacheOptions options;
    options.executor = executor;
    const Forest forest(text, options);
    (void)forest.Count();
    std::string all;
    for (int i = 0; i < 40; ++i) {
      const std::string path = "/T" + std::to_string(i);
      all += forest.Opened(path.c_str()) + forest.Opened((path + "/Branch1").c_str()) + "\n";
    }
    return all;
  };
  Executor one(1), many(4);
  CHECK(describe(&one) == describe(&many));
}
