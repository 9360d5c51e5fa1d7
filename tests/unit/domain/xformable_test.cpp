#include "strata/domain/xformable.h"

#include "strata/domain/stage_transforms.h"

#include <cmath>

#include "strata/math/transform.h"
#include "tests/unit/stage/scene.h"

namespace strata::domain {

namespace {

stage::OpenOptions WithSchemas() {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return options;
}

void CheckNear(const Matrix4d& got, const Matrix4d& expected) {
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 4; ++j) {
      CAPTURE(i);
      CAPTURE(j);
      CHECK(std::abs(got[i][j] - expected[i][j]) < 1e-6);
    }
}

Matrix4d LocalOf(const std::string& properties) {
  stage::Scene scene("def Xform \"A\" {\n" + properties + "\n}\n", WithSchemas());
  return Xformable(scene.At("/A")).GetLocalTransformation().matrix;
}

}  // namespace

TEST_CASE("ops apply from the last to the first, single-axis ones too") {
  // As usd-core 26.11 answers.
  CheckNear(LocalOf(R"(
    double3 xformOp:translate:a = (1, 2, 3)
    float xformOp:rotateX = 30
    double xformOp:translateX = 4
    double xformOp:scaleY = 4
    uniform token[] xformOpOrder = ["xformOp:translate:a", "xformOp:rotateX", "xformOp:translateX", "xformOp:scaleY"])"),
            {{{1, 0, 0, 0},
              {0, 3.464101615137755, 1.9999999999999998, 0},
              {0, -0.49999999999999994, 0.8660254037844387, 0},
              {5, 2, 3, 1}}});
}

TEST_CASE(
    "inverses undo rotations of any order, orientations and scales; what stands before a reset is gone") {
  stage::Scene scene(R"(def Xform "A" {
    double3 xformOp:translate:a = (1, 2, 3)
    double3 xformOp:rotateXYZ = (10, 20, 30)
    double3 xformOp:rotateZXY = (10, 20, 30)
    quatf xformOp:orient = (0.9, 0.2, 0.3, 0.4)
    float3 xformOp:scale = (4, 2, 3)
    uniform token[] xformOpOrder = ["xformOp:translate:a", "!resetXformStack!", "!invert!xformOp:rotateZXY", "xformOp:rotateXYZ", "!invert!xformOp:orient", "!invert!xformOp:scale"]
})",
                     WithSchemas());
  const LocalTransform local = Xformable(scene.At("/A")).GetLocalTransformation();
  CHECK(local.resets_stack);
  CheckNear(local.matrix, {{{0.18069484143014153, -0.1126031660433265, 0.13103396993739858, 0},
                            {0.32928487621685015, 0.33939696755664694, -0.16242280846052987, 0},
                            {-0.06982189619561993, 0.1933239151745398, 0.262415468871257, 0},
                            {0, 0, 0, 1}}});
}

TEST_CASE("ops that are malformed, of a wrong type or not invertible count as the identity") {
  CheckNear(LocalOf(R"(
    string xformOp:scale = "4"
    double4 xformOp:rotateXYZ:q = (1, 2, 3, 4)
    matrix4d xformOp:transform = ((0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 1))
    double3 xformOp:scale:zero = (0, 1, 1)
    uniform token[] xformOpOrder = ["xformOp:nope", "scale", "xformOp:scale", "xformOp:rotateXYZ:q", "!invert!xformOp:transform", "!invert!xformOp:scale:zero", "xformOp:translate"])"),
            Matrix4d::Identity());
}

TEST_CASE("a pivot and its inverse cancel, and a prim without an order has no transform") {
  CHECK(LocalOf(R"(
    double3 xformOp:translate:pivot = (0.1, 0.7, 1e17)
    uniform token[] xformOpOrder = ["xformOp:translate:pivot", "!invert!xformOp:translate:pivot"])") ==
        Matrix4d::Identity());
  CHECK(LocalOf("double3 xformOp:translate = (1, 2, 3)") == Matrix4d::Identity());
}

TEST_CASE("world transforms follow parents of any type up to a reset, at any time") {
  stage::Scene scene(R"(def Xform "A" {
    double3 xformOp:translate.timeSamples = { 0: (0, 0, 0), 10: (10, 0, 0) }
    uniform token[] xformOpOrder = ["xformOp:translate"]
    def Scope "S" {
      def Sphere "B" {
        double3 xformOp:translate = (0, 1, 0)
        uniform token[] xformOpOrder = ["xformOp:translate"]
        def Xform "C" {
          double3 xformOp:translate = (0, 0, 7)
          uniform token[] xformOpOrder = ["!resetXformStack!", "xformOp:translate"]
        }
      }
    }
})",
                     WithSchemas());
  XformCache cache(5.0);
  CHECK(cache.GetLocalToWorldTransform(scene.At("/A/S/B")) == MakeTranslation({5, 1, 0}));
  CHECK(cache.GetParentToWorldTransform(scene.At("/A/S/B")) == MakeTranslation({5, 0, 0}));
  CHECK(cache.GetLocalToWorldTransform(scene.At("/A/S/B/C")) == MakeTranslation({0, 0, 7}));
  CHECK(cache.ComputeRelativeTransform(scene.At("/A/S/B"), scene.At("/A")) == MakeTranslation({0, 1, 0}));
  cache.SetTime(10.0);
  CHECK(cache.GetLocalToWorldTransform(scene.At("/A/S/B")) == MakeTranslation({10, 1, 0}));
  CHECK(Xformable(scene.At("/A")).TransformMightBeTimeVarying());
  CHECK_FALSE(Xformable(scene.At("/A/S/B")).TransformMightBeTimeVarying());
  CHECK(Xformable(scene.At("/A")).GetTimeSamples() == std::vector<double>{0, 10});
}

TEST_CASE("transforms of a whole stage are those of its prims, below instances and past resets too") {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  const stage::Scene scene(R"(
class Xform "_C"
{
    double3 xformOp:translate = (1, 0, 0)
    uniform token[] xformOpOrder = ["xformOp:translate"]
    def Xform "In" (
        instanceable = true
        inherits = </_D>
    )
    {
        double3 xformOp:translate = (0, 1, 0)
        uniform token[] xformOpOrder = ["xformOp:translate"]
    }
    def Xform "Reset"
    {
        double3 xformOp:translate = (0, 0, 7)
        uniform token[] xformOpOrder = ["!resetXformStack!", "xformOp:translate"]
        def Cube "Cube" {
        }
    }
}
class Xform "_D"
{
    def Xform "Deep"
    {
        double3 xformOp:translate = (0, 0, 1)
        uniform token[] xformOpOrder = ["xformOp:translate"]
        def Scope "Scope" {
        }
    }
}
def Xform "W"
{
    double3 xformOp:scale = (2, 2, 2)
    uniform token[] xformOpOrder = ["xformOp:scale"]
    def Xform "A" (
        instanceable = true
        inherits = </_C>
    )
    {
    }
    def Xform "B" (
        inherits = </_C>
    )
    {
    }
}
)",
                           options);
  const StageTransforms transforms(*scene);
  size_t proxies = 0;
  for (const stage::Prim& prim :
       scene->Traverse(stage::PrimPredicate::All().With(stage::InstanceProxies::kTraverse))) {
    CAPTURE(prim.GetPath().GetString());
    CHECK(transforms.GetLocalToWorldTransform(prim) == Xformable(prim).ComputeLocalToWorldTransform());
    proxies += prim.IsInstanceProxy();
  }
  CHECK(proxies > 5);
  CHECK(transforms.GetLocalToWorldTransform(scene.At("/W/A/In/Deep/Scope"))[3][1] == 2);
  CHECK(transforms.GetLocalToWorldTransform(scene.At("/W/A/Reset/Cube"))[3][2] == 7);
}

}  // namespace strata::domain
