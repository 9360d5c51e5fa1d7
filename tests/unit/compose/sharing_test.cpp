// Prims that are composed alike share a graph: what readers see must be what each would have had alone.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "strata/compose/compose.h"
#include "strata/compose/index_graph.h"
#include "strata/format/text/text.h"
#include "strata/layer/registry.h"
#include "tests/registry_provider.h"

using namespace strata;
using namespace strata::compose;

namespace {

struct Scene {
  std::shared_ptr<layer::LayerRegistry> registry;
  layer::LayerPtr root;

  explicit Scene(const std::vector<std::pair<std::string, std::string>>& layers) {
    auto resolver = std::make_shared<asset::MemoryResolver>(asset::MakeFileResolver());
    for (const auto& [name, text] : layers) resolver->Put(name, "#usda 1.0\n" + text);
    registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                            {format::text::MakeUsdaFormat()});
    Diagnostics diagnostics;
    root = registry->FindOrOpen(layers.front().first, nullptr, {}, diagnostics);
    if (!root) FAIL(RenderDiagnostics(diagnostics, ColorMode::kPlain) << layers.front().second);
  }
  std::unique_ptr<Cache> MakeCache(CacheOptions options = {}) const {
    return std::make_unique<Cache>(root, nullptr, std::make_shared<RegistryProvider>(registry),
                                   std::move(options));
  }
};

std::string DumpMap(const MapFunction& map) {
  std::string text = fmt::format("[{} {}", map.GetTimeOffset().offset, map.GetTimeOffset().scale);
  for (const auto& [source, target] : map.GetPairs())
    text += fmt::format(" {}->{}", source.GetString(), target.GetString());
  return text + "]";
}

std::string Dump(const PrimIndex& index) {
  std::string text =
      fmt::format("<{}> {}{}\n", index.GetPath().GetString(), index.IsInstanceable() ? "instanceable " : "",
                  index.HasAnyPayloads() ? "payloads" : "");
  for (uint32_t i = 0; i < index.GetNodeCount(); ++i) {
    const NodeRef node = index.GetNode(i);
    text += fmt::format(
        "  {} {} @{}@<{}> parent {} origin {} depth {} sibling {}{}{}{}{}\n    intro {} at {}\n", i,
        GetArcName(node.GetArcType()), node.GetLayerStack()->GetRootLayer()->GetDisplayName(),
        node.GetPath().GetString(), node.GetParent() ? node.GetParent().GetNumber() : 0,
        node.GetOrigin() ? node.GetOrigin().GetNumber() : 0, node.GetNamespaceDepth(),
        node.GetSiblingNumberAtOrigin(), node.IsDueToAncestor() ? " ancestral" : "",
        node.IsInert() ? " inert" : "", node.IsCulled() ? " culled" : "", node.HasSpecs() ? " specs" : "",
        node.GetIntroPath().GetString(), node.GetPathAtIntroduction().GetString());
    text += fmt::format("    {} {}\n", DumpMap(node.GetMapToParent()), DumpMap(node.GetMapToRoot()));
  }
  for (const SpecSite& site : index.GetSpecStack())
    text += fmt::format("  {} @{}@<{}>\n", site.node.GetNumber(), site.entry->layer->GetDisplayName(),
                        site.path.GetString());
  for (const auto& [set, selection] : index.GetVariantSelections())
    text += fmt::format("  {}={}\n", set.GetText(), selection.GetText());
  for (const CompositionError& error : index.GetErrors()) text += "  " + error.diagnostic.message + "\n";
  std::vector<Token> names, prohibited;
  index.ComputeChildNames(names, prohibited);
  for (Token name : names) text += "  /" + name.GetString();
  for (Token name : prohibited) text += "  -" + name.GetString();
  return text + "\n";
}

// Every prim of the scene, in an order that `seed` decides.
std::vector<Path> FindPrims(Cache& cache) {
  std::vector<Path> found{Path::AbsoluteRoot()};
  for (size_t i = 0; i < found.size() && i < 3000; ++i) {
    std::vector<Token> names, prohibited;
    cache.ComputePrimIndex(found[i])->ComputeChildNames(names, prohibited);
    for (Token name : names) found.push_back(found[i].AppendChild(name));
  }
  return found;
}

// Compares each prim of `scene` in one cache with the same prim in a cache that knows no other place.
size_t CompareAll(const Scene& scene, const std::string& what, const CacheOptions& options = {}) {
  const std::unique_ptr<Cache> shared = scene.MakeCache(options);
  const std::vector<Path> prims = FindPrims(*shared);
  for (Path path : prims) {
    const std::string alone = Dump(*scene.MakeCache(options)->ComputePrimIndex(path));
    const std::string together = Dump(*shared->ComputePrimIndex(path));
    if (alone != together) {
      FAIL_CHECK("<" << path.GetString() << "> is not what it is alone:\n"
                     << together << "\nalone:\n"
                     << alone << "\n"
                     << what);
      return prims.size();
    }
  }
  return prims.size();
}

// Random scenes of assets that are placed many times, with classes inside and outside, variants, relocates,
// references of references and opinions of stronger layers.
class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  std::vector<std::pair<std::string, std::string>> Make() {
    std::vector<std::pair<std::string, std::string>> layers;
    std::string town = "(\n    defaultPrim = \"Town\"\n)\n" + MakeTown("Town", "");
    std::string relocates = MakeRelocates();
    std::string root = fmt::format("(\n    subLayers = [@over.usda@]\n{})\n{}{}", relocates,
                                   MakeTown("World", "o"), MakeClasses());
    if (Chance(40))
      root += "def \"Far\" (\n    references = @town.usda@\n)\n{\n    over \"P_1\"\n    {\n    }\n}\n";
    layers.emplace_back("root.usda", root);
    layers.emplace_back("over.usda", MakeOvers());
    layers.emplace_back("town.usda", town);
    for (int i = 0; i < 3; ++i) layers.emplace_back(fmt::format("asset_{}.usda", i), MakeAsset(i));
    layers.emplace_back("part.usda", MakePart());
    return layers;
  }

 private:
  int Pick(int count) { return static_cast<int>(random_() % static_cast<uint64_t>(count)); }
  bool Chance(int percent) { return Pick(100) < percent; }

  std::string MakeRelocates() {
    if (!Chance(40)) return {};
    std::string text;
    for (int i = 0; i < 6; ++i) {
      if (Chance(60))
        text += fmt::format("        </World/P_{0}/Geom/M_0>: </World/P_{0}/Moved>,\n", i);
      else if (Chance(20))
        text += fmt::format("        </World/P_{0}/Geom/M_1>: </World/P_{0}/Geom/Named>,\n", i);
    }
    return text.empty() ? text : "    relocates = {\n" + text + "    }\n";
  }

  std::string MakeTown(const std::string& name, const std::string& tag) {
    std::string text = fmt::format("def \"{}\"{}\n{{\n", name, "");
    for (int i = 0; i < 6; ++i) {
      std::string meta = fmt::format("references = @asset_{}.usda@", Pick(10) ? Pick(2) : 2);
      if (Chance(15)) meta = "payload = @asset_0.usda@";
      if (Chance(30))
        meta += fmt::format("\n        variants = {{\n            string v = \"{}\"\n        }}",
                            Pick(2) ? "a" : "b");
      if (Chance(10)) meta += "\n        instanceable = true";
      if (Chance(10)) meta += fmt::format("\n        inherits = </_{}>", Pick(2) ? "Global" : "Other");
      if (Chance(5)) meta += fmt::format("\n        inherits = </{}/P_{}/Local>", name, Pick(6));
      text += fmt::format("    def \"P_{}\" (\n        {}\n    )\n    {{\n", i, meta);
      if (Chance(20))
        text += fmt::format("        over \"Geom\"\n        {{\n            custom int {}g = 1\n        }}\n",
                            tag);
      if (Chance(15)) text += "        over \"Local\"\n        {\n            custom int l = 1\n        }\n";
      if (Chance(10)) text += "        def \"Extra\"\n        {\n        }\n";
      text += "    }\n";
    }
    return text + "}\n";
  }

  std::string MakeClasses() {
    std::string text;
    if (Chance(50))
      text +=
          "class \"_Global\"\n{\n    over \"Geom\"\n    {\n        def \"FromGlobal\"\n        {\n        "
          "}\n    }\n}\n";
    if (Chance(50)) text += "class \"_Part\" (\n    inherits = </_Other>\n)\n{\n}\n";
    if (Chance(50)) text += "class \"_Other\"\n{\n    def \"FromOther\"\n    {\n    }\n}\n";
    return text;
  }

  std::string MakeOvers() {
    std::string text = "over \"World\"\n{\n";
    for (int i = 0; i < 6; ++i) {
      if (!Chance(50)) continue;
      text += fmt::format("    over \"P_{}\"\n    {{\n", i);
      if (Chance(40))
        text +=
            "        over \"Geom\"\n        {\n            over \"M_1\"\n            {\n            }\n      "
            "  }\n";
      if (Chance(20))
        text +=
            "        over \"Moved\"\n        {\n            def \"Added\"\n            {\n            }\n    "
            "    }\n";
      if (Chance(10))
        text +=
            "        over \"Geom\" (\n            references = @part.usda@\n        )\n        {\n        "
            "}\n";
      text += "    }\n";
    }
    // What is said twice of one prim in a layer is an error: the first mention counts.
    return text + "}\n";
  }

  std::string MakeAsset(int number) {
    const char* arc = "";
    switch (Pick(7)) {
      case 0:
        arc = "inherits = </Asset/Local>";
        break;
      case 1:
        arc = "specializes = </_Global>";
        break;
      case 2:
        arc = "inherits = </_Other>";
        break;
      case 3:
        arc = "inherits = [</Asset/Local>, </_Other>]";
        break;
      case 4:
        arc = "inherits = </World/P_2/Local>";  // one place of many, named from within an asset
        break;
      case 5:
        arc = "specializes = </World/P_3>";
        break;
      default:
        arc = "kind = \"component\"";
        break;
    }
    // Relocates may lead anywhere in their layer stack, also where a place of the asset is in another one.
    static const char* const kTargets[] = {"/Asset/Moved", "/World/P_1/Geom/Moved", "/World/Moved",
                                           "/_Other/M"};
    std::string relocates;
    if (Chance(30))
      relocates = fmt::format("    relocates = {{\n        </Asset/{}>: <{}>\n    }}\n",
                              Chance(50) ? "Geom/M_2" : "Local/InLocal", kTargets[Pick(4)]);
    std::string text = fmt::format(
        "(\n    defaultPrim = \"Asset\"\n{})\nclass \"_Other\"\n{{\n}}\nclass \"_Global\"\n{{\n}}\n"
        "def \"Asset\" (\n    inherits = </_Global>\n    variants = {{\n        string v = \"a\"\n    }}\n"
        "    prepend variantSets = \"v\"\n)\n{{\n"
        "    class \"Local\"\n    {{\n        custom int n = {}\n        def \"InLocal\"\n        {{\n       "
        " }}\n    }}\n",
        relocates, number);
    text += fmt::format(
        "    def \"Geom\"\n    {{\n        def \"M_0\" (\n            {}\n        )\n        {{\n        }}\n"
        "        def \"M_1\" (\n            references = @part.usda@\n        )\n        {{\n        }}\n"
        "        def \"M_2\" (\n            references = @part.usda@</Part/Sub>\n        )\n        {{\n     "
        "   }}\n    }}\n",
        arc);
    text +=
        "    variantSet \"v\" = {\n        \"a\" {\n            over \"Geom\"\n            {\n               "
        " def \"OnlyA\"\n                {\n                }\n            }\n        }\n"
        "        \"b\" {\n            def \"OnlyB\" (\n                inherits = </_Other>\n            )\n "
        "           {\n            }\n        }\n    }\n";
    return text + "}\n";
  }

  std::string MakePart() {
    return fmt::format(
        "(\n    defaultPrim = \"Part\"\n)\nclass \"_Part\"\n{{\n}}\ndef \"Part\" (\n    {}\n)\n{{\n"
        "    def \"Sub\" (\n        inherits = </Part/Style>\n    )\n    {{\n        def \"Leaf\"\n        "
        "{{\n        }}\n    }}\n"
        "    class \"Style\"\n    {{\n        def \"Styled\"\n        {{\n        }}\n    }}\n}}\n",
        Chance(50) ? "inherits = </_Part>" : "specializes = </_Part>");
  }

  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("prims that share a graph look as they would alone") {
  size_t prims = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    const auto layers = Generator(seed).Make();
    std::string what;
    for (const auto& [name, text] : layers) what += name + ":\n" + text;
    prims += CompareAll(Scene(layers), what);
  }
  CHECK(prims > 2000);
}

TEST_CASE(
    "where relocates of an asset lead to what is the path of one place, that place is composed by itself") {
  const std::string placed = "class \"{}\" (\n    references = @asset.usda@</D>\n)\n{{\n}}\n";
  const std::string asset =
      "(\n    relocates = {\n        </D/C>: </A/C/A>\n    }\n)\n"
      "def \"D\" (\n    specializes = </B/B>\n)\n{\n}\n";
  for (const char* order : {"AD", "DA"}) {
    std::string root;
    for (const char* name = order; *name; ++name) root += fmt::format(fmt::runtime(placed), *name);
    const Scene scene({{"root.usda", root}, {"asset.usda", asset}});
    CHECK(CompareAll(scene, order) == 3);
    const std::unique_ptr<Cache> cache = scene.MakeCache();
    const auto find_moved = [&](const char* prim) {
      const PrimIndexPtr index = cache->ComputePrimIndex(Path(prim));
      for (uint32_t i = 1; i < index->GetNodeCount(); ++i)
        if (const NodeRef node = index->GetNode(i); node.IsInRootLayerStack())
          return node.GetMapToRoot().MapSourceToTarget(Path("/B/B/C"));
      return Path("/Nothing");
    };
    CHECK(find_moved("/A") == Path());  // as in usd-core: something else of the asset would be there
    CHECK(find_moved("/D") == Path("/A/C/A"));
  }
}

TEST_CASE("prims with payloads share a graph only with prims whose payloads are loaded as theirs are") {
  std::string root = "def \"World\"\n{\n";
  for (int i = 0; i < 8; ++i)
    root += fmt::format("    def \"P_{}\" (references = @asset.usda@)\n    {{\n    }}\n", i);
  const std::vector<std::pair<std::string, std::string>> layers{
      {"root.usda", root + "}\n"},
      {"asset.usda",
       "(\n    defaultPrim = \"Asset\"\n)\ndef \"Asset\"\n{\n    def \"Geom\"\n    {\n"
       "        def \"Heavy\" (payload = </Load>)\n        {\n        }\n"
       "        def \"Other\" (inherits = </Asset/Geom/Heavy/In>)\n        {\n        }\n    }\n}\n"
       "def \"Load\"\n{\n    def \"In\"\n    {\n        def \"Deep\"\n        {\n        }\n    }\n}\n"}};
  CacheOptions options;
  options.include_payload = [](Path path) {
    return path.GetString().find_first_of("1357") != std::string::npos;
  };
  CompareAll(Scene(layers), "payloads", options);
  const Scene scene(layers);
  const std::unique_ptr<Cache> cache = scene.MakeCache(options);
  CHECK(cache->ComputePrimIndex(Path("/World/P_1/Geom/Heavy/In"))->HasSpecs());
  CHECK_FALSE(cache->ComputePrimIndex(Path("/World/P_2/Geom/Heavy/In"))->HasSpecs());
  CHECK(cache->ComputePrimIndex(Path("/World/P_3/Geom/Heavy/In"))->HasSpecs());
}

TEST_CASE("whether a payload is loaded is asked of prims that have one, and of no others") {
  auto count_questions = [](const std::string& asset) {
    std::string root = "def \"World\"\n{\n";
    for (int i = 0; i < 20; ++i)
      root += fmt::format("    def \"P_{}\" (references = @asset.usda@)\n    {{\n    }}\n", i);
    const Scene scene(
        {{"root.usda", root + "}\n"}, {"asset.usda", "(\n    defaultPrim = \"Asset\"\n)\n" + asset}});
    size_t questions = 0;
    CacheOptions options;
    options.include_payload = [&questions](Path path) {
      ++questions;
      CHECK(path.GetNameToken() == std::string_view("Heavy"));
      return true;
    };
    FindPrims(*scene.MakeCache(options));
    return questions;
  };
  const std::string light = "    def \"Light\"\n    {\n        def \"Leaf\"\n        {\n        }\n    }\n";
  CHECK(count_questions("def \"Asset\"\n{\n" + light + "}\n") == 0);
  const size_t questions = count_questions("def \"Asset\"\n{\n" + light +
                                           "    def \"Heavy\" (payload = </Load>)\n    {\n    }\n}\n"
                                           "def \"Load\"\n{\n    def \"In\"\n    {\n    }\n}\n");
  CHECK(questions >= 20);
  CHECK(questions <= 22);
}

TEST_CASE("indices are the same for any number of threads") {
  for (uint64_t seed = 101; seed <= 110; ++seed) {
    CAPTURE(seed);
    const Scene scene(Generator(seed).Make());
    std::string with_one;
    for (unsigned threads : {1u, 2u, 16u}) {
      Executor executor(threads);
      CacheOptions options;
      options.executor = &executor;
      const std::unique_ptr<Cache> cache = scene.MakeCache(options);
      cache->ComputeSubtree(Path::AbsoluteRoot(), [](const PrimIndex&, std::vector<Token>&) { return true; });
      std::string all;
      for (Path path : FindPrims(*cache)) all += Dump(*cache->ComputePrimIndex(path));
      if (threads == 1) with_one = all;
      CHECK(all == with_one);
    }
  }
}

TEST_CASE("the number of graphs does not grow with the number of places") {
  auto count_graphs = [](int places) {
    std::string root = "def \"World\"\n{\n";
    for (int i = 0; i < places; ++i)
      root +=
          fmt::format("    def \"P_{}\" (\n        references = @asset.usda@\n    )\n    {{\n    }}\n", i);
    const Scene scene(
        {{"root.usda", root + "}\n"},
         {"asset.usda",
          "(\n    defaultPrim = \"Asset\"\n)\nclass \"_Style\"\n{\n}\ndef \"Asset\" (\n    inherits = "
          "</_Style>\n)\n{\n    class \"Local\"\n    {\n    }\n    def \"Geom\" (\n        inherits = "
          "</Asset/Local>\n    )\n    {\n        def \"Leaf\"\n        {\n        }\n    }\n}\n"}});
    // As every stage does.
    CacheOptions options;
    options.include_payload = [](Path) { return true; };
    const std::unique_ptr<Cache> cache = scene.MakeCache(options);
    const std::vector<Path> prims = FindPrims(*cache);
    CHECK(prims.size() == 2 + 4 * static_cast<size_t>(places));
    std::set<const IndexGraph*> graphs;
    for (Path path : prims) graphs.insert(cache->ComputePrimIndex(path)->GetGraph());
    // Below a prim that nothing stronger mentions children are found by name alone.
    CHECK(cache->ComputePrimIndex(Path("/World/P_0/Geom"))->GetGraph()->children);
    return graphs.size();
  };
  const size_t with_few = count_graphs(4);
  CHECK(with_few < 10);
  CHECK(count_graphs(200) == with_few);
}

TEST_CASE("prims below parents that differ share a graph where they say the same") {
  auto count_graphs = [](int variants, const char* below) {
    std::string asset =
        "(\n    defaultPrim = \"Asset\"\n)\ndef \"Asset\" (\n    prepend variantSets = \"v\"\n)\n{\n"
        "    def \"Geom\"\n    {\n        def \"Leaf\"\n        {\n            def \"Deep\"\n            {\n"
        "            }\n        }\n    }\n    variantSet \"v\" = {\n";
    std::string root = "def \"World\"\n{\n";
    for (int i = 0; i < variants; ++i) {
      asset += fmt::format("        \"v{}\" {{\n            over \"Geom\"\n            {{\n", i);
      asset += fmt::format("                custom int i = {}\n{}            }}\n        }}\n", i, below);
      root += fmt::format(
          "    def \"P_{0}\" (\n        references = @asset.usda@\n        variants = {{\n            "
          "string v = \"v{0}\"\n        }}\n    )\n    {{\n    }}\n",
          i);
    }
    const std::vector<std::pair<std::string, std::string>> layers{{"root.usda", root + "}\n"},
                                                                  {"asset.usda", asset + "    }\n}\n"}};
    const Scene scene(layers);
    const std::unique_ptr<Cache> cache = scene.MakeCache();
    std::map<Token, std::set<const IndexGraph*>> graphs;
    for (Path path : FindPrims(*cache))
      if (!path.IsAbsoluteRoot())
        graphs[path.GetNameToken()].insert(cache->ComputePrimIndex(path)->GetGraph());
    CompareAll(scene, "variants");
    CHECK(graphs[Token("Geom")].size() == static_cast<size_t>(variants));
    return std::pair(graphs[Token("Leaf")].size(), graphs[Token("Deep")].size());
  };
  // Below Geom no variant says anything.
  CHECK(count_graphs(8, "") == std::pair<size_t, size_t>(1, 1));
  CHECK(count_graphs(40, "") == std::pair<size_t, size_t>(1, 1));
  // Now each speaks of Leaf, and none of Deep.
  CHECK(count_graphs(8, "                over \"Leaf\"\n                {\n                }\n") ==
        std::pair<size_t, size_t>(8, 1));
}

TEST_CASE("edits keep what equal prims share, unless it may follow from what was edited") {
  const std::string style = "class \"_Style\"\n{\n}\n";
  const Scene scene(
      {{"root.usda", style + "def \"World\"\n{\n    def \"P_0\" (references = @asset.usda@)\n    {\n"
                             "    }\n}\n"},
       {"asset.usda", "(\n    defaultPrim = \"Asset\"\n)\n" + style +
                          "def \"Asset\" (inherits = </_Style>)\n{\n    def \"Geom\"\n    {\n"
                          "        def \"Leaf\"\n        {\n        }\n    }\n}\n"}});
  const std::unique_ptr<Cache> cache = scene.MakeCache();
  FindPrims(*cache);
  CacheEdits edits;
  for (const layer::LayerPtr& layer : cache->GetUsedLayers())
    layer->AddChangeListener([&edits, layer](const auto&, const layer::ChangeList& changes) {
      edits.layers.push_back({layer, changes});
    });
  const auto add_place = [&](const std::string& name) {
    const Path place("/World/" + name);
    ReferenceListOp references;
    references.is_explicit = true;
    references.explicit_items = {Reference{"asset.usda", Path(), {}, nullptr}};
    REQUIRE(scene.root->CreatePrimSpec(place, Specifier::kDef));
    REQUIRE(scene.root->SetField(place, layer::GetFieldNames().references, Value(references)));
    cache->Apply(std::exchange(edits, {}));
    return cache->ComputePrimIndex(place.AppendPath(Path("Geom/Leaf")))->GetGraph();
  };
  const auto compare_with_fresh = [&] {
    const std::unique_ptr<Cache> fresh = scene.MakeCache();
    for (Path path : FindPrims(*fresh))
      CHECK(Dump(*cache->ComputePrimIndex(path)) == Dump(*fresh->ComputePrimIndex(path)));
  };
  const IndexGraph* const first = cache->ComputePrimIndex(Path("/World/P_0/Geom/Leaf"))->GetGraph();
  CHECK(add_place("P_1") == first);
  compare_with_fresh();

  // The class is asked for by the same path in the root layer: what it says below itself was nothing before.
  REQUIRE(scene.root->CreatePrimSpec(Path("/_Style/Geom"), Specifier::kOver));
  REQUIRE(scene.root->CreatePrimSpec(Path("/_Style/Geom/New"), Specifier::kDef));
  cache->Apply(std::exchange(edits, {}));
  CHECK(cache->ComputePrimIndex(Path("/World/P_0/Geom/New"))->HasSpecs());
  add_place("P_2");
  CHECK(cache->ComputePrimIndex(Path("/World/P_2/Geom/New"))->HasSpecs());
  compare_with_fresh();
}

// What a class within an asset says is also asked for where the asset is placed.
TEST_CASE("a graph does not serve its first place any more once that says something else") {
  const Scene scene(
      {{"root.usda",
        "def \"World\"\n{\n    def \"P_0\" (references = @asset.usda@)\n    {\n    }\n"
        "    def \"P_1\" (references = @asset.usda@)\n    {\n    }\n}\n"},
       {"asset.usda",
        "(\n    defaultPrim = \"Asset\"\n)\ndef \"Asset\"\n{\n    class \"Local\"\n    {\n    }\n"
        "    def \"Geom\" (inherits = </Asset/Local>)\n    {\n        def \"Leaf\"\n        {\n"
        "        }\n    }\n}\n"}});
  const std::unique_ptr<Cache> cache = scene.MakeCache();
  FindPrims(*cache);
  CacheEdits edits;
  scene.root->AddChangeListener(
      [&](const auto&, const layer::ChangeList& changes) { edits.layers.push_back({scene.root, changes}); });
  const auto compare_with_fresh = [&] {
    cache->Apply(std::exchange(edits, {}));
    const std::unique_ptr<Cache> fresh = scene.MakeCache();
    for (Path path : FindPrims(*fresh))
      CHECK(Dump(*cache->ComputePrimIndex(path)) == Dump(*fresh->ComputePrimIndex(path)));
  };
  for (const char* place : {"/World/P_0/Local", "/World/P_1/Local"}) {
    CAPTURE(place);
    REQUIRE(scene.root->CreatePrimSpec(Path(place), Specifier::kOver));
    compare_with_fresh();
    REQUIRE(scene.root->CreatePrimSpec(Path(place).AppendPath(Path("New")), Specifier::kDef));
    compare_with_fresh();
    REQUIRE(scene.root->DeleteSpec(Path(place)));
    compare_with_fresh();
  }
}

// /C/y/c and /C/y/z are composed alike. The relocate maps /K/y/c, which is also where the inherit of /K
// leads.
TEST_CASE("a map that leads to another node's site by chance is not taken along to another prim") {
  const std::vector<std::pair<std::string, std::string>> layers{
      {"root.usda",
       "(\n    subLayers = [@s.usda@]\n    relocates = {</C/c>: </C/n>}\n)\n"
       "def \"C\" (\n    inherits = [</K/y>, </K>]\n)\n{\n}\ndef \"K\" (\n    inherits = </L>\n)\n{\n}\n"},
      {"s.usda",
       "class \"L\" (\n    inherits = </K>\n)\n{\n    over \"y\"\n    {\n        class \"c\"\n        {\n    "
       "    }\n"
       "        def \"z\"\n        {\n        }\n    }\n}\n"}};
  CompareAll(Scene(layers), "maps");
}

TEST_CASE("maps that came with the parent lead to its own place, also where prims with arcs look alike") {
  const std::string placement = R"((
    references = @asset.usda@</M>
)
{
    def "Part" (
        references = @part.usda@</P>
    )
    {
        def "In"
        {
        }
    }
}
)";
  Scene scene({{"root.usda", "def \"A\" " + placement + "def \"B\" " + placement},
               {"asset.usda", "def \"M\"\n{\n    def \"Part\"\n    {\n    }\n}\n"},
               {"part.usda", "def \"P\"\n{\n}\n"}});
  const auto cache = scene.MakeCache();
  for (const char* name : {"A", "B"}) {
    const Path prim = Path::AbsoluteRoot().AppendChild(Token(name));
    for (const char* below : {"Part", "Part/In"}) {
      const PrimIndexPtr index = cache->ComputePrimIndex(Path(prim.GetString() + "/" + below));
      bool is_from_asset = false;
      for (uint32_t i = 1; i < index->GetNodeCount(); ++i) {
        const NodeRef node = index->GetNode(i);
        if (node.GetLayerStack()->GetRootLayer()->GetDisplayName() != "asset.usda") continue;
        is_from_asset = true;
        CHECK(node.GetMapToRoot().MapSourceToTarget(Path("/M/Other")) == prim.AppendChild(Token("Other")));
      }
      CHECK(is_from_asset == (std::string(below) == "Part"));
    }
  }
}
