#include "strata/compute/simulation.h"
#include "tests/unit/compute/running.h"

// Row W9: modules give transforms, of their prim and of instances, and boxes and scenes follow.
namespace strata::compute {

namespace {

// Falls by a metre each step, turned by a right angle in all; stops above what it looks at.
class Fall final : public SimulationModule {
 public:
  enum class Gives { kLocal, kWorld, kInstances, kNonsense, kUnsaid } gives = Gives::kLocal;
  Result<SimulationFrame> Begin(const SimulationCall& call) const override { return Make(call, 0); }
  Result<SimulationFrame> Step(const SimulationCall& call, const Datum& state) const override {
    const double next = state.GetValue().GetOr(0.0) + 1;
    for (const SimulatedShape& each : call.colliders)
      if (each.matrix[3][1] > -next) return Make(call, -each.matrix[3][1]);
    return Make(call, next);
  }
  bool Moves() const override { return gives != Gives::kUnsaid; }

 private:
  SimulationFrame Make(const SimulationCall& call, double fallen) const {
    const Matrix4d down = MakeTranslation({0, -fallen, 0});
    const auto frame = [&](const char* name, Value value) {
      return SimulationFrame{Datum(Value(fallen)), {{Token(name), std::move(value)}}};
    };
    switch (gives) {
      case Gives::kUnsaid:
      case Gives::kLocal:
        return frame("xform", Value(MultiplyAffine(call.xform, down)));
      case Gives::kWorld:
        return frame("world.xform", Value(down));
      case Gives::kNonsense:
        return frame("xform", Value(MakeTranslation({std::nan(""), 0, 0})));
      case Gives::kInstances: {
        Array<Matrix4d> all;
        for (const Vec3f& at : call.shape.points) {
          Matrix4d m = MultiplyAffine(MakeRotation(2, 90), MakeTranslation({at[0], at[1] - fallen, at[2]}));
          for (size_t c = 0; c < 3; ++c) m[0][c] *= -2;  // a mirror, twice as long
          all.PushBack(m);
        }
        return frame("instanceTransforms", Value(std::move(all)));
      }
    }
    return {};
  }
};

std::shared_ptr<const Registry> MakeRegistry(Fall::Gives gives) {
  auto library = std::make_shared<SimulationLibrary>();
  auto fall = std::make_shared<Fall>();
  fall->gives = gives;
  library->Add("fall", fall);
  return *MakeStandardRegistry({}, library);
}

std::string Body(const char* type, const std::string& more) {
  return std::string("def ") + type +
         " \"B\" (\n    apiSchemas = [\"OmniWarpComputationAPI\"]\n)\n{\n    string warp:sourceFile = "
         "\"fall\"\n" +
         more + "\n}\n";
}
const std::string kAt =
    "    double3 xformOp:translate = (5, 10, 0)\n    uniform token[] xformOpOrder = "
    "[\"xformOp:translate\"]\n";
const std::string kParent =
    "def Xform \"A\" {\n    double3 xformOp:translate = (100, 0, 0)\n    uniform token[] "
    "xformOpOrder = [\"xformOp:translate\"]\n";

}  // namespace

TEST_CASE("W9: a module moves a prim without points, in its parent's space, and what is below goes along") {
  Running running(kParent + Body("Xform", kAt + "    def Cube \"C\" {\n    }\n") + "}\n",
                  MakeRegistry(Fall::Gives::kLocal));
  for (const double time : {0.0, 7.0, 3.0, 7.0})
    CHECK(Distance(Translation(running.World("/A/B/C", time)), {105, 10 - time, 0}) < 1e-12);
  CHECK(running.Bound("/A/B", 4.0).min[1] == doctest::Approx(5));
  // Between ticks it is on its way, and shutters learn of the ticks.
  CHECK(Distance(Translation(running.World("/A/B", 3.25)), {105, 6.75, 0}) < 1e-12);
  running.World("/A/B/C", 4);
  const auto matrix = scene::SampledDataSource::Cast(running.GetChain().GetFinal()->GetDataSource(
      Path("/A/B"), scene::DataSourceLocator::Parse("xform/matrix")));
  REQUIRE(matrix);
  std::vector<double> times;
  CHECK(matrix->GetContributingSampleTimes(-0.5, 0.5, &times));
  CHECK(times == std::vector<double>{-0.5, 0, 0.5});
  running.PullAll();
  running.GetChain().stage->SetTime(5);
  CHECK(running.TakeNotices() == "dirtied /A/B {xform}; dirtied /A/B/C {xform}");
  CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
  // Where it begins is an input: an edit begins anew.
  REQUIRE(running.Edit().Set(Path("/A/B.xformOp:translate"), Vec3d{0, 20, 0}));
  CHECK(Distance(Translation(running.World("/A/B", 5)), {100, 15, 0}) < 1e-12);
}

TEST_CASE("W9: a transform in the world holds wherever the parent is, for meshes too") {
  for (const char* type : {"Xform", "Mesh", "Cube"}) {
    Running running(kParent + Body(type, kAt) + "}\n", MakeRegistry(Fall::Gives::kWorld));
    CHECK(Distance(Translation(running.World("/A/B", 6)), {0, -6, 0}) < 1e-12);
    REQUIRE(running.Edit().Set(Path("/A.xformOp:translate"), Vec3d{7, 7, 7}));
    CHECK(Distance(Translation(running.World("/A/B", 6)), {0, -6, 0}) < 1e-12);
  }
}

TEST_CASE("W9: a moved prim looks at colliders from where it would be, and lands on them") {
  const std::string ground =
      "def Cube \"Ground\" {\n    double3 xformOp:translate = (5, 7, 0)\n    uniform token[] xformOpOrder = "
      "[\"xformOp:translate\"]\n}\n";
  Running running(ground + Body("Xform", kAt + "    rel warp:dependentPrims = </Ground>\n"),
                  MakeRegistry(Fall::Gives::kLocal));
  CHECK(Distance(Translation(running.World("/B", 2)), {5, 8, 0}) < 1e-12);
  CHECK(Distance(Translation(running.World("/B", 9)), {5, 7, 0}) < 1e-12);
  CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
}

TEST_CASE("W9: transforms of instances are their positions, turns and scales, in scenes and boxes") {
  Running running(
      Body("PointInstancer",
           "    rel prototypes = </B/C>\n    int[] protoIndices = [0, 0]\n    point3f[] positions = [(0, "
           "0, 0), (4, 0, 0)]\n    def Cube \"C\" {\n    }\n"),
      MakeRegistry(Fall::Gives::kInstances));
  running.GetChain().stage->SetTime(3);
  const auto data = running.GetChain().GetFinal()->GetPrim(Path("/B")).data;
  const auto array = [&]<class T>(const char* name, T) {
    return scene::GetValueAs<Array<T>>(
               data, scene::DataSourceLocator{Token("primvars"), Token(name), Token("primvarValue")})
        .value_or(Array<T>());
  };
  const Array<Vec3f> positions = array("hydra:instanceTranslations", Vec3f());
  const Array<Vec3f> scales = array("hydra:instanceScales", Vec3f());
  const Array<Quatf> turns = array("hydra:instanceRotations", Quatf());
  REQUIRE(positions.GetSize() == 2);
  REQUIRE(scales.GetSize() == 2);
  REQUIRE(turns.GetSize() == 2);
  CHECK(positions[1] == Vec3f{4, -3, 0});
  CHECK(scales[0] == Vec3f{-2, 1, 1});
  CHECK(std::abs(turns[0].real) == doctest::Approx(std::sqrt(0.5)));
  // A cube of two units, turned, so that it is four units high.
  const Range3d box = running.Bound("/B", 3.0);
  CHECK(box.min[1] == doctest::Approx(-5));
  CHECK(box.max[1] == doctest::Approx(-1));
  CHECK(box.max[0] == doctest::Approx(5));
  CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
}

TEST_CASE(
    "W8, W9: transforms that are none, or that nobody announced, are told of, and what is authored holds") {
  const std::pair<Fall::Gives, const char*> cases[] = {
      {Fall::Gives::kNonsense, "that is no transform"},
      {Fall::Gives::kInstances, "or of no instancer"},
  };
  for (const auto& [gives, why] : cases) {
    Running running(Body("Xform", kAt), MakeRegistry(gives));
    CHECK(Distance(Translation(running.World("/B", 3)), {5, 10, 0}) < 1e-12);
    const Diagnostics told = running.GetSystem().GetDiagnostics();
    REQUIRE(told.GetAll().size() == 1);
    CHECK(told.GetAll()[0].code == &kSimulationFailed);
    CHECK(told.GetAll()[0].message.find(why) != std::string::npos);
  }
  // A prim without points whose module moves nothing is no simulation of its own.
  Running still(Body("Xform", kAt), MakeRegistry(Fall::Gives::kUnsaid));
  CHECK(Distance(Translation(still.World("/B", 3)), {5, 10, 0}) < 1e-12);
  CHECK(still.GetSystem().GetDiagnostics().IsEmpty());
  Running mesh(Body("Mesh", kAt), MakeRegistry(Fall::Gives::kUnsaid));
  CHECK(Distance(Translation(mesh.World("/B", 3)), {5, 10, 0}) < 1e-12);
  REQUIRE(mesh.GetSystem().GetDiagnostics().GetAll().size() == 1);
  CHECK(mesh.GetSystem().GetDiagnostics().GetAll()[0].message.find("does not say that it moves") !=
        std::string::npos);
  // What it looks at would move along.
  Running below(Body("Xform", kAt + "    rel warp:dependentPrims = </B/C>\n    def Cube \"C\" {\n    }\n"),
                MakeRegistry(Fall::Gives::kLocal));
  CHECK(Distance(Translation(below.World("/B", 3)), {5, 10, 0}) < 1e-12);
}

TEST_CASE("W9: a prim that comes to be moved, or ceases to be, by an edit of its module is told of") {
  auto library = std::make_shared<SimulationLibrary>();
  library->Add("fall", std::make_shared<Fall>());
  auto still = std::make_shared<Fall>();
  still->gives = Fall::Gives::kUnsaid;
  library->Add("still", still);
  Running running(Body("Xform", kAt + "    def Cube \"C\" {\n    }\n"), *MakeStandardRegistry({}, library));
  const auto name = [&](const char* module) {
    REQUIRE(running.Edit().Set(Path("/B.warp:sourceFile"), std::string(module)));
  };
  for (int again = 0; again < 2; ++again) {
    name("still");
    CHECK(Distance(Translation(running.World("/B/C", 3)), {5, 10, 0}) < 1e-12);
    running.PullAll();
    name("fall");
    const std::string told = running.TakeNotices();
    CAPTURE(told);
    CHECK(told.find("/B/C {xform}") != std::string::npos);
    CHECK(Distance(Translation(running.World("/B/C", 3)), {5, 7, 0}) < 1e-12);
  }
}

}  // namespace strata::compute
