// Metrics that layers say in their metadata: values can be, and what is put together from several layers
// means the same in all of them.
#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <set>

#include "strata/domain/metrics.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"
#include "strata/validate/asset_arcs.h"
#include "strata/validate/validator.h"

namespace strata::validate {

namespace {

using domain::MetricDefinition;
using domain::MetricOrigin;
using domain::MetricTable;
using domain::MetricValue;
using stage::Prim;

// The metrics that say how an asset's numbers are to be read.
constexpr uint32_t kMeanings[] = {MetricTable::kMetersPerUnit, MetricTable::kUpAxis,
                                  MetricTable::kKilogramsPerUnit};

const MetricDefinition& GetDefinition(uint32_t metric) {
  return MetricTable::GetStandard().GetAll()[metric];
}

std::string Describe(const Value& value) {
  const auto* number = value.GetIf<double>();
  return number ? fmt::format("{}", *number) : value.GetOr(Token()).GetString();
}

const Value* FindMetadata(const layer::Layer& layer, const char* field) {
  return layer.GetField(Path::AbsoluteRoot(), Token(field));
}

void CheckNumbers(const layer::Layer& layer, Findings& findings) {
  for (const char* field : {"metersPerUnit", "kilogramsPerUnit", "timeCodesPerSecond", "framesPerSecond"}) {
    const Value* value = FindMetadata(layer, field);
    const Value number = value ? CastValue(*value, ValueType::kDouble) : Value();
    if (!value || (number.Holds<double>() && std::isfinite(number.Get<double>()) && number.Get<double>() > 0))
      continue;
    const std::string_view name = field;
    findings.Error(
        name.ends_with("PerUnit") ? "InvalidUnit" : "InvalidRate", {Site::Of(layer)},
        fmt::format("The metadata of @{}@ says a {} that cannot be{}.", layer.GetDisplayName(), field,
                    number.Holds<double>() ? fmt::format(": {}", number.Get<double>()) : ""),
        "Write a positive and finite number.");
  }
}

void CheckLayer(const layer::Layer& layer, Findings& findings) {
  CheckNumbers(layer, findings);
  if (const Value* axis = FindMetadata(layer, "upAxis")) {
    const Token name = axis->GetOr(Token());
    if (name != "Y" && name != "Z")
      findings.Error("InvalidUpAxis", {Site::Of(layer)},
                     fmt::format("The metadata of @{}@ says that '{}' is up: readers take it for anything.",
                                 layer.GetDisplayName(), name.GetText()),
                     "Write Y or Z.");
  }
  const Value* start = FindMetadata(layer, "startTimeCode");
  const Value* end = FindMetadata(layer, "endTimeCode");
  if (start && end && start->GetOr(0.0) > end->GetOr(0.0))
    findings.Warn("InvalidTimeRange", {Site::Of(layer)},
                  fmt::format("@{}@ begins at {} and ends at {}.", layer.GetDisplayName(), start->GetOr(0.0),
                              end->GetOr(0.0)),
                  "Let the end come after the start.");
}

bool AreEqual(const Value& a, const Value& b) {
  const auto *one = a.GetIf<double>(), *other = b.GetIf<double>();
  return one && other ? domain::LinearUnitsAre(*one, *other) : a == b;
}

// What a layer's metadata says itself.
std::optional<Value> FindAuthored(const layer::LayerPtr& layer, uint32_t metric) {
  const MetricValue value = domain::ComputeLayerMetric(layer, GetDefinition(metric));
  if (value.source.origin != MetricOrigin::kStageMetadata) return std::nullopt;
  return value.value;
}

// Of a layer stack the root's metadata counts: what a sublayer says of itself is not looked at.
void CheckSublayers(const StageScope& scope, Findings& findings) {
  const stage::Stage& stage = scope.GetStage();
  const layer::LayerPtr root = stage.GetRootLayer();
  std::set<const layer::Layer*> seen = {root.get(), stage.GetSessionLayer().get()};
  for (const layer::LayerPtr& layer : stage.GetLayerStack()) {
    if (!seen.insert(layer.get()).second) continue;  // a layer may stand there more than once
    for (uint32_t metric : kMeanings) {
      const std::optional<Value> said = FindAuthored(layer, metric);
      const MetricValue of_root = domain::ComputeLayerMetric(root, GetDefinition(metric));
      if (!said || AreEqual(*said, of_root.value)) continue;
      findings.Warn(
          "MixedSublayers", {Site::Of(*layer)},
          fmt::format("The sublayer @{}@ says {} {}, the root layer @{}@ {}: what is in the sublayer "
                      "is read as the root layer's.",
                      layer->GetDisplayName(), GetDefinition(metric).stage_field.GetText(), Describe(*said),
                      root->GetDisplayName(), Describe(of_root.value)),
          "Convert the sublayer, or reference it under a prim that makes the difference good.");
    }
  }
}

bool HasCorrective(const Prim& prim, uint32_t metric) {
  const Token op(metric == MetricTable::kMetersPerUnit ? "xformOp:scale:unitsResolve"
                                                       : "xformOp:rotateX:unitsResolve");
  for (const domain::XformOp& one : domain::Xformable(prim).GetOrderedXformOps().ops)
    if (one.attribute == op) return true;
  return false;
}

// A reference to an asset that means other units, which nothing converts and no schema tells of.
void CheckReference(const Prim& prim, const StageScope& scope, Findings& findings) {
  for (const stage::CompositionArc& arc : FindAssetArcs(prim)) {
    const layer::LayerPtr& asset = arc.node.GetLayerStack()->GetRootLayer();
    for (uint32_t metric : kMeanings) {
      const std::optional<Value> said = FindAuthored(asset, metric);
      const MetricValue& here = scope.GetMetrics().Compute(prim, metric);
      if (!said || AreEqual(*said, here.value) || here.source.GetPrimPath() == prim.GetPath()) continue;
      const bool is_convertible = metric != MetricTable::kKilogramsPerUnit;
      if (is_convertible && HasCorrective(prim, metric)) continue;
      findings.Warn(
          "Unconverted", {Site::Of(prim)},
          fmt::format("<{}> brings @{}@, whose metadata says {} {}; it is read as {} here.",
                      prim.GetPath().GetString(), asset->GetDisplayName(),
                      GetDefinition(metric).stage_field.GetText(), Describe(*said), Describe(here.value)),
          fmt::format("Apply {} to the prim and say it there{}.", GetDefinition(metric).schema.GetText(),
                      is_convertible ? ", and convert by an op named unitsResolve" : ""));
    }
  }
}

}  // namespace

void AddMetadataValidators(ValidatorRegistry& registry) {
  const auto make = [](const char* name, const char* documentation) {
    return Validator{
        .name = Token(name), .documentation = documentation, .keywords = {Token("StrataMetricsValidators")}};
  };
  Validator layers = make("strataMetrics:LayerMetadata",
                          "Units, up axis, rates and time range in the metadata of layers can be.");
  layers.check_layer = CheckLayer;
  registry.Register(std::move(layers));
  Validator sublayers =
      make("strataMetrics:Sublayers", "Sublayers mean the units and up axis that their root layer says.");
  sublayers.check_stage = CheckSublayers;
  registry.Register(std::move(sublayers));
  Validator references = make("strataMetrics:References",
                              "Assets of other units are converted where they are referenced, or say so.");
  references.check_prim = CheckReference;
  registry.Register(std::move(references));
}

}  // namespace strata::validate
