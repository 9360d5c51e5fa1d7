#include "strata/domain/primvars.h"

#include "strata/domain/camera.h"
#include "strata/domain/mesh.h"
#include "strata/domain/model.h"
#include "tests/unit/stage/scene.h"

namespace strata::domain {

namespace {

stage::Scene Open(const std::string& text) {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return stage::Scene(text, options);
}

std::string Names(const std::vector<Primvar>& primvars) {
  std::string text;
  for (const Primvar& primvar : primvars)
    text += (text.empty() ? "" : " ") + primvar.GetAttribute().GetPath().GetString();
  return text;
}

constexpr const char* kPrims = R"(
def Xform "A" {
    float[] primvars:a = [1]
    float[] primvars:b = [1]
    float[] primvars:v = [1, 2] (
        interpolation = "vertex"
    )
    def Xform "B" {
        float[] primvars:a = [2]
        float[] primvars:b = [2, 3] (
            interpolation = "vertex"
        )
        def Mesh "M" {
            int[] faceVertexCounts = [3, 4]
            int[] faceVertexIndices = [0, 1, 2, 0, 2, 3, 4]
            point3f[] points = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 2, 0)]
            float[] primvars:i = [5, 6, 7, 8] (
                elementSize = 2
                interpolation = "uniform"
            )
            int[] primvars:i:indices = [1, 0]
            float[] primvars:bad = [5]
            int[] primvars:bad:indices = [1]
        }
    }
}
)";

}  // namespace

TEST_CASE("constant primvars are inherited; another interpolation ends that of its name") {
  const stage::Scene scene = Open(kPrims);
  CHECK(Names(PrimvarsAPI(scene.At("/A/B/M")).FindPrimvarsWithInheritance()) ==
        "/A/B.primvars:a /A/B/M.primvars:bad /A/B/M.primvars:i");
  CHECK(Names(PrimvarsAPI(scene.At("/A")).FindInheritablePrimvars()) == "/A.primvars:a /A.primvars:b");
  CHECK(PrimvarsAPI(scene.At("/A/B/M")).FindPrimvarWithInheritance("a").GetAttribute().GetPath() ==
        Path("/A/B.primvars:a"));
  CHECK_FALSE(PrimvarsAPI(scene.At("/A/B/M")).FindPrimvarWithInheritance("b").HasAuthoredValue());
}

TEST_CASE("flattening takes elements by index, and tells of indices out of range") {
  const stage::Scene scene = Open(kPrims);
  const PrimvarsAPI mesh(scene.At("/A/B/M"));
  CHECK(mesh.GetPrimvar("i").ComputeFlattened() == Value(Array<float>{7, 8, 5, 6}));
  Diagnostics remarks;
  CHECK_FALSE(mesh.GetPrimvar("bad").ComputeFlattened(stage::Time::Default(), &remarks));
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &kPrimvarMalformed);
}

TEST_CASE("interpolations have sizes, and meshes a topology") {
  const stage::Scene scene = Open(kPrims);
  const stage::Prim mesh = scene.At("/A/B/M");
  CHECK(ComputeInterpolationSize(mesh, Token("constant")) == 1);
  CHECK(ComputeInterpolationSize(mesh, Token("uniform")) == 2);
  CHECK(ComputeInterpolationSize(mesh, Token("vertex")) == 5);
  CHECK(ComputeInterpolationSize(mesh, Token("faceVarying")) == 7);
  CHECK_FALSE(ComputeInterpolationSize(scene.At("/A"), Token("uniform")));
  CHECK(ValidateMeshTopology(mesh));
  std::string why;
  CHECK_FALSE(ValidateMeshTopology({0, 1, 5}, {3}, 3, &why));
  CHECK(why == "index 5, at place 2, is not one of 3 points.");
  CHECK_FALSE(ValidateMeshTopology({0, 1}, {3}, 3, &why));
  CHECK_FALSE(ValidateMeshTopology({0, 1, 2}, {4, -1}, 3, &why));
}

TEST_CASE("kinds, asset information and draw modes of models") {
  const stage::Scene scene = Open(R"(
def Xform "G" (
    kind = "group"
    prepend apiSchemas = ["GeomModelAPI", "MotionAPI"]
)
{
    uniform token model:drawMode = "cards"
    float motion:blurScale = 0.5
    def Xform "C" (
        assetInfo = {
            asset identifier = @c.usd@
            string name = "c"
            string version = "2"
        }
        kind = "component"
    )
    {
        matrix4d constraintTargets:hook = ( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (1, 2, 3, 1) )
        double3 xformOp:translate = (10, 0, 0)
        uniform token[] xformOpOrder = ["xformOp:translate"]
    }
}
)");
  const ModelAPI model(scene.At("/G/C"));
  CHECK(model.IsKind(Token("model")));
  CHECK_FALSE(model.IsKind(Token("group")));
  CHECK(ModelAPI(scene.At("/G")).IsKind(Token("model")));
  CHECK(model.GetAssetName() == "c");
  CHECK(model.GetAssetVersion() == "2");
  CHECK(model.GetAssetIdentifier().authored == "c.usd");
  CHECK(model.ComputeModelDrawMode() == Token("cards"));
  CHECK(ComputeMotion(scene.At("/G/C")).blur_scale == 0.5f);
  const auto targets = model.GetConstraintTargets();
  REQUIRE(targets.size() == 1);
  CHECK(targets[0].name == Token("hook"));
  CHECK(targets[0].ComputeInWorldSpace()[3][0] == 11);
  KindRegistry kinds;
  kinds.Add(Token("set"), Token("assembly"));
  CHECK(kinds.IsA(Token("set"), Token("model")));
  CHECK_FALSE(kinds.IsA(Token("subcomponent"), Token("model")));
}

// Figures of Gf.Camera in usd-core 26.11.
TEST_CASE("a camera's frustum has the window of its aperture and lens") {
  const stage::Scene scene =
      Open("def Camera \"C\" {\n    float focalLength = 20.955\n    float2 clippingRange = (1, 100)\n}\n");
  const Camera camera = Camera::FromPrim(scene.At("/C"));
  const Frustum frustum = camera.GetFrustum();
  CHECK(frustum.window_max[0] == doctest::Approx(0.5));
  CHECK(camera.GetHorizontalFieldOfView() == doctest::Approx(53.1301));
  CHECK(frustum.ComputeProjectionMatrix()[0][0] == doctest::Approx(2));
  CHECK(frustum.ComputeProjectionMatrix()[3][2] == doctest::Approx(-200.0 / 99));
  const std::vector<Vec3d> corners = frustum.ComputeCorners();
  REQUIRE(corners.size() == 8);
  CHECK(corners[7][0] == doctest::Approx(50));
  CHECK(corners[7][2] == doctest::Approx(-100));
}

}  // namespace strata::domain
