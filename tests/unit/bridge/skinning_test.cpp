// Geometry that skeletons and blend shapes move, in the running scene.
#include "strata/bridge/skinning.h"
#include "strata/domain/skinning.h"
#include "tests/unit/bridge/running.h"

namespace strata::bridge {

namespace {

using scene::DataSourceLocator;

// A bar of two points whose second joint turns by 90 degrees about Z from time 0 to 10, as text.
std::string Character(const std::string& of_root = "", const std::string& of_mesh = "") {
  return R"(def SkelRoot "C" (prepend apiSchemas = ["SkelBindingAPI"]) {
    rel skel:skeleton = </C/Skel>
    )" + of_root +
         R"(
    def Skeleton "Skel" (prepend apiSchemas = ["SkelBindingAPI"]) {
      uniform token[] joints = ["A", "A/B"]
      uniform matrix4d[] bindTransforms = [((1,0,0,0),(0,1,0,0),(0,0,1,0),(0,0,0,1)), ((1,0,0,0),(0,1,0,0),(0,0,1,0),(1,0,0,1))]
      uniform matrix4d[] restTransforms = [((1,0,0,0),(0,1,0,0),(0,0,1,0),(0,0,0,1)), ((1,0,0,0),(0,1,0,0),(0,0,1,0),(1,0,0,1))]
    }
    def SkelAnimation "Move" {
      uniform token[] joints = ["A/B"]
      float3[] translations = [(1, 0, 0)]
      half3[] scales = [(1, 1, 1)]
      quatf[] rotations.timeSamples = { 0: [(1, 0, 0, 0)], 10: [(0.70710678, 0, 0, 0.70710678)] }
      uniform token[] blendShapes = ["tall"]
      float[] blendShapeWeights.timeSamples = { 0: [0], 10: [1] }
    }
    def Mesh "M" (prepend apiSchemas = ["SkelBindingAPI"]) {
      int[] faceVertexCounts = [3]
      int[] faceVertexIndices = [0, 1, 2]
      point3f[] points = [(0, 0, 0), (2, 0, 0), (3, 0, 0)]
      normal3f[] normals = [(0, 1, 0), (0, 1, 0), (0, 1, 0)] ( interpolation = "vertex" )
      int[] primvars:skel:jointIndices = [0, 1, 1] ( elementSize = 1  interpolation = "vertex" )
      float[] primvars:skel:jointWeights = [1, 1, 1] ( elementSize = 1  interpolation = "vertex" )
      )" +
         of_mesh +
         R"(
    }
  })";
}
const char* const kBound = "rel skel:animationSource = </C/Move>";

Array<Vec3f> PointsOf(const scene::SceneIndex& scene, Path prim, const char* name = "points") {
  return scene::GetValueAs<Array<Vec3f>>(
             scene.GetDataSource(prim, {Token("primvars"), Token(name), Token("primvarValue")}))
      .value_or(Array<Vec3f>());
}
void CheckNear(const Array<Vec3f>& found, const Array<Vec3f>& expected) {
  REQUIRE(found.GetSize() == expected.GetSize());
  for (size_t i = 0; i < found.GetSize(); ++i)
    for (size_t k = 0; k < 3; ++k) CHECK(found[i][k] == doctest::Approx(expected[i][k]).epsilon(1e-4));
}

}  // namespace

TEST_CASE("points and normals are where the animation moves them, and the extent is around them") {
  Running running(Character(kBound));
  CheckNear(PointsOf(running.Final(), Path("/C/M")), {{0, 0, 0}, {2, 0, 0}, {3, 0, 0}});
  running.First().SetTime(10);
  CheckNear(PointsOf(running.Final(), Path("/C/M")), {{0, 0, 0}, {1, 1, 0}, {1, 2, 0}});
  CheckNear(PointsOf(running.Final(), Path("/C/M"), "normals"), {{0, 1, 0}, {-1, 0, 0}, {-1, 0, 0}});
  const auto max = scene::GetValueAs<Vec3d>(
      running.Final().GetDataSource(Path("/C/M"), DataSourceLocator{Token("extent"), Token("max")}));
  REQUIRE(max);
  CHECK((*max)[0] == doctest::Approx(1));
  CHECK((*max)[1] == doctest::Approx(2));
  // The rest of the data stay as they are.
  CHECK(scene::GetValueAs<Token>(running.Final().GetDataSource(
            Path("/C/M"), {Token("primvars"), Token("points"), Token("interpolation")})) == Token("vertex"));
}

TEST_CASE("points have the times at which the animation has samples") {
  Running running(Character(kBound));
  running.First().SetTime(5);
  const auto points = scene::SampledDataSource::Cast(running.Final().GetDataSource(
      Path("/C/M"), {Token("primvars"), Token("points"), Token("primvarValue")}));
  std::vector<double> times;
  REQUIRE(points->GetContributingSampleTimes(-8, 8, &times));
  CHECK(times == std::vector<double>{-8, -5, 5});
}

TEST_CASE("blend shapes move points without joints, and before them") {
  Running running(Character(kBound, R"(uniform token[] skel:blendShapes = ["tall"]
      rel skel:blendShapeTargets = </C/M/Tall>
      def BlendShape "Tall" { uniform vector3f[] offsets = [(0, 0, 4)]  uniform int[] pointIndices = [1] })"));
  running.First().SetTime(10);
  CheckNear(PointsOf(running.Final(), Path("/C/M")), {{0, 0, 0}, {1, 1, 4}, {1, 2, 0}});
  running.TakeFinal();
  running.Set("/C/M/Tall.offsets", Value(Array<Vec3f>{{0, 0, 5}}));
  CHECK(
      running.TakeFinal() ==
      "dirtied /C/M {extent, primvars/normals, primvars/points}; dirtied /C/M/Tall {skelBlendShape/offsets}");
  CheckNear(PointsOf(running.Final(), Path("/C/M")), {{0, 0, 0}, {1, 1, 5}, {1, 2, 0}});
}

TEST_CASE("a change of the time dirties what it moves and nothing else, and not where nothing moves") {
  Running running(Character(kBound) + "  def Mesh \"Still\" { point3f[] points = [(0, 0, 0)] }");
  PointsOf(running.Final(), Path("/C/M"));
  PointsOf(running.Final(), Path("/Still"));
  running.TakeFinal();
  running.First().SetTime(4);
  CHECK(running.TakeFinal() ==
        "dirtied /C/M {extent, primvars/normals/primvarValue, primvars/points/primvarValue}");
  running.First().SetTime(20);
  running.TakeFinal();
  // Beyond the last sample, a shutter away from it, all is as it was.
  running.First().SetTime(30);
  CHECK(running.TakeFinal() == "");
  Running still(Character());
  PointsOf(still.Final(), Path("/C/M"));
  still.TakeFinal();
  still.First().SetTime(4);
  CHECK(still.TakeFinal() == "");
}

TEST_CASE("edits of poses, bindings and influences dirty the points that they move") {
  Running running(Character(kBound));
  running.First().SetTime(10);
  PointsOf(running.Final(), Path("/C/M"));
  running.TakeFinal();
  running.Set("/C/Move.translations", Value(Array<Vec3f>{{1, 0, 7}}));
  CHECK(running.TakeFinal() ==
        "dirtied /C/M {extent, primvars/normals/primvarValue, primvars/points/primvarValue}; "
        "dirtied /C/Move {skelAnimation/translations}");
  CheckNear(PointsOf(running.Final(), Path("/C/M")), {{0, 0, 0}, {1, 1, 7}, {1, 2, 7}});
  running.Change([](layer::Layer& layer) {
    ListOp<Path> none;
    none.is_explicit = true;
    CHECK(layer.SetField(Path("/C.skel:animationSource"), layer::GetFieldNames().targetPaths, Value(none)));
  });
  CHECK(running.TakeFinal().find("primvars/points") != std::string::npos);
  CheckNear(PointsOf(running.Final(), Path("/C/M")), {{0, 0, 0}, {2, 0, 0}, {3, 0, 0}});
  running.TakeFinal();
  running.Set("/C/M.primvars:skel:jointIndices", Value(Array<int32_t>{0, 0, 9}));
  CHECK(running.TakeFinal().find("primvars/points") != std::string::npos);
}

TEST_CASE("what moves geometry and skeleton alike moves no points, what moves one of them does") {
  const std::string op =
      "double3 xformOp:translate = (0, 0, 0)  uniform token[] xformOpOrder = [\"xformOp:translate\"]";
  Running running(Character(std::string(kBound) + "  " + op, op));
  PointsOf(running.Final(), Path("/C/M"));
  running.Final().GetDataSource(Path("/C/M"), Token("xform"));
  running.TakeFinal();
  running.Set("/C.xformOp:translate", Value(Vec3d{5, 0, 0}));
  CHECK(running.TakeFinal().find("points") == std::string::npos);
  running.Set("/C/M.xformOp:translate", Value(Vec3d{0, 3, 0}));
  CHECK(running.TakeFinal().find("dirtied /C/M {extent, primvars/normals, primvars/points, xform}") !=
        std::string::npos);
  // Joints hold the points where they were in the skeleton's space.
  CheckNear(PointsOf(running.Final(), Path("/C/M")), {{0, -3, 0}, {2, -3, 0}, {3, -3, 0}});
}

TEST_CASE("what does not fit stays at rest and is remarked on once") {
  Running running(Character(
      kBound, "float[] primvars:skel:jointWeights = [1] ( elementSize = 1  interpolation = \"vertex\" )"));
  running.First().SetTime(10);
  for (int i = 0; i < 2; ++i)
    CheckNear(PointsOf(running.Final(), Path("/C/M")), {{0, 0, 0}, {2, 0, 0}, {3, 0, 0}});
  const Diagnostics remarks = running.GetChain().skinning->TakeRemarks();
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &domain::kSkinningMalformed);
  CHECK(running.GetChain().skinning->TakeRemarks().GetAll().empty());
}

TEST_CASE("bindings hold below a SkelRoot, and a skeleton may come later") {
  std::string text = Character(kBound);
  text.replace(text.find("SkelRoot"), 8, "Xform");
  Running plain(text);
  plain.First().SetTime(10);
  CheckNear(PointsOf(plain.Final(), Path("/C/M")), {{0, 0, 0}, {2, 0, 0}, {3, 0, 0}});
  Running late(Character(kBound));
  late.First().SetTime(10);
  late.SetActive("/C/Skel", false);
  CheckNear(PointsOf(late.Final(), Path("/C/M")), {{0, 0, 0}, {2, 0, 0}, {3, 0, 0}});
  late.TakeFinal();
  late.SetActive("/C/Skel", true);
  CHECK(late.TakeFinal().find("dirtied /C/M {extent, primvars/normals, primvars/points}") !=
        std::string::npos);
  CheckNear(PointsOf(late.Final(), Path("/C/M")), {{0, 0, 0}, {1, 1, 0}, {1, 2, 0}});
}

TEST_CASE("instances that are bound alike share their points, those with other animations have their own") {
  Running running(Character() + R"(
  def SkelAnimation "Far" {
    uniform token[] joints = ["A/B"]
    float3[] translations = [(1, 0, 9)]
    half3[] scales = [(1, 1, 1)]
    quatf[] rotations = [(1, 0, 0, 0)]
  }
  def Xform "W" {
    def "One" (instanceable = true; references = </C>; prepend apiSchemas = ["SkelBindingAPI"]) {
      rel skel:animationSource = </Far> }
    def "Two" (instanceable = true; references = </C>; prepend apiSchemas = ["SkelBindingAPI"]) {
      rel skel:animationSource = </Far> }
    def "Three" (instanceable = true; references = </C>; prepend apiSchemas = ["SkelBindingAPI"]) {
      rel skel:animationSource = </W/Three/Move> }
  })");
  running.First().SetTime(10);
  std::map<std::string, int> seen;
  for (Path path : scene::CollectPrimPaths(running.Final())) {
    if (!path.HasPrefix(Path("/UsdNiPropagatedPrototypes")) || path.GetNameToken() != Token("M")) continue;
    const Array<Vec3f> points = PointsOf(running.Final(), path);
    REQUIRE(points.GetSize() == 3);
    ++seen[points[2][2] == 9 ? "far" : points[2][1] > 1.9f ? "own" : "rest"];
  }
  CHECK(seen == std::map<std::string, int>{{"far", 1}, {"own", 1}});
  // An edit of the one animation tells of the points that it moves.
  running.TakeFinal();
  running.Set("/Far.translations", Value(Array<Vec3f>{{1, 0, 8}}));
  const std::string told = running.TakeFinal();
  size_t count = 0;
  for (size_t at = 0; (at = told.find("primvars/points", at)) != std::string::npos; ++at) ++count;
  CHECK(count == 1);
}

TEST_CASE("chains may leave points at rest, as OpenUSD 24.08 does") {
  ChainOptions options;
  options.skinning = ChainOptions::Skinning::kAtRest;
  for (const ChainOptions& each : {options, ChainOptions::LikeOpenUSD()}) {
    Running running(Character(kBound), each);
    running.First().SetTime(10);
    CheckNear(PointsOf(running.Final(), Path("/C/M")), {{0, 0, 0}, {2, 0, 0}, {3, 0, 0}});
    CHECK(running.GetChain().skinning == nullptr);
  }
}

}  // namespace strata::bridge
