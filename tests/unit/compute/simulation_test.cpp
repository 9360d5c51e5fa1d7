#include "strata/compute/simulation.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

#include "tests/unit/compute/running.h"

// Rows W of the caveats of the Warp sample, with modules in C++.
namespace strata::compute {

namespace {

// Sinks by `speed` a second; colliders that reach above a point lift it to their height.
class Sink final : public SimulationModule {
 public:
  explicit Sink(std::string name = "points") : name_(std::move(name)) {}
  Result<SimulationFrame> Begin(const SimulationCall& call) const override {
    ++begins;
    return Make(call.shape.points);
  }
  Result<SimulationFrame> Step(const SimulationCall& call, const Datum& state) const override {
    ++steps;
    if (fails) return Diagnostic(kSimulationFailed, "It will not.");
    const auto speed = call.parameters.entries.find("speed");
    const double by = speed == call.parameters.entries.end() ? 1.0 : speed->second.GetOr(1.0);
    Array<Vec3f> points = *state.GetIf<Array<Vec3f>>();
    Vec3f* moved = points.GetMutableData();
    for (size_t i = 0; i < points.GetSize(); ++i) {
      moved[i][1] -= static_cast<float>(by * call.step_seconds);
      for (const SimulatedShape& collider : call.colliders)
        for (const Vec3f& point : collider.points) {
          const Vec3d here = TransformPoint({point[0], point[1], point[2]}, collider.matrix);
          if (std::abs(here[0] - moved[i][0]) < 0.5) moved[i][1] = static_cast<float>(here[1]);
        }
    }
    if (runs_away) moved[0][0] = std::numeric_limits<float>::infinity();
    if (loses_one) points.Resize(points.GetSize() - 1);
    return Make(points);
  }
  mutable std::atomic<int> begins = 0, steps = 0;
  std::atomic<bool> fails = false, runs_away = false, loses_one = false, is_outdated = false;
  bool IsOutdated() const override { return is_outdated; }
  bool Resets(const std::string& parameter) const override { return parameter != lasting; }
  std::string lasting;  // a parameter

 private:
  SimulationFrame Make(const Array<Vec3f>& points) const {
    return {Datum::Of(points), {{Token(name_), Value(points)}}};
  }
  std::string name_;
};

struct Simulating {
  std::shared_ptr<SimulationLibrary> library = std::make_shared<SimulationLibrary>();
  std::shared_ptr<Sink> sink = std::make_shared<Sink>();
  Simulating() { library->Add("sink", sink); }
  std::shared_ptr<const Registry> MakeRegistry() { return *MakeStandardRegistry({}, library); }
};

std::string Mesh(const std::string& name, const std::string& more = "", const std::string& api = "OmniWarp") {
  return "def Mesh \"" + name + "\" (apiSchemas = [\"" + api + "ComputationAPI\"])\n{\n" +
         "    string warp:sourceFile = \"sink\" " + (more.starts_with("(") ? "" : "\n") + more +
         "\n    int[] faceVertexCounts = [3]\n    int[] faceVertexIndices = [0, 1, 2]\n"
         "    point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 0, 1)]\n"
         "    float3[] extent = [(0, 0, 0), (1, 0, 1)]\n}\n";
}
const std::string kHead = "#usda 1.0\n(timeCodesPerSecond = 10)\n";

Array<Vec3f> PointsOf(Running& running, const char* path, double time, const char* attribute = "points") {
  const auto value =
      running.GetSystem().GetValue(running.At(path).GetAttribute(Token(attribute)), stage::Time(time));
  return value ? value->GetOr(Array<Vec3f>()) : Array<Vec3f>();
}
float HeightOf(Running& running, const char* path, double time, const char* attribute = "points") {
  const Array<Vec3f> points = PointsOf(running, path, time, attribute);
  return points.IsEmpty() ? 99 : points[0][1];
}

struct Counted {
  std::shared_ptr<int> alive;
  friend bool operator==(const Counted&, const Counted&) = default;
};

}  // namespace

TEST_CASE("W1: points follow from state to state: playing, jumping and scrubbing are equal bit by bit") {
  Simulating with;
  Running played(kHead + Mesh("A"), with.MakeRegistry()), jumped(kHead + Mesh("A"), with.MakeRegistry());
  for (int time = 0; time <= 100; ++time) PointsOf(played, "/A", time);
  const Array<Vec3f> at = PointsOf(played, "/A", 100);
  CHECK(at[0][1] == doctest::Approx(-10));
  CHECK(PointsOf(jumped, "/A", 100) == at);
  const Array<Vec3f> back = PointsOf(jumped, "/A", 50);
  CHECK(back == PointsOf(played, "/A", 50));
  CHECK(PointsOf(jumped, "/A", 100) == at);
}

TEST_CASE("W2, W4: the time is an input: points that have no samples move in scenes, and are dirtied") {
  for (const char* api : {"OmniWarp", "Warp"}) {
    Simulating with;
    Running running(kHead + Mesh("A", "", api), with.MakeRegistry());
    running.PullAll();
    const auto pull = [&] {
      return *scene::GetValueAs<Array<Vec3f>>(
          running.GetChain().GetFinal()->GetPrim(Path("/A")).data,
          scene::DataSourceLocator::Parse("primvars/points/primvarValue"));
    };
    CHECK(pull()[0][1] == 0);
    running.TakeNotices();
    running.GetChain().stage->SetTime(10);
    CHECK(running.TakeNotices() == "dirtied /A {extent, primvars/points}");
    CHECK(pull()[0][1] == doctest::Approx(-1));
  }
}

TEST_CASE("W3: ten pulls at one time are one step") {
  Simulating with;
  Running running(kHead + Mesh("A"), with.MakeRegistry());
  for (int i = 0; i < 10; ++i) PointsOf(running, "/A", 1);
  CHECK(with.sink->steps == 1);
}

TEST_CASE("W5: any number of colliders, as they are placed and as they move") {
  Simulating with;
  const auto collider = [](const std::string& name, const std::string& ops, const std::string& points) {
    return "def Mesh \"" + name + "\"\n{\n    point3f[] points = " + points + "\n" + ops + "}\n";
  };
  // The first is turned a quarter about X: its Z is the scene's -Y. The second comes down.
  Running running(
      kHead +
          Mesh("A",
               "    rel warp:dependentPrims = [</Turned>, </Falling>]\n    double3 xformOp:translate = (0, "
               "5, 0)\n    uniform token[] xformOpOrder = [\"xformOp:translate\"]\n") +
          collider("Turned",
                   "    float xformOp:rotateX = 90\n    uniform token[] xformOpOrder = "
                   "[\"xformOp:rotateX\"]\n",
                   "[(0, 0, -2)]") +
          collider("Falling",
                   "    double3 xformOp:translate.timeSamples = { 0: (1, 9, 0), 10: (1, 8, 0) }\n    uniform "
                   "token[] xformOpOrder = [\"xformOp:translate\"]\n",
                   "[(0, 0, 0)]"),
      with.MakeRegistry());
  const Array<Vec3f> points = PointsOf(running, "/A", 10);
  CHECK(points[0][1] == doctest::Approx(2 - 5));
  CHECK(points[1][1] == doctest::Approx(8 - 5));
}

TEST_CASE("W5: a collider that is simulated itself counts as it is simulated") {
  Simulating with;
  Running running(kHead + Mesh("A", "    rel warp:dependentPrims = </B>\n") + Mesh("B"), with.MakeRegistry());
  CHECK(HeightOf(running, "/A", 20) == HeightOf(running, "/B", 20));
  CHECK(running.GetSystem().GetDiagnostics().GetAll().empty());
}

TEST_CASE("W6: eight threads pulling see what one sees") {
  Simulating with;
  std::string text = kHead;
  for (int i = 0; i < 20; ++i) text += Mesh("M" + std::to_string(i));
  Running running(text, with.MakeRegistry());
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const int time = (t * 7 + i * 3) % 40;
        const float height = HeightOf(running, ("/M" + std::to_string(i)).c_str(), time);
        if (std::abs(height + static_cast<float>(time) / 10) > 1e-4f) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("W7: edits of parameters begin a simulation anew, and a module that changed is loaded anew") {
  Simulating with;
  auto loaded = std::make_shared<Sink>();
  int loads = 0;
  with.library->AddLoader([&](const std::string& name) -> Result<SimulationModulePtr> {
    if (name != "loaded") return SimulationModulePtr();
    ++loads;
    return SimulationModulePtr(loads == 1 ? loaded : std::make_shared<Sink>());
  });
  Running running(kHead + Mesh("A", "    double warp:params:speed = 2\n") + Mesh("B"), with.MakeRegistry());
  CHECK(HeightOf(running, "/A", 10) == doctest::Approx(-2));
  CHECK(HeightOf(running, "/B", 10) == doctest::Approx(-1));
  running.GetChain().stage->SetTime(10);
  running.PullAll();
  const int steps = with.sink->steps;
  REQUIRE(running.Edit().Set(Path("/A.warp:params:speed"), 3.0));
  CHECK(HeightOf(running, "/A", 10) == doctest::Approx(-3));
  CHECK(HeightOf(running, "/B", 10) == doctest::Approx(-1));
  CHECK(with.sink->steps == steps + 10);
  REQUIRE(running.Edit().Set(Path("/A.warp:sourceFile"), std::string("loaded")));
  CHECK(HeightOf(running, "/A", 10) == doctest::Approx(-3));
  CHECK(loads == 1);
  CHECK_FALSE(with.library->ForgetOutdated());
  loaded->is_outdated = true;
  CHECK(with.library->ForgetOutdated());
  RestartSimulations(running.GetSystem());
  CHECK(HeightOf(running, "/A", 10) == doctest::Approx(-3));
  CHECK(loads == 2);
  CHECK(loaded->steps == 10);
}

TEST_CASE("W7: an edit of a parameter that does not reset counts from the tick on that was asked for last") {
  Simulating with;
  with.sink->lasting = "speed";
  const std::string text =
      kHead + Mesh("A", "    double warp:params:speed = 2\n    double warp:params:kind = 0\n");
  Running running(text, with.MakeRegistry());
  const auto height = [&](double time) { return HeightOf(running, "/A", time); };
  CHECK(height(25) == doctest::Approx(-5));
  CHECK(with.sink->begins == 1);
  const Array<Vec3f> at_12 = PointsOf(running, "/A", 12), at_24 = PointsOf(running, "/A", 24);
  CHECK(height(25) == doctest::Approx(-5));
  int steps = with.sink->steps;
  REQUIRE(running.Edit().Set(Path("/A.warp:params:speed"), 4.0));
  // 24 ticks at 2 a second, and one at 4; made again from the last state that was kept.
  CHECK(height(25) == doctest::Approx(-4.8 - 0.4));
  CHECK(with.sink->begins == 1);
  CHECK(with.sink->steps - steps <= 10);
  CHECK(height(30) == doctest::Approx(-4.8 - 6 * 0.4));
  const Array<Vec3f> at_30 = PointsOf(running, "/A", 30), at_25 = PointsOf(running, "/A", 25);
  // Back and forth: bit by bit what it was.
  CHECK(PointsOf(running, "/A", 12) == at_12);
  CHECK(PointsOf(running, "/A", 24) == at_24);
  CHECK(PointsOf(running, "/A", 30) == at_30);
  CHECK(PointsOf(running, "/A", 25) == at_25);
  // As somebody drags: each edit at the same tick takes the place of the one before.
  for (const double speed : {5.0, 6.0, 8.0}) REQUIRE(running.Edit().Set(Path("/A.warp:params:speed"), speed));
  CHECK(height(25) == doctest::Approx(-4.8 - 0.8));
  CHECK(height(30) == doctest::Approx(-4.8 - 6 * 0.8));
  // An edit further back forgets those after it.
  CHECK(PointsOf(running, "/A", 12) == at_12);
  REQUIRE(running.Edit().Set(Path("/A.warp:params:speed"), 1.0));
  CHECK(height(11) == doctest::Approx(-2.2));
  CHECK(height(12) == doctest::Approx(-2.2 - 0.1));
  CHECK(height(30) == doctest::Approx(-2.2 - 19 * 0.1));
  CHECK(with.sink->begins == 1);
  // One that does reset.
  REQUIRE(running.Edit().Set(Path("/A.warp:params:kind"), 1.0));
  CHECK(height(30) == doctest::Approx(-3));
  CHECK(with.sink->begins == 2);
}

TEST_CASE("W7: edits that do not reset dirty what moves, and parameters with samples count at each tick") {
  Simulating with;
  with.sink->lasting = "speed";
  Running running(kHead + Mesh("A", "    double warp:params:speed.timeSamples = { 0: 1, 10: 1, 11: 3 }\n") +
                      Mesh("B", "    double warp:params:speed = 1\n"),
                  with.MakeRegistry());
  CHECK(HeightOf(running, "/A", 20) == doctest::Approx(-1 - 10 * 0.3));
  REQUIRE(running.Edit().Set(Path("/A.warp:params:speed"), 2.0, stage::Time(0)));
  CHECK(HeightOf(running, "/A", 20) < -1 - 10 * 0.3 - 0.1);
  running.GetChain().stage->SetTime(5);
  running.PullAll();
  const auto pull = [&] {
    return *scene::GetValueAs<Array<Vec3f>>(running.GetChain().GetFinal()->GetPrim(Path("/B")).data,
                                            scene::DataSourceLocator::Parse("primvars/points/primvarValue"));
  };
  CHECK(pull()[0][1] == doctest::Approx(-0.5));
  REQUIRE(running.Edit().Set(Path("/B.warp:params:speed"), 2.0));
  CHECK(running.TakeNotices() == "dirtied /B {extent, primvars/points, warpComputation}");
  CHECK(pull()[0][1] == doctest::Approx(-0.6));
}

TEST_CASE("W8: what fails, has the wrong shape or runs away is told of on its prim; what is authored holds") {
  const auto check = [](auto breaks, std::string_view why) {
    Simulating with;
    Running running(kHead + Mesh("A") + "def Xform \"Other\"\n{\n}\n", with.MakeRegistry());
    CHECK(HeightOf(running, "/A", 3) == doctest::Approx(-0.3));
    breaks(*with.sink);
    CHECK(PointsOf(running, "/A", 5).IsEmpty());
    running.GetChain().stage->SetTime(5);
    const auto drawn =
        scene::GetValueAs<Array<Vec3f>>(running.GetChain().GetFinal()->GetPrim(Path("/A")).data,
                                        scene::DataSourceLocator::Parse("primvars/points/primvarValue"));
    CHECK(drawn->GetSize() == 3);
    CHECK((*drawn)[0][1] == 0);
    const Diagnostics diagnostics = running.GetSystem().GetDiagnostics();
    const auto& all = diagnostics.GetAll();
    REQUIRE(all.size() == 1);
    CHECK(all[0].location.path == "/A");
    CHECK(all[0].message.find(why) != std::string::npos);
    CHECK(HeightOf(running, "/A", 3) == doctest::Approx(-0.3));
  };
  check([](Sink& sink) { sink.fails = true; }, "It will not");
  check([](Sink& sink) { sink.runs_away = true; }, "infinite");
  check([](Sink& sink) { sink.loses_one = true; }, "gives 2 points where there are 3");
}

TEST_CASE("W8: infinities and what is no number are found wherever they are among the points") {
  // Points of the largest number, of which one is another.
  class Gives final : public SimulationModule {
   public:
    Gives(size_t at, float number) {
      points_.Resize(11);
      float* numbers = points_.GetMutableData()->data;
      std::fill_n(numbers, 3 * points_.GetSize(), std::numeric_limits<float>::max());
      numbers[at] = number;
    }
    Result<SimulationFrame> Begin(const SimulationCall&) const override { return Make(); }
    Result<SimulationFrame> Step(const SimulationCall&, const Datum&) const override { return Make(); }

   private:
    SimulationFrame Make() const { return {Datum::Of(points_), {{Token("points"), Value(points_)}}}; }
    Array<Vec3f> points_;
  };
  std::string points;
  for (int i = 0; i < 11; ++i) points += i ? ", (0, 0, 0)" : "(0, 0, 0)";
  const auto is_refused = [&](size_t at, float number) {
    auto library = std::make_shared<SimulationLibrary>();
    library->Add("gives", std::make_shared<Gives>(at, number));
    stage::Scene scene(
        "def Mesh \"M\" (\n    apiSchemas = [\"WarpComputationAPI\"]\n)\n{\n    string "
        "warp:sourceFile = \"gives\"\n    point3f[] points = [" +
            points + "]\n}\n",
        WithSchemas());
    System system(scene.GetOwner(), *MakeStandardRegistry({}, library));
    const bool has_value = system.GetValue(scene.At("/M").GetAttribute(Token("points")), 0.0).has_value();
    CHECK(has_value == system.GetDiagnostics().IsEmpty());
    return !has_value;
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float bad[] = {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()};
  for (size_t at = 0; at < 33; ++at) {
    CAPTURE(at);
    CHECK(is_refused(at, bad[at % 3]));
  }
  for (const float good : {0.f, -std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()})
    CHECK_FALSE(is_refused(16, good));
}

TEST_CASE("W8: a module that nobody knows is told of once, and hurts nobody") {
  Running running(kHead + Mesh("A"), *MakeStandardRegistry());
  CHECK(PointsOf(running, "/A", 5).IsEmpty());
  const Diagnostics diagnostics = running.GetSystem().GetDiagnostics();
  REQUIRE(diagnostics.GetAll().size() == 1);
  CHECK(diagnostics.GetAll()[0].code == &kSimulationModuleMissing);
  CHECK(running.Bound("/A", stage::Time(5)) == Range3d{{0, 0, 0}, {1, 0, 1}});
}

TEST_CASE("W9: extents follow what is simulated, in scenes and bounding boxes alike") {
  Simulating with;
  Running running(kHead + Mesh("A"), with.MakeRegistry());
  domain::BoundsOptions options;
  options.time = stage::Time(0);
  options.computed = &running.GetSystem();
  domain::BoundsCache cache(running.GetStage(), options);
  for (double time : {0.0, 10.0, 5.0}) {
    running.GetChain().stage->SetTime(time);
    cache.SetTime(stage::Time(time));
    const Range3d box = cache.ComputeWorldBound(running.At("/A")).ComputeAlignedRange();
    const auto data = running.GetChain().GetFinal()->GetPrim(Path("/A")).data;
    const auto min = scene::GetValueAs<Vec3d>(data, scene::DataSourceLocator::Parse("extent/min"));
    const auto max = scene::GetValueAs<Vec3d>(data, scene::DataSourceLocator::Parse("extent/max"));
    CHECK(box.min[1] == doctest::Approx(-time / 10));
    CHECK(*min == box.min);
    CHECK(*max == box.max);
  }
}

TEST_CASE("W9: normals, primvars, velocities and an extent of the module's own are followed like points") {
  class Gives final : public SimulationModule {
   public:
    Result<SimulationFrame> Begin(const SimulationCall& call) const override { return Make(call); }
    Result<SimulationFrame> Step(const SimulationCall& call, const Datum&) const override {
      return Make(call);
    }

   private:
    static Result<SimulationFrame> Make(const SimulationCall& call) {
      const auto at = static_cast<float>(call.time);
      return SimulationFrame{Datum(),
                             {{Token("normals"), Value(Array<Vec3f>(3, Vec3f{0, at, 0}))},
                              {Token("velocities"), Value(Array<Vec3f>(3, Vec3f{at, 0, 0}))},
                              {Token("primvars:heat"), Value(Array<float>(3, at))},
                              {Token("extent"), Value(Array<Vec3f>{{-at, -1, -1}, {at, 1, 1}})}}};
    }
  };
  Simulating with;
  with.library->Add("sink", std::make_shared<Gives>());
  const std::string more =
      "\n    normal3f[] normals = [(0, 0, 1), (0, 0, 1), (0, 0, 1)]\n    vector3f[] velocities = [(0, 0, 0), "
      "(0, 0, 0), (0, 0, 0)]\n    float[] primvars:heat = [0, 0, 0] (\n        interpolation = \"vertex\"\n  "
      " "
      " )\n";
  Running running(kHead + Mesh("A", more), with.MakeRegistry());
  for (const double time : {4.0, 9.0, 2.0}) {
    const auto at = static_cast<float>(time);
    const auto value = [&](const char* name) {
      return running.GetSystem().GetValue(running.At("/A").GetAttribute(Token(name)), stage::Time(time));
    };
    CHECK(value("normals")->GetOr(Array<Vec3f>()) == Array<Vec3f>(3, Vec3f{0, at, 0}));
    CHECK(value("velocities")->GetOr(Array<Vec3f>()) == Array<Vec3f>(3, Vec3f{at, 0, 0}));
    CHECK(value("primvars:heat")->GetOr(Array<float>()) == Array<float>(3, at));
    // What the module says of the extent counts, and nothing is made up.
    CHECK(running.Bound("/A", stage::Time(time)).max[0] == time);
    running.GetChain().stage->SetTime(time);
    const auto data = running.GetChain().GetFinal()->GetPrim(Path("/A")).data;
    const auto drawn = [&](const char* locator) { return scene::DataSourceLocator::Parse(locator); };
    CHECK(*scene::GetValueAs<Array<Vec3f>>(data, drawn("primvars/normals/primvarValue")) ==
          Array<Vec3f>(3, Vec3f{0, at, 0}));
    CHECK(*scene::GetValueAs<Array<float>>(data, drawn("primvars/heat/primvarValue")) == Array<float>(3, at));
    CHECK(scene::GetValueAs<Vec3d>(data, drawn("extent/max"))->operator[](0) == time);
    CHECK(PointsOf(running, "/A", time).IsEmpty());  // which it leaves as they are authored
  }
  CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
  running.GetChain().stage->SetTime(3);
  running.PullAll();
  running.GetChain().stage->SetTime(5);
  const std::string told = running.TakeNotices();
  for (const char* locator : {"extent", "primvars/heat", "primvars/normals", "primvars/velocities"})
    CHECK(told.find(locator) != std::string::npos);
  CHECK(told.find("primvars/points") == std::string::npos);
}

TEST_CASE("W10: what lies between two ticks is between their points, and shutters learn of the ticks") {
  Simulating with;
  Running running(kHead + Mesh("A"), with.MakeRegistry());
  CHECK(HeightOf(running, "/A", 2.5) == doctest::Approx(-0.25));
  running.GetChain().stage->SetTime(3);
  const auto source = scene::SampledDataSource::Cast(
      scene::ContainerDataSource::Get(running.GetChain().GetFinal()->GetPrim(Path("/A")).data,
                                      scene::DataSourceLocator::Parse("primvars/points/primvarValue")));
  std::vector<double> times;
  CHECK(source->GetContributingSampleTimes(-0.25, 0.5, &times));
  CHECK(times == std::vector<double>{-0.25, 0, 0.5});
  CHECK((*source->GetValue(-0.25).GetIf<Array<Vec3f>>())[0][1] == doctest::Approx(-0.275));
}

TEST_CASE("W11: instances of an instancer move by what its prototype says, or it itself") {
  const std::string instancer =
      "    rel prototypes = </I/P>\n    int[] protoIndices = [0, 0]\n    point3f[] positions = [(0, 0, 0), "
      "(4, 0, "
      "0)]\n";
  const std::string of_prototype = "def PointInstancer \"I\"\n{\n" + instancer +
                                   "    def Sphere \"P\" (apiSchemas = [\"WarpComputationAPI\"])\n    {\n"
                                   "        string warp:sourceFile = \"drift\"\n    }\n}\n";
  const std::string of_itself =
      "def PointInstancer \"I\" (apiSchemas = [\"WarpComputationAPI\"])\n{\n"
      "    string warp:sourceFile = \"drift\"\n" +
      instancer + "    def Sphere \"P\"\n    {\n    }\n}\n";
  for (const std::string& text : {of_prototype, of_itself}) {
    Simulating with;
    with.library->Add("drift", std::make_shared<Sink>("positions"));
    Running running(kHead + text, with.MakeRegistry());
    CHECK(HeightOf(running, "/I", 10, "positions") == doctest::Approx(-1));
    running.GetChain().stage->SetTime(10);
    const auto drawn = scene::GetValueAs<Array<Vec3f>>(
        running.GetChain().GetFinal()->GetPrim(Path("/I")).data,
        scene::DataSourceLocator::Parse("primvars/hydra:instanceTranslations/primvarValue"));
    REQUIRE(drawn);
    CHECK((*drawn)[1] == PointsOf(running, "/I", 10, "positions")[1]);
    const Range3d box = running.Bound("/I", stage::Time(10));
    CHECK(box.min[1] == doctest::Approx(-2));
    CHECK(box.max[0] == doctest::Approx(5));
  }
}

TEST_CASE("W11: an instancer is told of when its prototype comes to be simulated, or is another one") {
  Simulating with;
  with.library->Add("drift", std::make_shared<Sink>("positions"));
  const std::string warp =
      " (apiSchemas = [\"WarpComputationAPI\"])\n{\n    string warp:sourceFile = \"drift\"\n}\n";
  Running running(
      kHead +
          "def PointInstancer \"I\"\n{\n    rel prototypes = </I/P>\n    int[] protoIndices = [0]\n"
          "    point3f[] positions = [(0, 0, 0)]\n    def Sphere \"P\"\n    {\n        custom string "
          "warp:sourceFile = \"drift\"\n    }\n}\ndef Sphere \"Other\"" +
          warp +
          "def PointInstancer \"Beside\"\n{\n    rel prototypes = </Beside/P>\n    int[] "
          "protoIndices = [0]\n    point3f[] positions = [(9, 0, 0)]\n    def Sphere \"P\"\n    "
          "{\n    }\n}\n",
      with.MakeRegistry());
  running.GetChain().stage->SetTime(10);
  const auto height = [&](const char* path) {
    const auto drawn = scene::GetValueAs<Array<Vec3f>>(
        running.GetChain().GetFinal()->GetPrim(Path(path)).data,
        scene::DataSourceLocator::Parse("primvars/hydra:instanceTranslations/primvarValue"));
    return drawn && !drawn->IsEmpty() ? (*drawn)[0][1] : 99.0f;
  };
  const auto is_told = [&](const char* path) {
    return running.TakeNotices().find(std::string("dirtied ") + path + " {") != std::string::npos;
  };
  CHECK(height("/I") == 0);
  CHECK(height("/Beside") == 0);
  CHECK(running.GetSystem().GetNetwork().GetNodeCount() == 0);
  running.TakeNotices();
  REQUIRE(running.Edit().SetMetadata(Path("/I/P"), Token("apiSchemas"),
                                     Value(ListOp<Token>::CreateExplicit({Token("WarpComputationAPI")}))));
  const std::string told = running.TakeNotices();
  CHECK(told.find("primvars/hydra:instanceTranslations") != std::string::npos);
  CHECK(told.find("/Beside") == std::string::npos);
  CHECK(height("/I") == doctest::Approx(-1));
  // A prototype that is simulated takes the place of one that is not.
  stage::Editor editor = running.Edit();
  REQUIRE(editor.SetTargets(Path("/Beside.prototypes"), {Path("/Other")}));
  CHECK(is_told("/Beside"));
  CHECK(height("/Beside") == doctest::Approx(-1));
}

TEST_CASE("W12: parameters come from attributes and customData, each prim with its own") {
  Simulating with;
  Running running(kHead + Mesh("A", "(customData = { double speed = 4 })") +
                      Mesh("B", "    double warp:params:speed = 5\n") +
                      Mesh("C", "(customData = { double speed = 4 })\n    double warp:params:speed = 6\n"),
                  with.MakeRegistry());
  CHECK(HeightOf(running, "/A", 10) == doctest::Approx(-4));
  CHECK(HeightOf(running, "/B", 10) == doctest::Approx(-5));
  CHECK(HeightOf(running, "/C", 10) == doctest::Approx(-6));
  REQUIRE(running.Edit().SetMetadata(Path("/A.warp:sourceFile"), Token("customData"),
                                     Value(Dictionary{{{"speed", Value(7.0)}}})));
  CHECK(HeightOf(running, "/A", 10) == doctest::Approx(-7));
}

TEST_CASE("W13: states begin once and go with their prim") {
  class Counting final : public SimulationModule {
   public:
    explicit Counting(std::shared_ptr<int> alive) : alive_(std::move(alive)) {}
    Result<SimulationFrame> Begin(const SimulationCall&) const override {
      return SimulationFrame{Datum::Of(Counted{alive_}), {}};
    }
    Result<SimulationFrame> Step(const SimulationCall& call, const Datum&) const override {
      return Begin(call);
    }

   private:
    std::shared_ptr<int> alive_;
  };
  const auto alive = std::make_shared<int>(0);
  {
    Simulating with;
    with.library->Add("sink", std::make_shared<Counting>(alive));
    Running running(kHead + Mesh("A") + Mesh("B"), with.MakeRegistry());
    const long idle = alive.use_count();
    for (int time = 0; time < 30; ++time) {
      PointsOf(running, "/A", time);
      PointsOf(running, "/B", time);
    }
    CHECK(alive.use_count() > idle);
    REQUIRE(running.Edit().RemovePrim(Path("/A")));
    REQUIRE(running.Edit().RemovePrim(Path("/B")));
    CHECK(alive.use_count() == idle);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE(
    "W7, W12: scenes hold what prims say of their simulation, and edits of it dirty just that and what "
    "moves") {
  Simulating with;
  Running running(kHead +
                      Mesh("A",
                           "(customData = { double speed = 4 })\n    rel warp:dependentPrims = </B>\n    int "
                           "warp:params:more = 2\n") +
                      "def Xform \"B\"\n{\n}\n",
                  with.MakeRegistry());
  const auto data = running.GetChain().GetFinal()->GetPrim(Path("/A")).data;
  const auto read = [&](const char* name) {
    const auto source = scene::SampledDataSource::Cast(scene::ContainerDataSource::Get(
        data, scene::DataSourceLocator::Parse(std::string("warpComputation/") + name)));
    return source ? source->GetValue(0) : Value();
  };
  CHECK(read("sourceFile") == Value(std::string("sink")));
  CHECK(read("dependentPrims") == Value(PathVector{Path("/B")}));
  const Value parameters = read("simulationParams");
  REQUIRE(parameters.GetIf<Dictionary>());
  CHECK(parameters.GetIf<Dictionary>()->entries.at("speed") == Value(4.0));
  CHECK(parameters.GetIf<Dictionary>()->entries.at("more") == Value(2));
  CHECK(
      scene::GetValueAs<Array<Vec3f>>(data, scene::DataSourceLocator::Parse("primvars/points/primvarValue")));
  running.PullAll();
  REQUIRE(running.Edit().Set(Path("/A.warp:params:more"), 3));
  CHECK(running.TakeNotices() == "dirtied /A {extent, primvars/points, warpComputation}");
  const auto plain = running.GetChain().GetFinal()->GetPrim(Path("/B")).data;
  CHECK_FALSE(scene::ContainerDataSource::Get(plain, scene::DataSourceLocator::Parse("warpComputation")));
}

TEST_CASE("scenes that simulate nothing are not touched: no node for meshes or instancers") {
  Simulating with;
  Running running(
      "def Mesh \"M\"\n{\n    point3f[] points = [(0, 0, 0)]\n}\ndef PointInstancer \"I\"\n{\n}\n",
      with.MakeRegistry());
  running.PullAll();
  running.Bound("/M");
  CHECK(running.GetSystem().GetNetwork().GetNodeCount() == 0);
  CHECK_FALSE(running.GetSystem().MightCompute(running.At("/M")));
}

}  // namespace strata::compute
