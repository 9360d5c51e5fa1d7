#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {
const char* const kFlags = R"(
def "A" (kind = "group")
{
    def "M" (kind = "component")
    {
        def "S" (kind = "subcomponent")
        {
        }
        def "NotModel" (kind = "component")
        {
        }
    }
    def "Off" (active = false)
    {
        def "Below"
        {
        }
    }
}
class "K"
{
    def "D"
    {
    }
}
over "O"
{
    def "D"
    {
    }
}
)";
}  // namespace

TEST_CASE("the default traversal leaves out what is inactive, abstract or undefined") {
  Scene scene(kFlags);
  CHECK(PathsOf(scene->Traverse()) == "/A /A/M /A/M/S /A/M/NotModel");
  CHECK(PathsOf(scene->TraverseAll()) == "/A /A/M /A/M/S /A/M/NotModel /A/Off /K /K/D /O /O/D");
}

TEST_CASE("flags follow from the prim and its ancestors") {
  Scene scene(kFlags);
  CHECK(scene.At("/A").IsModel());
  CHECK(scene.At("/A").IsGroup());
  CHECK(scene.At("/A/M").IsModel());
  CHECK(scene.At("/A/M").IsComponent());
  CHECK_FALSE(scene.At("/A/M/NotModel").IsModel());
  CHECK(scene.At("/A/M/S").IsSubComponent());
  CHECK_FALSE(scene.At("/A/Off").IsActive());
  CHECK_FALSE(scene.At("/A/Off").IsLoaded());
  CHECK_FALSE(scene.At("/A/Off/Below").IsValid());
  CHECK(scene.At("/K/D").IsAbstract());
  CHECK(scene.At("/K/D").IsDefined());
  CHECK_FALSE(scene.At("/O/D").IsDefined());
  CHECK(scene.At("/O/D").HasDefiningSpecifier());
  Prim root = scene->GetPseudoRoot();
  CHECK(root.IsPseudoRoot());
  CHECK(root.IsGroup());
  CHECK(root.GetSpecifier() == Specifier::kDef);
}

TEST_CASE("without payloads their prims are there but not loaded, nor is anything below") {
  const char* text = R"(
def "R"
{
    def "C"
    {
    }
}
def "P" (payload = </R>)
{
    def "Own"
    {
    }
}
)";
  Scene loaded(text);
  CHECK(loaded.At("/P").IsLoaded());
  CHECK(loaded.At("/P/C").IsLoaded());
  OpenOptions options;
  options.load = LoadPolicy::kLoadNone;
  Scene unloaded(text, options);
  CHECK(unloaded.At("/P").HasPayload());
  CHECK_FALSE(unloaded.At("/P").IsLoaded());
  CHECK_FALSE(unloaded.At("/P/C").IsValid());
  CHECK_FALSE(unloaded.At("/P/Own").IsLoaded());
  CHECK(PathsOf(unloaded->Traverse()) == "/R /R/C");
}

TEST_CASE("children, parents and paths lead to each other") {
  Scene scene(kFlags);
  Prim m = scene.At("/A/M");
  CHECK(PathsOf(m.GetChildren()) == "/A/M/S /A/M/NotModel");
  CHECK(m.GetParent().GetPath() == Path("/A"));
  CHECK(m.GetParent().GetParent().IsPseudoRoot());
  CHECK_FALSE(scene->GetPseudoRoot().GetParent().IsValid());
  CHECK(m.GetChild(Token("S")).GetName() == Token("S"));
  CHECK_FALSE(m.GetChild(Token("missing")).IsValid());
  CHECK(m.GetPrimAtPath(Path("../Off")).GetPath() == Path("/A/Off"));
  CHECK(Join(scene.At("/A").GetAllChildrenNames()) == "M Off");
}

TEST_CASE("a range can skip what is below a prim") {
  Scene scene(kFlags);
  std::string seen;
  PrimRange range = scene->TraverseAll();
  for (auto at = range.begin(); at != range.end(); ++at) {
    seen += at->GetPath().GetString() + " ";
    if (at->GetName() == Token("A")) at.PruneChildren();
  }
  CHECK(seen == "/A /K /K/D /O /O/D ");
}

TEST_CASE("a range from a prim stays below it") {
  Scene scene(kFlags);
  CHECK(PathsOf(PrimRange(scene.At("/A/M"))) == "/A/M /A/M/S /A/M/NotModel");
  CHECK(PathsOf(PrimRange(scene.At("/A/M/S"))) == "/A/M/S");
  CHECK(PathsOf(PrimRange(scene.At("/K"))).empty());
}

TEST_CASE("handles answer harmlessly once their stage is gone") {
  Scene scene(kFlags);
  Prim prim = scene.At("/A");
  Attribute attribute = prim.GetAttribute(Token("x"));
  Relationship relationship = prim.GetRelationship(Token("r"));
  scene.GetOwner().reset();
  CHECK_FALSE(prim.IsValid());
  CHECK(prim.GetStage() == nullptr);
  CHECK(prim.GetChildren().empty());
  CHECK(prim.GetTypeName().IsEmpty());
  CHECK(prim.GetPrimStack().empty());
  CHECK(prim.GetMetadata(Token("kind")).IsEmpty());
  CHECK(prim.GetPropertyNames().empty());
  CHECK_FALSE(attribute.IsDefined());
  CHECK(attribute.Get(1.0).IsEmpty());
  CHECK(attribute.GetTimeSamples().empty());
  CHECK(attribute.GetResolveInfo().source == ResolveSource::kNone);
  CHECK(relationship.GetTargets().empty());
  CHECK(relationship.GetForwardedTargets().empty());
}

TEST_CASE("handles go on standing for their path when the stage is composed anew") {
  Scene scene(kFlags);
  Prim a = scene.At("/A"), k = scene.At("/K");
  REQUIRE(scene->GetRootLayer()->DeleteSpec(Path("/A/Off")).HasValue());
  REQUIRE(scene->GetRootLayer()->DeleteSpec(Path("/K")).HasValue());
  scene->Recompose();
  CHECK(a.IsValid());
  CHECK(Join(a.GetAllChildrenNames()) == "M");
  CHECK_FALSE(k.IsValid());
}

TEST_CASE("a class that a direct inherit brings does not make the prim a class") {
  Scene scene(R"(
class "K"
{
}
def "R"
{
}
over "OK" (inherits = </K>)
{
}
over "A1" (inherits = </K>)
{
}
over "A2" (
    inherits = </K>
    references = </R>
)
{
}
over "A3" (references = [</OK>, </R>])
{
}
def "A4" (inherits = </K>)
{
}
class "A5" (references = </R>)
{
}
over "P" (inherits = </Q>)
{
    over "A6" (references = </R>)
    {
    }
}
class "Q"
{
    class "A6"
    {
    }
}
)");
  CHECK(scene.At("/A1").GetSpecifier() == Specifier::kClass);
  CHECK(scene.At("/A2").GetSpecifier() == Specifier::kDef);
  CHECK(scene.At("/A3").GetSpecifier() == Specifier::kDef);
  CHECK(scene.At("/A4").GetSpecifier() == Specifier::kDef);
  CHECK(scene.At("/A5").GetSpecifier() == Specifier::kClass);
  CHECK(scene.At("/P/A6").GetSpecifier() == Specifier::kClass);
}

TEST_CASE("a thousand prims inside each other are walked and flattened without recursion") {
  std::string text, end;
  for (int i = 0; i < 1000; ++i) {
    text += "def \"P\"\n{\n";
    end += "}\n";
  }
  Scene scene(text + end);
  size_t count = 0;
  for (const Prim& prim : scene->Traverse()) count += prim.IsDefined();
  CHECK(count == 1000);
  CHECK(scene->Flatten()->GetContent().GetSpecCount() == 1001);
}

TEST_CASE("any number of threads compose the same stage") {
  std::string text = "def \"R\"\n{\n    def \"C\"\n    {\n        int x = 1\n    }\n}\n";
  for (int i = 0; i < 200; ++i) {
    text += "def \"I" + std::to_string(i) + "\" (\n    instanceable = " + (i % 2 ? "true" : "false") +
            "\n    references = </R>\n)\n{\n}\n";
  }
  Scene one(text);
  Executor executor(4);
  OpenOptions options;
  options.executor = &executor;
  Scene many(text, options);
  PrimPredicate everything = PrimPredicate::All().With(InstanceProxies::kTraverse);
  CHECK(PathsOf(one->Traverse(everything)) == PathsOf(many->Traverse(everything)));
  CHECK(many->GetPrototypes().size() == 1);
  CHECK(many.Attr("/I7/C.x").Get() == one.Attr("/I7/C.x").Get());
}

TEST_CASE("a root layer that does not open gives a diagnostic and no stage") {
  auto registry = layer::LayerRegistry::Create(
      asset::MakeFileResolver(), std::make_shared<layer::FieldRegistry>(), {format::text::MakeUsdaFormat()});
  Diagnostics diagnostics;
  Result<StagePtr> stage = Stage::Open(registry, "/nowhere/missing.usda", {}, diagnostics);
  REQUIRE_FALSE(stage.HasValue());
  CHECK(stage.GetError().severity == Severity::kError);
  CHECK_FALSE(stage.GetError().message.empty());
  CHECK_FALSE(Stage::Open(registry, layer::LayerPtr(), {}, diagnostics).HasValue());
}

// As usd-core 26.11 answers: no prim of the stage could load a payload above the target of a reference.
TEST_CASE("a payload above the target of a reference is part of the reference") {
  OpenOptions options;
  options.load = LoadPolicy::kLoadNone;
  Scene scene({{"root.usda",
                "def \"R\" (\n    payload = @p.usda@</P>\n)\n{\n}\n"
                "def \"S\" (\n    references = </R/B>\n)\n{\n}\n"
                "def \"I\" (\n    inherits = </R/B>\n)\n{\n}\n"},
               {"p.usda", "def \"P\"\n{\n    def \"B\"\n    {\n    }\n}\n"}},
              options);
  CHECK_FALSE(scene.At("/R").IsLoaded());
  CHECK(scene.At("/S").IsLoaded());
  CHECK(scene.At("/S").GetPrimStack().size() == 2);
  CHECK(scene.At("/I").GetPrimStack().size() == 1);
}

TEST_CASE("a stage told of edits shows them and composes anew only what depends on them") {
  OpenOptions options;
  options.follow = OpenOptions::Follow::kNothing;
  Scene scene("def \"A\"\n{\n    def \"M\"\n    {\n    }\n}\ndef \"B\"\n{\n}\n", options);
  const layer::LayerPtr root = scene->GetRootLayer();
  compose::CacheEdits edits;
  const uint64_t listener =
      root->AddChangeListener([&](const layer::Layer&, const layer::ChangeList& changes) {
        edits.layers.push_back({root, changes});
      });
  auto recompose = [&] { return scene->Recompose(std::exchange(edits, {})); };
  Prim a = scene.At("/A");

  REQUIRE(root->CreatePrimSpec(Path("/B/New"), Specifier::kDef));
  StageChanges changes = recompose();
  CHECK(changes.resynced == std::vector<Path>{Path("/B/New")});
  CHECK(changes.cache.dropped_indices == 0);
  CHECK(scene.At("/B/New").IsValid());
  CHECK(a.IsValid());

  REQUIRE(root->CreateAttributeSpec(Path("/A/M.x"), Token("int")));
  changes = recompose();
  CHECK(changes.resynced.empty());
  REQUIRE(!changes.cache.specs.empty());
  CHECK(changes.cache.specs.back().path == Path("/A/M.x"));
  CHECK(scene.At("/A/M").GetProperty(Token("x")).IsDefined());

  REQUIRE(root->DeleteSpec(Path("/A/M")));
  changes = recompose();
  CHECK(changes.resynced == std::vector<Path>{Path("/A/M")});
  CHECK(changes.cache.dropped_indices == 1);
  CHECK(a.GetAllChildrenNames().empty());

  REQUIRE(root->SetField(Path("/B"), layer::GetFieldNames().active, Value(false)));
  changes = recompose();
  CHECK(changes.cache.resynced.empty());
  CHECK(changes.resynced == std::vector<Path>{Path("/B")});
  CHECK_FALSE(scene.At("/B").IsActive());
  root->RemoveChangeListener(listener);
}

TEST_CASE("what edits say of a prim of an asset is seen at every place where the asset stands") {
  Scene scene(
      {{"root.usda",
        "def \"A\" (references = @asset.usda@</M>) {}\n"
        "def \"B\" (references = @asset.usda@</M>) {}\n"
        "def \"C\" (references = @asset.usda@</M>) {}\n"},
       {"asset.usda", "def \"M\" {\n def Old \"Leaf\" (kind = \"one\") {\n  def \"Below\" {}\n }\n}\n"}});
  layer::LayerPtr asset;
  for (const layer::LayerPtr& layer : scene->GetUsedLayers())
    if (layer->HasSpec(Path("/M/Leaf"))) asset = layer;
  REQUIRE(asset);
  compose::CacheEdits edits;
  asset->AddChangeListener([&](const layer::Layer&, const layer::ChangeList& changes) {
    edits.layers.push_back({asset, changes});
  });
  const auto edit = [&](const char* field, Value value) {
    REQUIRE(asset->SetField(Path("/M/Leaf"), Token(field), std::move(value)));
    scene->Recompose(std::exchange(edits, {}));
  };
  edit("typeName", Value(Token("New")));
  for (const char* path : {"/A/Leaf", "/B/Leaf", "/C/Leaf"}) {
    CAPTURE(path);
    CHECK(scene.At(path).GetTypeName() == Token("New"));
  }
  edit("specifier", Value(Specifier::kClass));
  for (const char* path : {"/A/Leaf/Below", "/B/Leaf/Below", "/C/Leaf/Below"}) {
    CAPTURE(path);
    CHECK(scene.At(path).IsAbstract());
  }
  edit("active", Value(false));
  for (const char* path : {"/A/Leaf", "/B/Leaf", "/C/Leaf"}) {
    CAPTURE(path);
    CHECK_FALSE(scene.At(path).IsActive());
    CHECK(scene.At(path).GetChildren().empty());
  }
  edit("active", Value(true));
  CHECK(PathsOf(scene.At("/C/Leaf").GetAllChildren()) == "/C/Leaf/Below");
}

}  // namespace strata::stage
