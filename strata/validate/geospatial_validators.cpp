// Positions of coordinate reference systems: what they are in is there, is known, and contradicts nothing.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "strata/compute/crs.h"
#include "strata/stage/relationship.h"
#include "strata/validate/validator.h"

namespace strata::validate {

namespace {

using compute::Crs;
using stage::Prim;

bool MayBind(const Prim& prim) {
  return std::ranges::any_of(compute::GetCrsBindingSchemas(),
                             [&](Token schema) { return prim.HasAPI(schema); });
}

void CheckCode(const Prim& prim, const compute::CrsDefinition& said, Findings& findings) {
  const std::optional<int> in_wkt = compute::FindEpsgInWkt(said.wkt);
  if (!in_wkt || said.epsg == 0 || *in_wkt == said.epsg) return;
  findings.Warn("ContradictingCode", {Site::Of(prim)},
                fmt::format("crs:wkt of <{}> is EPSG:{}, but crs:epsg is {}: the WKT counts.",
                            prim.GetPath().GetString(), *in_wkt, said.epsg),
                "Let both say the same.");
}

// What the prim's position is in, as it is computed where no backend is.
Crs FindSystem(const Prim& prim, std::map<Path, Crs>& known) {
  for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent()) {
    if (!MayBind(at)) continue;
    const std::vector<Path> targets = at.GetRelationship(compute::GetCrsBindingName()).GetForwardedTargets();
    if (targets.empty()) continue;
    Crs none;
    none.prim = targets.front();
    none.why = "crs:binding leads to what is no single CoordinateReferenceSystem";
    none.remedy = "Let crs:binding name one CoordinateReferenceSystem.";
    const Prim target = prim.GetStage()->GetPrimAtPath(targets.front());
    if (targets.size() > 1 || !target || !target.IsA(compute::GetCrsSchema())) return none;
    const auto found = known.find(target.GetPath());
    if (found != known.end()) return found->second;
    return known
        .emplace(target.GetPath(),
                 compute::ResolveCrs(target.GetPath(), compute::ReadCrsDefinition(target), nullptr))
        .first->second;
  }
  Crs none;
  none.why = "no prim at or above has a crs:binding";
  none.remedy = "Let crs:binding name a CoordinateReferenceSystem.";
  return none;
}

void CheckPositions(const StageScope& scope, Findings& findings) {
  const bool is_required = compute::IsCrsRequired(scope.GetStage());
  std::map<Path, Crs> known;
  for (const Prim& prim : scope.GetPrims()) {
    if (prim.IsA(compute::GetCrsSchema())) CheckCode(prim, compute::ReadCrsDefinition(prim), findings);
    if (!MayBind(prim) || !prim.GetAttribute(compute::GetCrsPositionName()).HasValue()) continue;
    const Crs crs = FindSystem(prim, known);
    if (crs.converter) continue;
    std::string message =
        fmt::format("The position of <{}> is in {}: {}.", prim.GetPath().GetString(),
                    crs.prim.IsEmpty() ? "no system" : "<" + crs.prim.GetString() + ">", crs.why);
    if (is_required)
      findings.Error("UnresolvedSystem", {Site::Of(prim)}, message + " The scene requires that it is.",
                     crs.remedy);
    else
      findings.Warn("UnresolvedSystem", {Site::Of(prim)}, message, crs.remedy);
  }
}

}  // namespace

void AddGeospatialValidators(ValidatorRegistry& registry) {
  Validator positions{
      .name = Token("strataGeospatial:Positions"),
      .documentation = "Positions are in coordinate reference systems that are there and known.",
      .keywords = {Token("StrataGeospatialValidators")}};
  positions.check_stage = CheckPositions;
  registry.Register(std::move(positions));
}

}  // namespace strata::validate
