// The scenes of the three samples of runtime computation, where they are there:
// ../shared/conformance/runtime.
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "tests/unit/compute/running.h"

namespace strata::compute {

namespace {

const std::string kFolder = STRATA_SOURCE_DIR "/../shared/conformance/runtime/";

std::string ReadScene(const std::string& name) {
  std::ifstream file(kFolder + name);
  if (!file) {
    std::cout << "skipped: " << kFolder << name << " is not there\n";
    return {};
  }
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Rises a tenth of a unit each step; stands in for the samples' modules, which are not there.
class Rise final : public SimulationModule {
 public:
  Result<SimulationFrame> Begin(const SimulationCall& call) const override {
    return Make(call, call.shape.points);
  }
  Result<SimulationFrame> Step(const SimulationCall& call, const Datum& state) const override {
    Array<Vec3f> points = *state.GetIf<Array<Vec3f>>();
    Vec3f* moved = points.GetMutableData();
    for (size_t i = 0; i < points.GetSize(); ++i) moved[i][1] += 0.1f;
    return Make(call, points);
  }

 private:
  static SimulationFrame Make(const SimulationCall& call, const Array<Vec3f>& points) {
    return {Datum::Of(points),
            {{call.shape.is_instancer ? Token("positions") : Token("points"), Value(points)}}};
  }
};

enum class Order { kGeoFirst, kMetricsFirst };
std::shared_ptr<const Registry> MakeRegistry(Order order) {
  auto registry = std::make_shared<Registry>();
  auto library = std::make_shared<SimulationLibrary>();
  library->AddLoader([](const std::string& name) -> Result<SimulationModulePtr> {
    if (!name.starts_with("OmniWarpSceneIndex.warpModules.")) return SimulationModulePtr();
    return SimulationModulePtr(std::make_shared<const Rise>());
  });
  if (order == Order::kGeoFirst) REQUIRE(AddGeospatial(*registry));
  REQUIRE(AddMetricsAssembly(*registry, {}));
  REQUIRE(AddSimulations(*registry, library));
  if (order == Order::kMetricsFirst) REQUIRE(AddGeospatial(*registry));
  return registry;
}

template <class T>
std::optional<T> Read(Running& running, Path path, const char* locator) {
  return scene::GetValueAs<T>(running.GetChain().GetFinal()->GetPrim(path).data,
                              scene::DataSourceLocator::Parse(locator));
}

std::set<std::string> TakeNotices(Running& running) {
  std::set<std::string> told;
  std::stringstream notices(running.TakeNotices());
  for (std::string notice; std::getline(notices >> std::ws, notice, ';');)
    CHECK(told.insert(notice).second);  // nothing twice
  return told;
}

// What a renderer has to draw: points with their widths, or the shape that numbers make.
std::optional<Range3d> FindDrawn(Running& running, Path path) {
  const Token type = running.GetChain().GetFinal()->GetPrim(path).type;
  const auto around = [](const Vec3d& half) { return Range3d{half * -1.0, half}; };
  if (type == "sphere") {
    const double radius = Read<double>(running, path, "sphere/radius").value_or(1);
    return around({radius, radius, radius});
  }
  if (type == "cube") {
    const double half = Read<double>(running, path, "cube/size").value_or(2) / 2;
    return around({half, half, half});
  }
  if (const auto points = Read<Array<Vec3f>>(running, path, "primvars/points/primvarValue")) {
    Range3d range;
    for (const Vec3f& point : *points) range.Add(Vec3d{point[0], point[1], point[2]});
    const auto widths = Read<Array<float>>(running, path, "primvars/widths/primvarValue");
    if (type != "mesh" && widths && !widths->IsEmpty()) {
      const double most = *std::max_element(widths->begin(), widths->end()) / 2;
      range = {range.min - Vec3d{most, most, most}, range.max + Vec3d{most, most, most}};
    }
    return range;
  }
  return std::nullopt;
}

bool AreNear(const Range3d& a, const Range3d& b) {
  for (size_t i = 0; i < 3; ++i)
    if (a.min[i] != doctest::Approx(b.min[i]).epsilon(1e-6) || a.max[i] != doctest::Approx(b.max[i]).epsilon(1e-6))
      return false;
  return true;
}

struct Compared {
  size_t drawn = 0, matrices = 0;
  size_t misled = 0;  // extents that are not around what is drawn
};
// Around each prim that is drawn its box is what is drawn, or the extent that renderers are given where that says
// otherwise; and its matrix is the same in both orders of loading.
Compared Compare(Running& running, Running& other, double time) {
  Compared compared;
  running.GetChain().stage->SetTime(time);
  other.GetChain().stage->SetTime(time);
  for (const Path path : scene::CollectPrimPaths(*running.GetChain().GetFinal())) {
    const stage::Prim prim = running.GetStage().GetPrimAtPath(path);
    if (!prim || !prim.IsA(Token("Imageable"))) continue;
    const Matrix4d matrix = running.OfScene(path.GetString().c_str());
    CHECK(matrix == domain::XformCache(time, &running.GetSystem()).GetLocalToWorldTransform(prim));
    CHECK(matrix == other.OfScene(path.GetString().c_str()));
    ++compared.matrices;
    if (Read<bool>(running, path, "visibility/visibility") == false) continue;
    const std::optional<Range3d> range = FindDrawn(running, path);
    const auto min = Read<Vec3d>(running, path, "extent/min"), max = Read<Vec3d>(running, path, "extent/max");
    if (!range && (!min || !max)) continue;
    const Range3d extent = min && max ? Range3d{*min, *max} : *range;
    compared.misled += range && !AreNear(extent, *range);
    if (extent.IsEmpty()) continue;  // one that was authored the wrong way around
    CAPTURE(path.GetString());
    CHECK(AreNear(running.Bound(path.GetString().c_str(), time),
                  BBox3d{extent, matrix}.ComputeAlignedRange()));
    ++compared.drawn;
  }
  return compared;
}

}  // namespace

TEST_CASE("the rails of the geospatial sample: boxes, both orders of loading, and what an edit dirties") {
  const std::string text = ReadScene("wgs84/deutschebahn-rails.usda");
  if (text.empty()) return;
  Running running(text, MakeRegistry(Order::kGeoFirst)), other(text, MakeRegistry(Order::kMetricsFirst));
  const Compared compared = Compare(running, other, 0);
  CHECK(compared.matrices > 1476);
  CHECK(compared.drawn > 1000);
  CHECK(compared.misled == 3);  // planes whose authored extents are not around them
  const Vec3d curve = Translation(running.World("/RootGeoReference/World/CurveXform1Geo"));
  CHECK(Distance(curve, {11.226189434, 0.346755118, 0.209172084}) < 2e-9);
  // One place: it, and what it carries.
  const Path place("/RootGeoReference/World/CurveXform1Geo");
  std::set<std::string> expected;
  const std::vector<Path> all = scene::CollectPrimPaths(*running.GetChain().GetFinal());
  for (const Path path : all)
    if (path.HasPrefix(place) && path != place)
      expected.insert("dirtied " + path.GetString() + " {xform}");
  CHECK(expected.size() == 1);
  expected.insert("dirtied " + place.GetString() + " {localPositionApi/position, positionApi/position, xform}");
  running.PullAll();
  REQUIRE(running.Edit().Set(place.AppendProperty(Token("omni:geospatial:wgs84:local:position")),
                             Vec3d{53.4916, 10.2099, 50}));
  CHECK(TakeNotices(running) == expected);
  // The frame: each place, and what they carry.
  const Token schema("OmniWGS84LocalPositionAPI");
  size_t places = 0;
  expected = {"dirtied /RootGeoReference {referencePositionApi/referencePosition, "
              "targetFrameApi/referencePosition}"};
  for (const Path path : all)
    for (Path above = path; !above.IsAbsoluteRoot(); above = above.GetParent()) {
      const stage::Prim prim = running.GetStage().GetPrimAtPath(above);
      if (!prim || !prim.HasAPI(schema)) continue;
      expected.insert("dirtied " + path.GetString() + " {xform}");
      places += path == above;
      break;
    }
  CHECK(places == 1476);
  running.PullAll();
  REQUIRE(running.Edit().Set(Path("/RootGeoReference.omni:geospatial:wgs84:reference:referencePosition"),
                             Vec3d{53.49, 10.21, 49}));
  CHECK(TakeNotices(running) == expected);
}

TEST_CASE("the spheres of the metrics sample: a radius of half metres, and the other left alone") {
  const std::string text = ReadScene("metrics_assembler.usda"),
                    second = ReadScene("metrics_assembler_2.usda");
  if (text.empty() || second.empty()) return;
  const auto open = [&](Order order) {
    return std::make_unique<Running>(
        Running::Layers{{"root.usda", text}, {"metrics_assembler_2.usda", second}}, MakeRegistry(order));
  };
  const auto running = open(Order::kGeoFirst), other = open(Order::kMetricsFirst);
  const Compared compared = Compare(*running, *other, 0);
  CHECK(compared.drawn == 2);
  CHECK(compared.misled == 0);
  CHECK(running->Bound("/Sphere") == Range3d{{-0.5, -0.5, -0.5}, {0.5, 0.5, 0.5}});
  CHECK(running->Bound("/World/TranslatedSphere") == Range3d{{-1, 9, -1}, {1, 11, 1}});
  CHECK(Read<double>(*running, Path("/Sphere"), "sphere/radius") == 0.5);
  CHECK(running->World("/Sphere") == Matrix4d::Identity());
}

TEST_CASE("the scenes of the Warp sample: boxes follow what moves, at any time, in both orders of loading") {
  for (const char* name : {"warp_demo_mesh.usda", "warp_demo_particles.usda", "ocean/grid_128.usda"}) {
    const std::string text = ReadScene(name);
    if (text.empty()) return;
    Running running(text, MakeRegistry(Order::kGeoFirst)), other(text, MakeRegistry(Order::kMetricsFirst));
    for (const double time : {0.0, 20.0, 7.5}) {
      const Compared compared = Compare(running, other, time);
      CHECK(compared.drawn > 0);
      CHECK(compared.misled == 0);
    }
    CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
  }
}

}  // namespace strata::compute
