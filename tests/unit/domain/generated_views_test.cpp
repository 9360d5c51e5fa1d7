#include "tests/unit/domain/generated_views.h"

#include "strata/base/files.h"
#include "strata/schema/generate.h"
#include "tests/unit/stage/scene.h"

namespace strata::domain {

TEST_CASE("generated views compile, and read what their schemas declare") {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  const stage::Scene scene(
      "def Sphere \"S\" (\n    prepend apiSchemas = [\"CollectionAPI:c\"]\n)\n{\n    double radius = 2\n    "
      "rel "
      "collection:c:includes = </S>\n}\n",
      options);
  const views::Sphere ball(scene.At("/S"));
  CHECK(ball.IsValid());
  CHECK(ball.GetRadius() == 2.0);
  CHECK(ball.GetPurpose() == Token("default"));
  CHECK_FALSE(views::Mesh(scene.At("/S")).IsValid());
  const views::CollectionAPI collection(scene.At("/S"), Token("c"));
  CHECK(collection.IsValid());
  CHECK(stage::Join(collection.GetCollectionIncludesRel().GetTargets()) == "/S");
}

// `strata schema ... --generate cpp --namespace strata::views -o tests/unit/domain/generated_views.h` renews
// it.
TEST_CASE("the generated views are those that would be generated now") {
  const std::vector<Token> names = {Token("Imageable"), Token("Xformable"), Token("Boundable"),
                                    Token("Gprim"),     Token("Sphere"),    Token("CollectionAPI"),
                                    Token("Mesh"),      Token("PointBased")};
  const auto text = ReadWholeFile(STRATA_SOURCE_DIR "/tests/unit/domain/generated_views.h");
  REQUIRE(text);
  CHECK(*text == schema::GenerateCppViews(*schema::Registry::GetBuiltIn(), names, {"strata::views"}));
}

}  // namespace strata::domain
