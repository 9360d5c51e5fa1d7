#include "strata/compute/simulation.h"

#include <fmt/format.h>

#include "strata/compute/module_computation.h"
#include "strata/compute/simulation_parts.h"
#include "strata/layer/fields.h"
#include "strata/math/transform.h"

namespace strata::compute {

namespace {

using stage::Prim;
using stage::Time;

Result<Datum> ComputeSimulationSettings(SimulationLibrary& library, GivenAttributes& given,
                                        const Arguments& arguments) {
  const Prim& prim = arguments.GetPrim();
  SimulationSettings settings;
  const stage::Attribute source = prim.GetAttribute(GetSimulationNames().source_file);
  const std::string name = source.Get(arguments.GetTime()).GetOr(std::string());
  if (name.empty())
    return FailSimulation(kSimulationModuleMissing, prim, "The prim is to be simulated and names no module.",
                          "Say in `warp:sourceFile` which.");
  settings.parameters = ReadSimulationParameters(prim, arguments.GetTime());
  STRATA_TRY(settings.module, library.Find(name));
  if (!settings.module)
    return FailSimulation(
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
Result<Datum> ComputeLastingParameters(const Arguments& arguments) {
  const auto* settings = arguments.GetIf<SimulationSettings>(0);
  if (!settings) return Datum();
  Dictionary parameters = ReadSimulationParameters(arguments.GetPrim(), arguments.GetTime());
  std::erase_if(parameters.entries, [&](const auto& entry) { return settings->module->Resets(entry.first); });
  return Datum(Value(std::move(parameters)));
}

Computation Make(Token output, std::vector<Token> schemas, std::vector<Input> inputs, Function function) {
  return MakeModuleComputation("simulation", output, output.GetText(), std::move(schemas), std::move(inputs),
                               std::move(function));
}

Result<void> AddInputs(Registry& registry, std::shared_ptr<SimulationLibrary> library,
                       std::shared_ptr<GivenAttributes> given) {
  const SimulationNames& names = GetSimulationNames();
  Computation settings =
      Make(names.settings, names.schemas,
           {in::Attribute(names.source_file), in::AttributesNamed(Token(kSimulationParameters))},
           [library, given](const Arguments& arguments) {
             return ComputeSimulationSettings(*library, *given, arguments);
           });
  STRATA_CHECK(AddCutOff(registry, std::move(settings)));

  Computation lasting = Make(names.lasting, names.schemas,
                             {in::Computation(names.settings), in::Attribute(names.source_file),
                              in::AttributesNamed(Token(kSimulationParameters))},
                             ComputeLastingParameters);
  STRATA_CHECK(AddCutOff(registry, std::move(lasting)));

  const std::vector<Token> simulated = {names.point_based, names.instancer, names.schemas[0],
                                        names.schemas[1]};
  Computation shape =
      Make(names.shape, simulated, MakeSimulatedShapeInputs(),
           [](const Arguments& a) -> Result<Datum> { return Datum::Of(ReadSimulatedShape(a)); });
  STRATA_CHECK(AddCutOff(registry, std::move(shape)));

  std::vector<Input> of_collider = MakeSimulatedShapeInputs();
  of_collider.push_back(in::Computation(GetOutputs().world_xform));
  of_collider.push_back(in::Computation(names.simulation));
  Computation collider = Make(names.collider, {Token("Xformable")}, std::move(of_collider), ComputeCollider);
  STRATA_CHECK(AddCutOff(registry, std::move(collider)));
  STRATA_CHECK(registry.Add(Make(names.colliders, names.schemas,
                                 {in::Targets(names.dependents, names.collider)}, ComputeColliders)));
  Computation rest = Make(names.rest, names.schemas, {in::Before(GetOutputs().xform, GetMoveName())},
                          [](const Arguments& a) -> Result<Datum> { return a.Get(0); });
  rest.is_for = IsSimulatedBody;
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
    const Prim speaker = IsSimulatedBody(prim) ? prim : FindSimulationSpeaker(prim);
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
  const auto given = std::make_shared<GivenAttributes>();
  STRATA_CHECK(AddInputs(registry, std::move(library), given));
  Stepping stepping;
  stepping.between = Stepping::Between::kSecond;
  STRATA_CHECK(AddSimulatedTransforms(registry, names.schemas, names.simulation,
                                      [given](const Prim& prim) { return given->Moves(prim.GetPath()); }));
  stepping.init = [given](const Arguments& arguments) {
    return AdvanceSimulation(*given, arguments, nullptr);
  };
  stepping.step = [given](const Arguments& arguments) { return StepSimulation(*given, arguments); };
  stepping.can_resume = CanResumeSimulation;
  Computation simulation =
      Make(names.simulation, {names.point_based, names.instancer, names.schemas[0], names.schemas[1]},
           MakeSimulationInputs(), AnswerSimulation);
  simulation.is_for = [](const Prim& prim) { return IsSimulatedBody(prim) || FindSimulationSpeaker(prim); };
  simulation.stepping = std::make_shared<const Stepping>(std::move(stepping));
  STRATA_CHECK(registry.Add(std::move(simulation)));

  AttributeExpression values;
  values.name = values.output = names.simulation;
  values.function = FindSimulatedValue;
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
    if (!name.GetText().starts_with(kSimulationParameters)) continue;
    if (Value value = prim.GetAttribute(name).Get(time); !value.IsEmpty())
      parameters.entries[std::string(name.GetText().substr(kSimulationParameters.size()))] = std::move(value);
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
