// Where the parts of a scene differ in units and axes, by property and layer, and what becomes of it.
#pragma once

#include <string>
#include <vector>

#include "strata/compute/metrics_assembly.h"
#include "strata/compute/system.h"

namespace strata::compute {

struct MetricsReport {
  // A prim in other units than its parent.
  struct Boundary {
    Path prim;
    MetricDomain of_prim, of_parent;
    TransformChange transform;
    // No op says so by its name, but one scales by just what the units differ by.
    bool looks_corrected = false;
  };
  // A value in other units than its prim, at some frame or at the default time. Ops of transforms are among
  // them. An attribute whose opinions differ with the time has one of each.
  struct Divergence {
    enum class Action : uint8_t { kConverted, kTurnedAsMatrix, kByTransform, kLeftByHand, kCannot } action;
    Path attribute;
    std::string layer;  // identifier of what wrote it
    MetricDomain of_value, of_prim;
    std::string dimension;
    friend bool operator==(const Divergence&, const Divergence&) = default;
  };
  MetricDomain of_stage;
  std::vector<Boundary> boundaries;  // in the order of the stage
  std::vector<Divergence> divergences;
};

// The same of one prim.
struct PrimMetrics {
  MetricDomain of_stage, of_prim;
  std::vector<MetricsReport::Divergence> divergences;
  friend bool operator==(const PrimMetrics&, const PrimMetrics&) = default;
};
// Adds "metrics:report" (PrimMetrics), which scenes have at `metrics`. Metrics assembly with the same options
// is there; in a stage of one domain neither has any effect.
Result<void> AddMetricsReport(Registry& registry, const MetricsOptions& options = {});
Token GetMetricsReportOutput();

std::string_view GetActionName(MetricsReport::Divergence::Action action);  // "converted", ...

// Transforms as they are at `time`, divergences of all. `system` has metrics assembly with the same options.
// Visits every prim, inside of instances too, where the stage has more than one domain.
MetricsReport CollectMetricsReport(const System& system, stage::Time time,
                                   const MetricsOptions& options = {});

}  // namespace strata::compute
