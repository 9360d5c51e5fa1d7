#include "strata/schema/registry.h"

#include "doctest/doctest.h"
#include "strata/schema/embedded.h"
#include "strata/schema/schema_text.h"

namespace strata::schema {

namespace {

std::string Join(const std::vector<Token>& tokens) {
  std::string text;
  for (Token token : tokens) text += (text.empty() ? "" : " ") + token.GetString();
  return text;
}

std::string AppliedOf(const Registry& registry, const char* type, std::vector<Token> applied) {
  const PrimDefinitionPtr definition = registry.BuildDefinition(Token(type), applied);
  return definition ? Join(definition->GetAppliedSchemas()) : "none";
}

SchemaInfo Make(const char* identifier, SchemaKind kind, const char* base) {
  SchemaInfo info;
  info.identifier = info.type_name = Token(identifier);
  info.kind = kind;
  info.base = Token(base);
  return info;
}

}  // namespace

TEST_CASE("every built-in schema has a class that reads, and a known base") {
  Registry registry;
  size_t classes = 0, of_openusd = 0;
  for (const EmbeddedFile& file : GetEmbeddedFiles()) {
    SplitClasses(file.text, [&](std::string_view identifier, std::string_view text) {
      CAPTURE(identifier);
      layer::SpecStore content;
      Diagnostics remarks;
      CHECK(ReadSchemaText("#usda 1.0\n" + std::string(text), "class", layer::FieldRegistry::GetBuiltIn(),
                           content, remarks));
      CHECK(registry.Find(Token(identifier)) != nullptr);
      ++classes;
    });
  }
  for (const SchemaInfo* info : registry.GetAll()) {
    CAPTURE(info->identifier.GetString());
    CHECK((info->kind == SchemaKind::kAbstractBase || registry.Find(info->base) != nullptr));
    if (info->library != "strata") ++of_openusd;
  }
  CHECK(classes == registry.GetAll().size());
  CHECK(of_openusd == 135);
}

TEST_CASE("a type has the properties of its bases, with its own fallbacks over theirs") {
  Registry registry;
  const PrimDefinitionPtr sphere = registry.FindDefinition(Token("Sphere"));
  REQUIRE(sphere);
  CHECK(sphere->FindProperty(Token("radius"))->fallback == Value(1.0));
  CHECK(sphere->FindProperty(Token("purpose"))->fallback == Value(Token("default")));
  CHECK(sphere->FindProperty(Token("purpose"))->variability == Variability::kUniform);
  CHECK(sphere->FindProperty(Token("extent"))->fallback.GetArraySize() == 2);
  CHECK(registry.FindDefinition(Token("Boundable"))->FindProperty(Token("extent"))->fallback.IsEmpty());
  CHECK(sphere->FindProperty(Token("proxyPrim"))->type == layer::SpecType::kRelationship);
  CHECK(sphere->FindProperty(Token("points")) == nullptr);
  CHECK(sphere->IsA(Token("Xformable")));
  CHECK_FALSE(sphere->IsA(Token("Mesh")));
  CHECK(registry.IsA(Token("Sphere"), Token("Typed")));
  CHECK_FALSE(registry.IsA(Token("Typed"), Token("Sphere")));
}

TEST_CASE("applied schemas follow built-in ones, each with what it brings, each once") {
  Registry registry;
  CHECK(AppliedOf(registry, "SphereLight", {}) ==
        "LightAPI CollectionAPI:lightLink CollectionAPI:shadowLink");
  CHECK(
      AppliedOf(registry, "Mesh", {Token("CollectionAPI:a"), Token("LightAPI"), Token("CollectionAPI:a")}) ==
      "CollectionAPI:a LightAPI CollectionAPI:lightLink CollectionAPI:shadowLink");
  CHECK(AppliedOf(registry, "", {Token("CollectionAPI:b:c")}) == "CollectionAPI:b:c");
}

TEST_CASE("what cannot be applied is left out: unknown names, missing and needless instance names") {
  Registry registry;
  CHECK(AppliedOf(registry, "Xform",
                  {Token("NobodyAPI"), Token("CollectionAPI"), Token("CollectionAPI:"),
                   Token("MaterialBindingAPI:x"), Token("ModelAPI"), Token("Mesh")}) == "");
  CHECK(AppliedOf(registry, "", {Token("NobodyAPI")}) == "none");
  CHECK(AppliedOf(registry, "Imageable", {}) == "none");  // abstract: no prim has it as its type
  CHECK(AppliedOf(registry, "Nothing", {}) == "none");
}

TEST_CASE("instance names go into the properties of multiple-apply schemas") {
  Registry registry;
  const std::vector<Token> applied = {Token("CollectionAPI:fur:long")};
  const PrimDefinitionPtr prim = registry.BuildDefinition(Token("Xform"), applied);
  REQUIRE(prim);
  CHECK(prim->FindProperty(Token("collection:fur:long:includeRoot"))->type_name == "bool");
  CHECK(prim->FindProperty(Token("collection:__INSTANCE_NAME__:includeRoot")) == nullptr);
  CHECK(prim->HasAPI(Token("CollectionAPI")));
  CHECK(prim->HasAPI(Token("CollectionAPI:fur:long")));
  CHECK_FALSE(prim->HasAPI(Token("CollectionAPI:fur")));
  CHECK_FALSE(prim->HasAPI(Token("Collection")));
}

TEST_CASE("a name ends in the version of its family") {
  const auto parse = [](const char* name) {
    const auto [family, version] = ParseFamilyAndVersion(Token(name));
    return family.GetString() + " " + std::to_string(version);
  };
  CHECK(parse("Capsule_1") == "Capsule 1");
  CHECK(parse("Capsule") == "Capsule 0");
  CHECK(parse("Capsule_0") == "Capsule_0 0");
  CHECK(parse("Capsule_01") == "Capsule_01 0");
  CHECK(parse("Capsule_12_3") == "Capsule_12 3");
  CHECK(parse("_1") == "_1 0");
  CHECK(parse("A_") == "A_ 0");
  CHECK(parse("A_99999999999") == "A_99999999999 0");
  CHECK(MakeIdentifier(Token("Capsule"), 1) == "Capsule_1");
  Registry registry;
  const std::vector<const SchemaInfo*> family = registry.FindFamily(Token("Capsule"));
  REQUIRE(family.size() == 2);
  CHECK(family.front()->version == 1);
}

TEST_CASE("schemas added at run time take part like built-in ones") {
  Registry registry;
  Diagnostics remarks;
  registry.AddSchemas({Make("Robot", SchemaKind::kConcreteTyped, "UsdGeomXformable"),
                       Make("GripAPI", SchemaKind::kSingleApplyAPI, "UsdAPISchemaBase")},
                      R"(#usda 1.0
class Robot "Robot" (
    apiSchemas = ["GripAPI"]
    doc = "A machine."
)
{
    double reach = 2
    float grip:force
    uniform bool collection:arm:includeRoot = false (
        customData = {
            bool apiSchemaOverride = true
        }
    )
}
class "GripAPI" (
    apiSchemas = ["CollectionAPI:arm"]
)
{
    float grip:force = 5 (
        hidden = true
    )
}
)",
                      "robots.usda", layer::FieldRegistry::GetBuiltIn(), remarks);
  CHECK(remarks.IsEmpty());
  const PrimDefinitionPtr robot = registry.FindDefinition(Token("Robot"));
  REQUIRE(robot);
  CHECK(Join(robot->GetAppliedSchemas()) == "GripAPI CollectionAPI:arm");
  CHECK(robot->IsA(Token("Imageable")));
  CHECK(robot->FindProperty(Token("xformOpOrder")) != nullptr);
  CHECK(robot->GetDocumentation() == "A machine.");
  CHECK(robot->GetMetadata().empty());  // brief documentation is only made for OpenUSD's own schemas
  // Where the stronger schema has no fallback, that of the weaker one holds; so does "hidden".
  CHECK(robot->FindProperty(Token("grip:force"))->fallback == Value(5.0f));
  CHECK(*robot->FindProperty(Token("grip:force"))->FindMetadata(Token("hidden")) == Value(true));
  // An override changes what a built-in schema says, and keeps the rest of it.
  CHECK(robot->FindProperty(Token("collection:arm:includeRoot"))->fallback == Value(false));
  CHECK(robot->FindProperty(Token("collection:arm:includeRoot"))->variability == Variability::kUniform);
}

TEST_CASE("of a family the newest version that fits applies itself, and no prim has two") {
  Registry registry;
  Diagnostics remarks;
  std::vector<SchemaInfo> infos = {Make("FitAPI", SchemaKind::kSingleApplyAPI, "APISchemaBase"),
                                   Make("FitAPI_2", SchemaKind::kSingleApplyAPI, "APISchemaBase"),
                                   Make("FitAPI_10", SchemaKind::kSingleApplyAPI, "APISchemaBase")};
  infos[0].auto_apply_to = {Token("Sphere"), Token("Cube")};
  infos[1].auto_apply_to = infos[2].auto_apply_to = {Token("Cube")};
  registry.AddSchemas(std::move(infos),
                      "#usda 1.0\nclass \"FitAPI\" {\n int a\n}\nclass \"FitAPI_2\" {\n int b\n}\n"
                      "class \"FitAPI_10\" {\n int c\n}\n",
                      "fit.usda", layer::FieldRegistry::GetBuiltIn(), remarks);
  CHECK(remarks.IsEmpty());
  CHECK(AppliedOf(registry, "Sphere", {}) == "FitAPI");
  CHECK(AppliedOf(registry, "Cube", {}) == "FitAPI_10");
  CHECK(AppliedOf(registry, "Cube", {Token("FitAPI")}) == "FitAPI_10");
  CHECK(AppliedOf(registry, "Mesh", {Token("FitAPI_2"), Token("FitAPI")}) == "FitAPI_2");
}

TEST_CASE("schemas that are wrong are told of, and harm nobody") {
  Registry registry;
  Diagnostics remarks;
  registry.AddSchemas({Make("Round", SchemaKind::kConcreteTyped, "Round"),
                       Make("Lost", SchemaKind::kConcreteTyped, "NoSuchBase"),
                       Make("Absent", SchemaKind::kConcreteTyped, "Typed"),
                       Make("LoopAPI", SchemaKind::kSingleApplyAPI, "APISchemaBase"),
                       Make("Sphere", SchemaKind::kConcreteTyped, "Typed")},
                      "#usda 1.0\nclass Round \"Round\" {\n}\nclass Lost \"Lost\" {\n}\n"
                      "class \"LoopAPI\" (\n apiSchemas = [\"LoopAPI\", \"NobodyAPI\"]\n) {\n int a\n}\n",
                      "wrong.usda", layer::FieldRegistry::GetBuiltIn(), remarks);
  CHECK(remarks.GetAll().size() == 3);  // a circle, an unknown base, a class that is not there
  CHECK(registry.FindDefinition(Token("Round"))->IsA(Token("Typed")));
  CHECK(registry.FindDefinition(Token("Lost"))->IsA(Token("Typed")));
  CHECK(registry.FindDefinition(Token("Sphere"))->IsA(Token("Gprim")));
  CHECK(Join(registry.FindDefinition(Token("LoopAPI"))->GetAppliedSchemas()) == "LoopAPI");

  Diagnostics of_text;
  registry.AddSchemas({Make("Broken", SchemaKind::kConcreteTyped, "Typed")}, "#usda 1.0\nclass {",
                      "broken.usda", layer::FieldRegistry::GetBuiltIn(), of_text);
  REQUIRE_FALSE(of_text.IsEmpty());
  CHECK(of_text.GetAll().front().code == &kSchemaUnusable);
  CHECK(registry.FindDefinition(Token("Broken"))->GetPropertyNames().empty());
}

}  // namespace strata::schema
