#include "strata/compute/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "strata/compute/metrics_shapes.h"
#include "strata/compute/simulation_transforms.h"
#include "strata/domain/extent.h"
#include "strata/layer/fields.h"
#include "strata/math/transform.h"

namespace strata::compute {

namespace {

using stage::Prim;
using stage::Time;

struct SimulationNames {
  Token points{"points"}, positions{"positions"}, extent{"extent"}, velocities{"velocities"},
      accelerations{"accelerations"}, source_file{"warp:sourceFile"}, dependents{"warp:dependentPrims"},
      counts{"faceVertexCounts"}, indices{"faceVertexIndices"}, proto_indices{"protoIndices"},
      prototypes{"prototypes"}, instancer{"PointInstancer"}, point_based{"PointBased"},
      boundable{"Boundable"};
  Token settings{"warp:settings"}, lasting{"warp:lasting"}, shape{"warp:shape"}, collider{"warp:collider"},
      colliders{"warp:colliders"}, space{"warp:space"}, rest{"warp:rest"}, simulation{"warp:simulation"};
  std::vector<Token> schemas = {Token("OmniWarpComputationAPI"), Token("WarpComputationAPI")};
  // Attributes that simulations may read, and most of which they may give.
  std::vector<Token> attributes = {
      Token("normals"),      Token("velocities"),        Token("accelerations"), Token("widths"),
      Token("orientations"), Token("orientationsf"),     Token("scales"),        Token("angularVelocities"),
      Token("ids"),          Token("protoIndices"),      Token("radius"),        Token("height"),
      Token("size"),         Token("curveVertexCounts"),
  };
};
const SimulationNames& GetSimulationNames() {
  static const SimulationNames names;
  return names;
}

constexpr std::string_view kParameters = "warp:params:";
constexpr std::string_view kPrimvars = "primvars:";

bool HasWarp(const Prim& prim) {
  const schema::PrimDefinition* definition = prim ? prim.GetPrimDefinition() : nullptr;
  return definition && Registry::Applies(GetSimulationNames().schemas, definition);
}

bool IsShaped(const Prim& prim) {
  const SimulationNames& names = GetSimulationNames();
  return prim.IsA(names.point_based) || prim.IsA(names.instancer);
}

// Prims without points that modules may move.
bool IsBody(const Prim& prim) {
  return HasWarp(prim) && !IsShaped(prim) && prim.IsA(Token("Xformable"));
}

// Point instancers are simulated by what a prototype without points of its own says, too.
Prim FindSpeaker(const Prim& prim) {
  const SimulationNames& names = GetSimulationNames();
  if (HasWarp(prim) && IsShaped(prim)) return prim;
  if (!prim.IsA(names.instancer)) return {};
  for (const Path target : prim.GetRelationship(names.prototypes).GetForwardedTargets())
    if (const Prim prototype = prim.GetStage()->GetPrimAtPath(target);
        HasWarp(prototype) && !IsShaped(prototype))
      return prototype;
  return {};
}

Diagnostic Fail(const DiagnosticCode& code, const Prim& prim, std::string why, std::string remedy) {
  return Diagnostic(code, std::move(why), {{}, prim.GetPath().GetString(), 0, 0, 0}, std::move(remedy));
}

// Which attributes simulations have given, by prim: those are dirtied when they go on.
class Given {
 public:
  void Add(Path prim, const SimulationFrame& frame) {
    const std::lock_guard lock(mutex_);
    std::vector<Token>& names = by_prim_[prim];
    for (const auto& [name, value] : frame.values)
      if (name != GetTransformNames().xform && name != GetTransformNames().world_xform &&
          std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
  }
  // That the prim's module may move it. It stays so: whoever has seen it moved is to be told when it no
  // longer is, and there may be several systems.
  void AddMover(Path prim) {
    const std::lock_guard lock(mutex_);
    movers_.insert(prim);
  }
  bool Moves(Path prim) const {
    const std::lock_guard lock(mutex_);
    return movers_.contains(prim);
  }
  std::vector<Token> List(const Prim& prim) const {
    std::vector<Token> names;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = by_prim_.find(prim.GetPath()); found != by_prim_.end()) names = found->second;
    }
    const Token extent = GetSimulationNames().extent;
    // What an instancer may be given that was not moved before.
    if (names.empty() && prim.IsA(GetSimulationNames().instancer))
      return {GetSimulationNames().positions,
              Token("orientations"),
              Token("orientationsf"),
              Token("scales"),
              GetSimulationNames().velocities,
              GetSimulationNames().accelerations,
              extent};
    if (!names.empty() && std::find(names.begin(), names.end(), extent) == names.end() &&
        prim.IsA(GetSimulationNames().boundable))
      names.push_back(extent);
    return names;
  }

 private:
  mutable std::mutex mutex_;
  tsl::robin_map<Path, std::vector<Token>> by_prim_;
  tsl::robin_set<Path> movers_;
};

// -- what simulations are made of ------------------------------------------------------------------------

Result<Datum> ComputeSettings(SimulationLibrary& library, Given& given, const Arguments& arguments) {
  const Prim& prim = arguments.GetPrim();
  SimulationSettings settings;
  const stage::Attribute source = prim.GetAttribute(GetSimulationNames().source_file);
  const std::string name = source.Get(arguments.GetTime()).GetOr(std::string());
  if (name.empty())
    return Fail(kSimulationModuleMissing, prim, "The prim is to be simulated and names no module.",
                "Say in `warp:sourceFile` which.");
  settings.parameters = ReadSimulationParameters(prim, arguments.GetTime());
  STRATA_TRY(settings.module, library.Find(name));
  if (!settings.module)
    return Fail(
        kSimulationModuleMissing, prim, fmt::format("There is no module \"{}\".", name),
        "Say where modules are: AllowModules of strata.Compute.Registry (those of Warp need warp-lang), or "
        "`--kernels FOLDER` for compiled ones.");
  // Known before the prim is: what an edit of the module reaches is told of then.
  if (settings.module->Moves()) given.AddMover(prim.GetPath());
  std::erase_if(settings.parameters.entries,
                [&](const auto& entry) { return !settings.module->Resets(entry.first); });
  return Datum::Of(std::move(settings));
}

// Inputs: the settings, and what the parameters are read from.
Result<Datum> ComputeLasting(const Arguments& arguments) {
  const auto* settings = arguments.GetIf<SimulationSettings>(0);
  if (!settings) return Datum();
  Dictionary parameters = ReadSimulationParameters(arguments.GetPrim(), arguments.GetTime());
  std::erase_if(parameters.entries, [&](const auto& entry) { return settings->module->Resets(entry.first); });
  return Datum(Value(std::move(parameters)));
}

// Inputs: points or positions, counts, indices, then the attributes by name, primvars, and the prim's units.
enum ShapeInput : size_t { kPoints, kPositions, kCounts, kIndices, kFirstAttribute };

std::vector<Input> MakeShapeInputs() {
  const SimulationNames& names = GetSimulationNames();
  std::vector<Input> inputs = {in::Attribute(names.points), in::Attribute(names.positions),
                               in::Attribute(names.counts), in::Attribute(names.indices)};
  for (Token attribute : names.attributes) inputs.push_back(in::Attribute(attribute));
  inputs.push_back(in::AttributesNamed(Token(kPrimvars)));
  inputs.push_back(in::Computation(GetPrimUnitsOutput()));
  return inputs;
}

SimulatedShape ReadShape(const Arguments& arguments) {
  const SimulationNames& names = GetSimulationNames();
  const Prim& prim = arguments.GetPrim();
  const auto* units = arguments.GetIf<PrimUnits>(kFirstAttribute + names.attributes.size() + 1);
  const auto in_units = [&](Token name, Value value) {
    return units ? units->Convert(prim.GetAttribute(name), arguments.GetTime(), std::move(value)) : value;
  };
  SimulatedShape shape;
  shape.path = prim.GetPath();
  shape.is_instancer = prim.IsA(names.instancer);
  shape.points = in_units(shape.is_instancer ? names.positions : names.points,
                          arguments.Get(shape.is_instancer ? kPositions : kPoints).GetValue())
                     .GetOr(Array<Vec3f>());
  shape.face_vertex_counts = arguments.GetOr(kCounts, Array<int32_t>());
  shape.face_vertex_indices = arguments.GetOr(kIndices, Array<int32_t>());
  for (size_t i = 0; i < names.attributes.size(); ++i)
    if (const Value& value = arguments.Get(kFirstAttribute + i).GetValue(); !value.IsEmpty())
      shape.attributes.entries[names.attributes[i].GetString()] = in_units(names.attributes[i], value);
  for (const Token property : prim.GetAuthoredPropertyNames())
    if (property.GetText().starts_with(kPrimvars))
      if (Value value = prim.GetAttribute(property).Get(arguments.GetTime()); !value.IsEmpty())
        shape.attributes.entries[property.GetString()] = in_units(property, std::move(value));
  return shape;
}

Result<Datum> ComputeCollider(const Arguments& arguments) {
  const SimulationNames& names = GetSimulationNames();
  SimulatedShape shape = ReadShape(arguments);
  const size_t next = kFirstAttribute + names.attributes.size() + 2;
  if (const auto* world = arguments.GetIf<Matrix4d>(next)) shape.matrix = *world;
  if (const auto* simulated = arguments.GetIf<SimulationAnswer>(next + 1))
    for (const auto& [name, value] : simulated->values) {
      if (name == (shape.is_instancer ? names.positions : names.points))
        shape.points = value.GetOr(shape.points);
      else
        shape.attributes.entries[name.GetString()] = value;
    }
  return Datum::Of(std::move(shape));
}

using Colliders = std::vector<SimulatedShape>;

Result<Datum> ComputeColliders(const Arguments& arguments) {
  Colliders all;
  for (const Datum& each : arguments.GetAll(0))
    if (const auto* shape = each.GetIf<SimulatedShape>()) all.push_back(*shape);
  return Datum::Of(std::move(all));
}

// -- stepping ----------------------------------------------------------------------------------------------

// What was simulated up to a tick, with the tick before it: times between the two lie between their values.
struct Progress {
  SimulationModulePtr module;
  std::shared_ptr<const SimulationFrame> former, current;
  double time = 0, former_time = 0;
  friend bool operator==(const Progress&, const Progress&) = default;
};

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

// Numbers that are looked at together. Written out, since compilers that are asked for no more than usual
// leave a loop over them a loop, which takes half as long again.
using Lanes [[gnu::vector_size(16)]] = uint32_t;

Lanes LoadLanes(const float* numbers) {
  Lanes bits;
  std::memcpy(&bits, numbers, sizeof bits);
  return bits;
}

// A pass that finds infinities and what is no number: both have every bit of the exponent, and one more
// carries into the sign.
bool IsFinite(const Array<Vec3f>& points) {
  constexpr size_t kLanes = sizeof(Lanes) / sizeof(uint32_t);
  constexpr uint32_t kExponent = 0x7f800000, kOne = 0x00800000, kSign = 0x80000000;
  const float* numbers = points.GetData() ? points.GetData()->data : nullptr;
  const size_t count = points.GetSize() * 3;
  Lanes a = {}, b = {}, c = {}, d = {};
  size_t i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes) {
    a |= (LoadLanes(numbers + i) & kExponent) + kOne;
    b |= (LoadLanes(numbers + i + kLanes) & kExponent) + kOne;
    c |= (LoadLanes(numbers + i + 2 * kLanes) & kExponent) + kOne;
    d |= (LoadLanes(numbers + i + 3 * kLanes) & kExponent) + kOne;
  }
  const Lanes lanes = a | b | c | d;
  uint32_t carried = 0;
  for (size_t lane = 0; lane < kLanes; ++lane) carried |= lanes[lane];
  for (; i < count; ++i) carried |= (std::bit_cast<uint32_t>(numbers[i]) & kExponent) + kOne;
  return !(carried & kSign);
}

Result<void> CheckFrame(const Prim& prim, const SimulatedShape& shape, const SimulationFrame& frame) {
  const SimulationNames& names = GetSimulationNames();
  const Token counted = shape.is_instancer ? names.positions : names.points;
  const Token regroups = shape.is_instancer ? names.proto_indices : names.indices;
  const bool may_grow = std::any_of(frame.values.begin(), frame.values.end(),
                                    [&](const auto& each) { return each.first == regroups; });
  for (const auto& [name, value] : frame.values) {
    const stage::Attribute attribute = prim.GetAttribute(name);
    const ValueTypeName* type = attribute.IsDefined() ? attribute.GetValueTypeName() : nullptr;
    if (type && type->type != value.GetType())
      return Fail(kSimulationFailed, prim,
                  fmt::format("The module gives values for \"{}\" that are not of type {}.", name.GetText(),
                              type->name.GetText()),
                  "Let it give arrays of that type.");
    const auto* points = value.GetIf<Array<Vec3f>>();
    if (!points) continue;
    const bool is_extent = name == names.extent;
    const bool is_per_point = name == counted || name == names.velocities || name == names.accelerations;
    const size_t expected = is_extent ? 2 : shape.points.GetSize();
    if ((is_extent || (is_per_point && !may_grow)) && points->GetSize() != expected)
      return Fail(kSimulationFailed, prim,
                  fmt::format("The module gives {} {} where there are {}.", points->GetSize(), name.GetText(),
                              expected),
                  is_extent ? "Give the least and the largest corner."
                            : fmt::format("Give as many, or \"{}\" with them.", regroups.GetText()));
    if (!IsFinite(*points))
      return Fail(kSimulationFailed, prim,
                  fmt::format("The module gives {} that are infinite or no numbers.", name.GetText()),
                  "Shorter steps or more damping keep a simulation from running away.");
  }
  return {};
}

Result<Datum> Advance(Given& given, const Arguments& arguments, const Progress* before) {
  const Prim& prim = arguments.GetPrim();
  const auto* settings = FindEither<SimulationSettings>(arguments, kSettings, kOthersSettings);
  const auto* others = FindEither<Colliders>(arguments, kColliders, kOthersColliders);
  if (!settings) return Datum();  // what keeps it from having any has been told of
  for (const Datum& other : arguments.GetAll(kOthersSettings))
    if (!arguments.GetIf<SimulationSettings>(kSettings) &&
        other.GetIf<SimulationSettings>()->module != settings->module)
      return Fail(kSimulationFailed, prim,
                  "Prototypes of the instancer name different modules, which would all move it.",
                  "Name one module at the instancer itself, or the same at each prototype.");
  const bool is_body = IsBody(prim);
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
      return Fail(kSimulationFailed, prim, "The prim is flattened to nothing, so colliders have no place.",
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
  STRATA_CHECK(CheckFrame(prim, *shape, *made));
  given.Add(prim.GetPath(), *made);
  Progress progress;
  progress.module = before ? before->module : settings->module;
  progress.former = before ? before->current : nullptr;
  progress.current = std::make_shared<const SimulationFrame>(*std::move(made));
  progress.time = time;
  progress.former_time = before ? before->time : time;
  return Datum::Of(std::move(progress));
}

Result<Datum> Answer(const Arguments& arguments) {
  const auto* progress = arguments.GetState().GetIf<Progress>();
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

// -- values ------------------------------------------------------------------------------------------------

// What the prim's type says of its shape and is no result of steps is not asked for at all.
bool MayBeSimulated(Token name) {
  const std::string_view text = name.GetText();
  return !text.starts_with("xformOp") && !text.starts_with("warp:") && name.GetText() != "visibility" &&
         name.GetText() != "purpose";
}

std::optional<Value> FindValue(const stage::Attribute& attribute, Time time, const Datum& answer,
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

Computation Make(Token output, std::vector<Token> schemas, std::vector<Input> inputs, Function function) {
  Computation computation;
  computation.output = computation.name = output;
  computation.schemas = std::move(schemas);
  computation.inputs = std::move(inputs);
  computation.function = std::move(function);
  computation.module = "simulation";
  computation.reads = Computation::Reads::kAsWritten;
  return computation;
}

Result<void> AddInputs(Registry& registry, std::shared_ptr<SimulationLibrary> library,
                       std::shared_ptr<Given> given) {
  const SimulationNames& names = GetSimulationNames();
  Computation settings = Make(
      names.settings, names.schemas,
      {in::Attribute(names.source_file), in::AttributesNamed(Token(kParameters))},
      [library, given](const Arguments& arguments) { return ComputeSettings(*library, *given, arguments); });
  settings.cutoff = Computation::Cutoff::kEarly;
  STRATA_CHECK(registry.Add(std::move(settings)));

  Computation lasting = Make(names.lasting, names.schemas,
                             {in::Computation(names.settings), in::Attribute(names.source_file),
                              in::AttributesNamed(Token(kParameters))},
                             ComputeLasting);
  lasting.cutoff = Computation::Cutoff::kEarly;
  STRATA_CHECK(registry.Add(std::move(lasting)));

  const std::vector<Token> simulated = {names.point_based, names.instancer, names.schemas[0],
                                        names.schemas[1]};
  Computation shape = Make(names.shape, simulated, MakeShapeInputs(),
                           [](const Arguments& a) -> Result<Datum> { return Datum::Of(ReadShape(a)); });
  shape.cutoff = Computation::Cutoff::kEarly;
  STRATA_CHECK(registry.Add(std::move(shape)));

  std::vector<Input> of_collider = MakeShapeInputs();
  of_collider.push_back(in::Computation(GetOutputs().world_xform));
  of_collider.push_back(in::Computation(names.simulation));
  Computation collider = Make(names.collider, {Token("Xformable")}, std::move(of_collider), ComputeCollider);
  collider.cutoff = Computation::Cutoff::kEarly;
  STRATA_CHECK(registry.Add(std::move(collider)));
  STRATA_CHECK(registry.Add(Make(names.colliders, names.schemas,
                                 {in::Targets(names.dependents, names.collider)}, ComputeColliders)));
  Computation rest = Make(names.rest, names.schemas, {in::Before(GetOutputs().xform, GetMoveName())},
                          [](const Arguments& a) -> Result<Datum> { return a.Get(0); });
  rest.is_for = IsBody;
  STRATA_CHECK(registry.Add(std::move(rest)));
  // Only prims with colliders care where they are; of those that are moved, where they would be.
  const Outputs& outputs = GetOutputs();
  Computation space = Make(names.space, simulated,
                           {in::Before(outputs.xform, GetMoveName()), in::Parent(outputs.world_xform)},
                           [](const Arguments& a) -> Result<Datum> {
                             const auto own = a.GetOr(0, stage::ComputedTransform());
                             const Matrix4d* above = own.resets_stack ? nullptr : a.GetIf<Matrix4d>(1);
                             return Datum::Of(above ? MultiplyAffine(own.matrix, *above) : own.matrix);
                           });
  space.is_for = [](const Prim& prim) {
    const Prim speaker = IsBody(prim) ? prim : FindSpeaker(prim);
    return speaker && !speaker.GetRelationship(GetSimulationNames().dependents).GetForwardedTargets().empty();
  };
  return registry.Add(std::move(space));
}

}  // namespace

void SimulationLibrary::Add(std::string name, SimulationModulePtr module) {
  const std::lock_guard lock(mutex_);
  added_.insert_or_assign(std::move(name), std::move(module));
}

void SimulationLibrary::AddLoader(Loader loader) {
  const std::lock_guard lock(mutex_);
  loaders_.push_back(std::move(loader));
}

// Loaders run without the lock: they may take long, and load others on their way.
Result<SimulationModulePtr> SimulationLibrary::Find(const std::string& name) {
  std::vector<Loader> loaders;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = added_.find(name); found != added_.end()) return found->second;
    if (const auto found = loaded_.find(name); found != loaded_.end()) return found->second;
    loaders = loaders_;
  }
  for (const Loader& loader : loaders) {
    STRATA_TRY(SimulationModulePtr loaded, loader(name));
    if (!loaded) continue;
    const std::lock_guard lock(mutex_);
    return loaded_.emplace(name, std::move(loaded)).first->second;
  }
  return SimulationModulePtr();
}

void SimulationLibrary::Forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  loaded_.erase(name);
}

bool SimulationLibrary::ForgetOutdated() {
  const std::lock_guard lock(mutex_);
  return std::erase_if(loaded_, [](const auto& each) { return each.second->IsOutdated(); }) > 0;
}

Result<void> AddSimulations(Registry& registry, std::shared_ptr<SimulationLibrary> library) {
  const SimulationNames& names = GetSimulationNames();
  const auto given = std::make_shared<Given>();
  STRATA_CHECK(AddInputs(registry, std::move(library), given));
  Stepping stepping;
  stepping.between = Stepping::Between::kSecond;
  STRATA_CHECK(AddSimulatedTransforms(registry, names.schemas, names.simulation,
                                      [given](const Prim& prim) { return given->Moves(prim.GetPath()); }));
  stepping.init = [given](const Arguments& arguments) { return Advance(*given, arguments, nullptr); };
  stepping.step = [given](const Arguments& arguments) -> Result<Datum> {
    const auto* before = arguments.GetState().GetIf<Progress>();
    return before ? Advance(*given, arguments, before) : Datum();
  };
  stepping.can_resume = [](const Datum& state) {
    const auto* progress = state.GetIf<Progress>();
    return !progress || progress->module->CanResume(progress->current->state);
  };
  Computation simulation =
      Make(names.simulation, {names.point_based, names.instancer, names.schemas[0], names.schemas[1]},
           {in::Computation(names.settings), in::Computation(names.colliders), in::Computation(names.space),
            in::Targets(names.prototypes, names.settings), in::Targets(names.prototypes, names.colliders),
            in::Computation(names.shape), in::Targets(names.dependents, names.space),
            in::Lasting(in::Computation(names.lasting)),
            in::Lasting(in::Targets(names.prototypes, names.lasting)), in::Computation(names.rest)},
           Answer);
  simulation.is_for = [](const Prim& prim) { return IsBody(prim) || FindSpeaker(prim); };
  simulation.stepping = std::make_shared<const Stepping>(std::move(stepping));
  STRATA_CHECK(registry.Add(std::move(simulation)));

  AttributeExpression values;
  values.name = values.output = names.simulation;
  values.function = FindValue;
  values.list = [given](const Prim& prim) { return given->List(prim); };
  values.schemas = {names.schemas[0], names.schemas[1], names.instancer};
  values.may_change = MayBeSimulated;
  values.varies = true;
  registry.Add(std::move(values));
  return {};
}

Dictionary ReadSimulationParameters(const Prim& prim, Time time) {
  const Token custom_data = layer::GetFieldNames().customData, source = GetSimulationNames().source_file;
  Dictionary parameters;
  const Value custom = prim.GetAttribute(source).GetMetadata(custom_data);
  if (const auto* said = custom.GetIf<Dictionary>()) parameters = *said;
  // What the schema says of itself there is no parameter.
  const schema::PrimDefinition* definition = prim.GetPrimDefinition();
  const schema::PropertyDefinition* property = definition ? definition->FindProperty(source) : nullptr;
  const Value* documented = property ? property->FindMetadata(custom_data) : nullptr;
  if (const auto* entries = documented ? documented->GetIf<Dictionary>() : nullptr)
    for (const auto& [key, value] : entries->entries)
      if (const auto found = parameters.entries.find(key);
          found != parameters.entries.end() && found->second == value)
        parameters.entries.erase(found);
  for (const Token name : prim.GetAuthoredPropertyNames()) {
    if (!name.GetText().starts_with(kParameters)) continue;
    if (Value value = prim.GetAttribute(name).Get(time); !value.IsEmpty())
      parameters.entries[std::string(name.GetText().substr(kParameters.size()))] = std::move(value);
  }
  return parameters;
}

void RestartSimulations(System& system) {
  const Token settings = GetSimulationNames().settings;
  std::vector<ValueKey> keys;
  for (const Path provider : system.GetNetwork().FindProviders(settings))
    keys.push_back({provider, settings});
  system.Invalidate(std::move(keys));
}

}  // namespace strata::compute
