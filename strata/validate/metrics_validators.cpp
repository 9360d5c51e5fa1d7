// Metrics: root prims say theirs, nothing contradicts, correctives still fit.
#include <fmt/format.h>

#include <cmath>

#include "strata/domain/metrics_editing.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"
#include "strata/stage/composition_query.h"
#include "strata/validate/validator.h"

namespace strata::validate {

namespace {

using domain::MetricDefinition;
using domain::MetricOrigin;
using domain::MetricTable;
using domain::MetricValue;
using stage::Prim;

const std::vector<MetricDefinition>& GetDefinitions() {
  return MetricTable::GetStandard().GetAll();
}

std::string Describe(const Value& value) {
  if (const auto* number = value.GetIf<double>()) return fmt::format("{}", *number);
  if (const auto* time = value.GetIf<TimeCode>()) return fmt::format("{}", time->value);
  return value.GetOr(Token()).GetString();
}

void CheckAgainstMetadata(const Prim& prim, const StageScope& scope, Findings& findings) {
  for (uint32_t i = 0; i < MetricTable::kStandardCount; ++i) {
    const MetricDefinition& definition = GetDefinitions()[i];
    const MetricValue& value = scope.GetMetrics().Compute(prim, i);
    if (value.source.GetPrimPath() != prim.GetPath() || definition.stage_field.IsEmpty()) continue;
    const stage::Stage& stage = scope.GetStage();
    for (const layer::LayerPtr& layer : {stage.GetSessionLayer(), stage.GetRootLayer()}) {
      if (!layer || stage.IsLayerMuted(layer->GetIdentifier())) continue;
      const MetricValue of_layer = domain::ComputeLayerMetric(layer, definition);
      if (of_layer.source.origin != MetricOrigin::kStageMetadata) continue;
      if (of_layer.value == value.value) break;
      findings.Warn(
          "ConflictingMetadata", {Site::Of(prim), Site::Of(*layer)},
          fmt::format("{} of the root prim <{}> is {}, that of the metadata of @{}@ {}: readers disagree.",
                      definition.attribute.GetText(), prim.GetPath().GetString(), Describe(value.value),
                      layer->GetDisplayName(), Describe(of_layer.value)),
          "Let both say the same, or remove the metadata.");
      break;
    }
  }
}

// Values that cannot be, on the prim itself.
void CheckValues(const Prim& prim, Findings& findings) {
  for (const MetricDefinition& definition : GetDefinitions()) {
    if (!definition.is_usable || !prim.HasAPI(definition.schema)) continue;
    const stage::Attribute attribute = prim.GetAttribute(definition.attribute);
    const Value value = attribute.Get();
    const ValueTypeName* type = FindValueTypeName(definition.type_name);
    if (value.IsEmpty() || (type && definition.is_usable(CastValue(value, type->type))) ||
        definition.is_usable(value))
      continue;
    const bool is_axis = definition.corrective == domain::MetricCorrective::kRotateX;
    findings.Error(
        is_axis ? "InvalidUpAxis" : "InvalidUnit", {Site::Of(attribute)},
        fmt::format("<{}> has a value that cannot be: it is passed over.", attribute.GetPath().GetString()),
        is_axis ? "Write Y or Z." : "Write a positive and finite number.");
  }
  if (!prim.HasAPI(Token("SceneAPI"))) return;
  const auto start = prim.GetAttribute(Token("startTimeCode")).Get().GetOr(TimeCode{NAN});
  const auto end = prim.GetAttribute(Token("endTimeCode")).Get().GetOr(TimeCode{NAN});
  if (!(start.value > end.value)) return;
  findings.Error("InvalidTimeRange", {Site::Of(prim)},
                 fmt::format("The scene <{}> begins at {} and ends at {}.", prim.GetPath().GetString(),
                             start.value, end.value),
                 "Let the end come after the start.");
}

void CheckRootPrim(const Prim& prim, const StageScope& scope, Findings& findings) {
  CheckValues(prim, findings);
  if (!prim.GetPath().IsRootPrim()) return;
  const bool has_schema =
      scope.GetMetrics().Compute(prim, MetricTable::kMetersPerUnit).source.origin == MetricOrigin::kPrim &&
      scope.GetMetrics().Compute(prim, MetricTable::kUpAxis).source.origin == MetricOrigin::kPrim;
  if (!has_schema) {
    findings.Warn(
        "MissingGeomMetrics", {Site::Of(prim)},
        fmt::format("The root prim <{}> does not say its units and up axis itself: who references it does "
                    "not get them.",
                    prim.GetPath().GetString()),
        "`strata metrics FILE --migrate` writes them from the metadata.");
  }
  CheckAgainstMetadata(prim, scope, findings);
}

// -- correctives --------------------------------------------------------------------------------------

// What a prim's asset means: by its schemas, else by the metadata of the layer that it is referenced from.
MetricValue FindOfAsset(const Prim& prim, const StageScope& scope, uint32_t metric) {
  const MetricValue& own = scope.GetMetrics().Compute(prim, metric);
  if (own.source.GetPrimPath() == prim.GetPath()) return own;
  const stage::CompositionArcs arcs = stage::FindCompositionArcs(prim);
  for (const stage::CompositionArc& arc : arcs.all) {
    if (arc.is_ancestral || arc.is_implicit ||
        (arc.type != compose::ArcType::kReference && arc.type != compose::ArcType::kPayload))
      continue;
    if (!arc.target_layer || arc.node.IsInRootLayerStack()) continue;
    return domain::ComputeLayerMetric(arc.node.GetLayerStack()->GetRootLayer(), GetDefinitions()[metric]);
  }
  return {};
}

void CheckCorrective(const Prim& prim, const StageScope& scope, Findings& findings) {
  const domain::Xformable xformable(prim);
  for (const domain::XformOp& op : xformable.GetOrderedXformOps().ops) {
    const bool is_scale = op.attribute == "xformOp:scale:unitsResolve";
    const bool is_rotate = op.attribute == "xformOp:rotateX:unitsResolve";
    if (!is_scale && !is_rotate) continue;
    const uint32_t metric = is_scale ? MetricTable::kMetersPerUnit : MetricTable::kUpAxis;
    const MetricValue asset = FindOfAsset(prim, scope, metric);
    if (asset.value.IsEmpty()) continue;
    const MetricValue around = domain::ComputeMetric(prim.GetParent(), metric);
    const MetricValue scene =
        prim.GetParent().IsPseudoRoot()
            ? MetricValue{is_scale ? Value(domain::GetStageMetersPerUnit(scope.GetStage()).value)
                                   : Value(domain::GetStageUpAxis(scope.GetStage()).value),
                          {}}
            : around;
    const stage::Attribute attribute = prim.GetAttribute(op.attribute);
    const Value value = attribute.Get();
    double expected = 0, authored = NAN;
    if (is_scale) {
      expected = asset.value.GetOr(1.0) / scene.value.GetOr(1.0);
      const Value vector = CastValue(value, ValueType::kVec3d);
      if (vector.Holds<Vec3d>()) authored = vector.Get<Vec3d>()[0];
    } else {
      if (!(asset.value == scene.value)) expected = asset.value.GetOr(Token()) == "Z" ? -90 : 90;
      const Value number = CastValue(value, ValueType::kDouble);
      authored = number.GetOr(static_cast<double>(NAN));
    }
    if (std::abs(expected - authored) <= 1e-5 * std::max(1e-3, std::abs(expected))) continue;
    findings.Warn(
        "StaleCorrective", {Site::Of(attribute)},
        fmt::format("<{}> is {}, but the asset's {} is {} and that around it {}: {} would be right.",
                    attribute.GetPath().GetString(), authored, GetDefinitions()[metric].attribute.GetText(),
                    Describe(asset.value), Describe(scene.value), expected),
        fmt::format("Set it to {}.", expected));
  }
}

}  // namespace

void AddMetricsValidators(ValidatorRegistry& registry) {
  Validator root{
      .name = Token("strataMetrics:RootPrimMetrics"),
      .documentation = "Root prims say their units and up axis; values can be, and nothing contradicts.",
      .keywords = {Token("StrataMetricsValidators")}};
  root.check_prim = CheckRootPrim;
  registry.Register(std::move(root));
  Validator corrective{
      .name = Token("strataMetrics:UnitsResolve"),
      .documentation = "Ops named unitsResolve fit the metrics of the asset and of the scene around it.",
      .keywords = {Token("StrataMetricsValidators")},
      .schema_types = {Token("Xformable")}};
  corrective.check_prim = CheckCorrective;
  registry.Register(std::move(corrective));
}

}  // namespace strata::validate
