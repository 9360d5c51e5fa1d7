// Figures of UsdPhysics.RigidBodyAPI and UsdLod in usd-core 26.11.
#include "strata/domain/rigid_body.h"
#include "strata/domain/lod.h"
#include "strata/math/transform.h"
#include "strata/schema/schema.h"
#include "tests/unit/stage/scene.h"

namespace strata::domain {

namespace {

stage::Scene Open(const std::string& text) {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return stage::Scene(text, options);
}

// A shape of volume 8 whose inertia is 2 about each axis.
ShapeMass MeasureBox(const stage::Prim&) {
  ShapeMass shape;
  shape.volume = 8;
  for (size_t i = 0; i < 3; ++i) shape.inertia[i][i] = 2;
  return shape;
}

std::string MakeBody(const std::string& mass) {
  return R"(
def Cube "C" (
    prepend apiSchemas = ["PhysicsRigidBodyAPI", "PhysicsCollisionAPI", "PhysicsMassAPI"]
)
{
)" + mass +
         "}\n";
}

}  // namespace

TEST_CASE("a body weighs what its shapes do, in water's density unless another is said") {
  CHECK(ComputeMassProperties(Open(MakeBody("")).At("/C"), MeasureBox).mass == doctest::Approx(0.008));
  const MassProperties dense =
      ComputeMassProperties(Open(MakeBody("    float physics:density = 2\n")).At("/C"), MeasureBox);
  CHECK(dense.mass == 16);
  CHECK(dense.diagonal_inertia == Vec3f{4, 4, 4});
  const MassProperties given =
      ComputeMassProperties(Open(MakeBody("    float physics:mass = 3\n")).At("/C"), MeasureBox);
  CHECK(given.mass == 3);
  CHECK(given.diagonal_inertia == Vec3f{0.75f, 0.75f, 0.75f});
}

TEST_CASE("a centre of mass beside the shape makes a body harder to turn") {
  const stage::Scene scene =
      Open(MakeBody("    float physics:density = 2\n    point3f physics:centerOfMass = (1, 0, 0)\n"));
  const MassProperties found = ComputeMassProperties(scene.At("/C"), MeasureBox);
  CHECK(found.center_of_mass == Vec3f{1, 0, 0});
  CHECK(found.diagonal_inertia == Vec3f{4, 20, 20});
}

TEST_CASE("what a body says of its inertia replaces what its shapes give") {
  const stage::Scene scene = Open(MakeBody("    float3 physics:diagonalInertia = (1, 2, 3)\n"));
  CHECK(ComputeMassProperties(scene.At("/C"), MeasureBox).diagonal_inertia == Vec3f{1, 2, 3});
}

TEST_CASE("a body without colliders weighs nothing") {
  const stage::Scene scene = Open("def Xform \"X\" {\n}\n");
  const MassProperties found = ComputeMassProperties(scene.At("/X"), MeasureBox);
  CHECK(found.mass == 0);
  CHECK(found.diagonal_inertia == Vec3f{0, 0, 0});
}

TEST_CASE("levels follow distance, with a part of the next while one is blended in") {
  const stage::Scene scene = Open(R"(
def DistanceHeuristic "D"
{
    uniform float[] thresholds = [10, 20, 30]
    uniform float[] blendThresholds = [12, 24, 36]
    point3f center = (1, 0, 0)
}
)");
  const DistanceLod lod(scene.At("/D"), stage::Time::Default());
  CHECK(lod.ComputeLevel(5) == 0);
  CHECK(lod.ComputeLevel(11) == 0.5f);
  CHECK(lod.ComputeLevel(15) == 1);
  CHECK(lod.ComputeLevel(21) == 1.25f);
  CHECK(lod.ComputeLevel(40) == 3);
  CHECK(lod.ComputeDistance({3, 4, 0}, MakeScale({2, 2, 2})) == doctest::Approx(4.123105626));
}

TEST_CASE("a value follows the one before it from farther away than the hysteresis") {
  CHECK(ApplyHysteresis(10, 5, 2) == 8);
  CHECK(ApplyHysteresis(1, 5, 2) == 3);
  CHECK(ApplyHysteresis(6, 5, 2) == 5);
}

TEST_CASE("a size on the screen is that of the sphere around the extent") {
  const stage::Scene scene = Open(
      "def ScreenSizeHeuristic \"S\" {\n    float3[] extent = [(-1, -1, -1), (1, 1, 1)]\n}\n");
  const ScreenSizeLod lod(scene.At("/S"), stage::Time::Default());
  Frustum frustum;
  const double half = 0.5773502691896257;  // of 60 degrees
  frustum.window_min = {-half, -half};
  frustum.window_max = {half, half};
  CHECK(lod.ComputeScreenSize(frustum, MakeTranslation({0, 0, -10})) == doctest::Approx(0.070685835));
  CHECK(lod.ComputeScreenSize(frustum, MakeTranslation({0, 0, 10})) == 0);
}

}  // namespace strata::domain
