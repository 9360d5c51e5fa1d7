// Edits recompose the indices that depend on them, and no more: each kind of edit, with the number of
// indices, however many other prims there are.
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "strata/compose/compose.h"
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

namespace {

// A cache that composes all there is, gathers the edits of its layers and tells what they did.
class Edited {
 public:
  explicit Edited(const Layers& layers, CacheOptions options = {}) {
    resolver_ = std::make_shared<asset::MemoryResolver>(nullptr);
    for (const auto& [name, text] : layers) Put(name, text);
    registry_ = layer::LayerRegistry::Create(resolver_, std::make_shared<layer::FieldRegistry>(),
                                             {format::text::MakeUsdaFormat()});
    provider_ = std::make_shared<RegistryProvider>(registry_);
    for (const auto& [name, text] : layers) {
      Diagnostics diagnostics;
      const layer::LayerPtr layer = registry_->FindOrOpen(name, nullptr, {}, diagnostics);
      REQUIRE_MESSAGE(layer, RenderDiagnostics(diagnostics, ColorMode::kPlain));
      layer->AddChangeListener([this, layer](const layer::Layer&, const layer::ChangeList& changes) {
        edits.layers.push_back({layer, changes});
      });
      layers_.push_back(layer);
    }
    options_ = std::move(options);
    cache_ = std::make_unique<Cache>(layers_.front(), nullptr, provider_, options_);
    renewed_ = std::make_unique<Cache>(layers_.front(), nullptr, provider_, options_);
    ComposeAll(*cache_);
    ComposeAll(*renewed_);
  }

  void Put(const std::string& name, const std::string& text) { resolver_->Put(name, "#usda 1.0\n" + text); }
  layer::Layer& operator[](size_t number) { return *layers_[number]; }
  Cache& GetCache() { return *cache_; }

  // "/A | 2 1": what is composed anew, and how many indices were dropped and mended for it. All that there is
  // is composed again, and equals what a new cache makes of it; so does what a cache has that keeps what it
  // can.
  std::string Apply() {
    const CacheEdits done = std::exchange(edits, {});
    const CacheChanges changes = cache_->Apply(done);
    renewal = renewed_->Apply(done, [](const PrimIndex&, std::vector<Token>&) { return true; });
    CHECK(renewal.resynced == changes.resynced);
    std::string text;
    for (const Path path : changes.resynced) text += path.GetString() + " ";
    text += "| " + std::to_string(changes.dropped_indices) + " " + std::to_string(changes.mended_indices);
    for (const std::string& identifier : done.mute) options_.muted_layers.insert(identifier);
    for (const std::string& identifier : done.unmute) options_.muted_layers.erase(identifier);
    Cache anew(layers_.front(), nullptr, provider_, options_);
    const std::string composed = ComposeAll(anew);
    CHECK(ComposeAll(*cache_) == composed);
    CHECK(ComposeAll(*renewed_) == composed);
    return text;
  }

  CacheEdits edits;
  CacheChanges renewal;  // of the cache that keeps what it can

 private:
  static std::string ComposeAll(Cache& cache) {
    std::set<std::string> prims;
    cache.ComputeSubtree(Path::AbsoluteRoot(), [&](const PrimIndex& index, std::vector<Token>&) {
      std::string text = index.GetPath().GetString() + ":";
      for (uint32_t i = 0; i < index.GetNodeCount(); ++i) {
        const NodeRef node = index.GetNode(i);
        text += "\n  " + std::string(GetArcName(node.GetArcType())) + " " + node.GetPath().GetString();
        for (const auto& [source, target] : node.GetMapToRoot().GetPairs())
          text += " " + source.GetString() + ">" + target.GetString();
      }
      for (const SpecSite& site : index.GetSpecStack())
        text += "\n  " + site.entry->layer->GetIdentifier() + site.path.GetString();
      for (const CompositionError& error : index.GetErrors()) text += "\n  " + error.diagnostic.message;
      prims.insert(std::move(text));
      return true;
    });
    std::string text;
    for (const std::string& prim : prims) text += prim + "\n";
    for (const CompositionError& error : cache.GetAllErrors()) text += error.diagnostic.message + "\n";
    return text;
  }

  std::shared_ptr<asset::MemoryResolver> resolver_;
  std::shared_ptr<layer::LayerRegistry> registry_;
  std::shared_ptr<RegistryProvider> provider_;
  std::vector<layer::LayerPtr> layers_;
  CacheOptions options_;
  std::unique_ptr<Cache> cache_, renewed_;
};

// Prims that have nothing to do with the edits.
std::string MakeOthers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += MakePrim("Other" + std::to_string(i), "references = @ref.usda@</S>", MakePrim("In", ""));
  return text;
}

const std::string kRef =
    MakePrim("R", "", MakePrim("X", "", MakePrim("Deep", ""))) + MakePrim("S", "", MakePrim("T", ""));
const layer::FieldNames& Names() {
  return layer::GetFieldNames();
}

}  // namespace

TEST_CASE("a sublayer that comes recomposes what it speaks about, and so does one that goes") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    Edited scene(
        {{"root.usda", MakePrim("A", "references = @ref.usda@</R>") + MakePrim("D", "") + MakeOthers(others)},
         {"ref.usda", kRef},
         {"sub.usda", MakePrim("A", "inherits = </K>") + MakePrim("D", "") + MakePrim("K", "")}});
    REQUIRE(scene[0].SetField(Path("/"), Names().subLayers, Value(std::vector<std::string>{"sub.usda"})));
    CHECK(scene.Apply() == "/A /K | 3 2");  // mended are /D and "/", which the sublayer has too
    REQUIRE(scene[0].SetField(Path("/"), Names().subLayers, Value(std::vector<std::string>{})));
    CHECK(scene.Apply() == "/A /K | 4 2");
  }
}

TEST_CASE("relocates that come and go recompose what is moved, where it was and where it is") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    Edited scene({{"root.usda", MakePrim("A", "references = @ref.usda@</R>") + MakeOthers(others)},
                  {"ref.usda", kRef}});
    REQUIRE(
        scene[0].SetField(Path("/"), Names().layerRelocates, Value(Relocates{{Path("/A/X"), Path("/A/Y")}})));
    CHECK(scene.Apply() == "/A | 3 0");
    REQUIRE(scene[0].SetField(Path("/"), Names().layerRelocates, Value()));
    CHECK(scene.Apply() == "/A | 3 0");
  }
}

TEST_CASE("a child that comes over an arc is told of where relocates take it") {
  for (const bool is_further : {false, true}) {
    CAPTURE(is_further);
    const std::string relocates = "(\n    relocates = {</D/A>: </D/B>}\n)\n";
    const std::string prim = MakePrim("D", "references = @ref.usda@</R>");
    Edited scene(is_further ? Layers{{"root.usda", MakePrim("P", "references = @middle.usda@</D>")},
                                     {"ref.usda", MakePrim("R", "")},
                                     {"middle.usda", relocates + prim}}
                            : Layers{{"root.usda", relocates + prim}, {"ref.usda", MakePrim("R", "")}});
    REQUIRE(scene[1].CreatePrimSpec(Path("/R/A"), Specifier::kDef));
    CHECK(scene.Apply() == (is_further ? "/P/A /P/B | 0 0" : "/D/A /D/B | 0 0"));
    CHECK(scene.GetCache().ComputePrimIndex(Path(is_further ? "/P/B" : "/D/B"))->HasSpecs());
  }
}

TEST_CASE("a child that comes in a variant is told of where relocates take it, though its source is known") {
  const std::string variant = "    variantSet \"v\" = {\n        \"x\" {\n        }\n    }\n";
  Edited scene(
      {{"root.usda", MakePrim("P", "references = @ref.usda@</D>")},
       {"ref.usda", "(\n    relocates = {</D/A>: </D/B>}\n)\n" +
                        MakePrim("D", "variantSets = \"v\"\nvariants = {\nstring v = \"x\"\n}", variant)}});
  (void)scene.GetCache().ComputePrimIndex(Path("/P/A"));
  REQUIRE(scene[1].CreatePrimSpec(Path("/D{v=x}A"), Specifier::kDef));
  const CacheChanges changes = scene.GetCache().Apply(scene.edits);
  CHECK(changes.resynced == std::vector<Path>{Path("/P/B")});
  CHECK(scene.GetCache().ComputePrimIndex(Path("/P/B"))->HasSpecs());
}

TEST_CASE("where a prim goes that relocates give another name, nothing stays under that name") {
  const std::string sources = MakePrim("R", "", MakePrim("X", "", MakePrim("In", "references = </Nowhere>")));
  Edited scene({{"root.usda",
                 "(\n    relocates = {</A/X>: </A/Y>}\n)\n" + MakePrim("A", "references = @ref.usda@</R>")},
                {"ref.usda", sources}});
  REQUIRE(scene.GetCache().ComputePrimIndex(Path("/A/Y/In"))->GetErrors().size() == 1);
  // The arc goes in the same step: the prim below it is dropped with all that is there.
  REQUIRE(scene[1].DeleteSpec(Path("/R/X")));
  REQUIRE(scene[0].SetField(Path("/A"), Names().references, Value()));
  CHECK(scene.Apply() == "/A | 3 0");
  CHECK(scene.GetCache().GetAllErrors().empty());
}

TEST_CASE("specs and arcs that go recompose the prims that had them") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    Edited scene({{"root.usda", MakePrim("A", "references = @ref.usda@</R>", MakePrim("X", "")) +
                                    MakePrim("B", "references = @ref.usda@</R>") + MakeOthers(others)},
                  {"ref.usda", kRef}});
    REQUIRE(scene[0].DeleteSpec(Path("/A/X")));
    CHECK(scene.Apply() == "| 0 1");
    REQUIRE(scene[0].SetField(Path("/A"), Names().references, Value()));
    CHECK(scene.Apply() == "/A | 3 0");
    REQUIRE(scene[1].DeleteSpec(Path("/R/X/Deep")));
    CHECK(scene.Apply() == "/B/X/Deep | 1 0");
  }
}

TEST_CASE("a layer that is read again recomposes those who use it") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    Edited scene(
        {{"root.usda", MakePrim("A", "references = @own.usda@</R>") + MakePrim("B", "") + MakeOthers(others)},
         {"ref.usda", kRef},
         {"own.usda", kRef}});
    scene.Put("own.usda", MakePrim("R", "", MakePrim("New", "")));
    REQUIRE(scene[2].Reload(layer::Layer::ReloadMode::kAlways));
    CHECK(scene.Apply() == "/A | 3 0");
    CHECK(scene.GetCache().ComputePrimIndex(Path("/A/New"))->GetSpecStack().size() == 1);
  }
}

TEST_CASE("a payload that is loaded recomposes its prim and what is below") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    auto loaded = std::make_shared<std::set<Path>>();
    CacheOptions options;
    options.include_payload = [loaded](Path path) { return loaded->count(path) != 0; };
    Edited scene({{"root.usda", MakePrim("P", "payload = @ref.usda@</R>", MakePrim("In", "")) +
                                    MakePrim("Q", "payload = @ref.usda@</R>") + MakeOthers(others)},
                  {"ref.usda", kRef}},
                 options);
    loaded->insert(Path("/P"));
    scene.edits.payloads = {Path("/P")};
    CHECK(scene.Apply() == "/P | 2 0");
    loaded->clear();
    scene.edits.payloads = {Path("/P")};
    CHECK(scene.Apply() == "/P | 4 0");
  }
}

TEST_CASE("below prims that an edit of arcs leaves as they were indices stay, however many there are") {
  for (const int count : {2, 20, 40}) {
    CAPTURE(count);
    std::string parts, others;
    for (int i = 0; i < count; ++i)
      parts += MakePrim("Part" + std::to_string(i), "references = @ref.usda@</S>");
    for (int i = 0; i < count; ++i) others += MakePrim("Beside" + std::to_string(i), "", MakePrim("In", ""));
    const std::string variants = R"(
      variantSet "lod" = {
        "full" {
          over "Geom" {
            over "Part1" {
            }
          }
        }
        "proxy" {
          over "Geom" {
            over "Part0" {
              def "Box" {
              }
            }
          }
        }
      })";
    Edited scene({{"root.usda",
                   MakePrim("A", "references = @asset.usda@</M>\n    variants = { string lod = \"full\" }") +
                       MakeOthers(count)},
                  {"asset.usda", MakePrim("M", "prepend variantSets = \"lod\"",
                                          MakePrim("Geom", "", parts) + others + variants)},
                  {"ref.usda", kRef}});
    auto select = [&](const char* variant) {
      REQUIRE(scene[0].SetField(Path("/A"), Names().variantSelection,
                                Value(VariantSelectionMap{{"lod", variant}})));
    };
    select("proxy");
    scene.Apply();
    // Anew are the prim, what the variants speak of, and their children where they are not the same.
    CHECK(scene.renewal.dropped_indices == 4);
    CHECK(scene.renewal.kept.size() == static_cast<size_t>(2 * count));
    select("full");
    scene.Apply();
    CHECK(scene.renewal.dropped_indices == 5);  // /A/Geom/Part0/Box is gone
    select("none");
    scene.Apply();
    CHECK(scene.renewal.dropped_indices == 3);

    // What is edited below in the same step is composed anew for that.
    select("full");
    REQUIRE(scene[0].CreatePrimSpec(Path("/A/Beside1"), Specifier::kOver));
    scene.Apply();
    CHECK(scene.renewal.dropped_indices == 4);
    select("none");
    REQUIRE(scene[0].CreatePrimSpec(Path("/A/Beside1/In"), Specifier::kOver));
    scene.Apply();
    CHECK(scene.renewal.dropped_indices == 5);
    REQUIRE(scene[1].CreatePrimSpec(Path("/M{lod=proxy}Geom/Part1/T"), Specifier::kDef));
    select("proxy");
    scene.Apply();
  }
}

TEST_CASE("switched variants leave each prim as it would be composed anew") {
  const std::string asset = R"(
def "M" (
    prepend variantSets = ["lod", "look"]
    variants = {
        string lod = "full"
    }
    payload = @payload.usda@</P>
)
{
    def "Copy" (
        references = </M/Geom>
    )
    {
    }
    def "Deep"
    {
        def "Copy" (
            references = </M/Geom/Part>
        )
        {
        }
    }
    variantSet "lod" = {
        "full" {
            over "Geom"
            {
                over "Part"
                {
                }
            }
        }
        "proxy" {
            over "Geom"
            {
                over "Other"
                {
                    def "Box"
                    {
                    }
                }
            }
        }
        "inner" (
            variants = {
                string look = "red"
            }
        ) {
        }
        "arc" (
            references = @payload.usda@</Q>
        ) {
        }
        "empty" {
        }
    }
    variantSet "look" = {
        "red" {
            over "Geom"
            {
            }
        }
        "blue" (
            variants = {
                string lod = "proxy"
            }
        ) {
            over "Geom"
            {
                over "Part"
                {
                }
            }
        }
    }
}
)";
  const std::string payload =
      MakePrim("P", "",
               MakePrim("Geom", "",
                        MakePrim("Part", "references = </Q>") + MakePrim("Other", "references = </Q>"))) +
      MakePrim("Q", "", MakePrim("In", ""));
  const std::string own = R"(
def "Own" (
    variantSets = "lod"
    references = @asset.usda@</M>
)
{
    variantSet "lod" = {
        "full" {
            over "Geom"
            {
            }
        }
        "proxy" {
            over "Geom"
            {
                over "Part"
                {
                }
            }
        }
    }
}
)";
  const std::string plain = "references = @asset.usda@</M>";
  Edited scene({{"root.usda", MakePrim("A", plain) + MakePrim("B", plain) + own +
                                  MakePrim("I", plain + "\n    instanceable = true") +
                                  MakePrim("K", "inherits = </B>")},
                {"asset.usda", asset},
                {"payload.usda", payload}});
  std::vector<VariantSelectionMap> all;
  for (const char* lod : {"full", "proxy", "inner", "arc", "empty", "none", "`${LOD}`", ""})
    for (const char* look : {"red", "blue", ""}) {
      VariantSelectionMap& selections = all.emplace_back();
      if (*lod) selections["lod"] = lod;
      if (*look) selections["look"] = look;
    }
  for (const char* prim : {"/A", "/B", "/Own", "/I"}) {
    CAPTURE(std::string(prim));
    for (size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      // From each to one that is nearly the same, and to others.
      REQUIRE(scene[0].SetField(Path(prim), Names().variantSelection, Value(all[i * 7 % all.size()])));
      scene.Apply();
    }
    REQUIRE(
        scene[0].SetField(Path(prim), Names().variantSelection, Value(VariantSelectionMap{{"lod", "full"}})));
    scene.Apply();
  }
}

TEST_CASE("a variant switched in one step with other edits leaves each prim as it would be composed anew") {
  const std::string variants = R"(
    variantSet "lod" = {
        "full" {
            over "Geom"
            {
            }
        }
        "proxy" {
            over "Geom"
            {
                def "Box"
                {
                }
            }
        }
    }
)";
  const std::string set = "prepend variantSets = \"lod\"";
  Edited scene({{"root.usda", MakePrim("A", "", MakePrim("X", "references = @asset.usda@</M>"))},
                {"asset.usda", MakePrim("M", set, MakePrim("Geom", "") + variants) +
                                   MakePrim("N", "", MakePrim("X", "references = </M>"))}});
  auto select = [&](const char* path, const char* lod) {
    REQUIRE(
        scene[0].SetField(Path(path), Names().variantSelection, Value(VariantSelectionMap{{"lod", lod}})));
  };
  // Its parent has another arc, so that the prim does, too.
  ReferenceListOp references;
  references.prepended_items = {Reference{"asset.usda", Path("/N"), {}, {}}};
  REQUIRE(scene[0].SetField(Path("/A"), Names().references, Value(references)));
  select("/A/X", "proxy");
  scene.Apply();
  // What is below is written in a variant that comes with it.
  REQUIRE(scene[1].CreatePrimSpec(Path("/M{lod=full}Geom/More"), Specifier::kDef));
  select("/A/X", "full");
  scene.Apply();
  REQUIRE(scene[1].CreatePrimSpec(Path("/M/Geom/More/Most"), Specifier::kDef));
  select("/A/X", "proxy");
  scene.Apply();
  REQUIRE(scene[1].DeleteSpec(Path("/M/Geom/More")));
  select("/A/X", "full");
  scene.Apply();
}

TEST_CASE("what lies by chance where a switched variant leads stays where it is") {
  const std::string variants = R"(
    variantSet "v" = {
        "x" {
            over "B"
            {
            }
        }
        "y" {
            over "B"
            {
                def "A"
                {
                }
            }
        }
    }
)";
  const std::string asset = "references = @asset.usda@</C>";
  Edited scene(
      {{"root.usda", MakePrim("D", "specializes = </E>", MakePrim("B", asset)) + MakePrim("E", asset)},
       {"asset.usda",
        MakePrim("C", "prepend variantSets = \"v\"\n    variants = { string v = \"y\" }", variants)}});
  for (const char* variant : {"y", "x", "y"}) {
    REQUIRE(
        scene[0].SetField(Path("/D"), Names().variantSelection, Value(VariantSelectionMap{{"v", variant}})));
    scene.Apply();
  }
}

TEST_CASE("below specializes nothing stays that is in another order from scratch") {
  const std::string text = R"(
over "A"
{
    class "C" (
        specializes = [
            </B>,
            </A>
        ]
    )
    {
    }
}
over "B"
{
}
over "D" (
    specializes = [
        </A/B>,
        </A>
    ]
    prepend variantSets = "v"
)
{
    over "C"
    {
    }
    variantSet "v" = {
        "x" {
        }
    }
}
)";
  Edited scene({{"root.usda", text}});
  // The variant that comes says nothing of C.
  REQUIRE(scene[0].SetField(Path("/A"), Names().variantSelection, Value(VariantSelectionMap{{"v", "x"}})));
  scene.Apply();
}

TEST_CASE("a spec that goes takes along what is selected above it, for prims further down") {
  const std::string variants = R"(
    variantSet "v" = {
        "x" {
            def "S"
            {
                def "FromX"
                {
                }
            }
        }
        "y" {
            def "S"
            {
                def "FromY"
                {
                }
            }
        }
    }
)";
  const std::string arcs_within = MakePrim("B", "", MakePrim("C", "references = </R/S>"));
  Edited scene({{"root.usda", MakePrim("D", "variants = { string v = \"x\" }", MakePrim("B", "")) +
                                  MakePrim("A", "references = @ref.usda@</R>") +
                                  MakePrim("P", "inherits = [</D>, </A>]")},
                {"ref.usda", MakePrim("R", "prepend variantSets = \"v\"\n    variants = { string v = \"y\" }",
                                      arcs_within + variants)}});
  const auto find = [&](const char* name) {
    return scene.GetCache().ComputePrimIndex(Path("/P/B/C").AppendChild(Token(name)))->HasSpecs();
  };
  CHECK(find("FromX"));
  REQUIRE(scene[0].DeleteSpec(Path("/D/B")));
  CHECK(scene.Apply() == "/D/B /P/B | 4 0");
  CHECK(find("FromY"));
}

TEST_CASE("a class that is left out where an arc from above has its site comes and goes with that arc") {
  Edited scene(
      {{"root.usda", MakePrim("R", "", MakePrim("S", "")) +
                         MakePrim("A", "references = </R/S>", MakePrim("C", "inherits = </B/C>")) +
                         MakePrim("B", "inherits = </R/S>", MakePrim("C", "")) +
                         MakePrim("D", "references = </R/S>", MakePrim("C", "specializes = </R/S/C>"))}});
  const auto count = [&](const char* path) {
    return scene.GetCache().ComputePrimIndex(Path(path))->GetNodeCount();
  };
  CHECK(count("/A/C") == 2);  // with /B/C, whose class /R/S/C is there by reference, and says nothing
  const layer::FieldNames& names = Names();
  const Value references = *scene[0].GetField(Path("/A"), names.references);
  for (const char* prim : {"/A", "/D"}) REQUIRE(scene[0].SetField(Path(prim), names.references, Value()));
  scene.Apply();
  CHECK(count("/A/C") == 3);
  for (const char* prim : {"/A", "/D"}) REQUIRE(scene[0].SetField(Path(prim), names.references, references));
  scene.Apply();
  CHECK(count("/A/C") == 2);
}

TEST_CASE("errors of layer stacks are listed in one order, whichever was met first") {
  const std::string refers = "references = @shared.usda@</R>";
  const auto names_layers = [](const char* layer) {
    return "(\n    expressionVariables = {string LAYER = \"" + std::string(layer) + "\"}\n)\n";
  };
  Edited scene({{"root.usda", MakePrim("A", "", "") + MakePrim("B", "references = @b.usda@</B>")},
                {"a.usda", names_layers("a_gone") + MakePrim("A", refers)},
                {"b.usda", names_layers("b_gone") + MakePrim("B", refers)},
                {"shared.usda", "(\n    subLayers = [@`\"${LAYER}.usda\"`@]\n)\n" + kRef}});
  ReferenceListOp references;
  references.prepended_items = {Reference{"a.usda", Path("/A"), {}, {}}};
  REQUIRE(scene[0].SetField(Path("/A"), Names().references, Value(references)));
  scene.Apply();
  const CompositionErrors errors = scene.GetCache().GetAllErrors();
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].diagnostic.message.find("a_gone") != std::string::npos);
}

TEST_CASE("instances, classes and relocates below an edit of arcs keep no index that is another one") {
  Edited scene({{"root.usda", "(\n    relocates = {</L/X>: </L/Y>}\n)\n" +
                                  MakePrim("A", "references = @ref.usda@</R>\n    inherits = </K>") +
                                  MakePrim("L", "references = @ref.usda@</R>") +
                                  MakePrim("K", "", MakePrim("X", "", MakePrim("OfClass", "")))},
                {"ref.usda", kRef}});
  REQUIRE(scene[0].SetField(Path("/A"), Names().instanceable, Value(true)));
  CHECK(scene.Apply() == "/A | 4 0");
  REQUIRE(scene[0].SetField(Path("/A"), Names().instanceable, Value(false)));
  CHECK(scene.Apply() == "/A | 4 0");
  REQUIRE(scene[0].SetField(Path("/A"), Names().inheritPaths, Value()));
  CHECK(scene.Apply() == "/A | 4 0");
  PathListOp classes;
  classes.prepended_items = {Path("/K")};
  REQUIRE(scene[0].SetField(Path("/L"), Names().inheritPaths, Value(classes)));
  scene.Apply();
}

TEST_CASE("a layer that is muted recomposes what it speaks of, and keeps what it says nothing about") {
  for (const int count : {2, 20, 40}) {
    CAPTURE(count);
    std::string parts, placements;
    for (int i = 0; i < count; ++i) parts += MakePrim("Part" + std::to_string(i), "", MakePrim("In", ""));
    for (int i = 0; i < count; ++i)
      placements += MakePrim("P" + std::to_string(i), "references = @asset.usda@</M>");
    const std::string lods = R"(
      variantSet "lod" = {
        "proxy" {
          over "Part0" {
          }
        }
      })";
    Edited scene({{"root.usda", "(\n    subLayers = [@dressing.usda@, @late.usda@]\n)\n" + placements},
                  {"dressing.usda", R"(
                    over "P0" (
                      variants = {
                        string lod = "proxy"
                      }
                    ) {
                    }
                    over "P1" {
                      over "Part0" {
                        def "New" {
                        }
                      }
                    })"},
                  {"late.usda", "over \"P1\" {\n}\n"},
                  {"asset.usda", MakePrim("M", "prepend variantSets = \"lod\"", parts + lods)}});
    scene.edits.mute.push_back("dressing.usda");
    CHECK(scene.Apply() == "/P0 /P1/Part0/New | " + std::to_string(2 * count + 2) + " 3");
    CHECK(scene.renewal.dropped_indices == 3);  // /P0, /P0/Part0, /P1/Part0/New
    CHECK(scene.renewal.kept.size() == static_cast<size_t>(count));
    scene.edits.unmute.push_back("dressing.usda");
    scene.Apply();
    CHECK(scene.renewal.dropped_indices == 2);
  }
}

TEST_CASE("of a layer that is muted as it is edited nothing stays in its layer stack") {
  Edited scene({{"root.usda", "(\n    subLayers = [@a.usda@, @b.usda@]\n)\n" + MakePrim("P", "")},
                {"a.usda", MakePrim("P", "", MakePrim("Q", "references = @ref.usda@</R>"))},
                {"b.usda", MakePrim("P", "instanceable = true")},
                {"ref.usda", kRef}});
  const LayerStackPtr stack = scene.GetCache().GetRootLayerStack();
  CHECK(stack->FindSite(Path("/P/Q")).fields == kSiteReferences);
  REQUIRE(scene[1].DeleteSpec(Path("/P/Q")));
  scene.edits.mute.push_back("a.usda");
  scene.Apply();
  CHECK(stack->FindSite(Path("/P/Q")).fields == 0);
  CHECK(stack->FindSite(Path("/P")).fields == kSiteInstanceable);
}

TEST_CASE("layers that take the place of a muted one are not taken for it") {
  const std::string placement = "references = @asset.usda@</M>";
  Edited scene({{"root.usda", "(\n    subLayers = [@a.usda@, @b.usda@]\n)\n" + MakePrim("P0", placement) +
                                  MakePrim("P1", placement)},
                {"a.usda", "over \"P0\" {\n}\n"},
                {"b.usda", "over \"P1\" {\n}\n"},
                {"asset.usda", MakePrim("M", "", MakePrim("In", ""))}});
  const auto select = [&](const Value& selection) {
    REQUIRE(scene[0].SetField(Path("/P1"), Names().variantSelection, selection));
    scene.Apply();
  };
  scene.edits.mute.push_back("a.usda");
  scene.Apply();
  // What the second layer of the stack says of /P1 is now what it said of /P0.
  select(Value(VariantSelectionMap{{"lod", "proxy"}}));
  select(Value());
  scene.edits.unmute.push_back("a.usda");
  scene.Apply();
  select(Value(VariantSelectionMap{{"lod", "proxy"}}));
  select(Value());
}

TEST_CASE("prims that had no room for their arcs are composed again when an edit gives some") {
  CacheOptions options;
  options.budgets.max_index_bytes_of_few_prims = 1 << 20;
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += MakePrim("P" + std::to_string(i), i < 399 ? "inherits = </P" + std::to_string(i + 1) + ">" : "");
  Edited scene({{"root.usda", text}}, options);
  REQUIRE(scene.GetCache().GetAllErrors().size() == 1);
  const Path cut = scene.GetCache().GetAllErrors().front().root_site;
  CHECK(scene.GetCache().ComputePrimIndex(cut)->GetNodeCount() == 1);
  // Pieces of ten.
  for (int i = 9; i < 399; i += 10)
    REQUIRE(scene[0].SetField(Path("/P" + std::to_string(i)), Names().inheritPaths, Value()));
  scene.Apply();
  CHECK(scene.GetCache().GetAllErrors().empty());
  CHECK(scene.GetCache().ComputePrimIndex(cut)->GetNodeCount() ==
        static_cast<size_t>(10 - std::stoi(cut.GetString().substr(2)) % 10));
}
