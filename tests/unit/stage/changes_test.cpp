// What a stage does to follow edits: counted, for an edit must cost what depends on it and nothing else.
#include <algorithm>
#include <tuple>

#include "strata/stage/undo.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

// A stage that is told of every edit of its layers.
struct Edited {
  Scene scene;
  compose::CacheEdits edits;

  explicit Edited(std::initializer_list<std::pair<std::string, std::string>> layers)
      : scene(layers, MakeOptions()) {
    for (const layer::LayerPtr& layer : scene->GetUsedLayers())
      layer->AddChangeListener([this, layer](const layer::Layer&, const layer::ChangeList& changes) {
        edits.layers.push_back({layer, changes});
      });
  }
  static OpenOptions MakeOptions() {
    OpenOptions options;
    options.follow = OpenOptions::Follow::kNothing;  // it is told
    return options;
  }
  layer::Layer& Root() { return *scene->GetRootLayer(); }
  layer::Layer& At(const char* spec) {
    for (const layer::LayerPtr& layer : scene->GetUsedLayers())
      if (layer->HasSpec(Path(spec))) return *layer;
    FAIL(spec);
    return Root();
  }
  StageChanges Recompose() { return scene->Recompose(std::exchange(edits, {})); }
};

std::string MakePlaces(int count, const char* metadata) {
  std::string text = "def \"World\"\n{\n";
  for (int i = 0; i < count; ++i)
    text += "    def \"P_" + std::to_string(i) + "\" (\n        " + metadata +
            "\n        references = @asset.usda@</Asset>\n    )\n    {\n    }\n";
  return text + "}\n";
}

const char* const kAsset = R"(
def "Asset" (
    variants = {
        string lod = "full"
    }
    prepend variantSets = "lod"
)
{
    def "Geom"
    {
        def "Leaf"
        {
        }
    }
    variantSet "lod" = {
        "full" {
            def "Detail"
            {
            }
        }
        "proxy" {
        }
    }
}
)";

}  // namespace

TEST_CASE("an edit makes the prims anew that depend on it, however many others there are") {
  for (int count : {4, 64}) {
    CAPTURE(count);
    Edited edited({{"root.usda", MakePlaces(count, "")}, {"asset.usda", kAsset}});
    const size_t prims = edited.scene->GetPrimCount();
    const Prim before = edited.scene.At("/World/P_1/Geom/Leaf"), beside = edited.scene.At("/World/P_2/Geom");
    const Prim detail = edited.scene.At("/World/P_1/Detail");
    REQUIRE(edited.Root().SetField(Path("/World/P_1"), layer::GetFieldNames().variantSelection,
                                   Value(VariantSelectionMap{{"lod", "proxy"}})));
    StageChanges changes = edited.Recompose();
    CHECK(changes.resynced == std::vector<Path>{Path("/World/P_1")});
    // Geom and Leaf stay: neither variant speaks of them.
    CHECK(changes.cache.dropped_indices == 2);
    CHECK(changes.made_prims == 1);
    CHECK(changes.dropped_prims == 1);
    CHECK(edited.scene->GetPrimCount() == prims - 1);
    CHECK(before.IsValid());
    CHECK(beside.IsValid());
    CHECK_FALSE(detail.IsValid());

    // A spec without arcs of its own changes no other prim, and makes none.
    REQUIRE(edited.Root().CreatePrimSpec(Path("/World/P_3/Geom/Leaf"), Specifier::kOver));
    changes = edited.Recompose();
    CHECK(changes.made_prims == 0);
    CHECK(changes.resynced.empty());
    CHECK(Join(changes.changed) == "/World/P_3 /World/P_3/Geom /World/P_3/Geom/Leaf");
    CHECK(changes.cache.mended_indices == 2);
    CHECK(edited.scene.At("/World/P_3/Geom/Leaf").GetPrimStack().size() == 2);

    REQUIRE(edited.At("/Asset").CreatePrimSpec(Path("/Asset/Geom/New"), Specifier::kDef));
    changes = edited.Recompose();
    CHECK(changes.made_prims == static_cast<size_t>(count));
    CHECK(changes.dropped_prims == 0);
    CHECK(edited.scene.At("/World/P_0/Geom/New").IsValid());
  }
}

TEST_CASE("what a prim hands on reaches what is composed below it as before") {
  Edited edited({{"root.usda", R"(#usda 1.0
def "World" (kind = "group") {
    def "P" (
        variantSets = "as"
        variants = { string as = "group" }
    ) {
        def "Part" (kind = "component") {
            def "Leaf" {}
        }
        def "Plain" {}
        variantSet "as" = {
            "group" (kind = "group") {
            }
            "clip" (
                clips = { dictionary default = { string primPath = "/P" } }
                kind = "component"
            ) {
            }
        }
    }
}
)"}});
  const Prim part = edited.scene.At("/World/P/Part"), leaf = edited.scene.At("/World/P/Part/Leaf");
  CHECK(part.IsModel());
  CHECK_FALSE(leaf.Is(PrimFlag::kHasClips));
  const auto select = [&](const char* variant) {
    REQUIRE(edited.Root().SetField(Path("/World/P"), layer::GetFieldNames().variantSelection,
                                   Value(VariantSelectionMap{{"as", variant}})));
    return edited.Recompose();
  };
  StageChanges changes = select("clip");
  CHECK(Join(changes.cache.kept) == "/World/P/Part /World/P/Plain");
  CHECK(edited.scene.At("/World/P").IsComponent());
  CHECK_FALSE(part.IsModel());
  CHECK(leaf.Is(PrimFlag::kHasClips));
  CHECK(changes.dropped_prims == 0);
  select("group");
  CHECK(part.IsModel());
  CHECK_FALSE(leaf.Is(PrimFlag::kHasClips));
}

TEST_CASE("what instances share is made anew once, and only where an instance still stands for it") {
  Edited edited({{"root.usda", MakePlaces(20, "instanceable = true")}, {"asset.usda", kAsset}});
  REQUIRE(edited.scene->GetPrototypes().size() == 1);
  const Prim prototype = edited.scene->GetPrototypes().front();
  const Path source = prototype.GetIndexPath();
  CHECK(source == Path("/World/P_19"));

  // Beneath the prototype a prim comes once, not at each instance.
  REQUIRE(edited.At("/Asset").CreatePrimSpec(Path("/Asset/Geom/New"), Specifier::kDef));
  StageChanges changes = edited.Recompose();
  CHECK(changes.made_prims == 1);
  CHECK(Join(changes.resynced) == "/__Prototype_1/Geom/New");
  CHECK(edited.scene.At("/World/P_3/Geom/New").IsInstanceProxy());

  // An instance leaves for a prototype of its own; the others are not touched.
  const auto select = [&](const char* path, const char* variant) {
    REQUIRE(edited.Root().SetField(Path(path), layer::GetFieldNames().variantSelection,
                                   Value(VariantSelectionMap{{"lod", variant}})));
    return edited.Recompose();
  };
  changes = select("/World/P_4", "proxy");
  CHECK(Join(changes.added_prototypes) == "/__Prototype_2");
  CHECK(changes.changed_prototypes.empty());
  CHECK(prototype.GetInstances().size() == 19);
  changes = select("/World/P_5", "proxy");
  CHECK(changes.added_prototypes.empty());
  CHECK(changes.made_prims == 1);
  CHECK(edited.scene.At("/World/P_5").GetPrototype() == edited.scene.At("/World/P_4").GetPrototype());

  // The one that the prototype is made from goes: another one stands for it, under the same name.
  REQUIRE(edited.Root().DeleteSpec(source));
  changes = edited.Recompose();
  CHECK(Join(changes.changed_prototypes) == "/__Prototype_1");
  CHECK(prototype.IsValid());
  CHECK(prototype.GetIndexPath() == Path("/World/P_18"));
  CHECK(edited.scene.At("/World/P_0/Detail").IsValid());

  select("/World/P_4", "full");
  changes = select("/World/P_5", "full");
  CHECK(Join(changes.removed_prototypes) == "/__Prototype_2");
  CHECK(edited.scene->GetPrototypes().size() == 1);
  CHECK(prototype.GetInstances().size() == 19);
}

TEST_CASE("instances are listed in path order, however many there are") {
  Edited edited({{"root.usda", MakePlaces(200, "instanceable = true")}, {"asset.usda", kAsset}});
  REQUIRE(edited.scene->GetPrototypes().size() == 1);
  const std::vector<Prim> instances = edited.scene->GetPrototypes().front().GetInstances();
  CHECK(instances.size() == 200);
  CHECK(std::is_sorted(instances.begin(), instances.end(),
                       [](const Prim& a, const Prim& b) { return a.GetPath() < b.GetPath(); }));
}

// As usd-core 26.11 answers: rules for what is below an instance keep it apart from the others.
TEST_CASE("instances with other payloads loaded below them have prototypes of their own") {
  OpenOptions options;
  Scene scene({{"root.usda",
                "def \"R\"\n{\n    def \"C\" (\n        payload = @p.usda@</P>\n    )\n    {\n    }\n}\n"
                "def \"I\" (\n    instanceable = true\n    references = </R>\n)\n{\n}\n"
                "def \"J\" (\n    instanceable = true\n    references = </R>\n)\n{\n}\n"},
               {"p.usda", "def \"P\"\n{\n    def \"D\"\n    {\n    }\n}\n"}});
  CHECK(scene->GetPrototypes().size() == 1);
  const StageChanges changes = scene->Unload(Path("/I/C"));
  CHECK(changes.cache.resynced.size() <= 3);
  CHECK(scene->GetPrototypes().size() == 2);
  CHECK_FALSE(scene.At("/I/C/D").IsValid());
  CHECK(scene.At("/J/C/D").IsValid());
  CHECK(scene.At("/R/C/D").IsValid());
  scene->Load(Path("/I/C"));
  CHECK(scene.At("/I/C/D").IsValid());
}

TEST_CASE("prims that come again over an arc bring what is below them") {
  Scene scene(R"(
over "B" {
    def "C" (inherits = </A>) {
    }
}
over "A" {
    over "B" {
        class "D" {
        }
    }
})");
  scene->FollowLayers();
  TransactionRecorder recorder({scene->GetRootLayer()});
  REQUIRE(scene->GetRootLayer()->DeleteSpec(Path("/A/B")));
  CHECK(!scene.At("/B/C/B"));
  REQUIRE(recorder.Take().GetInverse().Apply());
  CHECK(scene.At("/B/C/B/D"));
}

TEST_CASE(
    "a spec that comes tells the record of its prim all that it says, and nothing where it says nothing") {
  const layer::FieldNames& names = layer::GetFieldNames();
  const auto edit = [&](Specifier specifier, Token field, Value value) {
    Scene scene({{"root.usda", Scene::Sublayers({"weak.usda"})},
                 {"weak.usda", "over \"P\" {\n def \"In\" {}\n}\nover \"Q\" {\n}\n"}});
    {
      const layer::Layer::ChangeBlock block(*scene->GetRootLayer());
      REQUIRE(scene->GetRootLayer()->CreatePrimSpec(Path("/P"), specifier));
      if (!field.IsEmpty()) REQUIRE(scene->GetRootLayer()->SetField(Path("/P"), field, std::move(value)));
    }
    const Prim prim = scene.At("/P");
    CHECK(prim.GetPrimStack().size() == 2);
    CHECK(prim.GetChild(Token("In")).IsValid() == prim.IsActive());
    return std::tuple(prim.GetTypeName(), prim.IsActive(), prim.IsDefined(), prim.IsAbstract(),
                      prim.IsModel());
  };
  const std::tuple plain(Token(), true, false, false, false);
  CHECK(edit(Specifier::kOver, Token(), Value()) == plain);
  CHECK(edit(Specifier::kOver, names.documentation, Value(std::string("some"))) == plain);
  CHECK(edit(Specifier::kOver, names.typeName, Value(Token("Scope"))) ==
        std::tuple(Token("Scope"), true, false, false, false));
  CHECK(edit(Specifier::kOver, names.active, Value(false)) ==
        std::tuple(Token(), false, false, false, false));
  CHECK(edit(Specifier::kDef, Token(), Value()) == std::tuple(Token(), true, true, false, false));
  CHECK(edit(Specifier::kClass, Token(), Value()) == std::tuple(Token(), true, true, true, false));
  CHECK(edit(Specifier::kOver, names.kind, Value(Token("group"))) ==
        std::tuple(Token(), true, false, false, true));
}

TEST_CASE("a spec that goes and comes again in one step leaves nothing of what it said") {
  Scene scene(
      {{"root.usda", Scene::Sublayers({"weak.usda"}) + "over Scope \"P\" (\n active = false\n)\n{\n}\n"},
       {"weak.usda", "def \"P\" {\n def \"In\" {}\n}\n"}});
  const layer::LayerPtr root = scene->GetRootLayer();
  REQUIRE(!scene.At("/P").IsActive());
  {
    const layer::Layer::ChangeBlock block(*root);
    REQUIRE(root->DeleteSpec(Path("/P")));
    REQUIRE(root->CreatePrimSpec(Path("/P"), Specifier::kOver));
  }
  CHECK(scene.At("/P").IsActive());
  CHECK(scene.At("/P").GetTypeName() == Token());
  CHECK(scene.At("/P/In").IsValid());
}

TEST_CASE("children keep their order unless specs that list them first say otherwise") {
  Edited edited({{"root.usda", Scene::Sublayers({"weak.usda"}) + R"(
over "World" {
    def "C" {
    }
    def "D" {
    }
})"},
                 {"weak.usda",
                  "def \"World\"\n{\n    def \"A\"\n    {\n    }\n    def \"B\" "
                  "(\n        references = </Else>\n    )\n    {\n    }\n}\n"
                  "def \"Else\"\n{\n}\n"}});
  const auto list = [&] { return PathsOf(edited.scene.At("/World").GetChildren()); };
  CHECK(list() == "/World/A /World/B /World/C /World/D");
  layer::Layer& weak = edited.At("/Else");

  // A stronger layer lists again what a weaker one does, for a prim that is made anew and for another.
  REQUIRE(edited.Root().CreatePrimSpec(Path("/World/B"), Specifier::kOver));
  REQUIRE(edited.Root().SetField(Path("/World/B"), layer::GetFieldNames().variantSelection,
                                 Value(VariantSelectionMap{{"a", "b"}})));
  StageChanges changes = edited.Recompose();
  CHECK(Join(changes.resynced) == "/World/B");
  CHECK(Join(changes.changed) == "/World");
  REQUIRE(edited.Root().CreatePrimSpec(Path("/World/A"), Specifier::kOver));
  changes = edited.Recompose();
  CHECK(Join(changes.changed) == "/World /World/A");
  CHECK(list() == "/World/A /World/B /World/C /World/D");

  // A weaker layer lists what a stronger one brought: its place is an earlier one now.
  REQUIRE(weak.CreatePrimSpec(Path("/World/D"), Specifier::kOver));
  edited.Recompose();
  CHECK(list() == "/World/A /World/B /World/D /World/C");
  // A prim that goes from there has its former place again.
  REQUIRE(weak.DeleteSpec(Path("/World/D")));
  edited.Recompose();
  CHECK(list() == "/World/A /World/B /World/C /World/D");
}

TEST_CASE("a spec that comes with an order of its own puts children in that order") {
  Edited edited({{"root.usda", Scene::Sublayers({"weak.usda"})},
                 {"weak.usda",
                  "def \"World\"\n{\n    def \"A\"\n    {\n    }\n    def \"B\"\n    {\n    "
                  "}\n}\n"}});
  {
    const layer::Layer::ChangeBlock block(edited.Root());
    REQUIRE(edited.Root().CreatePrimSpec(Path("/World"), Specifier::kOver));
    REQUIRE(edited.Root().SetField(Path("/World"), layer::GetFieldNames().primOrder,
                                   Value(TokenVector{Token("B"), Token("A")})));
  }
  edited.Recompose();
  CHECK(PathsOf(edited.scene.At("/World").GetChildren()) == "/World/B /World/A");
}

}  // namespace strata::stage
