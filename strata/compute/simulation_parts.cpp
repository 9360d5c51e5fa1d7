#include "strata/compute/simulation_parts.h"

#include "strata/schema/prim_definition.h"

namespace strata::compute {

using stage::Prim;

const SimulationNames& GetSimulationNames() {
  static const SimulationNames names;
  return names;
}

bool IsSimulatedBySchema(const Prim& prim) {
  const schema::PrimDefinition* definition = prim ? prim.GetPrimDefinition() : nullptr;
  return definition && Registry::Applies(GetSimulationNames().schemas, definition);
}

bool HasSimulatedShape(const Prim& prim) {
  const SimulationNames& names = GetSimulationNames();
  return prim.IsA(names.point_based) || prim.IsA(names.instancer);
}

bool IsSimulatedBody(const Prim& prim) {
  return IsSimulatedBySchema(prim) && !HasSimulatedShape(prim) && prim.IsA(Token("Xformable"));
}

Prim FindSimulationSpeaker(const Prim& prim) {
  const SimulationNames& names = GetSimulationNames();
  if (IsSimulatedBySchema(prim) && HasSimulatedShape(prim)) return prim;
  if (!prim.IsA(names.instancer)) return {};
  for (const Path target : prim.GetRelationship(names.prototypes).GetForwardedTargets())
    if (const Prim prototype = prim.GetStage()->GetPrimAtPath(target);
        IsSimulatedBySchema(prototype) && !HasSimulatedShape(prototype))
      return prototype;
  return {};
}

Diagnostic FailSimulation(const DiagnosticCode& code, const Prim& prim, std::string why, std::string remedy) {
  return Diagnostic(code, std::move(why), {{}, prim.GetPath().GetString(), 0, 0, 0}, std::move(remedy));
}

}  // namespace strata::compute
