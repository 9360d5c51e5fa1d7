#include "strata/domain/material_binding.h"

#include "tests/unit/stage/scene.h"

namespace strata::domain {

namespace {

constexpr const char* kMaterials = R"(
def Material "A" {
}
def Material "B" {
}
def Material "C" {
}
)";

stage::OpenOptions WithSchemas() {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return options;
}

// "/Material by property", for the purpose.
std::string Bound(const stage::Scene& scene, const char* path, const char* purpose = "") {
  MaterialBindings bindings;
  const BoundMaterial bound = bindings.ComputeBoundMaterial(scene.At(path), Token(purpose));
  return (bound.material ? bound.material.GetPath().GetString() : "none") + " by " +
         bound.relationship.GetString();
}

}  // namespace

// Expectations as usd-core 26.11 answers.
TEST_CASE("the nearest binding wins, a collection over a direct one, and a stronger one over descendants") {
  stage::Scene scene(std::string(kMaterials) + R"(
def Xform "T" (
  prepend apiSchemas = ["MaterialBindingAPI", "CollectionAPI:c"]
) {
  rel material:binding = </A>
  rel material:binding:collection:k = [</T.collection:c>, </B>]
  rel collection:c:includes = </T>
  def Cube "plain" {
  }
  def Cube "own" {
    rel material:binding = </C>
  }
  def Cube "lost" {
    rel material:binding = </Nowhere>
  }
  def Cube "two" {
    rel material:binding = [</A>, </C>]
  }
}
def Xform "S" {
  rel material:binding = </A> (
    bindMaterialAs = "strongerThanDescendants"
  )
  rel material:binding:preview = </B>
  def Cube "own" {
    rel material:binding = </C>
  }
  def Cube "preview" {
    rel material:binding:preview = </C>
  }
})",
                     WithSchemas());
  CHECK(Bound(scene, "/T") == "/B by /T.material:binding:collection:k");
  CHECK(Bound(scene, "/T/plain") == "/B by /T.material:binding:collection:k");
  CHECK(Bound(scene, "/T/own") == "/C by /T/own.material:binding");
  CHECK(Bound(scene, "/T/lost") == "none by /T/lost.material:binding");
  CHECK(Bound(scene, "/T/two") == "/B by /T.material:binding:collection:k");
  CHECK(Bound(scene, "/S/own") == "/A by /S.material:binding");
  CHECK(Bound(scene, "/S/own", "preview") == "/B by /S.material:binding:preview");
  CHECK(Bound(scene, "/S/preview", "preview") == "/C by /S/preview.material:binding:preview");
  CHECK(Bound(scene, "/S/preview", "full") == "/A by /S.material:binding");
  CHECK(Bound(scene, "/A") == "none by ");
}

TEST_CASE("of several collections the first in property order that holds the prim counts") {
  stage::Scene scene(std::string(kMaterials) + R"(
def Xform "T" (
  prepend apiSchemas = ["CollectionAPI:c", "CollectionAPI:d", "CollectionAPI:e"]
) {
  rel material:binding:collection:z = [</T.collection:c>, </B>]
  rel material:binding:collection:a = [</T.collection:d>, </A>]
  rel material:binding:collection:preview:p = [</T.collection:e>, </C>]
  rel collection:c:includes = </T>
  rel collection:d:includes = </T/x>
  rel collection:d:excludes = </T/x/q>
  pathExpression collection:e:membershipExpression = "/T/x/q*"
  def Cube "x" {
    def Cube "q" {
    }
    def Cube "r" {
    }
  }
})",
                     WithSchemas());
  CHECK(Bound(scene, "/T") == "/B by /T.material:binding:collection:z");
  CHECK(Bound(scene, "/T/x/r") == "/A by /T.material:binding:collection:a");
  CHECK(Bound(scene, "/T/x/q") == "/B by /T.material:binding:collection:z");
  CHECK(Bound(scene, "/T/x/q", "preview") == "/C by /T.material:binding:collection:preview:p");
}

TEST_CASE(
    "collections hold what their rules say, with those that they include, and end where they go in circles") {
  stage::Scene scene(R"(
def Xform "T" (
  prepend apiSchemas = ["CollectionAPI:all", "CollectionAPI:one", "CollectionAPI:round"]
) {
  rel collection:all:includes = [</T/x>, </T.collection:one>]
  rel collection:all:excludes = </T/x/hidden>
  uniform token collection:one:expansionRule = "explicitOnly"
  rel collection:one:includes = </T/y>
  rel collection:round:includes = [</T.collection:round>, </T/y>]
  def Cube "x" {
    def Cube "hidden" {
    }
    def Cube "shown" {
    }
  }
  def Cube "y" {
    def Cube "below" {
    }
  }
})",
                     WithSchemas());
  const auto list = [&](const char* name) {
    return stage::Join(stage::Collection(scene.At("/T"), Token(name)).ComputeIncludedPaths());
  };
  CHECK(list("all") == "/T/x /T/x/shown /T/y");
  CHECK(list("one") == "/T/y");
  CHECK(list("round") == "/T/y /T/y/below");
  CHECK(list("absent") == "");
  CHECK(stage::Collection::IsCollectionPath(Path("/T.collection:all")));
  CHECK_FALSE(stage::Collection::IsCollectionPath(Path("/T.collection:all:includes")));
  CHECK_FALSE(stage::Collection::IsCollectionPath(Path("/T.other:all")));
}

}  // namespace strata::domain
