// The scenes of the three samples of runtime computation, where they are there:
// ../shared/conformance/runtime.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "strata/scene/snapshot.h"
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
    return name == "nowhere" ? SimulationModulePtr() : SimulationModulePtr(std::make_shared<const Rise>());
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

// What a renderer has to draw: points with their widths, or the shape that numbers make. Of shapes along an
// axis the half height, and the radius around it.
Range3d AlongAxis(Token axis, double half, double around) {
  const size_t along = axis == "X" ? 0 : axis == "Y" ? 1 : 2;
  Vec3d corner{around, around, around};
  corner[along] = half;
  return {corner * -1.0, corner};
}
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
  const auto number = [&](const char* name, double otherwise) {
    return Read<double>(running, path, fmt::format("{}/{}", type.GetText(), name).c_str())
        .value_or(otherwise);
  };
  const auto axis = [&] {
    return Read<Token>(running, path, fmt::format("{}/axis", type.GetText()).c_str()).value_or(Token("Z"));
  };
  if (type == "cylinder" || type == "cone" || type == "capsule") {
    const double radius = number("radius", type == "capsule" ? 0.5 : 1);
    const double half = number("height", type == "capsule" ? 1 : 2) / 2;
    return AlongAxis(axis(), type == "capsule" ? half + radius : half, radius);
  }
  if (type == "plane") {
    // Its width is along X but where it stands across it, its length along Y but where it stands across that.
    const double width = number("width", 2) / 2, length = number("length", 2) / 2;
    return axis() == "X"   ? around({0, length, width})
           : axis() == "Y" ? around({width, 0, length})
                           : around({width, length, 0});
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

// The same of an instancer: what its prototypes show, at each of its instances.
Range3d FindInstances(Running& running, Path path) {
  const auto array = [&]<class T>(const char* name, T) {
    return Read<Array<T>>(running, path, fmt::format("primvars/{}/primvarValue", name).c_str())
        .value_or(Array<T>());
  };
  const Array<Vec3f> places = array("hydra:instanceTranslations", Vec3f()),
                     scales = array("hydra:instanceScales", Vec3f());
  const Array<Quatf> turns = array("hydra:instanceRotations", Quatf());
  const Array<Matrix4d> matrices = array("hydra:instanceTransforms", Matrix4d());
  const auto make = [&](size_t i) {
    Matrix4d m = i < matrices.GetSize() ? matrices[i] : Matrix4d::Identity();
    if (i < turns.GetSize()) {
      const Vec3f& v = turns[i].imaginary;
      m = MultiplyAffine(MakeRotation(Quatd{{v[0], v[1], v[2]}, turns[i].real}), m);
    }
    if (i < scales.GetSize()) m = MultiplyAffine(MakeScale({scales[i][0], scales[i][1], scales[i][2]}), m);
    if (i < places.GetSize())
      m = MultiplyAffine(m, MakeTranslation({places[i][0], places[i][1], places[i][2]}));
    return MultiplyAffine(m, running.OfScene(path.GetString().c_str()));
  };
  const scene::SceneIndexPtr scene = running.GetChain().GetFinal();
  const PathVector roots =
      Read<PathVector>(running, path, "instancerTopology/prototypes").value_or(PathVector());
  const auto indices = scene::VectorDataSource::Cast(
      scene->GetDataSource(path, scene::DataSourceLocator::Parse("instancerTopology/instanceIndices")));
  Range3d all;
  for (size_t root = 0; root < roots.size(); ++root) {
    const auto of_root = scene::SampledDataSource::Cast(indices->GetElement(root));
    const Value held = of_root->GetValue(0);
    const auto* numbers = held.GetIf<Array<int32_t>>();
    for (const Path each : scene::CollectPrimPaths(*scene, roots[root])) {
      const std::optional<Range3d> range = FindDrawn(running, each);
      for (size_t i = 0; range && numbers && i < numbers->GetSize(); ++i)
        all.Add(BBox3d{*range, MultiplyAffine(running.OfScene(each.GetString().c_str()),
                                              make(static_cast<size_t>((*numbers)[i])))}
                    .ComputeAlignedRange());
    }
  }
  return all;
}

bool AreNear(const Range3d& a, const Range3d& b) {
  for (size_t i = 0; i < 3; ++i)
    if (a.min[i] != doctest::Approx(b.min[i]).epsilon(1e-6) ||
        a.max[i] != doctest::Approx(b.max[i]).epsilon(1e-6))
      return false;
  return true;
}

struct Compared {
  size_t drawn = 0, matrices = 0;
  size_t misled = 0;   // extents that are not around what is drawn
  size_t undrawn = 0;  // shapes of which nothing is drawn
};
// Around each prim that is drawn its box is what is drawn, or the extent that renderers are given where that
// says otherwise; and its matrix is the same in both orders of loading.
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
    const bool is_instancer = prim.IsA(Token("PointInstancer"));
    const std::optional<Range3d> range =
        is_instancer ? FindInstances(running, path) : FindDrawn(running, path);
    compared.undrawn +=
        !range && prim.IsA(Token("Gprim")) && !running.GetChain().GetFinal()->GetPrim(path).type.IsEmpty();
    if (is_instancer) {
      CAPTURE(path.GetString());
      CHECK(AreNear(running.Bound(path.GetString().c_str(), time), *range));
      ++compared.drawn;
      continue;
    }
    const auto min = Read<Vec3d>(running, path, "extent/min"), max = Read<Vec3d>(running, path, "extent/max");
    if (!range && (!min || !max)) continue;
    const Range3d extent = min && max ? Range3d{*min, *max} : *range;
    compared.misled += range && !AreNear(extent, *range);
    if (extent.IsEmpty()) continue;  // one that was authored the wrong way around
    CAPTURE(path.GetString());
    CHECK(
        AreNear(running.Bound(path.GetString().c_str(), time), BBox3d{extent, matrix}.ComputeAlignedRange()));
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
    if (path.HasPrefix(place) && path != place) expected.insert("dirtied " + path.GetString() + " {xform}");
  CHECK(expected.size() == 1);
  expected.insert("dirtied " + place.GetString() +
                  " {localPositionApi/position, positionApi/position, xform}");
  running.PullAll();
  REQUIRE(running.Edit().Set(place.AppendProperty(Token("omni:geospatial:wgs84:local:position")),
                             Vec3d{53.4916, 10.2099, 50}));
  CHECK(TakeNotices(running) == expected);
  // The frame: each place, and what they carry.
  const Token schema("OmniWGS84LocalPositionAPI");
  size_t places = 0;
  expected = {
      "dirtied /RootGeoReference {referencePositionApi/referencePosition, "
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

TEST_CASE(
    "every scene of the samples, the examples and the tool's tests: boxes are what is drawn, in both "
    "orders") {
  const std::string here = STRATA_SOURCE_DIR;
  std::vector<std::string> files;
  for (const std::string& folder :
       {kFolder, here + "/examples/compute/", here + "/examples/shot/", here + "/tests/golden/tool/compute/",
        here + "/tests/golden/tool/assemble/", here + "/tests/golden/tool/simulation/",
        here + "/tests/golden/tool/metrics/"})
    if (std::filesystem::is_directory(folder))
      for (const auto& each : std::filesystem::recursive_directory_iterator(folder))
        if (each.path().extension() == ".usda")
          files.push_back(std::filesystem::canonical(each.path()).string());
  std::sort(files.begin(), files.end());
  size_t drawn = 0;
  for (const std::string& file : files) {
    CAPTURE(file);
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    Running running({{file, text.str()}}, MakeRegistry(Order::kGeoFirst)),
        other({{file, text.str()}}, MakeRegistry(Order::kMetricsFirst));
    for (const double time : {0.0, 12.0, 7.5}) {
      const Compared compared = Compare(running, other, time);
      CHECK(compared.undrawn == 0);
      drawn += compared.drawn;
    }
  }
  CHECK(drawn > 50);
  if (std::filesystem::is_directory(kFolder)) CHECK(files.size() >= 28);
  MESSAGE(files.size() << " scenes, " << drawn << " boxes");
}

namespace {

// Scenes as consumers keep them who read anew only what they are told of.
struct Edited {
  explicit Edited(Running::Layers layers, double time = 0) : running(layers, MakeRegistry(Order::kGeoFirst)) {
    running.GetChain().stage->SetTime(time);
    kept = std::make_unique<scene::SnapshotObserver>(*GetFinal());
    GetFinal()->AddObserver(*kept);
  }
  ~Edited() { GetFinal()->RemoveObserver(*kept); }
  scene::SceneIndexPtr GetFinal() { return running.GetChain().GetFinal(); }
  // All that changed was told of, in so many locators, and nothing that stays but for a few.
  void Check(const std::string& what, size_t expected, const std::function<bool(stage::Editor&)>& edit,
             size_t unchanged = 0) {
    CAPTURE(what);
    kept->ResetCounts();
    auto editor = running.Edit();
    REQUIRE(edit(editor));
    const std::vector<std::string> missed = kept->Compare(*GetFinal(), 5);
    for (const std::string& line : missed) FAIL_CHECK(line);
    CHECK(kept->GetCounts().dirtied == expected);
    CHECK(kept->GetCounts().dirtied_unchanged == unchanged);
    CHECK(kept->GetCounts().added == 0);
  }
  Running running;
  std::unique_ptr<scene::SnapshotObserver> kept;
};

}  // namespace

TEST_CASE("edits of the samples' scenes dirty all that they change, and nothing that stays") {
  const std::string rails = ReadScene("wgs84/deutschebahn-rails.usda");
  const std::string spheres = ReadScene("metrics_assembler.usda"),
                    half = ReadScene("metrics_assembler_2.usda");
  if (rails.empty() || spheres.empty() || half.empty()) return;
  const std::string beginning = "/RootGeoReference.omni:geospatial:wgs84:reference:";
  Edited geo({{"root.usda", rails}});
  geo.Check("a place", 4, [](auto& edit) {
    return bool(edit.Set(Path("/RootGeoReference/World/CurveXform1Geo.omni:geospatial:wgs84:local:position"),
                         Vec3d{53.4916, 10.2099, 50}));
  });
  // 1,476 places and what each of them carries; and what the frame says, under both of its names, there and
  // at each place.
  constexpr size_t kPlaces = 2 * 1476, kSaid = 2 + 2 * 1476;
  geo.Check("the frame", kPlaces + kSaid, [&](auto& edit) {
    return bool(edit.Set(Path(beginning + "referencePosition"), Vec3d{53.49, 10.21, 49}));
  });
  geo.Check("its orientation", kPlaces + kSaid,
            [&](auto& edit) { return bool(edit.Set(Path(beginning + "orientation"), Vec3d{1, 2, 3})); });
  REQUIRE(geo.running.Edit().CreateAttribute(Path(beginning + "tangentPlane"), Token("token")));
  geo.Check("its plane", kPlaces + kSaid,
            [&](auto& edit) { return bool(edit.Set(Path(beginning + "tangentPlane"), Token("NED"))); });
  // And what the scene says of the stage itself.
  geo.Check("units", kPlaces + kSaid + 1,
            [](auto& edit) { return bool(edit.SetMetadata(Path("/"), Token("metersPerUnit"), Value(0.5))); });
  geo.Check("up", kPlaces + kSaid + 1,
            [](auto& edit) { return bool(edit.SetMetadata(Path("/"), Token("upAxis"), Value(Token("Y")))); });
  Edited metrics({{"root.usda", spheres}, {"metrics_assembler_2.usda", half}});
  const auto find = [&] {
    for (const layer::LayerPtr& each : metrics.running.GetStage().GetUsedLayers())
      if (each->GetIdentifier().ends_with("metrics_assembler_2.usda")) return each;
    return layer::LayerPtr();
  };
  metrics.Check("a radius", 1, [&](auto&) {
    return bool(find()->SetField(Path("/Sphere.radius"), Token("default"), Value(3.0)));
  });
  // Its op is a scale, which units leave as it is.
  metrics.Check("the layer's units", 1, [&](auto&) {
    return bool(find()->SetField(Path("/"), Token("metersPerUnit"), Value(0.25)));
  });
  const std::string cloth = ReadScene("warp_demo_mesh.usda");
  Edited moving({{"root.usda", cloth}}, 10);
  moving.Check("the time", 4, [&](auto&) {
    moving.running.GetChain().stage->SetTime(11);
    return true;
  });
}

}  // namespace strata::compute
