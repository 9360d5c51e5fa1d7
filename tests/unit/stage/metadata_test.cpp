#include "strata/layer/fields.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {
std::string NamesOf(const std::vector<layer::SpecStore::Field>& fields) {
  std::string text;
  for (const auto& field : fields) text += (text.empty() ? "" : " ") + field.name.GetString();
  return text;
}
}  // namespace

TEST_CASE("dictionaries merge key by key, list ops combine, the rest is the strongest") {
  Scene scene(
      {{"root.usda", Scene::Sublayers({"a.usda", "b.usda"})},
       {"a.usda",
        "over \"A\" (\n    customData = {\n        int a = 1\n        dictionary d = {\n            int x = "
        "1\n"
        "        }\n    }\n    prepend apiSchemas = [\"X\"]\n    kind = \"group\"\n)\n{\n}\n"},
       {"b.usda",
        "def \"A\" (\n    customData = {\n        int a = 2\n        int b = 2\n        dictionary d = {\n"
        "            int y = 2\n        }\n    }\n    append apiSchemas = [\"Y\"]\n    kind = "
        "\"component\"\n)\n"
        "{\n}\n"}});
  Prim a = scene.At("/A");
  CHECK(a.GetMetadataByDictKey(Token("customData"), "a").GetOr(0) == 1);
  CHECK(a.GetMetadataByDictKey(Token("customData"), "b").GetOr(0) == 2);
  CHECK(a.GetMetadataByDictKey(Token("customData"), "d:x").GetOr(0) == 1);
  CHECK(a.GetMetadataByDictKey(Token("customData"), "d:y").GetOr(0) == 2);
  CHECK(a.GetKind() == Token("group"));
  CHECK(Join(a.GetAppliedSchemas()) == "X Y");
  TokenListOp schemas = a.GetMetadata(Token("apiSchemas")).GetOr(TokenListOp());
  CHECK(schemas.is_explicit);
  CHECK(Join(schemas.explicit_items) == "X Y");
  CHECK(NamesOf(a.GetAllAuthoredMetadata()) == "apiSchemas customData kind specifier");
  Opinions opinions = a.GetMetadataOpinions(Token("kind"));
  REQUIRE(opinions.all.size() == 2);
  CHECK(opinions.all[0].role == OpinionRole::kWins);
  CHECK(opinions.all[1].role == OpinionRole::kHidden);
  Opinions merged = a.GetMetadataOpinions(Token("customData"));
  CHECK(merged.all[1].role == OpinionRole::kContributes);
}

TEST_CASE("a deletion above an explicit list leaves a list without the item") {
  Scene scene({{"root.usda", Scene::Sublayers({"a.usda", "b.usda"})},
               {"a.usda", "over \"A\" (\n    delete apiSchemas = [\"X\"]\n)\n{\n}\n"},
               {"b.usda", "def \"A\" (\n    prepend apiSchemas = [\"X\", \"Y\"]\n)\n{\n}\n"}});
  CHECK(Join(scene.At("/A").GetAppliedSchemas()) == "Y");
}

TEST_CASE("stage metadata is the session's over the root layer's, sublayers are not asked") {
  OpenOptions options;
  options.session = layer::Layer::CreateAnonymous("session");
  const layer::FieldNames& names = layer::GetFieldNames();
  REQUIRE(options.session->SetField(Path::AbsoluteRoot(), names.metersPerUnit, 3.0).HasValue());
  Dictionary data;
  data.entries["s"] = Value(2);
  REQUIRE(options.session->SetField(Path::AbsoluteRoot(), names.customLayerData, Value(data)).HasValue());
  Scene scene({{"root.usda",
                "(\n    customLayerData = {\n        int r = 1\n    }\n    metersPerUnit = 0.1\n"
                "    subLayers = [@s.usda@]\n)\n"},
               {"s.usda", "(\n    upAxis = \"Z\"\n)\n"}},
              options);
  CHECK(scene->GetMetadata(names.metersPerUnit).GetOr(0.0) == 3.0);
  CHECK(scene->GetMetadataByDictKey(names.customLayerData, "r").GetOr(0) == 1);
  CHECK(scene->GetMetadataByDictKey(names.customLayerData, "s").GetOr(0) == 2);
  CHECK_FALSE(scene->HasAuthoredMetadata(names.upAxis));
  CHECK(scene->GetMetadata(names.upAxis).GetOr(Token()) != Token("Z"));
  CHECK(NamesOf(scene->GetAllAuthoredMetadata()) == "customLayerData metersPerUnit");
}

TEST_CASE("a session layer names no types in place of unknown ones while it is muted") {
  const Token field = layer::GetFieldNames().fallbackPrimTypes;
  auto make = [](const char* type) {
    Dictionary types;
    types.entries["Fancy"] = Value(Array<Token>{Token(type)});
    return Value(types);
  };
  OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  options.session = layer::Layer::CreateAnonymous("session.usda");
  const layer::LayerPtr session = options.session;
  REQUIRE(session->SetField(Path::AbsoluteRoot(), field, make("Sphere")));
  Scene scene(
      "(\n    fallbackPrimTypes = {\n        token[] Fancy = [\"Cube\"]\n    }\n)\ndef Fancy \"A\"\n{\n}\n",
      options);
  auto has = [&](const char* name) { return scene.At("/A").HasProperty(Token(name)); };
  CHECK((has("radius") && !has("size")));
  REQUIRE(scene->MuteLayer(session->GetIdentifier()));
  CHECK((has("size") && !has("radius")));
  REQUIRE(session->SetField(Path::AbsoluteRoot(), field, make("Cylinder")));
  CHECK((has("size") && !has("height")));
  REQUIRE(scene->UnmuteLayer(session->GetIdentifier()));
  CHECK((has("height") && !has("size")));

  // Muted before it says so, and no more when it is heard again.
  REQUIRE(scene->MuteLayer(session->GetIdentifier()));
  REQUIRE(session->EraseField(Path::AbsoluteRoot(), field));
  REQUIRE(scene->UnmuteLayer(session->GetIdentifier()));
  CHECK((has("size") && !has("height")));

  options.muted_layers = {session->GetIdentifier()};
  REQUIRE(session->SetField(Path::AbsoluteRoot(), field, make("Sphere")));
  Scene muted("def Fancy \"A\"\n{\n}\n", options);
  CHECK_FALSE(muted.At("/A").HasProperty(Token("radius")));
  REQUIRE(muted->UnmuteLayer(session->GetIdentifier()));
  CHECK(muted.At("/A").HasProperty(Token("radius")));
}

TEST_CASE("time codes per second fall back to frames per second, then to 24") {
  CHECK(Scene("(\n    framesPerSecond = 30\n)\n")->GetTimeCodesPerSecond() == 30);
  CHECK(Scene("(\n    framesPerSecond = 30\n    timeCodesPerSecond = 48\n)\n")->GetTimeCodesPerSecond() ==
        48);
  CHECK(Scene("")->GetTimeCodesPerSecond() == 24);
  CHECK_FALSE(Scene("(\n    startTimeCode = 1\n)\n")->HasAuthoredTimeCodeRange());
}

TEST_CASE("variant sets are listed with their variants and the selection in force") {
  Scene scene(R"(
def "A" (
    prepend variantSets = ["look", "size"]
    variants = {
        string look = "red"
    }
)
{
    variantSet "look" = {
        "red" {
            int x = 1
        }
        "blue" {
        }
    }
    variantSet "size" = {
        "big" {
        }
    }
}
)");
  std::vector<VariantSet> sets = scene.At("/A").GetVariantSets();
  REQUIRE(sets.size() == 2);
  CHECK(sets[0].name == Token("look"));
  CHECK(Join(sets[0].variants) == "blue red");
  CHECK(sets[0].selection == Token("red"));
  CHECK(sets[1].selection.IsEmpty());
  CHECK(scene.Attr("/A.x").Get().GetOr(0) == 1);
}

TEST_CASE("variant sets inside a variant are listed after those of the prim") {
  Scene scene(R"(
def "A" (
    variantSets = "outer"
    variants = {
        string outer = "one"
        string inner = "two"
    }
)
{
    variantSet "outer" = {
        "one" (
            variantSets = "inner"
        ) {
            variantSet "inner" = {
                "two" {
                }
            }
        }
    }
}
)");
  CHECK(Join(scene.At("/A").GetVariantSetNames()) == "outer inner");
  CHECK(scene.At("/A").GetVariantSelection(Token("inner")) == Token("two"));
}

}  // namespace strata::stage
