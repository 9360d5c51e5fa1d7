#include "strata/stage/uninstance.h"

#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

Scene Nested() {
  return Scene(
      "class \"K\"\n{\n    def \"B\" (\n        instanceable = true\n        references = </L>\n    )\n    "
      "{\n    }\n}\n"
      "class \"L\"\n{\n    def \"C\"\n    {\n    }\n}\n"
      "def \"I\" (\n    instanceable = true\n    references = </K>\n)\n{\n}\n"
      "def \"J\" (\n    instanceable = true\n    references = </K>\n)\n{\n}\n");
}

}  // namespace

TEST_CASE("a prim inside nested instances becomes one of the stage's own") {
  Scene scene = Nested();
  Editor editor(*scene);
  REQUIRE(scene.At("/I/B/C").IsInstanceProxy());
  CHECK_FALSE(editor.SetMetadata(Path("/I/B/C"), Token("kind"), Value(Token("group"))));
  auto prim = UninstancePrimAtPath(*scene, editor, Path("/I/B/C"));
  REQUIRE(prim);
  CHECK_FALSE(prim->IsInstanceProxy());
  CHECK_FALSE(scene.At("/I").IsInstance());
  CHECK(scene.At("/J").IsInstance());
  CHECK(editor.SetMetadata(Path("/I/B/C"), Token("kind"), Value(Token("group"))));
}

TEST_CASE("an instance itself stays one, and a path that leads nowhere is refused") {
  Scene scene = Nested();
  Editor editor(*scene);
  REQUIRE(UninstancePrimAtPath(*scene, editor, Path("/J")));
  CHECK(scene.At("/J").IsInstance());
  CHECK_FALSE(UninstancePrimAtPath(*scene, editor, Path("/I/Nope")));
  CHECK(scene.At("/I").IsInstance());
}

}  // namespace strata::stage
