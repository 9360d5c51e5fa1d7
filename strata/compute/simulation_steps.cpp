// How simulations go on, and what they answer.
#include <cmath>

#include "strata/compute/metrics_shapes.h"
#include "strata/compute/simulation_parts.h"
#include "strata/domain/extent.h"
#include "strata/math/transform.h"

namespace strata::compute {

using stage::Prim;
using stage::Time;

// What was simulated up to a tick, with the tick before it: times between the two lie between their values.
struct SimulationProgress {
  SimulationModulePtr module;
  std::shared_ptr<const SimulationFrame> former, current;
  double time = 0, former_time = 0;
  friend bool operator==(const SimulationProgress&, const SimulationProgress&) = default;
};

namespace {

enum CallInput : size_t {
  kSettings,
  kColliders,
  kSpace,
  kOthersSettings,
  kOthersColliders,
  kShape,
  kSpacesOfOthers,  // for what it needs
  kLasting,
  kOthersLasting,
  kRest,
};

template <class T>
const T* FindEither(const Arguments& arguments, size_t first, size_t second) {
  const T* found = arguments.GetIf<T>(first);
  return found ? found : arguments.GetIf<T>(second);
}

}  // namespace

std::vector<Input> MakeSimulationInputs() {
  const SimulationNames& names = GetSimulationNames();
  return {in::Computation(names.settings),
          in::Computation(names.colliders),
          in::Computation(names.space),
          in::Targets(names.prototypes, names.settings),
          in::Targets(names.prototypes, names.colliders),
          in::Computation(names.shape),
          in::Targets(names.dependents, names.space),
          in::Lasting(in::Computation(names.lasting)),
          in::Lasting(in::Targets(names.prototypes, names.lasting)),
          in::Computation(names.rest)};
}

Result<Datum> AdvanceSimulation(GivenAttributes& given, const Arguments& arguments,
                                const SimulationProgress* before) {
  const Prim& prim = arguments.GetPrim();
  const auto* settings = FindEither<SimulationSettings>(arguments, kSettings, kOthersSettings);
  const auto* others = FindEither<Colliders>(arguments, kColliders, kOthersColliders);
  if (!settings) return Datum();  // what keeps it from having any has been told of
  for (const Datum& other : arguments.GetAll(kOthersSettings))
    if (!arguments.GetIf<SimulationSettings>(kSettings) &&
        other.GetIf<SimulationSettings>()->module != settings->module)
      return FailSimulation(kSimulationFailed, prim,
                            "Prototypes of the instancer name different modules, which would all move it.",
                            "Name one module at the instancer itself, or the same at each prototype.");
  const bool is_body = IsSimulatedBody(prim);
  if (is_body && !settings->module->Moves()) return Datum();
  // Kept, since members of the shape are read through the arguments by position.
  const Datum kept = arguments.Get(kShape);
  const auto* shape = kept.GetIf<SimulatedShape>();
  if (!shape) return Datum();
  Colliders colliders = others ? *others : Colliders();
  if (!colliders.empty()) {
    const Matrix4d own = arguments.GetOr(kSpace, Matrix4d::Identity());
    const std::optional<Matrix4d> from_world = GetTransformInverse(own);
    if (!from_world)
      return FailSimulation(kSimulationFailed, prim,
                            "The prim is flattened to nothing, so colliders have no place.",
                            "Take scales of zero away.");
    for (SimulatedShape& each : colliders) each.matrix = MultiplyAffine(each.matrix, *from_world);
  }
  const double time = arguments.GetTime().GetValue();
  const double first = prim.GetStage()->GetStartTimeCode();
  Dictionary parameters = settings->parameters;
  if (const auto* lasting = FindEither<Dictionary>(arguments, kLasting, kOthersLasting))
    parameters.entries.insert(lasting->entries.begin(), lasting->entries.end());
  const auto* rest = arguments.GetIf<stage::ComputedTransform>(kRest);
  const Matrix4d own_xform = is_body && rest ? rest->matrix : Matrix4d::Identity();
  SimulationCall call{prim, *shape, colliders, parameters, own_xform, time, 0, arguments.GetStepSeconds()};
  call.seconds = (time - first) / prim.GetStage()->GetTimeCodesPerSecond();
  const SimulationModule& module = before ? *before->module : *settings->module;
  Result<SimulationFrame> made = [&] {
    std::unique_lock<std::mutex> exclusive;
    if (ExclusiveExecutor* executor = module.GetExecutor()) exclusive = std::unique_lock(executor->mutex);
    return before ? module.Step(call, before->current->state) : module.Begin(call);
  }();
  if (!made) return made.TakeError();
  STRATA_CHECK(ReadTransforms(call, module, *made));
  STRATA_CHECK(CheckSimulationFrame(prim, *shape, *made));
  given.Add(prim.GetPath(), *made);
  SimulationProgress progress;
  progress.module = before ? before->module : settings->module;
  progress.former = before ? before->current : nullptr;
  progress.current = std::make_shared<const SimulationFrame>(*std::move(made));
  progress.time = time;
  progress.former_time = before ? before->time : time;
  return Datum::Of(std::move(progress));
}

Result<Datum> AnswerSimulation(const Arguments& arguments) {
  const auto* progress = arguments.GetState().GetIf<SimulationProgress>();
  if (!progress) return Datum();
  SimulationAnswer answer;
  for (const auto& [name, value] : progress->current->values) answer.values[name] = value;
  const double at = arguments.GetTime().IsDefault() ? progress->time : arguments.GetTime().GetValue();
  if (!progress->former || at >= progress->time || !(progress->former_time < progress->time))
    return Datum::Of(std::move(answer));
  const double fraction = (at - progress->former_time) / (progress->time - progress->former_time);
  for (const auto& [name, value] : progress->former->values) {
    const auto later = answer.values.find(name);
    if (later != answer.values.end()) later->second = Interpolate(value, later->second, fraction);
  }
  return Datum::Of(std::move(answer));
}

Result<Datum> StepSimulation(GivenAttributes& given, const Arguments& arguments) {
  const auto* before = arguments.GetState().GetIf<SimulationProgress>();
  return before ? AdvanceSimulation(given, arguments, before) : Datum();
}

bool CanResumeSimulation(const Datum& state) {
  const auto* progress = state.GetIf<SimulationProgress>();
  return !progress || progress->module->CanResume(progress->current->state);
}

// What the prim's type says of its shape and is no result of steps is not asked for at all.
bool MayBeSimulated(Token name) {
  const std::string_view text = name.GetText();
  return !text.starts_with("xformOp") && !text.starts_with("warp:") && name.GetText() != "visibility" &&
         name.GetText() != "purpose";
}

std::optional<Value> FindSimulatedValue(const stage::Attribute& attribute, Time time, const Datum& answer,
                                        const stage::ComputedValues& computed) {
  const SimulationNames& names = GetSimulationNames();
  const auto* simulated = answer.GetIf<SimulationAnswer>();
  if (!simulated || simulated->values.empty()) return std::nullopt;
  if (const auto found = simulated->values.find(attribute.GetName()); found != simulated->values.end())
    return found->second;
  if (attribute.GetName() != names.extent) return std::nullopt;
  // Whatever was authored is around the shape as it was before.
  const std::optional<Range3d> range = domain::ComputeExtent(attribute.GetPrim(), time, &computed);
  if (!range || range->IsEmpty()) return Value();
  const auto corner = [](const Vec3d& at) {
    return Vec3f{static_cast<float>(at[0]), static_cast<float>(at[1]), static_cast<float>(at[2])};
  };
  return Value(Array<Vec3f>{corner(range->min), corner(range->max)});
}

}  // namespace strata::compute
