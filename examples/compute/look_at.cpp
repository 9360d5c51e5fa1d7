// A camera that looks at what its relationship `look:at` names, wherever that moves.
#include <cstdio>

#include "strata/compute/compute.h"
#include "strata/context/engine.h"
#include "strata/domain/xformable.h"
#include "strata/math/decompose.h"
#include "strata/math/transform.h"

using namespace strata;
namespace in = compute::in;

namespace {

// Modifies the transform: where the prim is stays, and its -Z points to the target.
compute::Computation MakeLookAt() {
  compute::Computation look;
  look.output = compute::GetOutputs().xform;
  look.name = Token("look:at");
  look.role = compute::Computation::Role::kModifies;
  look.schemas = {Token("Camera")};
  look.inputs = {in::Previous(), in::Targets(Token("look:at"), compute::GetOutputs().world_xform),
                 in::Parent(compute::GetOutputs().world_xform)};
  look.function = [](const compute::Arguments& arguments) -> Result<compute::Datum> {
    auto transform = arguments.GetOr(0, stage::ComputedTransform());
    const auto* target = arguments.GetIf<Matrix4d>(1);
    if (!target) return compute::Datum();  // what was there before holds
    const Matrix4d above = arguments.GetOr(2, Matrix4d::Identity());
    const Vec3d eye = TransformPoint({0, 0, 0}, MultiplyAffine(transform.matrix, above));
    const auto view = GetTransformInverse(MakeLookAt(eye, TransformPoint({0, 0, 0}, *target), {0, 1, 0}));
    const auto from_world = GetTransformInverse(above);
    if (!view || !from_world) return compute::Datum();
    transform.matrix = MultiplyAffine(*view, *from_world);
    return compute::Datum::Of(transform);
  };
  return look;
}

}  // namespace

int main(int, char** arguments) {
  const context::Engine engine;
  Diagnostics remarks;
  const auto stage = engine.OpenStage(arguments[1], {}, remarks);
  auto registry = std::make_shared<compute::Registry>();
  if (!stage || !registry->Add(MakeLookAt())) return 1;

  const compute::System system(*stage, registry);
  for (const double time : {1.0, 25.0}) {
    domain::XformCache transforms(time, &system);
    const Matrix4d eye = transforms.GetLocalToWorldTransform((*stage)->GetPrimAtPath(Path("/Rig/Eye")));
    const Vec3d looks = TransformDirection({0, 0, -1}, eye);
    std::printf("%g: (%g, %g, %g)\n", time, looks[0] + 0.0, looks[1] + 0.0, looks[2] + 0.0);
  }
  return 0;
}
