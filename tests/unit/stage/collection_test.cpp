#include "strata/stage/collection.h"

#include "strata/schema/registry.h"
#include "strata/stage/object_predicate.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

const char* const kWorld =
    "def Xform \"W\" (\n    kind = \"group\"\n)\n{\n"
    "    def Mesh \"M\" (\n        kind = \"component\"\n        variants = {\n            string v = "
    "\"a\"\n        "
    "}\n        prepend variantSets = \"v\"\n    )\n    {\n        int x = 1\n    }\n"
    "    def Cube \"C\"\n    {\n    }\n    over \"O\"\n    {\n    }\n"
    "    def Xform \"G\" (\n        kind = \"assembly\"\n    )\n    {\n        def Sphere \"S\"\n        {\n "
    "       }\n "
    "   }\n}\nclass Xform \"K\"\n{\n    def Mesh \"M\"\n    {\n    }\n}\n";

OpenOptions WithSchemas() {
  OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return options;
}
Scene Sets(const std::string& body) {
  return Scene(
      std::string(kWorld) +
          "def \"Sets\" (\n    prepend apiSchemas = [\"CollectionAPI:c\", \"CollectionAPI:d\"]\n)\n{\n" +
          body + "\n}\n",
      WithSchemas());
}
Scene Expression(const std::string& text) {
  return Sets("pathExpression collection:c:membershipExpression = \"" + text + "\"");
}
std::string MembersOf(const Scene& scene, const char* name = "c") {
  return Join(Collection(scene.At("/Sets"), Token(name)).ComputeIncludedPaths(PrimPredicate::All()));
}
bool Includes(const Scene& scene, const char* path) {
  return Collection(scene.At("/Sets"), Token("c")).ComputeMembership().IsPathIncluded(Path(path));
}

}  // namespace

TEST_CASE("predicates ask what prims are") {
  CHECK(MembersOf(Expression("//{isa:Mesh}")) == "/W/M /K/M");
  CHECK(MembersOf(Expression("//{isa:Gprim,Nope}")) == "/W/M /W/C /W/G/S /K/M");
  CHECK(MembersOf(Expression("//{isa(Gprim, strict=true)}")).empty());
  CHECK(MembersOf(Expression("//{kind:model}")) == "/W /W/M /W/G");
  CHECK(MembersOf(Expression("//{kind(group, strict=true)}")) == "/W");
  CHECK(MembersOf(Expression("//{abstract}")) == "/K /K/M");
  CHECK(MembersOf(Expression("//{specifier:over,class}")) == "/W/O /K");
  CHECK(MembersOf(Expression("//{hasAPI:CollectionAPI}")) == "/Sets");
  CHECK(MembersOf(Expression("//{hasAPI(CollectionAPI, instanceName=nope)}")).empty());
  CHECK(MembersOf(Expression("/W/{variant(v=a)}")) == "/W/M");
  CHECK(MembersOf(Expression("//{not isa:Mesh and model}")) == "/W /W/G");
}

TEST_CASE("predicates hold where they stand in a pattern") {
  CHECK(MembersOf(Expression("/W/*{kind:model}//")) == "/W/M /W/G /W/G/S");
  CHECK(MembersOf(Expression("//G{isa:Xform}/S")) == "/W/G/S");
  CHECK(MembersOf(Expression("/W// - /W/G//")) == "/W /W/M /W/C /W/O");
}

TEST_CASE("expressions find prims, and know the properties among their members") {
  Scene all = Expression("/W//");
  CHECK(MembersOf(all) == "/W /W/M /W/C /W/O /W/G /W/G/S");
  CHECK(Includes(all, "/W/M.x"));
  CHECK_FALSE(Includes(all, "/W/M.nope"));
  CHECK(Includes(Expression("//*.x"), "/W/M.x"));
  CHECK_FALSE(Includes(Expression("//{model}"), "/W/M.x"));
  CHECK(Includes(Expression("//{defined}"), "/W/M.x"));
}

TEST_CASE("collections name each other, and one that leads to itself adds nothing by that") {
  Scene scene = Sets(
      "pathExpression collection:c:membershipExpression = \"%:d + /W/C\"\n"
      "pathExpression collection:d:membershipExpression = \"/W/M + %:c\"");
  CHECK(MembersOf(scene) == "/W/M /W/C");
  auto membership = Collection(scene.At("/Sets"), Token("c")).ComputeMembership();
  CHECK(Join(membership.GetIncludedCollections()) == "/Sets.collection:d");
}

TEST_CASE("what cannot be asked is told, and has no members") {
  Scene scene = Expression("//{nope}");
  Diagnostics diagnostics;
  auto membership = Collection(scene.At("/Sets"), Token("c")).ComputeMembership(&diagnostics);
  CHECK_FALSE(membership.IsPathIncluded(Path("/W")));
  REQUIRE(diagnostics.GetAll().size() == 1);
  CHECK(diagnostics.GetAll()[0].code == &kPredicateUnknown);
}

TEST_CASE("rules count where they are authored, unless the mode says otherwise") {
  const std::string both =
      "rel collection:c:includes = </W/G>\npathExpression collection:c:membershipExpression = \"/W/C\"\n";
  CHECK(MembersOf(Sets(both)) == "/W/G /W/G/S");
  CHECK(MembersOf(Sets(both + "uniform token collection:c:mode = \"expression\"")) == "/W/C");
  Scene excluding = Sets(both + "rel collection:c:excludes = </W/G/S>");
  CHECK(MembersOf(excluding) == "/W/G");
  CHECK(Collection(excluding.At("/Sets"), Token("c")).ComputeMembership().HasExcludes());
}

TEST_CASE("members of a stage that is gone are none") {
  auto scene = std::make_unique<Scene>(Expression("//"));
  auto membership = Collection(scene->At("/Sets"), Token("c")).ComputeMembership();
  CHECK(membership.IsPathIncluded(Path("/W")));
  scene.reset();
  CHECK_FALSE(membership.IsPathIncluded(Path("/W")));
}

}  // namespace strata::stage
