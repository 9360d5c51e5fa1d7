#include "strata/domain/skinning.h"

#include "strata/domain/xformable.h"
#include "strata/math/transform.h"
#include "tests/unit/stage/scene.h"

namespace strata::domain {

namespace {

constexpr const char* kArm = R"(
def SkelRoot "Root" (
    prepend apiSchemas = ["SkelBindingAPI"]
)
{
    rel skel:skeleton = </Root/Skel>
    def Skeleton "Skel" (
        prepend apiSchemas = ["SkelBindingAPI"]
    )
    {
        uniform token[] joints = ["A", "A/B"]
        uniform matrix4d[] bindTransforms = [( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1) ), ( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (1, 0, 0, 1) )]
        uniform matrix4d[] restTransforms = [( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1) ), ( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (1, 0, 0, 1) )]
        rel skel:animationSource = </Root/Anim>
    }
    def SkelAnimation "Anim"
    {
        uniform token[] joints = ["A/B"]
        float3[] translations.timeSamples = {
            0: [(1, 0, 0)],
            10: [(1, 5, 0)],
        }
        quatf[] rotations = [(1, 0, 0, 0)]
        half3[] scales = [(1, 1, 1)]
    }
    def Mesh "Mesh" (
        prepend apiSchemas = ["SkelBindingAPI"]
    )
    {
        point3f[] points = [(0, 0, 0), (2, 0, 0), (2, 0, 1)]
        int[] faceVertexCounts = [3]
        int[] faceVertexIndices = [0, 1, 2]
        int[] primvars:skel:jointIndices = [0, 1, 1] (
            interpolation = "vertex"
        )
        float[] primvars:skel:jointWeights = [1, 1, 1] (
            interpolation = "vertex"
        )
    }
}
)";

stage::Scene Open(const std::string& text) {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return stage::Scene(text, options);
}

void Replace(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("joints know their parents, and must come after them") {
  const SkelTopology topology(Array<Token>{Token("A"), Token("A/B"), Token("A/B/C/D"), Token("E")});
  CHECK(topology.Validate());
  CHECK(topology.GetParent(0) == -1);
  CHECK(topology.GetParent(2) == 1);
  CHECK(topology.GetParent(3) == -1);
  std::string why;
  CHECK_FALSE(SkelTopology(Array<Token>{Token("A/B"), Token("A")}).Validate(&why));
  CHECK(why == "the joint 'A/B' comes before its parent");
  CHECK_FALSE(SkelTopology(Array<Token>{Token("not a path")}).Validate(&why));
}

TEST_CASE("mappers take values from one order to another, and leave the rest") {
  const AnimMapper mapper({Token("a"), Token("b")}, {Token("b"), Token("c"), Token("a")});
  CHECK((mapper.IsSparse() && !mapper.IsIdentity() && !mapper.IsNull()));
  const std::vector<int> source = {1, 2, 3, 4};
  std::vector<int> target(6, 9);
  mapper.Remap<int>(source, target, 2);
  CHECK(target == std::vector<int>{3, 4, 9, 9, 1, 2});
  CHECK(AnimMapper({Token("a")}, {Token("a")}).IsIdentity());
  CHECK(AnimMapper({Token("a")}, {Token("b")}).IsNull());
}

TEST_CASE("points follow their joints, between samples too") {
  const stage::Scene scene = Open(kArm);
  const SkinningQuery query(scene.At("/Root/Mesh"));
  REQUIRE(query.GetSkeletonPrim());
  const Skeleton skeleton(query.GetSkeletonPrim());
  REQUIRE(skeleton.IsValid());
  const auto points = query.ComputeSkinnedPoints(skeleton, 5);
  REQUIRE(points);
  CHECK((*points)[0] == Vec3f{0, 0, 0});
  CHECK((*points)[1] == Vec3f{2, 2.5f, 0});
  CHECK((*points)[2] == Vec3f{2, 2.5f, 1});
}

TEST_CASE("baking writes samples where something moves, and leaves no root of skinning") {
  const stage::Scene scene = Open(kArm);
  stage::Editor editor(*scene);
  Diagnostics remarks;
  const auto baked = BakeSkinning(*scene, editor, scene.At("/Root"), std::nullopt, remarks);
  REQUIRE(baked);
  CHECK(*baked == 1);
  CHECK(remarks.IsEmpty());
  const stage::Attribute points = scene.Attr("/Root/Mesh.points");
  CHECK(points.GetTimeSamples() == std::vector<double>{0, 10});
  CHECK(points.Get(10).GetOr(Array<Vec3f>())[1] == Vec3f{2, 5, 0});
  CHECK(scene.Attr("/Root/Mesh.extent").Get(10).GetOr(Array<Vec3f>())[1] == Vec3f{2, 5, 1});
  CHECK(scene.At("/Root").GetTypeName() == Token("Xform"));
}

TEST_CASE("all geometry of a skeleton is baked at the times at which any of it moves") {
  std::string text = kArm;
  // A copy of the mesh that moves by itself, and one that joints move as a whole.
  const size_t begin = text.find("    def Mesh"), end = text.rfind('}');
  const std::string mesh = text.substr(begin, end - begin);
  std::string moving = mesh, rigid = mesh;
  Replace(moving, "\"Mesh\"", "\"Moving\"");
  Replace(moving, "point3f[] points =", R"(
        double3 xformOp:translate.timeSamples = { 3: (0, 0, 0), 7: (1, 0, 0) }
        uniform token[] xformOpOrder = ["xformOp:translate"]
        point3f[] points =)");
  Replace(rigid, "\"Mesh\"", "\"Rigid\"");
  Replace(rigid, "[0, 1, 1]", "[1]");
  Replace(rigid, "[1, 1, 1]", "[1]");
  Replace(rigid, "\"vertex\"", "\"constant\"");
  Replace(rigid, "point3f[] points =", R"(
        normal3f[] normals.timeSamples = { 4: [(0, 0, 1)] }
        double3 xformOp:translate.timeSamples = { 5: (0, 0, 0), 6: (1, 0, 0) }
        uniform token[] xformOpOrder = ["xformOp:translate"]
        point3f[] points =)");
  text.insert(end, moving + rigid);
  const auto bake = [&](std::optional<std::pair<double, double>> interval, const char* attribute) {
    const stage::Scene scene = Open(text);
    stage::Editor editor(*scene);
    Diagnostics remarks;
    const auto baked = BakeSkinning(*scene, editor, scene.At("/Root"), interval, remarks);
    REQUIRE(baked);
    CHECK(*baked == 3);
    return scene.Attr(attribute).GetTimeSamples();
  };
  // Points and normals that only a transform moves add no times.
  const std::vector<double> all = {0, 3, 5, 6, 7, 10}, some = {3, 5, 6, 7};
  CHECK(bake(std::nullopt, "/Root/Mesh.points") == all);
  CHECK(bake(std::nullopt, "/Root/Moving.points") == all);
  CHECK(bake(std::nullopt, "/Root/Rigid.xformOp:transform") == all);
  CHECK(bake(std::pair{1.0, 9.0}, "/Root/Mesh.points") == some);
}

TEST_CASE("geometry that joints move as a whole is baked as a transform") {
  std::string text = kArm;
  const auto replace = [&](const std::string& from, const std::string& to) { Replace(text, from, to); };
  replace("jointIndices = [0, 1, 1]", "jointIndices = [1]");
  replace("jointWeights = [1, 1, 1]", "jointWeights = [1]");
  replace("interpolation = \"vertex\"", "interpolation = \"constant\"");
  const stage::Scene scene = Open(text);
  stage::Editor editor(*scene);
  Diagnostics remarks;
  const auto baked = BakeSkinning(*scene, editor, scene.At("/Root"), std::nullopt, remarks);
  REQUIRE(baked);
  CHECK(*baked == 1);
  CHECK(scene.Attr("/Root/Mesh.points").GetTimeSamples().empty());
  const Matrix4d moved = Xformable(scene.At("/Root/Mesh")).ComputeLocalToWorldTransform(10);
  CHECK(TransformPoint({2, 0, 1}, moved) == Vec3d{2, 5, 1});
}

TEST_CASE("blend shapes count where the schema is applied alone, joints are inherited") {
  const stage::Scene scene = Open(R"(
def SkelRoot "Root" (
    prepend apiSchemas = ["SkelBindingAPI"]
)
{
    rel skel:skeleton = </Root/Skel>
    int[] primvars:skel:jointIndices = []
    float[] primvars:skel:jointWeights = []
    def Skeleton "Skel" { }
    def Mesh "Mesh"
    {
        uniform token[] skel:blendShapes = ["smile"]
        rel skel:blendShapeTargets = </Root/Mesh/smile>
        def BlendShape "smile" { }
    }
}
)");
  const SkinningQuery query(scene.At("/Root/Mesh"));
  CHECK(query.GetSkeletonPrim());
  CHECK(query.HasJointInfluences());
  CHECK_FALSE(query.HasBlendShapes());
}

TEST_CASE("influences that do not fit move nothing, and say why") {
  std::vector<Vec3f> points = {{1, 2, 3}};
  const std::vector<Matrix4d> joints = {Matrix4d::Identity()};
  std::string why;
  JointInfluences influences{.indices = {0, 0}, .weights = {1, 1}, .influences_per_point = 1};
  CHECK_FALSE(
      SkinPoints(SkinningMethod::kLinearBlend, Matrix4d::Identity(), joints, influences, points, &why));
  CHECK(why == "there are 2 joint indices, where 1 points with 1 each need 1");
  influences = {.indices = {3}, .weights = {1}, .influences_per_point = 1};
  CHECK_FALSE(
      SkinPoints(SkinningMethod::kDualQuaternion, Matrix4d::Identity(), joints, influences, points, &why));
  CHECK(why == "joint index 3 is not one of 1");
  CHECK(points[0] == Vec3f{1, 2, 3});
}

}  // namespace strata::domain
