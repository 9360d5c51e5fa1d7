// Geometry and what deforms it: nesting, subsets, bindings to skeletons.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "strata/domain/geom_subset.h"
#include "strata/layer/fields.h"
#include "strata/validate/validator.h"

namespace strata::validate {

namespace {

using stage::Prim;

void CheckStageMetadata(const StageScope& scope, Findings& findings) {
  const stage::Stage& stage = scope.GetStage();
  const layer::FieldNames& names = layer::GetFieldNames();
  const std::string root = stage.GetRootLayer()->GetDisplayName();
  // A default prim that says its metrics itself needs no metadata.
  const Prim main = stage.GetDefaultPrim();
  const auto says = [&](uint32_t metric) {
    return main && scope.GetMetrics().Compute(main, metric).source.origin == domain::MetricOrigin::kPrim;
  };
  if (!stage.HasAuthoredMetadata(names.metersPerUnit) && !says(domain::MetricTable::kMetersPerUnit)) {
    findings.Error("MissingMetersPerUnitMetadata", {Site::Of(stage)},
                   fmt::format("@{}@ does not say how long a unit is: 0.01 m is assumed.", root),
                   "Set metersPerUnit, or apply GeomMetricsAPI to the default prim.");
  }
  if (!stage.HasAuthoredMetadata(names.upAxis) && !says(domain::MetricTable::kUpAxis)) {
    findings.Error("MissingUpAxisMetadata", {Site::Of(stage)},
                   fmt::format("@{}@ does not say which axis points up: Y is assumed.", root),
                   "Set upAxis, or apply GeomMetricsAPI to the default prim.");
  }
}

void CheckNesting(const Prim& prim, const StageScope&, Findings& findings) {
  const Token gprim("Gprim");
  for (Prim at = prim.GetParent(); at && !at.IsPseudoRoot(); at = at.GetParent()) {
    if (!at.IsA(gprim)) continue;
    findings.Error("InvalidNestedGprims", {Site::Of(prim)},
                   fmt::format("<{}> lies below the geometry <{}>.", prim.GetPath().GetString(),
                               at.GetPath().GetString()),
                   "Make both children of an Xform or Scope.");
    return;
  }
}

void CheckSubsetParent(const Prim& prim, const StageScope&, Findings& findings) {
  const Prim parent = prim.GetParent();
  if (parent.IsA(Token("Imageable"))) return;
  findings.Error("NotImageableSubsetParent", {Site::Of(prim)},
                 fmt::format("The subset <{}> is no child of geometry: <{}> cannot be shown.",
                             prim.GetPath().GetString(), parent.GetPath().GetString()),
                 "Move the subset below the geometry that it is a part of.");
}

void CheckSubsetFamilies(const Prim& prim, const StageScope& scope, Findings& findings) {
  for (Token family : domain::GetSubsetFamilyNames(prim)) {
    std::string why;
    if (domain::ValidateSubsetFamily(prim, family, why,
                                     [&](double time) { return scope.GetTimes().Includes(time); }))
      continue;
    findings.Error("InvalidSubsetFamily", {Site::Of(prim)},
                   fmt::format("The subset family '{}' of <{}> is not sound: {}", family.GetText(),
                               prim.GetPath().GetString(), why),
                   "Mend the indices, or let the family type allow them.");
  }
}

// -- skeletons ----------------------------------------------------------------------------------------

void CheckSkelBindingApplied(const Prim& prim, const StageScope& scope, Findings& findings) {
  const Token api("SkelBindingAPI");
  if (prim.HasAPI(api)) return;
  const auto& schemas = scope.GetStage().GetOpenOptions().schemas;
  const schema::PrimDefinitionPtr binding = schemas ? schemas->FindDefinition(api) : nullptr;
  if (!binding) return;
  for (Token name : prim.GetAuthoredPropertyNames()) {
    if (!binding->FindProperty(name)) continue;
    findings.Error("MissingSkelBindingAPI", {Site::Of(prim)},
                   fmt::format("<{}> has {}, but SkelBindingAPI is not applied: it is not looked at.",
                               prim.GetPath().GetString(), name.GetText()),
                   "Apply SkelBindingAPI.");
    return;
  }
}

void CheckSkelBindingPlace(const Prim& prim, const StageScope&, Findings& findings) {
  for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent())
    if (at.IsA(Token("SkelRoot"))) return;
  findings.Error("InvalidSkelBindingAPIApply", {Site::Of(prim)},
                 fmt::format("<{}> is bound to a skeleton outside of any SkelRoot: nothing deforms it.",
                             prim.GetPath().GetString()),
                 "Put it below a prim of type SkelRoot.");
}

}  // namespace

void AddGeometryValidators(ValidatorRegistry& registry) {
  const Token geom("UsdGeomValidators"), subset("UsdGeomSubset"), skel("UsdSkelValidators");
  Validator metadata{.name = Token("usdGeomValidators:StageMetadataChecker"),
                     .documentation = "A stage says how long a unit is and which axis points up.",
                     .keywords = {geom}};
  metadata.check_stage = CheckStageMetadata;
  registry.Register(std::move(metadata));
  const auto add = [&](const char* name, const char* documentation, std::vector<Token> keywords,
                       std::vector<Token> types, auto check) {
    Validator validator{.name = Token(name),
                        .documentation = documentation,
                        .keywords = std::move(keywords),
                        .schema_types = std::move(types)};
    validator.check_prim = check;
    registry.Register(std::move(validator));
  };
  add("usdGeomValidators:EncapsulationChecker", "No geometry lies below other geometry.", {geom},
      {Token("Boundable")}, CheckNesting);
  add("usdGeomValidators:SubsetFamilies", "Families of subsets hold what their family type promises.",
      {geom, subset}, {Token("Imageable")}, CheckSubsetFamilies);
  add("usdGeomValidators:SubsetParentIsImageable", "A subset is a child of what it is a part of.",
      {geom, subset}, {Token("GeomSubset")}, CheckSubsetParent);
  add("usdSkelValidators:SkelBindingApiAppliedValidator",
      "Properties of SkelBindingAPI stand on prims that have it applied.", {skel}, {},
      CheckSkelBindingApplied);
  add("usdSkelValidators:SkelBindingApiValidator", "Bindings to skeletons stand at or below a SkelRoot.",
      {skel}, {Token("SkelBindingAPI")}, CheckSkelBindingPlace);
}

}  // namespace strata::validate
