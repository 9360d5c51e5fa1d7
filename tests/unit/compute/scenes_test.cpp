// The scenes of the three samples of runtime computation, where they are there:
// ../shared/conformance/runtime.
#include <fstream>
#include <iostream>
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

struct Compared {
  size_t extents = 0, matrices = 0;
};
// Around each prim that is drawn its box is what is drawn, and its matrix the same in both orders of loading.
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
    const auto min = Read<Vec3d>(running, path, "extent/min"), max = Read<Vec3d>(running, path, "extent/max");
    if (!min || !max || Read<bool>(running, path, "visibility/visibility") == false) continue;
    if (Range3d{*min, *max}.IsEmpty()) continue;  // one that was authored the wrong way around
    const Range3d drawn = BBox3d{Range3d{*min, *max}, matrix}.ComputeAlignedRange();
    const Range3d asked = running.Bound(path.GetString().c_str(), time);
    // Extents are floats; boxes of instancers are made of their instances.
    const double epsilon = prim.IsA(Token("PointInstancer")) ? 1e-6 : 1e-12;
    CAPTURE(path.GetString());
    for (size_t i = 0; i < 3; ++i) {
      CHECK(asked.min[i] == doctest::Approx(drawn.min[i]).epsilon(epsilon));
      CHECK(asked.max[i] == doctest::Approx(drawn.max[i]).epsilon(epsilon));
    }
    ++compared.extents;
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
  CHECK(compared.extents > 0);
  const Vec3d curve = Translation(running.World("/RootGeoReference/World/CurveXform1Geo"));
  CHECK(Distance(curve, {11.226189434, 0.346755118, 0.209172084}) < 2e-9);
  running.PullAll();
  // One place: it, and what it carries.
  REQUIRE(
      running.Edit().Set(Path("/RootGeoReference/World/CurveXform1Geo.omni:geospatial:wgs84:local:position"),
                         Vec3d{53.4916, 10.2099, 50}));
  size_t told = 0;
  std::stringstream notices(running.TakeNotices());
  for (std::string notice; std::getline(notices, notice, ';'); ++told)
    CHECK(notice.find("dirtied /RootGeoReference/World/CurveXform1Geo") != std::string::npos);
  size_t carried = 0;
  for (const Path path : scene::CollectPrimPaths(*running.GetChain().GetFinal()))
    carried += path.HasPrefix(Path("/RootGeoReference/World/CurveXform1Geo"));
  CHECK(told == carried);
  // The frame: each place, and what they carry.
  running.PullAll();
  REQUIRE(running.Edit().Set(Path("/RootGeoReference.omni:geospatial:wgs84:reference:referencePosition"),
                             Vec3d{53.49, 10.21, 49}));
  std::stringstream all(running.TakeNotices());
  size_t places = 0;
  for (std::string notice; std::getline(all, notice, ';');)
    places += notice.find("{xform}") != std::string::npos;
  CHECK(places >= 1476);
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
  Compare(*running, *other, 0);
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
    for (const double time : {0.0, 20.0, 7.5}) CHECK(Compare(running, other, time).extents > 0);
    CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
  }
}

}  // namespace strata::compute
