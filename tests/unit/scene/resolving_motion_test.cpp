// Nurbs as lines and meshes; points and instances that move with velocities.
#include "doctest/doctest.h"
#include "strata/scene/nurbs.h"
#include "strata/scene/scene.h"
#include "strata/scene/velocity_motion.h"

namespace strata::scene {

namespace {

DataSourceLocator L(std::string_view text) {
  return DataSourceLocator::Parse(text);
}
ContainerDataSourceHandle Box(std::vector<std::pair<const char*, DataSourceHandle>> entries) {
  std::vector<RetainedContainerDataSource::Entry> list;
  for (auto& [name, source] : entries) list.emplace_back(Token(name), source);
  return RetainedContainerDataSource::New(std::move(list));
}
ContainerDataSourceHandle Primvar(const char* interpolation, DataSourceHandle values) {
  return Box({{"interpolation", Retain(Token(interpolation))}, {"primvarValue", std::move(values)}});
}
std::shared_ptr<RetainedSceneIndex> MakeScene(const char* type, ContainerDataSourceHandle data) {
  auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(
      {{Path::AbsoluteRoot(), Token(), Box({{"sceneGlobals", Box({{"timeCodesPerSecond", Retain(10.0)}})}})},
       {Path("/P"), Token(type), std::move(data)}});
  return scene;
}
template <class T>
T At(const SceneIndex& scene, std::string_view locator, double offset = 0) {
  const auto value = GetValueAs<T>(scene.GetDataSource(Path("/P"), L(locator)), offset);
  REQUIRE_MESSAGE(value, locator);
  return *value;
}
bool IsNear(const Vec3f& a, const Vec3f& b) {
  for (size_t i = 0; i < 3; ++i)
    if (std::abs(a[i] - b[i]) > 1e-5f) return false;
  return true;
}

// A value with samples at times relative to the frame, linear between them.
class Sampled final : public TypedSampledDataSource<Array<Vec3f>> {
 public:
  Sampled(std::vector<double> times, std::vector<Array<Vec3f>> values)
      : times_(std::move(times)), values_(std::move(values)) {}
  Array<Vec3f> GetTypedValue(double offset) const override {
    if (offset <= times_.front()) return values_.front();
    if (offset >= times_.back()) return values_.back();
    size_t at = 0;
    while (times_[at + 1] < offset) ++at;
    const double part = (offset - times_[at]) / (times_[at + 1] - times_[at]);
    Array<Vec3f> value = values_[at];
    for (size_t i = 0; i < value.GetSize(); ++i)
      for (size_t k = 0; k < 3; ++k)
        value.GetMutableData()[i][k] =
            static_cast<float>((1 - part) * values_[at][i][k] + part * values_[at + 1][i][k]);
    return value;
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    const std::vector<double> clipped = ClipSampleTimes(times_, start, end);
    if (clipped.size() < 2) return false;
    if (times) *times = clipped;
    return true;
  }

 private:
  std::vector<double> times_;
  std::vector<Array<Vec3f>> values_;
};

}  // namespace

TEST_CASE("nurbs curves become lines whose points lie on them, from end to end") {
  // A quarter of nothing special: one cubic span is the bezier curve of its points.
  const NurbsSceneIndex lines(MakeScene(
      "nurbsCurves",
      Box({{"nurbsCurves", Box({{"curveVertexCounts", Retain(Array<int32_t>{4, 2})},
                                {"order", Retain(Array<int32_t>{4, 2})},
                                {"knots", Retain(Array<double>{0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1})},
                                {"ranges", Retain(Array<Vec2d>{{0, 1}, {0, 1}})}})},
           {"primvars",
            Box({{"points",
                  Primvar("vertex", Retain(Array<Vec3f>{
                                        {0, 0, 0}, {0, 3, 0}, {3, 3, 0}, {3, 0, 0}, {5, 0, 0}, {7, 0, 0}}))},
                 {"widths", Primvar("varying", Retain(Array<float>{1, 2, 3, 4}))},
                 {"one", Primvar("constant", Retain(Array<float>{9}))}})}})));
  CHECK(lines.GetPrim(Path("/P")).type == Token("basisCurves"));
  CHECK(At<Array<int32_t>>(lines, "basisCurves/topology/curveVertexCounts") == Array<int32_t>{9, 2});
  CHECK(At<Token>(lines, "basisCurves/topology/type") == Token("linear"));
  const auto points = At<Array<Vec3f>>(lines, "primvars/points/primvarValue");
  REQUIRE(points.GetSize() == 11);
  CHECK(IsNear(points[0], {0, 0, 0}));
  CHECK(IsNear(points[4], {1.5f, 2.25f, 0}));
  CHECK(IsNear(points[8], {3, 0, 0}));
  CHECK(IsNear(points[10], {7, 0, 0}));
  const auto widths = At<Array<float>>(lines, "primvars/widths/primvarValue");
  CHECK(widths[0] == 1);
  CHECK(widths[4] == doctest::Approx(1.5));
  CHECK(widths[8] == doctest::Approx(2));
  CHECK(widths[9] == 3);
  CHECK(At<Array<float>>(lines, "primvars/one/primvarValue") == Array<float>{9});
}

TEST_CASE("curves whose knots do not fit are drawn along their control points") {
  for (const Array<double>& knots :
       {Array<double>{}, Array<double>{0, 1}, Array<double>{3, 2, 1, 0, 0, 0, 0, 0}}) {
    const NurbsSceneIndex lines(MakeScene(
        "nurbsCurves",
        Box({{"nurbsCurves", Box({{"curveVertexCounts", Retain(Array<int32_t>{4})},
                                  {"order", Retain(Array<int32_t>{4})},
                                  {"knots", Retain(knots)}})},
             {"primvars",
              Box({{"points", Primvar("vertex", Retain(Array<Vec3f>{
                                                    {0, 0, 0}, {0, 3, 0}, {3, 3, 0}, {3, 0, 0}}))}})}})));
    CHECK(At<Array<Vec3f>>(lines, "primvars/points/primvarValue") ==
          Array<Vec3f>{{0, 0, 0}, {0, 3, 0}, {3, 3, 0}, {3, 0, 0}});
  }
}

TEST_CASE("nurbs patches become meshes of points that lie on them, and face as they do") {
  const NurbsSceneIndex meshes(MakeScene(
      "nurbsPatch",
      Box({{"nurbsPatch", Box({{"uVertexCount", Retain(int32_t{3})},
                               {"vVertexCount", Retain(int32_t{2})},
                               {"uOrder", Retain(int32_t{3})},
                               {"vOrder", Retain(int32_t{2})},
                               {"uKnots", Retain(Array<double>{0, 0, 0, 1, 1, 1})},
                               {"vKnots", Retain(Array<double>{0, 0, 1, 1})},
                               {"doubleSided", Retain(true)}})},
           {"primvars",
            Box({{"points",
                  Primvar("vertex", Retain(Array<Vec3f>{
                                        {0, 0, 0}, {1, 0, 2}, {2, 0, 0}, {0, 4, 0}, {1, 4, 2}, {2, 4, 0}}))},
                 {"face", Primvar("uniform", Retain(Array<float>{7}))}})}})));
  CHECK(meshes.GetPrim(Path("/P")).type == Token("mesh"));
  CHECK(At<Array<int32_t>>(meshes, "mesh/topology/faceVertexCounts").GetSize() == 8);
  CHECK(At<bool>(meshes, "mesh/doubleSided"));
  const auto points = At<Array<Vec3f>>(meshes, "primvars/points/primvarValue");
  REQUIRE(points.GetSize() == 18);
  CHECK(IsNear(points[4], {1, 0, 1}));  // in the middle of the arc
  CHECK(IsNear(points[13], {1, 4, 1}));
  const auto indices = At<Array<int32_t>>(meshes, "mesh/topology/faceVertexIndices");
  const auto at = [&](size_t i) { return points[static_cast<size_t>(indices[i])]; };
  // The first face turns against the clock, seen from above.
  const Vec3f a = at(0), b = at(1), c = at(2);
  CHECK((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0);
  CHECK(At<Array<float>>(meshes, "primvars/face/primvarValue") == Array<float>{7, 7, 7, 7, 7, 7, 7, 7});
}

TEST_CASE("knots dirty the shape and what is blended by them, points the points") {
  const auto input = MakeScene("nurbsCurves", Box({{"nurbsCurves", Box({})}, {"primvars", Box({})}}));
  NurbsSceneIndex lines(input);
  RecordingObserver observer;
  lines.AddObserver(observer);
  input->DirtyPrims({{Path("/P"), L("nurbsCurves/knots")}});
  CHECK(observer.TakeSorted() == "dirtied /P {basisCurves, nurbsCurves/knots, primvars}");
  input->DirtyPrims({{Path("/P"), L("primvars/points/primvarValue")}});
  CHECK(observer.TakeSorted() == "dirtied /P {primvars/points/primvarValue}");
  lines.RemoveObserver(observer);
}

TEST_CASE("points move on with velocities from the sample before the frame, as usd-core computes them") {
  // Samples at times 1 and 3, ten times a second, looked at from time 2: usd-core gives 10, and 15 at 2.5.
  const auto scene = MakeScene(
      "points",
      Box({{"primvars",
            Box({{"points", Primvar("vertex", Make<const Sampled>(
                                                  std::vector<double>{-1, 1},
                                                  std::vector<Array<Vec3f>>{{{0, 0, 0}}, {{10, 0, 0}}}))},
                 {"velocities",
                  Primvar("vertex",
                          Make<const Sampled>(std::vector<double>{-1, 1},
                                              std::vector<Array<Vec3f>>{{{100, 0, 0}}, {{50, 0, 0}}}))}})}}));
  const VelocityMotionSceneIndex moving(scene);
  CHECK(At<Array<Vec3f>>(moving, "primvars/points/primvarValue") == Array<Vec3f>{{10, 0, 0}});
  CHECK(At<Array<Vec3f>>(moving, "primvars/points/primvarValue", 0.5) == Array<Vec3f>{{15, 0, 0}});
  CHECK_FALSE(moving.GetDataSource(Path("/P"), L("primvars/velocities")));
  const auto points =
      SampledDataSource::Cast(moving.GetDataSource(Path("/P"), L("primvars/points/primvarValue")));
  std::vector<double> times;
  REQUIRE(points->GetContributingSampleTimes(-0.25, 0.5, &times));
  CHECK(times == std::vector<double>{-0.25, 0.5});
}

TEST_CASE("accelerations count, and velocities that do not fit do not") {
  const auto make = [](Array<Vec3f> velocities, DataSourceHandle accelerations) {
    return MakeScene("points",
                     Box({{"primvars", Box({{"points", Primvar("vertex", Retain(Array<Vec3f>{{1, 0, 0}}))},
                                            {"velocities", Primvar("vertex", Retain(std::move(velocities)))},
                                            {"accelerations", std::move(accelerations)}})}}));
  };
  const VelocityMotionSceneIndex faster(
      make({{10, 0, 0}}, Primvar("vertex", Retain(Array<Vec3f>{{0, 200, 0}}))));
  CHECK(At<Array<Vec3f>>(faster, "primvars/points/primvarValue", 1) == Array<Vec3f>{{2, 1, 0}});
  const VelocityMotionSceneIndex misfit(make({{10, 0, 0}, {1, 0, 0}}, nullptr));
  CHECK(At<Array<Vec3f>>(misfit, "primvars/points/primvarValue", 1) == Array<Vec3f>{{1, 0, 0}});
}

TEST_CASE("instances move and turn with their velocities") {
  const VelocityMotionSceneIndex moving(MakeScene(
      "instancer",
      Box({{"primvars",
            Box({{"hydra:instanceTranslations", Primvar("instance", Retain(Array<Vec3f>{{1, 0, 0}}))},
                 {"hydra:instanceRotations", Primvar("instance", Retain(Array<Quatf>{{{0, 0, 0}, 1}}))},
                 {"velocities", Primvar("instance", Retain(Array<Vec3f>{{0, 20, 0}}))},
                 {"angularVelocities", Primvar("instance", Retain(Array<Vec3f>{{0, 0, 900}}))}})}})));
  CHECK(At<Array<Vec3f>>(moving, "primvars/hydra:instanceTranslations/primvarValue", 1) ==
        Array<Vec3f>{{1, 2, 0}});
  // 900 degrees a second for a tenth of one: a quarter turn about Z.
  const auto turns = At<Array<Quatf>>(moving, "primvars/hydra:instanceRotations/primvarValue", 1);
  CHECK(turns[0].real == doctest::Approx(0.70710678));
  CHECK(turns[0].imaginary[2] == doctest::Approx(0.70710678));
}

TEST_CASE("velocities dirty what they move, and the frame rate all that moves") {
  const auto input = MakeScene(
      "points",
      Box({{"primvars", Box({{"points", Primvar("vertex", Retain(Array<Vec3f>{{1, 0, 0}}))},
                             {"velocities", Primvar("vertex", Retain(Array<Vec3f>{{1, 0, 0}}))}})}}));
  VelocityMotionSceneIndex moving(input);
  RecordingObserver observer;
  moving.AddObserver(observer);
  input->DirtyPrims({{Path("/P"), L("primvars/velocities/primvarValue")}});
  CHECK(observer.TakeSorted() == "dirtied /P {primvars/points/primvarValue}");
  input->DirtyPrims({{Path::AbsoluteRoot(), L("sceneGlobals/timeCodesPerSecond")}});
  CHECK(observer.TakeSorted() ==
        "dirtied / {sceneGlobals/timeCodesPerSecond}; dirtied /P {primvars/points/primvarValue}");
  moving.RemoveObserver(observer);
}

}  // namespace strata::scene
