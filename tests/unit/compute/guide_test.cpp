#include <numbers>

#include "tests/unit/compute/running.h"

// The examples of docs/runtime.md.
namespace strata::compute {

namespace {

struct Roll {
  double x = 0, degrees = 0;
  friend bool operator==(const Roll&, const Roll&) = default;
};

double GetX(const Arguments& arguments) {
  return arguments.GetOr(0, stage::ComputedTransform()).matrix[3][0];
}

Computation MakeWheel() {
  Stepping stepping;
  stepping.init = [](const Arguments& a) -> Result<Datum> { return Datum::Of(Roll{GetX(a), 0}); };
  stepping.step = [](const Arguments& a) -> Result<Datum> {
    Roll roll = *a.GetState().GetIf<Roll>();
    roll.degrees -= (GetX(a) - roll.x) / a.GetOr(1, 1.0) * 180 / std::numbers::pi;
    roll.x = GetX(a);
    return Datum::Of(roll);
  };
  Computation wheel;
  wheel.output = GetOutputs().xform;
  wheel.name = Token("wheel:roll");
  wheel.role = Computation::Role::kModifies;
  wheel.schemas = {Token("Cylinder")};
  wheel.inputs = {in::Previous(), in::Attribute(Token("radius"))};
  wheel.stepping = std::make_shared<const Stepping>(std::move(stepping));
  wheel.function = [](const Arguments& a) -> Result<Datum> {
    auto transform = a.GetOr(0, stage::ComputedTransform());
    transform.matrix = MultiplyAffine(MakeRotation(2, a.GetState().GetIf<Roll>()->degrees), transform.matrix);
    return Datum::Of(transform);
  };
  return wheel;
}

// Turns a prim's -Z, in the plane of X and Z, to what its `proxyPrim` names.
Computation MakeLookAt() {
  Computation look;
  look.output = GetOutputs().xform;
  look.name = Token("look:at");
  look.role = Computation::Role::kModifies;
  look.schemas = {Token("Cone")};
  look.inputs = {in::Previous(), in::Targets(Token("proxyPrim"), GetOutputs().world_xform),
                 in::Parent(GetOutputs().world_xform)};
  look.function = [](const Arguments& a) -> Result<Datum> {
    auto transform = a.GetOr(0, stage::ComputedTransform());
    const auto* target = a.GetIf<Matrix4d>(1);
    if (!target) return Datum();
    const Matrix4d world = MultiplyAffine(transform.matrix, a.GetOr(2, Matrix4d::Identity()));
    const double x = (*target)[3][0] - world[3][0], z = (*target)[3][2] - world[3][2];
    const double degrees = std::atan2(-x, -z) * 180 / std::numbers::pi;
    transform.matrix = MultiplyAffine(MakeRotation(1, degrees), transform.matrix);
    return Datum::Of(transform);
  };
  return look;
}

}  // namespace

TEST_CASE("the guide's wheel turns with the distance it travels, at whatever time it is asked first") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(MakeWheel()));
  const std::string text =
      "def Cylinder \"W\" {\n    double radius = 2\n    double3 xformOp:translate.timeSamples = {\n        "
      "0: (0, 2, 0),\n"
      "        100: (12.566370614359172, 2, 0),\n    }\n    uniform token[] xformOpOrder = "
      "[\"xformOp:translate\"]\n}\n";
  Running running(text, registry);
  // Half of a turn after half the way: twice pi over a circumference of four pi.
  const Matrix4d half = running.World("/W", 50);
  CHECK(half[0][0] == doctest::Approx(-1));
  CHECK(half[3][0] == doctest::Approx(6.283185307179586));
  Running played(text, registry);
  for (int time = 0; time <= 50; ++time) played.World("/W", time);
  CHECK(played.World("/W", 50) == half);
}

TEST_CASE("the guide's look-at follows its target") {
  auto registry = std::make_shared<Registry>();
  REQUIRE(registry->Add(MakeLookAt()));
  Running running(
      "def Cone \"Eye\" {\n    rel proxyPrim = </Bird>\n}\ndef Xform \"Bird\" {\n    double3 "
      "xformOp:translate = (-5, 0, 0)\n"
      "    uniform token[] xformOpOrder = [\"xformOp:translate\"]\n}\n",
      registry);
  const auto looks = [&] { return TransformDirection({0, 0, -1}, running.World("/Eye")); };
  CHECK(Distance(looks(), {-1, 0, 0}) < 1e-12);
  running.TakeNotices();
  REQUIRE(running.Edit().Set(Path("/Bird.xformOp:translate"), Vec3d{0, 0, 7}));
  CHECK(running.TakeNotices() == "dirtied /Bird {xform}; dirtied /Eye {xform}");
  CHECK(Distance(looks(), {0, 0, 1}) < 1e-12);
}

}  // namespace strata::compute
