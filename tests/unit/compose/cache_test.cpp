#include "strata/compose/compose.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "strata/format/text/text.h"
#include "strata/layer/registry.h"
#include "tests/registry_provider.h"

using namespace strata;
using namespace strata::compose;

namespace {

// A cache over layers written as text; the first one is the root.
struct Scene {
  std::shared_ptr<layer::LayerRegistry> registry;
  std::unique_ptr<Cache> cache;

  explicit Scene(std::initializer_list<std::pair<std::string, std::string>> layers,
                 CacheOptions options = {}) {
    auto resolver = std::make_shared<asset::MemoryResolver>(asset::MakeFileResolver());
    for (const auto& [name, text] : layers) resolver->Put(name, "#usda 1.0\n" + text);
    registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                            {format::text::MakeUsdaFormat()});
    Diagnostics diagnostics;
    layer::LayerPtr root = registry->FindOrOpen(layers.begin()->first, nullptr, {}, diagnostics);
    if (!root) FAIL(RenderDiagnostics(diagnostics, ColorMode::kPlain));
    cache = std::make_unique<Cache>(root, nullptr, std::make_shared<RegistryProvider>(registry),
                                    std::move(options));
  }

  // "root.usda</A> ref.usda</R>": the opinions about a prim, strongest first.
  std::string Stack(const char* path) {
    std::string text;
    for (const SpecSite& site : cache->ComputePrimIndex(Path(path))->GetSpecStack())
      text +=
          (text.empty() ? "" : " ") + site.entry->layer->GetDisplayName() + "<" + site.path.GetString() + ">";
    return text;
  }
  std::string Children(const char* path) {
    std::vector<Token> names, prohibited;
    cache->ComputePrimIndex(Path(path))->ComputeChildNames(names, prohibited);
    std::string text;
    for (Token name : names) text += (text.empty() ? "" : " ") + name.GetString();
    return text;
  }
  std::vector<std::string> Errors(const char* path) {
    std::vector<std::string> names;
    for (const CompositionError& error : cache->ComputePrimIndex(Path(path))->GetErrors())
      names.emplace_back(GetErrorName(error.type));
    return names;
  }
};

const char* const kRef =
    "def \"R\" (\n    inherits = </C>\n)\n{\n    def \"X\"\n    {\n    }\n}\nclass \"C\"\n{\n}\n";

}  // namespace

TEST_CASE("a class of a referenced prim is implied to the referencing layer stack and stronger there") {
  Scene scene({{"root.usda", "def \"A\" (\n    references = @ref.usda@</R>\n)\n{\n}\nover \"C\"\n{\n}\n"},
               {"ref.usda", kRef}});
  CHECK(scene.Stack("/A") == "root.usda</A> root.usda</C> ref.usda</R> ref.usda</C>");
}

TEST_CASE("specializes are weaker than references, wherever they are written") {
  Scene scene({{"root.usda",
                "def \"A\" (\n    references = </B>\n    specializes = </S>\n)\n{\n}\ndef \"B\" (\n    "
                "specializes = </T>\n)\n{\n}\n"
                "def \"S\"\n{\n}\ndef \"T\"\n{\n}\n"}});
  CHECK(scene.Stack("/A") == "root.usda</A> root.usda</B> root.usda</T> root.usda</S>");
}

TEST_CASE("a variant is selected by a stronger layer, and its content lies between inherits and references") {
  Scene scene({{"root.usda",
                "over \"A\" (\n    references = @ref.usda@</R>\n    variants = {\n        string v = "
                "\"two\"\n    }\n)\n{\n}\n"},
               {"ref.usda",
                "def \"R\" (\n    variantSets = \"v\"\n    variants = {\n        string v = \"one\"\n    "
                "}\n)\n{\n    variantSet \"v\" = {\n"
                "        \"one\" {\n        }\n        \"two\" {\n            def \"T\"\n            {\n     "
                "       }\n        }\n    }\n}\n"}});
  CHECK(scene.Stack("/A") == "root.usda</A> ref.usda</R> ref.usda</R{v=two}>");
  CHECK(scene.Children("/A") == "T");
  CHECK(scene.Stack("/A/T") == "ref.usda</R{v=two}T>");
}

TEST_CASE("a relocated prim keeps its place among its siblings and its old name is gone") {
  Scene scene({{"root.usda",
                "(\n    relocates = {\n        </A/X>: </A/Y>\n    }\n)\ndef \"A\" (\n    references = "
                "@ref.usda@</R>\n)\n{\n"
                "    over \"Y\"\n    {\n    }\n}\n"},
               {"ref.usda", kRef}});
  CHECK(scene.Children("/A") == "Y");
  CHECK(scene.Stack("/A/Y") == "root.usda</A/Y> ref.usda</R/X>");
}

TEST_CASE("a relocate whose source is not there makes no child") {
  Scene scene({{"root.usda", R"((
    relocates = {
        </A/X>: </A/Y>
    }
)
def "A"
{
    def "Z"
    {
    }
}
)"}});
  CHECK(scene.Children("/A") == "Z");
}

TEST_CASE(
    "a set inside a variant of a set of the same name keeps the selection, and fallbacks wait for arcs") {
  CacheOptions options;
  options.variant_fallbacks = {{"v", {"one"}}, {"w", {"one"}}};
  Scene scene({{"root.usda", R"(def "A" (
    variantSets = ["v", "w"]
)
{
    variantSet "v" = {
        "one" (
            references = </B>
            variantSets = "v"
        ) {
            variantSet "v" = {
                "one" {
                }
            }
        }
    }
    variantSet "w" = {
        "one" {
        }
        "two" {
        }
    }
}
def "B" (
    variants = {
        string w = "two"
    }
)
{
}
)"}},
              options);
  CHECK(scene.Stack("/A") ==
        "root.usda</A> root.usda</A{v=one}> root.usda</A{v=one}{v=one}> root.usda</B> root.usda</A{w=two}>");
}

TEST_CASE("a class that an arc already leads to is not added, and a specialize is copied once") {
  Scene scene({{"root.usda", R"(def "A" (
    payload = </K>
    specializes = </K>
)
{
}
def "B" (
    references = </C>
)
{
}
def "C" (
    references = </D>
)
{
}
def "D" (
    specializes = </K>
)
{
}
def "K"
{
}
)"}});
  CHECK(scene.Stack("/A") == "root.usda</A> root.usda</K>");
  CHECK(scene.Stack("/B") == "root.usda</B> root.usda</C> root.usda</D> root.usda</K>");
}

TEST_CASE("what is brought by a specialize yields to it, and is stronger than those before it") {
  Scene scene({{"root.usda", R"(def "A" (
    specializes = [</B>, </C>]
)
{
}
def "B"
{
    def "y" (
        specializes = </X>
    )
    {
    }
}
def "C"
{
    def "y" (
        specializes = </Z>
    )
    {
    }
}
def "X"
{
}
def "Z"
{
}
)"}});
  CHECK(scene.Stack("/A/y") == "root.usda</Z> root.usda</B/y> root.usda</X> root.usda</C/y>");
}

TEST_CASE("an arc within a stack has the time of the stack, whichever layer writes it") {
  Scene scene({{"root.usda", "(\n    subLayers = [@s.usda@ (scale = 2)]\n)\n"},
               {"s.usda", "def \"A\" (\n    references = </B> (offset = 10)\n)\n{\n}\ndef \"B\"\n{\n}\n"}});
  const PrimIndexPtr index = scene.cache->ComputePrimIndex(Path("/A"));
  REQUIRE(index->GetNodeCount() == 2);
  CHECK(index->GetNode(1).GetMapToRoot().GetTimeOffset() == LayerOffset{10, 1});
}

TEST_CASE("an arc to what lies below another part of its own way is no cycle") {
  Scene scene({{"root.usda", R"(def "B"
{
    def "x"
    {
        def "x" (
            inherits = </C/c/c>
        )
        {
        }
    }
}
def "C"
{
    def "c" (
        inherits = </B/x>
    )
    {
    }
}
)"}});
  CHECK(scene.Errors("/B/x/x").empty());
}

TEST_CASE(
    "a target in a class that names an instance of the class is an error where the class is inherited") {
  Scene scene({{"root.usda", R"(class "K"
{
    rel r = [</D>, </K/x>]
}
def "C" (
    inherits = </K>
)
{
}
def "D" (
    inherits = </K>
)
{
}
)"}});
  const TargetList list = scene.cache->ComputeTargets(*scene.cache->ComputePrimIndex(Path("/C")), Token("r"),
                                                      Cache::Targets::kRelationshipTargets);
  CHECK(list.targets == std::vector<Path>{Path("/C/x")});
  REQUIRE(list.errors.size() == 1);
  CHECK(list.errors[0].type == ErrorType::kInvalidInstanceTargetPath);
}

TEST_CASE("a layer without a default prim that is referenced leaves a placeholder") {
  Scene scene({{"root.usda", "def \"A\" (\n    references = @ref.usda@\n)\n{\n}\n"}, {"ref.usda", kRef}});
  CHECK(scene.Errors("/A") == std::vector<std::string>{"UnresolvedPrimPath"});
  const PrimIndexPtr index = scene.cache->ComputePrimIndex(Path("/A"));
  REQUIRE(index->GetNodeCount() == 2);
  CHECK(index->GetNode(1).GetPath() == Path::AbsoluteRoot());
  CHECK(index->GetNode(1).IsInert());
}

TEST_CASE("references that lead back are one error, and the rest composes") {
  Scene scene({{"root.usda", "def \"A\" (\n    references = @b.usda@</B>\n)\n{\n}\n"},
               {"b.usda", "def \"B\" (\n    references = @root.usda@</A>\n)\n{\n}\n"}});
  CHECK(scene.Errors("/A") == std::vector<std::string>{"ArcCycle"});
  CHECK(scene.Stack("/A") == "root.usda</A> b.usda</B>");
  const CompositionError& error = scene.cache->ComputePrimIndex(Path("/A"))->GetErrors()[0];
  CHECK(error.diagnostic.notes.size() == 3);
  CHECK_FALSE(error.diagnostic.hint.empty());
}

TEST_CASE("a reference without a target says which prim is missing") {
  Scene scene(
      {{"root.usda", "def \"A\" (\n    references = [@ref.usda@</No>, @missing.usda@</R>]\n)\n{\n}\n"},
       {"ref.usda", kRef}});
  CHECK(scene.Errors("/A") == std::vector<std::string>{"InvalidAssetPath", "UnresolvedPrimPath"});
}

TEST_CASE(
    "sublayers that cannot be opened or lead back are errors of the layer stack, and the rest composes") {
  Scene scene({{"root.usda",
                "(\n    subLayers = [@a.usda@ (offset = 10; scale = 2), @none.usda@]\n)\nover \"A\"\n{\n}\n"},
               {"a.usda", "(\n    subLayers = [@root.usda@]\n)\ndef \"A\"\n{\n}\n"}});
  const LayerStack& stack = *scene.cache->GetRootLayerStack();
  REQUIRE(stack.GetErrors().size() == 2);
  CHECK(stack.GetEntries().size() == 2);
  CHECK(stack.GetEntries()[1].offset == LayerOffset{10, 2});
  CHECK(scene.Stack("/A") == "root.usda</A> a.usda</A>");
}

TEST_CASE("arcs nested deeper than the budget end with an error, not with the stack") {
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += "def \"P" + std::to_string(i) + "\"\n{\n    def \"C\" (\n        references = </P" +
            std::to_string(i + 1) + "/C>\n    )\n    {\n    }\n}\n";
  Scene scene({{"root.usda", text}});
  std::vector<std::string> errors = scene.Errors("/P0/C");
  CHECK(std::find(errors.begin(), errors.end(), "ArcCapacityExceeded") != errors.end());
}

TEST_CASE("diamonds that double at each step end at the budget for nodes") {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    const std::string next = std::to_string(i + 1);
    text += "def \"P" + std::to_string(i) + "\" (\n    references = [</P" + next + ">, </Q" + next +
            ">]\n)\n{\n}\n";
    text += "def \"Q" + std::to_string(i) + "\" (\n    references = [</P" + next + ">, </Q" + next +
            ">]\n)\n{\n}\n";
  }
  CacheOptions options;
  options.budgets.max_nodes_per_prim = 2000;
  Scene scene({{"root.usda", text}}, options);
  std::vector<std::string> errors = scene.Errors("/P0");
  CHECK(std::find(errors.begin(), errors.end(), "IndexCapacityExceeded") != errors.end());
}

TEST_CASE("an index is the same on any number of threads") {
  std::string text = "class \"C\"\n{\n    def \"G\"\n    {\n    }\n}\n";
  for (int i = 0; i < 200; ++i)
    text += "def \"M" + std::to_string(i) +
            "\" (\n    inherits = </C>\n    references = @ref.usda@</R>\n)\n{\n}\n";
  auto describe = [&](Executor* executor) {
    CacheOptions options;
    options.executor = executor;
    Scene scene({{"root.usda", text}, {"ref.usda", kRef}}, options);
    scene.cache->ComputeSubtree(Path::AbsoluteRoot(),
                                [](const PrimIndex&, std::vector<Token>&) { return true; });
    std::string all;
    for (int i = 0; i < 200; ++i) {
      const std::string path = "/M" + std::to_string(i);
      all += scene.Stack(path.c_str()) + scene.Children(path.c_str()) + scene.Stack((path + "/X").c_str()) +
             "\n";
    }
    return all;
  };
  Executor one(1), many(4);
  CHECK(describe(&one) == describe(&many));
}

TEST_CASE("a cache told of an edit answers as one made after it") {
  Scene scene({{"root.usda", "def \"A\" (\n    references = @ref.usda@</R>\n)\n{\n}\n"}, {"ref.usda", kRef}});
  CHECK(scene.Children("/A") == "X");
  layer::LayerPtr root = scene.cache->GetRootLayerStack()->GetRootLayer();
  CacheEdits edits;
  edits.layers.push_back({root, {}});
  const uint64_t listener = root->AddChangeListener(
      [&](const layer::Layer&, const layer::ChangeList& changes) { edits.layers[0].changes = changes; });
  REQUIRE(root->CreatePrimSpec(Path("/A/Y"), Specifier::kDef));
  root->RemoveChangeListener(listener);
  const CacheChanges changes = scene.cache->Apply(edits);
  CHECK(scene.Children("/A") == "X Y");
  REQUIRE(changes.resynced.size() == 1);
  CHECK(Path("/A/Y").HasPrefix(changes.resynced[0]));
}

TEST_CASE("dependencies on sites are found, on those with nothing there too") {
  Scene scene({{"root.usda", "def \"A\" (\n    references = @ref.usda@</R>\n)\n{\n}\ndef \"B\"\n{\n}\n"},
               {"ref.usda", kRef}});
  for (const char* path : {"/A", "/A/X", "/B"}) (void)scene.cache->ComputePrimIndex(Path(path));
  Diagnostics diagnostics;
  const layer::LayerPtr ref = scene.registry->FindOrOpen("ref.usda", nullptr, {}, diagnostics);
  auto find = [&](const layer::Layer& layer, const char* site, uint8_t types = kDependencyAnyNonVirtual,
                  RecurseOnSite on_site = RecurseOnSite::kNo) {
    std::string text;
    for (const Dependency& found : scene.cache->FindSiteDependencies(layer, Path(site), types, on_site))
      text += (text.empty() ? "" : " ") + found.index_path.GetString();
    return text;
  };
  const layer::Layer& root = *scene.cache->GetRootLayerStack()->GetRootLayer();
  CHECK(find(root, "/A") == "/A");
  CHECK(find(*ref, "/R") == "/A");
  CHECK(find(*ref, "/R/X") == "/A/X");
  CHECK(find(*ref, "/C") == "/A");
  CHECK(find(root, "/C") == "/A");  // implied, and nothing there
  CHECK(find(*ref, "/R/X", kDependencyAncestral | kDependencyNonVirtual) == "/A/X");
  CHECK(find(*ref, "/R/X", kDependencyDirect | kDependencyNonVirtual).empty());
  CHECK(find(*ref, "/R", kDependencyAnyNonVirtual, RecurseOnSite::kYes) == "/A /A/X");
  CHECK(find(root, "/Nowhere").empty());
  CHECK(scene.cache->FindAllLayerStacksUsingLayer(*ref).size() == 1);
}

TEST_CASE("an edit recomposes what depends on it and no more") {
  Scene scene({{"root.usda",
                "def \"A\" (\n    references = @ref.usda@</R>\n)\n{\n}\n"
                "def \"B\" (\n    references = @ref.usda@</R>\n)\n{\n}\ndef \"D\"\n{\n}\n"},
               {"ref.usda", kRef}});
  for (const char* path : {"/A", "/A/X", "/B", "/B/X", "/D"}) (void)scene.cache->ComputePrimIndex(Path(path));
  Diagnostics diagnostics;
  const layer::LayerPtr root = scene.cache->GetRootLayerStack()->GetRootLayer();
  const layer::LayerPtr ref = scene.registry->FindOrOpen("ref.usda", nullptr, {}, diagnostics);
  CacheEdits edits;
  for (const layer::LayerPtr& layer : {root, ref})
    layer->AddChangeListener([&edits, layer](const layer::Layer&, const layer::ChangeList& changes) {
      edits.layers.push_back({layer, changes});
    });
  auto apply = [&] {
    const CacheChanges changes = scene.cache->Apply(std::exchange(edits, {}));
    std::string text;
    for (Path path : changes.resynced) text += path.GetString() + " ";
    text += "| ";
    for (Path path : changes.spec_stacks) text += path.GetString() + " ";
    return text + std::to_string(changes.dropped_indices) + " " + std::to_string(changes.mended_indices);
  };
  // An arc of one prim.
  REQUIRE(root->SetField(Path("/D"), layer::GetFieldNames().inheritPaths, Value([] {
                           PathListOp op;
                           op.prepended_items = {Path("/Class")};
                           return op;
                         }())));
  CHECK(apply() == "/D | 1 0");
  (void)scene.cache->ComputePrimIndex(Path("/D"));
  // A class that was not there; the prim itself is new, too.
  REQUIRE(root->CreatePrimSpec(Path("/Class"), Specifier::kClass));
  CHECK(apply() == "/Class | /D 0 1");
  // A spec in a shared layer: new below all who reference it.
  REQUIRE(ref->CreatePrimSpec(Path("/R/Y"), Specifier::kDef));
  CHECK(apply() == "/A/Y /B/Y | 0 0");
  // A first override.
  REQUIRE(root->CreatePrimSpec(Path("/A/X"), Specifier::kOver));
  CHECK(apply() == "| /A/X 0 1");
  CHECK(scene.Stack("/A/X") == "root.usda</A/X> ref.usda</R/X>");
  // A value changes nothing.
  REQUIRE(ref->CreateAttributeSpec(Path("/R/X.x"), Token("int")));
  CHECK(apply() == "| 0 0");
  // Muting what nobody uses, and what all use.
  edits.mute.push_back("nowhere.usda");
  CHECK(apply() == "| 0 0");
  edits.mute.push_back(ref->GetIdentifier());
  CHECK(apply() == "/A /B | 4 0");
  CHECK(scene.Errors("/A") == std::vector<std::string>{"MutedAssetPath"});
  edits.unmute.push_back(ref->GetIdentifier());
  (void)scene.cache->ComputePrimIndex(Path("/B"));
  CHECK(apply() == "/A /B | 2 0");
  CHECK(scene.Children("/A") == "X Y");
}

namespace {

// Leads "moved.usda" to whatever the test says.
class MovingProvider final : public LayerProvider {
 public:
  explicit MovingProvider(std::shared_ptr<layer::LayerRegistry> registry) : layers_(std::move(registry)) {}
  layer::LayerPtr FindOrOpen(const std::string& asset_path, const layer::Layer& anchor,
                             Diagnostics& diagnostics) override {
    return layers_.FindOrOpen(asset_path == "moved.usda" ? target : asset_path, anchor, diagnostics);
  }
  std::string CreateIdentifier(const std::string& asset_path, const layer::Layer& anchor) override {
    return layers_.CreateIdentifier(asset_path, anchor);
  }
  std::string target = "nowhere.usda";

 private:
  RegistryProvider layers_;
};

std::string Describe(const CacheChanges& changes) {
  std::string text;
  for (Path path : changes.resynced) text += path.GetString() + " ";
  return text + std::to_string(changes.dropped_indices) + " " + std::to_string(changes.mended_indices);
}

std::string Join(const std::vector<Path>& paths) {
  std::string text;
  for (Path path : paths) text += (text.empty() ? "" : " ") + path.GetString();
  return text;
}

}  // namespace

TEST_CASE("a resolver that changed recomposes the prims whose asset paths lead elsewhere") {
  Scene scene({{"root.usda",
                "def \"A\" (\n    references = @moved.usda@</R>\n)\n{\n}\n"
                "def \"B\" (\n    references = @ref.usda@</R>\n)\n{\n}\n"
                "def \"P\" (\n    payload = @moved.usda@</R>\n)\n{\n}\n"
                "def \"V\" (\n    variants = {\n        string v = \"x\"\n    }\n    prepend variantSets = "
                "\"v\"\n)\n{\n"
                "    variantSet \"v\" = {\n        \"x\" (\n            references = @moved.usda@</R>\n      "
                "  ) {\n        }\n    }\n}\n"
                "def \"D\"\n{\n}\n"},
               {"ref.usda", kRef},
               {"other.usda", kRef}});
  auto provider = std::make_shared<MovingProvider>(scene.registry);
  Cache cache(scene.cache->GetRootLayerStack()->GetRootLayer(), nullptr, provider);
  auto compose_all = [&] {
    cache.ComputeSubtree(Path::AbsoluteRoot(), [](const PrimIndex&, std::vector<Token>&) { return true; });
  };
  auto change = [&](const char* target) {
    provider->target = target;
    CacheEdits edits;
    edits.resolver = CacheEdits::Resolver::kChanged;
    const std::string changes = Describe(cache.Apply(edits));
    compose_all();
    return changes;
  };
  compose_all();
  CHECK(change("nowhere.usda") == "0 0");
  CHECK(change("ref.usda") == "/A /P /V 3 0");
  CHECK(change("ref.usda") == "0 0");
  CHECK(change("other.usda") == "/A /P /V 6 0");
  CHECK(change("nowhere.usda") == "/A /P /V 6 0");
  CHECK(Join(cache.FindPrimsUsingAsset("moved.usda")) == "/A /P /V");
  CHECK(Join(cache.FindPrimsUsingAsset("ref.usda")) == "/B");
  CHECK(Join(cache.FindPrimsUsingAsset("other.usda")) == "");
}

TEST_CASE("a resolver that changed recomposes the prims that lack arcs for another reason then") {
  Scene scene({{"root.usda",
                "def \"A\" (\n    references = @moved.usda@</R>\n)\n{\n    def \"K\"\n    {\n    }\n}\n"
                "def \"I\" (\n    inherits = </A/K>\n)\n{\n}\n"
                "def \"D\"\n{\n}\n"},
               {"empty.usda", ""},
               {"ref.usda", kRef}});
  auto provider = std::make_shared<MovingProvider>(scene.registry);
  Cache cache(scene.cache->GetRootLayerStack()->GetRootLayer(), nullptr, provider);
  auto change = [&](const char* target) {
    for (const char* path : {"/A", "/I", "/D"}) (void)cache.ComputePrimIndex(Path(path));
    provider->target = target;
    CacheEdits edits;
    edits.resolver = CacheEdits::Resolver::kChanged;
    return Describe(cache.Apply(edits));
  };
  CHECK(change("nowhere.usda") == "0 0");
  for (const char* target :
       {"empty.usda", "nowhere.usda", "ref.usda", "nowhere.usda"})  // none says anything of K
    CHECK(change(target) == "/A /I 2 0");
  for (const char* path : {"/A", "/I"}) {
    const CompositionErrors& errors = cache.ComputePrimIndex(Path(path))->GetErrors();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].type == ErrorType::kInvalidAssetPath);
  }
}

TEST_CASE("fallbacks of a variant set recompose the prims that have the set") {
  const std::string set =
      "    variantSet \"v\" = {\n        \"x\" {\n        }\n        \"y\" {\n        }\n    }\n";
  Scene scene({{"root.usda", "def \"A\" (\n    prepend variantSets = \"v\"\n)\n{\n" + set +
                                 "    def \"K\"\n    {\n    }\n}\ndef \"B\" (\n    references = "
                                 "</A>\n)\n{\n}\ndef \"D\"\n{\n}\n"}});
  for (const char* path : {"/A", "/A/K", "/B", "/B/K", "/D"}) (void)scene.cache->ComputePrimIndex(Path(path));
  CacheEdits edits;
  using Fallbacks = std::map<std::string, std::vector<std::string>>;
  edits.variant_fallbacks = Fallbacks{{"v", {"y"}}, {"w", {"z"}}};
  CHECK(Describe(scene.cache->Apply(edits)) == "/A /B 4 0");
  for (const char* path : {"/A", "/B"}) {
    const PrimIndexPtr index = scene.cache->ComputePrimIndex(Path(path));
    REQUIRE(index->GetVariantSelections().size() == 1);
    CHECK(index->GetVariantSelections().front().second == Token("y"));
  }
  edits.variant_fallbacks = Fallbacks{{"v", {"y"}}};
  CHECK(Describe(scene.cache->Apply(edits)) == "0 0");
  const LayerStack& root = *scene.cache->GetRootLayerStack();
  CHECK(Join(scene.cache->FindPrimsUsingVariantSelection(root, Path("/A"), Token("v"))) == "/A /B");
  CHECK(Join(scene.cache->FindPrimsUsingVariantSelection(root, Path("/B"), Token("v"))) == "/B");
  CHECK(Join(scene.cache->FindPrimsUsingVariantSelection(root, Path("/D"), Token("v"))) == "");
  CHECK(Join(scene.cache->FindPrimsUsingVariantSelection(root, Path("/A"), Token("w"))) == "");
}

TEST_CASE("prims are found by the expression variables that they asked for, defined or not") {
  Scene scene(
      {{"root.usda",
        "(\n    expressionVariables = {\n        string SHOW = \"ref\"\n    }\n)\n"
        "def \"A\" (\n    references = @`\"${SHOW}.usda\"`@</R>\n)\n{\n}\n"
        "def \"B\" (\n    references = @`if(defined(\"X\"), \"a.usda\", \"${MISSING}.usda\")`@</R>\n)\n{\n}\n"
        "def \"D\"\n{\n}\n"},
       {"ref.usda", kRef}});
  for (const char* path : {"/A", "/B", "/D"}) (void)scene.cache->ComputePrimIndex(Path(path));
  const LayerStack& root = *scene.cache->GetRootLayerStack();
  CHECK(Join(scene.cache->FindPrimsUsingExpressionVariables(root)) == "/A /B");
  CHECK(Join(scene.cache->FindPrimsUsingExpressionVariable(root, "SHOW")) == "/A");
  CHECK(Join(scene.cache->FindPrimsUsingExpressionVariable(root, "MISSING")) == "/B");
  CHECK(Join(scene.cache->FindPrimsUsingExpressionVariable(root, "OTHER")) == "");
}

TEST_CASE("a spec that enters below a class is seen by children composed between two edits") {
  Scene scene({{"root.usda", "def \"D\"\n{\n}\ndef \"C\" (\n    inherits = </D>\n)\n{\n}\n"}});
  const layer::LayerPtr root = scene.cache->GetRootLayerStack()->GetRootLayer();
  CacheEdits edits;
  root->AddChangeListener([&](const layer::Layer&, const layer::ChangeList& changes) {
    edits.layers.push_back({root, changes});
  });
  auto apply = [&] { (void)scene.cache->Apply(std::exchange(edits, {})); };
  (void)scene.cache->ComputePrimIndex(Path("/C"));
  REQUIRE(root->SetField(Path::AbsoluteRoot(), layer::GetFieldNames().comment, Value(std::string("one"))));
  apply();
  REQUIRE(root->CreatePrimSpec(Path("/C/X"), Specifier::kDef));
  apply();
  CHECK(scene.Stack("/C/X") == "root.usda</C/X>");
  REQUIRE(root->CreatePrimSpec(Path("/D/X"), Specifier::kDef));
  apply();
  CHECK(scene.Stack("/C/X") == "root.usda</C/X> root.usda</D/X>");
}
