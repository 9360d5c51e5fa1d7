#include <limits>
#include <thread>

#include "strata/compute/simulation.h"
#include "tests/unit/compute/kernel_folder.h"
#include "tests/unit/compute/places.h"
#include "tests/unit/compute/units.h"

// What cannot be computed: a diagnostic on the prim, what is authored holds, and nobody else is affected.
// Functions that throw or give nonsense are in network_test.cpp, modules that do in simulation_test.cpp,
// those in Python in tests/python/compute_test.py.
namespace strata::compute {

namespace {

std::string List(const System& system) {
  std::string told;
  const Diagnostics remarks = system.GetDiagnostics();
  for (const Diagnostic& each : remarks.GetAll())
    told += fmt::format("{} {}\n", each.code->name, each.location.path);
  return told;
}
std::string List(Running& running) {
  return List(running.GetSystem());
}

Computation Make(std::string_view output, std::string_view name, std::string_view schema, double answer) {
  Computation computation;
  computation.output = Token(output);
  computation.name = Token(name);
  computation.schemas = {Token(schema)};
  computation.function = [answer](const Arguments&) { return Datum(Value(answer)); };
  return computation;
}

// Moves all points up, or does what it must not.
class Rises final : public SimulationModule {
 public:
  using Gives = std::function<std::vector<std::pair<Token, Value>>(const SimulationCall&)>;
  explicit Rises(Gives gives = {}) : gives_(std::move(gives)) {}
  Result<SimulationFrame> Begin(const SimulationCall& call) const override { return Answer(call); }
  Result<SimulationFrame> Step(const SimulationCall& call, const Datum&) const override {
    return Answer(call);
  }

 private:
  Result<SimulationFrame> Answer(const SimulationCall& call) const {
    if (gives_) return SimulationFrame{Datum(), gives_(call)};
    Array<Vec3f> points = call.shape.points;
    for (size_t i = 0; i < points.GetSize(); ++i)
      points.GetMutableData()[i][1] += static_cast<float>(call.time);
    return SimulationFrame{Datum(),
                           {{Token(call.shape.is_instancer ? "positions" : "points"), Value(points)}}};
  }
  Gives gives_;
};

std::string Cloth(std::string_view name, std::string_view module, std::string_view more = "") {
  return fmt::format(
      "def Mesh \"{}\" (\n    apiSchemas = [\"WarpComputationAPI\"]\n)\n{{\n    string warp:sourceFile = "
      "\"{}\"\n    point3f[] points = [(0, 0, 0), (1, 0, 0)]\n    float3[] extent = [(0, 0, 0), (1, 0, "
      "0)]\n{}}}\n",
      name, module, more);
}
float Height(Running& running, const char* path, double time, const char* attribute = "points") {
  const stage::Attribute found = running.At(path).GetAttribute(Token(attribute));
  const Value value = running.GetSystem().GetValue(found, time).value_or(found.Get(time));
  const Array<Vec3f> points = value.GetOr(Array<Vec3f>());
  return points.IsEmpty() ? 99 : points[0][1];
}

}  // namespace

TEST_CASE(
    "two modules that make one output: neither does, on each prim it is told, others are as they were") {
  for (int order = 0; order < 2; ++order) {
    auto registry = std::make_shared<Registry>();
    REQUIRE(registry->Add(Make("weight", order == 0 ? "a" : "b", "Cube", 1)));
    REQUIRE(registry->Add(Make("weight", order == 0 ? "b" : "a", "Cube", 2)));
    REQUIRE(registry->Add(Make("weight", "c", "Sphere", 3)));
    registry->Publish(Token("weight"), scene::DataSourceLocator::Parse("my/weight"));
    registry->Add(MakeValueOf(Token("weight"), Token("radius")));
    Running running(
        "def Cube \"A\"\n{\n}\ndef Cube \"B\"\n{\n}\ndef Sphere \"S\"\n{\n    double radius = 7\n}\n",
        registry);
    const auto drawn = [&](const char* path) {
      return scene::GetValueAs<double>(running.GetChain().GetFinal()->GetPrim(Path(path)).data,
                                       scene::DataSourceLocator::Parse("my/weight"));
    };
    for (const char* path : {"/A", "/B"}) {
      CHECK(running.GetSystem().Compute(running.At(path), Token("weight"), 0.0).IsEmpty());
      CHECK_FALSE(drawn(path));
    }
    CHECK(drawn("/S") == 3);
    CHECK(Number(running, "/S.radius") == 3);
    CHECK(List(running) == "compute.modifiers-unordered /A\ncompute.modifiers-unordered /B\n");
  }
}

TEST_CASE("two outputs that stand for one value: the authored one holds, and boxes and scenes show it") {
  auto library = std::make_shared<SimulationLibrary>();
  library->Add("rises", std::make_shared<Rises>());
  auto registry = std::make_shared<Registry>(**MakeStandardRegistry({}, library));
  for (const auto& [name, answer] : {std::pair("large", 10.0), std::pair("small", 0.5)}) {
    REQUIRE(registry->Add(Make(name, name, "Sphere", answer)));
    registry->Add(MakeValueOf(Token(name), Token("radius")));
  }
  Computation flat = Make("flat", "flat", "Mesh", 0);
  flat.function = [](const Arguments& a) -> Result<Datum> {
    if (a.GetPrim().GetName() == "Free") return Datum();
    return Datum(Value(Array<Vec3f>(2, Vec3f{0, 50, 0})));
  };
  REQUIRE(registry->Add(std::move(flat)));
  registry->Add(MakeValueOf(Token("flat"), Token("points")));
  Running running("def Sphere \"S\"\n{\n    double radius = 2\n}\ndef Cube \"C\"\n{\n}\n" +
                      Cloth("Both", "rises") + Cloth("Free", "rises"),
                  registry);
  CHECK(Number(running, "/S.radius") == 2);
  CHECK(running.Bound("/S").max[0] == 2);
  CHECK(scene::GetValueAs<double>(running.GetChain().GetFinal()->GetPrim(Path("/S")).data,
                                  scene::DataSourceLocator::Parse("sphere/radius")) == 2);
  CHECK(Height(running, "/Both", 3) == 0);
  CHECK(Height(running, "/Free", 3) == 3);
  CHECK(running.Bound("/C").max[0] == 1);
  CHECK(List(running) == "compute.modifiers-unordered /Both\ncompute.modifiers-unordered /S\n");
}

TEST_CASE("prototypes that name different modules: the instancer stays, and one beside it moves") {
  auto library = std::make_shared<SimulationLibrary>();
  library->Add("one", std::make_shared<Rises>());
  library->Add("two", std::make_shared<Rises>());
  const auto instancer = [](std::string_view name, std::string_view first, std::string_view second) {
    std::string text = fmt::format(
        "def PointInstancer \"{0}\"\n{{\n    rel prototypes = [</{0}/P>, </{0}/Q>]\n    int[] protoIndices = "
        "[0, "
        "1]\n    point3f[] positions = [(0, 0, 0), (4, 0, 0)]\n",
        name);
    for (const auto& [prototype, module] : {std::pair("P", first), std::pair("Q", second)})
      text += fmt::format(
          "    def Sphere \"{}\" (\n        apiSchemas = [\"WarpComputationAPI\"]\n    )\n    {{\n        "
          "string "
          "warp:sourceFile = \"{}\"\n    }}\n",
          prototype, module);
    return text + "}\n";
  };
  Running running(instancer("I", "one", "two") + instancer("J", "one", "one"),
                  *MakeStandardRegistry({}, library));
  CHECK(Height(running, "/I", 5, "positions") == 0);
  CHECK(Height(running, "/J", 5, "positions") == 5);
  CHECK(running.Bound("/I", 5.0).min[1] == -1);
  CHECK(List(running) == "compute.simulation-failed /I\n");
}

TEST_CASE("modules that answer in shapes that cannot be, or with what is no number, are told of") {
  using Values = std::vector<std::pair<Token, Value>>;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::pair<const char*, Values> cases[] = {
      {"points", {{Token("points"), Value(Array<Vec3f>(3))}}},
      {"points", {{Token("points"), Value(Array<Vec3f>(2, Vec3f{nan, 0, 0}))}}},
      {"points", {{Token("points"), Value(Array<float>(6))}}},
      {"points", {{Token("points"), Value(1.0)}}},
      {"extent", {{Token("extent"), Value(Array<Vec3f>(1))}}},
      {"extent", {{Token("extent"), Value(Array<Vec3f>(2, Vec3f{0, nan, 0}))}}},
      {"velocities", {{Token("velocities"), Value(Array<Vec3f>(1))}}},
      {"normals", {{Token("normals"), Value(Array<Vec3f>(2, Vec3f{0, INFINITY, 0}))}}},
  };
  for (const auto& [what, values] : cases) {
    auto library = std::make_shared<SimulationLibrary>();
    library->Add("bad", std::make_shared<Rises>([&values](const SimulationCall&) { return values; }));
    library->Add("good", std::make_shared<Rises>());
    Running running(Cloth("A", "bad") + Cloth("B", "good"), *MakeStandardRegistry({}, library));
    CHECK(Height(running, "/A", 2) == 0);
    CHECK(Height(running, "/B", 2) == 2);
    CHECK(running.Bound("/A", 2.0) == Range3d{{0, 0, 0}, {1, 0, 0}});
    CHECK(List(running) == "compute.simulation-failed /A\n");
    CHECK(running.GetSystem().GetDiagnostics().GetAll()[0].message.find(what) != std::string::npos);
  }
}

TEST_CASE("what is no number is found wherever it stands among the points") {
  constexpr int kNumbers = 150;  // of 50 vectors
  auto library = std::make_shared<SimulationLibrary>();
  library->Add("at", std::make_shared<Rises>([](const SimulationCall& call) {
                 Array<Vec3f> normals(kNumbers / 3);
                 if (const int at = call.parameters.Find("at")->GetOr(0); at < kNumbers)
                   normals.GetMutableData()[at / 3][static_cast<size_t>(at % 3)] =
                       at % 2 ? INFINITY : std::numeric_limits<float>::quiet_NaN();
                 return std::vector{std::pair(Token("normals"), Value(normals))};
               }));
  std::string text;
  for (int at = 0; at <= kNumbers; ++at)
    text += Cloth(fmt::format("A{}", at), "at", fmt::format("    int warp:params:at = {}\n", at));
  Running running(text, *MakeStandardRegistry({}, library));
  for (int at = 0; at <= kNumbers; ++at) {
    CAPTURE(at);
    const stage::Attribute normals =
        running.At(fmt::format("/A{}", at).c_str()).GetAttribute(Token("normals"));
    CHECK(running.GetSystem().GetValue(normals, 1.0).has_value() == (at == kNumbers));
  }
  CHECK(running.GetSystem().GetDiagnostics().GetAll().size() == kNumbers);
}

TEST_CASE("simulations that look at each other, or that throw or stall, stay as they are authored") {
  auto library = std::make_shared<SimulationLibrary>();
  library->Add("good", std::make_shared<Rises>());
  library->Add("throws",
               std::make_shared<Rises>([](const SimulationCall&) -> std::vector<std::pair<Token, Value>> {
                 throw std::runtime_error("no");
               }));
  library->Add("stalls",
               std::make_shared<Rises>([](const SimulationCall&) -> std::vector<std::pair<Token, Value>> {
                 std::this_thread::sleep_for(std::chrono::milliseconds(60));
                 return {};
               }));
  Running running(Cloth("A", "good", "    rel warp:dependentPrims = </B>\n") +
                      Cloth("B", "good", "    rel warp:dependentPrims = </A>\n") + Cloth("C", "good") +
                      Cloth("T", "throws"),
                  *MakeStandardRegistry({}, library));
  for (const char* path : {"/A", "/B", "/T"}) {
    CHECK(Height(running, path, 4) == 0);
    CHECK(running.Bound(path, 4.0) == Range3d{{0, 0, 0}, {1, 0, 0}});
  }
  CHECK(Height(running, "/C", 4) == 4);
  std::string at;
  const Diagnostics remarks = running.GetSystem().GetDiagnostics();
  for (const Diagnostic& each : remarks.GetAll()) {
    CHECK(each.code == (each.location.path == "/T" ? &kComputationFailed : &kComputationCycle));
    if (at.find(each.location.path) == std::string::npos) at += each.location.path;
  }
  CHECK(at == "/A/B/T");
  // Where one looks away the other goes on.
  REQUIRE(running.Edit().SetTargets(Path("/B.warp:dependentPrims"), {}));
  CHECK(Height(running, "/A", 4) == 4);
  CHECK(List(running) == "compute.failed /T\n");

  stage::Scene scene(Cloth("S", "stalls") + Cloth("C", "good"), WithSchemas());
  SystemOptions options;
  options.network.max_seconds_per_call = 0.03;
  const System impatient(scene.GetOwner(), *MakeStandardRegistry({}, library), options);
  for (const double time : {1.0, 2.0, 500.0})
    CHECK_FALSE(impatient.GetValue(scene.At("/S").GetAttribute(Token("points")), time));
  CHECK(impatient.GetValue(scene.At("/C").GetAttribute(Token("points")), 1.0));
  CHECK(List(impatient) == "compute.too-slow /S\n");
}

TEST_CASE(
    "kernels compiled ahead of time that run away, stall, look in a circle or misfit are told of alike") {
  KernelFolder folder;
  if (!folder.IsThere()) return;
  const auto height = [](Running& running, const char* path) { return Height(running, path, 2); };
  const auto points = [](const char* name, const std::string& more) {
    std::string text = PointsScene("mine.lift", more);
    text = text.substr(text.find("def Points"));
    return text.substr(0, text.find("def Sphere")).replace(12, 1, name);
  };
  // To infinity within two steps.
  folder.Write(kLiftText);
  Running away(points("P", "    double warp:params:by = 3e38\n    int warp:params:times = 2000000000\n") +
                   points("Q", "    double warp:params:by = 1\n"),
               folder.MakeRegistry());
  CHECK(height(away, "/P") == 0);
  CHECK(height(away, "/Q") > 0);
  CHECK(List(away) == "compute.simulation-failed /P\n");
  Running around(points("P", "    rel warp:dependentPrims = </Q>\n") +
                     points("Q", "    rel warp:dependentPrims = </P>\n") + points("R", ""),
                 folder.MakeRegistry());
  CHECK(height(around, "/P") == 0);
  CHECK(height(around, "/Q") == 0);
  CHECK(height(around, "/R") > 0);
  CHECK(List(around).find("compute.cycle /P\n") != std::string::npos);
  CHECK(List(around).find("/R") == std::string::npos);
  // Three numbers for each point where the attribute has one.
  std::string text = kLiftText;
  folder.Write(text + "value widths = speeds\n");
  Running misfit(points("P", "    float[] widths = [1, 1]\n"), folder.MakeRegistry());
  CHECK(height(misfit, "/P") == 0);
  CHECK(List(misfit) == "compute.simulation-failed /P\n");
  folder.Write(text.replace(text.find("launch lift"), 11, "launch stall"));
  stage::Scene scene(points("P", ""), WithSchemas());
  SystemOptions options;
  options.network.max_seconds_per_call = 0.03;
  const System impatient(scene.GetOwner(), folder.MakeRegistry(), options);
  CHECK_FALSE(impatient.GetValue(scene.At("/P").GetAttribute(Token("points")), 900.0));
  CHECK(List(impatient) == "compute.too-slow /P\n");
}

TEST_CASE("frames and places at the poles are usable; those of no, infinite or endless numbers are told of") {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity(),
               denormal = std::numeric_limits<double>::denorm_min();
  const Geodetic near{89.9, 10, 0};
  for (const double pole : {90.0, -90.0})
    for (const double longitude : {0.0, 77.0, -180.0, denormal}) {
      const Geodetic at{pole, longitude, denormal}, place{near.latitude * (pole / 90), near.longitude, 0};
      Running running(Stage(kZUp, Frame("F", at, "", Place("P", place) + Place("Same", at))),
                      GetGeospatial());
      const Vec3d found = Translation(running.World("/F/P"));
      CHECK(Distance(found, Enu(place, at)) < kTight);
      CHECK(std::hypot(found[0], found[1]) == doctest::Approx(11169.392170605669311));
      CHECK(found[2] == doctest::Approx(-9.7471359654927073789));
      CHECK(Distance(Translation(running.World("/F/Same")), {0, 0, 0}) < kTight);
      CHECK(List(running).empty());
    }
  // Numbers too small to count are numbers.
  Running small(Stage(kZUp, Frame("F", {denormal, -denormal, denormal}, "", Place("P", {0, denormal, 1}))),
                GetGeospatial());
  CHECK(Distance(Translation(small.World("/F/P")), {0, 0, 1}) < kTight);
  CHECK(List(small).empty());

  const Path of_frame("/F.omni:geospatial:wgs84:reference:referencePosition");
  const Path of_place("/F/P.omni:geospatial:wgs84:local:position");
  const Vec3d authored{1, 2, 3};
  for (const double bad : {nan, infinity, -infinity})
    for (size_t i = 0; i < 3; ++i) {
      Running running(
          Stage(kZUp, Frame("F", near, "", Place("P", near, Moved("(1, 2, 3)")) + Place("Q", near)) +
                          Frame("G", near, "", Place("P", near))),
          GetGeospatial());
      Vec3d position{near.latitude, near.longitude, near.height};
      const Vec3d usable = position;
      position[i] = bad;
      REQUIRE(running.Edit().Set(of_place, position));
      CHECK(Translation(running.World("/F/P")) == authored);
      CHECK(Distance(Translation(running.World("/F/Q")), {0, 0, 0}) < kTight);
      CHECK(List(running) == "compute.geo-place-unusable /F/P\n");
      REQUIRE(running.Edit().Set(of_place, usable));
      REQUIRE(running.Edit().Set(of_frame, position));
      CHECK(Translation(running.World("/F/P")) == authored);
      CHECK(running.World("/F/Q") == Matrix4d::Identity());
      CHECK(Distance(Translation(running.World("/G/P")), {0, 0, 0}) < kTight);
      CHECK(List(running) ==
            "compute.geo-frame-unusable /F\ncompute.geo-unrooted /F/P\ncompute.geo-unrooted /F/Q\n");
      REQUIRE(running.Edit().Set(of_frame, usable));
      for (const char* path : {"/F/P", "/F/Q"})
        CHECK(Distance(Translation(running.World(path)), {0, 0, 0}) < kTight);
      CHECK(List(running).empty());
    }
}

TEST_CASE("frames in a stage of zero, negative or endless units leave their places, and tell of it") {
  for (const char* units : {"0", "-1", "nan", "inf", "-0.0"}) {
    Running running(fmt::format("(\n    metersPerUnit = {}\n)\n", units) +
                        Frame("F", kHamburg, "", Place("P", kHamburg, Moved("(1, 2, 3)"))) +
                        "def Cube \"C\"\n{\n}\n",
                    GetGeospatial());
    CHECK(running.World("/F/P") == MakeTranslation({1, 2, 3}));
    CHECK(running.World("/C") == Matrix4d::Identity());
    CHECK(List(running) == "compute.geo-frame-unusable /F\ncompute.geo-unrooted /F/P\n");
  }
}

TEST_CASE(
    "layers of zero, negative or endless units: their prims are as authored and told of, others converted") {
  const std::string good =
      "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n)\ndef Cube \"T\" {\n    double size = 2\n}\n";
  for (const char* units : {"0", "-1", "nan", "inf", "-0.0"}) {
    CAPTURE(units);
    const std::string bad = fmt::format("metersPerUnit = {}\n", units);
    const std::string asset =
        "def Cube \"T\" {\n    double size = 2\n    def Cube \"C\" {\n" + Move("(7, 0, 0)") + "    }\n}\n";
    // As the root of an asset; as a sublayer; at a prim.
    Running running(
        {{"root.usda",
          "(\n    metersPerUnit = 1\n    subLayers = [\n        @sub.usda@\n    ]\n)\n" +
              Ref("Bad", "bad.usda", Move("(5, 0, 0)")) + Ref("Good", "good.usda") +
              "def Xform \"Says\" (\n    prepend apiSchemas = [\"GeomMetricsAPI\"]\n)\n{\n    uniform "
              "double " +
              bad + "    def Cube \"C\" {\n" + Move("(3, 0, 0)") + "    }\n}\n"},
         {"sub.usda", "(\n    " + bad + ")\ndef Sphere \"S\" {\n    double radius = 3\n}\n"},
         {"bad.usda", "(\n    defaultPrim = \"T\"\n    " + bad + ")\n" + asset},
         {"good.usda", good}},
        GetMetrics());
    CHECK(running.World("/Bad") == MakeTranslation({5, 0, 0}));
    CHECK(running.World("/Bad/C") == MakeTranslation({12, 0, 0}));
    CHECK(running.Bound("/Bad/C").max[0] == 13);
    CHECK(Number(running, "/S.radius") == 3);
    CHECK(running.World("/Says/C") == MakeTranslation({3, 0, 0}));
    CHECK(Scale(running.World("/Good")) == 0.01);
    CHECK(List(running) ==
          "compute.metrics-unusable /Bad\ncompute.metrics-unusable /S\ncompute.metrics-unusable /Says\n");
  }
  // The stage itself; edited to what can be, all is well.
  Running running(
      {{"root.usda", "(\n    metersPerUnit = 0\n)\ndef Xform \"W\" {\n" + Ref("Good", "good.usda") +
                         "    def Cube \"C\" {\n" + Move("(3, 0, 0)") + "    }\n}\n"},
       {"good.usda", good}},
      GetMetrics());
  CHECK(running.World("/W/C") == MakeTranslation({3, 0, 0}));
  CHECK(List(running) == "compute.metrics-unusable /W\n");
  REQUIRE(running.Edit().SetMetadata(Path("/"), Token("metersPerUnit"), Value(1.0)));
  CHECK(Scale(running.World("/W/Good")) == 0.01);
  CHECK(List(running).empty());
  REQUIRE(running.Edit().SetMetadata(Path("/"), Token("metersPerUnit"), Value(-2.0)));
  CHECK(running.World("/W/C") == MakeTranslation({3, 0, 0}));
  CHECK(List(running).find("compute.metrics-unusable /W\n") != std::string::npos);
}

}  // namespace strata::compute
