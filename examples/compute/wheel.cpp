// A wheel that turns with the distance it travels: a state that goes on from tick to tick.
#include <cstdio>
#include <numbers>

#include "strata/compute/compute.h"
#include "strata/context/engine.h"
#include "strata/math/transform.h"

using namespace strata;
using compute::Arguments, compute::Datum;

struct Roll {
  double x = 0, degrees = 0;
  friend bool operator==(const Roll&, const Roll&) = default;
};

static double GetX(const Arguments& a) {
  return a.GetOr(0, stage::ComputedTransform()).matrix[3][0];
}

static compute::Computation MakeWheel() {
  compute::Stepping stepping;
  stepping.init = [](const Arguments& a) -> Result<Datum> { return Datum::Of(Roll{GetX(a), 0}); };
  stepping.step = [](const Arguments& a) -> Result<Datum> {
    Roll roll = *a.GetState().GetIf<Roll>();
    roll.degrees -= (GetX(a) - roll.x) / a.GetOr(1, 1.0) * 180 / std::numbers::pi;
    roll.x = GetX(a);
    return Datum::Of(roll);
  };
  compute::Computation wheel;
  wheel.output = compute::GetOutputs().xform;
  wheel.name = Token("wheel:roll");
  wheel.role = compute::Computation::Role::kModifies;
  wheel.schemas = {Token("Cylinder")};
  wheel.inputs = {compute::in::Previous(), compute::in::Attribute(Token("radius"))};
  wheel.stepping = std::make_shared<const compute::Stepping>(stepping);
  wheel.function = [](const Arguments& a) -> Result<Datum> {
    auto transform = a.GetOr(0, stage::ComputedTransform());
    const Matrix4d turn = MakeRotation(2, a.GetState().GetIf<Roll>()->degrees);
    transform.matrix = MultiplyAffine(turn, transform.matrix);
    return Datum::Of(transform);
  };
  return wheel;
}

int main(int, char** arguments) {
  const context::Engine engine;
  Diagnostics remarks;
  const auto stage = engine.OpenStage(arguments[1], {}, remarks);
  auto registry = std::make_shared<compute::Registry>();
  if (!stage || !registry->Add(MakeWheel())) return 1;
  const compute::System system(*stage, registry);
  for (const double time : {13.0, 7.0, 19.0}) {
    const auto wheel = system.GetLocalTransform((*stage)->GetPrimAtPath(Path("/Wheel")), time);
    std::printf("%g: at %.3f, its top is at %.3f\n", time, wheel->matrix[3][0],
                wheel->matrix[1][0] * 2 + wheel->matrix[3][0]);
  }
  return 0;
}
