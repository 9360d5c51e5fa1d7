#include "strata/stage/editor.h"

#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

std::string TextOf(const layer::LayerPtr& layer) {
  return *layer->ExportToString();
}
bool Contains(const layer::LayerPtr& layer, const char* text) {
  return TextOf(layer).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("defining a prim defines its ancestors and shows it at once") {
  Scene scene("over \"A\"\n{\n}\n");
  Editor editor(*scene);
  REQUIRE(editor.DefinePrim(Path("/A/B/C"), Token("Scope")));
  CHECK(PathsOf(scene->Traverse()) == "/A /A/B /A/B/C");
  CHECK(scene.At("/A/B/C").GetTypeName() == Token("Scope"));
  REQUIRE(editor.OverridePrim(Path("/O")));
  CHECK_FALSE(scene.At("/O").IsDefined());
  REQUIRE(editor.RemovePrim(Path("/A/B")));
  CHECK_FALSE(scene.At("/A/B").IsValid());
}

TEST_CASE("an edit target in a sublayer maps times and creates specs like the composed ones") {
  Scene scene({{"root.usda",
                "(\n    subLayers = [\n        @sub.usda@ (offset = 10; scale = 2)\n    ]\n)\n"
                "def \"A\"\n{\n    uniform timecode t\n}\n"},
               {"sub.usda", ""}});
  const layer::LayerPtr sub = scene->GetLayerStack().back();
  Editor editor(*scene, EditTarget(sub, {10, 2}));
  REQUIRE(editor.Set(Path("/A.t"), Value(TimeCode{16}), 14));
  CHECK(Contains(sub, "uniform timecode t.timeSamples = {\n        2: 3,"));
  CHECK(scene.Attr("/A.t").GetTimeSamples() == std::vector<double>{14});
  CHECK(scene.Attr("/A.t").GetAs<TimeCode>(14.0) == TimeCode{16});
}

TEST_CASE("an edit target leads into a variant or through an arc") {
  Scene scene(
      {{"root.usda",
        "def \"A\" (\n    references = @r.usda@</R>\n    prepend variantSets = \"v\"\n    variants = {\n"
        "        string v = \"x\"\n    }\n)\n{\n    variantSet \"v\" = {\n        \"x\" {\n        }\n    "
        "}\n}\n"},
       {"r.usda", "def \"R\"\n{\n    def \"C\"\n    {\n        int i = 1\n        rel r\n    }\n}\n"}});
  Editor editor(*scene, EditTarget::ForLocalDirectVariant(scene->GetRootLayer(), Path("/A{v=x}")));
  REQUIRE(editor.Set(Path("/A/C.i"), Value(2)));
  CHECK(scene->GetRootLayer()->HasSpec(Path("/A{v=x}C.i")));
  CHECK(scene.Attr("/A/C.i").GetAs<int32_t>() == 2);
  CHECK_FALSE(editor.Set(Path("/B.i"), Value(2)));
  REQUIRE(editor.DefinePrim(Path("/Outside")));
  CHECK(scene->GetRootLayer()->HasSpec(Path("/Outside")));

  compose::PrimIndexPtr index = scene.At("/A").GetPrimIndex();
  for (uint32_t n = 0; n < index->GetNodeCount(); ++n) {
    compose::NodeRef node = index->GetNode(n);
    if (node.GetArcType() != compose::ArcType::kReference) continue;
    const layer::LayerPtr referenced = node.GetLayerStack()->GetRootLayer();
    editor.SetEditTarget(EditTarget(referenced, node));
    REQUIRE(editor.AddTarget(Path("/A/C.r"), Path("/A")));
    CHECK(Contains(referenced, "prepend rel r = </R>"));
    CHECK(Join(scene->GetRelationshipAtPath(Path("/A/C.r")).GetTargets()) == "/A");
    CHECK_FALSE(editor.AddTarget(Path("/A/C.r"), Path("/Elsewhere")));
  }
}

TEST_CASE("what lies below an instance is not edited, and the refusal says what is") {
  Scene scene(
      "class \"K\"\n{\n    def \"C\"\n    {\n        int i = 1\n    }\n}\n"
      "def \"I\" (\n    inherits = </K>\n    instanceable = true\n)\n{\n}\n");
  Editor editor(*scene);
  Result<void> set = editor.Set(Path("/I/C.i"), Value(2));
  REQUIRE_FALSE(set);
  CHECK(set.GetError().code == &kEditRefused);
  CHECK(set.GetError().message.find("/I") != std::string::npos);
  CHECK(set.GetError().hint.find("instanceable = false") != std::string::npos);
  CHECK_FALSE(scene->GetRootLayer()->HasSpec(Path("/I/C")));
  CHECK(editor.SetMetadata(Path("/I"), Token("instanceable"), Value(false)));
  CHECK(editor.Set(Path("/I/C.i"), Value(2)));
  CHECK(scene.Attr("/I/C.i").GetAs<int32_t>() == 2);
}

TEST_CASE("refused edits change nothing") {
  Scene scene(
      {{"root.usda", Scene::Sublayers({"sub.usda"})}, {"sub.usda", "def \"A\"\n{\n    int i = 1\n}\n"}});
  const std::string before = TextOf(scene->GetRootLayer());
  Editor editor(*scene);
  CHECK_FALSE(editor.Set(Path("/A.missing"), Value(2)));
  CHECK_FALSE(editor.Set(Path("/A.i"), Value(std::string("text"))));
  CHECK_FALSE(editor.SetMetadata(Path("/A"), Token("active"), Value(std::string("text"))));
  CHECK_FALSE(editor.SetMetadata(Path("/A.i"), Token("instanceable"), Value(true)));
  CHECK_FALSE(editor.SetMetadata(Path("/Nowhere"), Token("active"), Value(false)));
  CHECK_FALSE(editor.DefinePrim(Path("/A.i")));
  CHECK_FALSE(editor.RemovePrim(Path("/Nowhere")));
  CHECK_FALSE(Editor(*scene, EditTarget()).DefinePrim(Path("/B")));
  CHECK(TextOf(scene->GetRootLayer()) == before);
}

// usd-core 26.11 writes a `def`, of CreateClassPrim too, and says then that it failed.
TEST_CASE("below an inactive prim nothing is defined, by a deliberate divergence") {
  Scene scene("def \"A\" (\n    active = false\n)\n{\n    def \"B\"\n    {\n    }\n}\n");
  const std::string before = TextOf(scene->GetRootLayer());
  Editor editor(*scene);
  for (const char* path : {"/A/B", "/A/C", "/A/B/C/D"}) {
    CAPTURE(path);
    const auto defined = editor.DefinePrim(Path(path));
    REQUIRE_FALSE(defined);
    CHECK(defined.GetError().code == &kEditRefused);
    CHECK(defined.GetError().hint == "Set active = true on </A> first.");
    CHECK_FALSE(editor.CreateClassPrim(Path(path)));
  }
  CHECK(TextOf(scene->GetRootLayer()) == before);
  CHECK(editor.DefinePrim(Path("/A")));
  REQUIRE(editor.OverridePrim(Path("/A/C")));  // an opinion for when the prim is active
  CHECK(scene->GetRootLayer()->HasSpec(Path("/A/C")));
  {
    Editor::ChangeBlock block(editor);
    REQUIRE(editor.SetMetadata(Path("/A"), Token("active"), Value(true)));
    REQUIRE(editor.DefinePrim(Path("/A/D")));
  }
  CHECK(scene.At("/A/D").IsValid());
}

TEST_CASE("edits in a change block show when it ends") {
  Scene scene("def \"A\"\n{\n}\n");
  Editor editor(*scene);
  {
    Editor::ChangeBlock block(editor);
    REQUIRE(editor.DefinePrim(Path("/B")));
    REQUIRE(editor.DefinePrim(Path("/C")));
    CHECK_FALSE(scene.At("/B").IsValid());
  }
  CHECK(PathsOf(scene->Traverse()) == "/A /B /C");
}

}  // namespace strata::stage
