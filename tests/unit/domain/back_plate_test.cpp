// Figures of UsdGeom.BackPlateAPI in usd-core 26.11.
#include <cmath>

#include "strata/domain/back_plate.h"
#include "strata/schema/schema.h"
#include "tests/unit/stage/scene.h"

namespace strata::domain {

namespace {

stage::Scene Open(const std::string& camera) {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return stage::Scene(R"(
def Xform "W"
{
    double3 xformOp:translate = (10, 20, 30)
    float xformOp:rotateY = 90
    uniform token[] xformOpOrder = ["xformOp:translate", "xformOp:rotateY"]
    def Camera "C" (
        prepend apiSchemas = ["BackPlateAPI:sky"]
    )
    {
)" + camera + "    }\n}\n",
                      options);
}

}  // namespace

TEST_CASE("a back plate is as large as what the camera sees at its focus distance, times its scale") {
  const stage::Scene scene = Open(R"(
        float focusDistance = 100
        float2 backPlate:sky:scale:tweak = (1, 2)
)");
  const BackPlate plate(scene.At("/W/C"), Token("sky"));
  const Vec2f size = plate.ComputeEffectiveDimensions(stage::Time::Default());
  CHECK(size[0] == doctest::Approx(41.91));
  CHECK(size[1] == doctest::Approx(61.1632));
  const Vec2f scale = plate.ComputeScaleForSize({16, 9}, stage::Time::Default());
  CHECK(scale[0] == doctest::Approx(0.38177));
  CHECK(scale[1] == doctest::Approx(0.294295));
}

TEST_CASE("a back plate of an orthographic camera is as large as the aperture, whatever the lens") {
  const stage::Scene scene =
      Open("        token projection = \"orthographic\"\n        float focalLength = 0\n");
  const Vec2f size =
      BackPlate(scene.At("/W/C"), Token("sky")).ComputeEffectiveDimensions(stage::Time::Default());
  CHECK(size[0] == doctest::Approx(20.955));
  CHECK(size[1] == doctest::Approx(15.2908));
}

TEST_CASE("a camera that sees nothing gives a scale that is not finite") {
  const BackPlate plate(Open("").At("/W/C"), Token("sky"));
  CHECK_FALSE(std::isfinite(plate.ComputeScaleForSize({1, 1}, stage::Time::Default())[0]));
}

TEST_CASE("a back plate is at the focus distance, shifted, beside where the camera is") {
  const stage::Scene scene = Open(R"(
        float focusDistance = 100
        float3 backPlate:sky:translate:tweak = (1, 2, -30)
)");
  const BackPlate plate(scene.At("/W/C"), Token("sky"));
  const stage::Time time(1);
  CHECK(plate.GetCameraSpacePosition(time) == Vec3f{1, 2, 70});
  CHECK(plate.GetWorldSpacePosition(time) == Vec3f{11, 22, 100});
  CHECK(plate.ComputeTranslateForCameraSpace({1, 2, 70}, time) == Vec3f{1, 2, -30});
  CHECK(plate.ComputeTranslateForWorldSpace({11, 22, 100}, time) == Vec3f{1, 2, -30});
}

}  // namespace strata::domain
