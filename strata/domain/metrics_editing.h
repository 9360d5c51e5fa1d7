// Keeps metrics right while scenes are put together: references that bring or make good what their assets
// mean, and old files moved from stage metadata to schemas.
#pragma once

#include <vector>

#include "strata/base/result.h"
#include "strata/domain/metrics.h"
#include "strata/stage/editor.h"

namespace strata::domain {

inline constexpr DiagnosticCode kReferenceTargetUnknown{"domain.reference-target-unknown", Severity::kError,
                                                        "What a reference leads to is not there."};

// The metrics of a prim in the stage of its own layer, where its ancestors have their say: what a reference
// to a prim that is no root prim would leave behind. `path` empty: the default prim. By number of the metric.
// Costs opening that stage, without a session layer; `options` are those of the stage that asks.
Result<std::vector<MetricValue>> ComputeMetricsForReferenceTarget(
    const std::shared_ptr<layer::LayerRegistry>& registry, const layer::LayerPtr& layer, Path path,
    const stage::OpenOptions& options, Diagnostics& diagnostics,
    const MetricTable& table = MetricTable::GetStandard());

// What AddReferenceWithMetrics does where the asset's metrics and the scene's differ.
enum class MetricsRemedy : uint8_t {
  kApplySchemas,   // says on the referencing prim what the asset means
  kCorrectiveOps,  // and turns and scales it into the scene's, where a transform can
};

// One metric of a reference that was added.
struct ReferencedMetric {
  enum class Action : uint8_t {
    kNone,       // asset and scene agree, or the asset says nothing
    kBrought,    // the asset says it by its schemas
    kApplied,    // a schema was applied to the referencing prim
    kCorrected,  // a transform was added, and a schema where the asset brought none
  };
  uint32_t metric = 0;
  MetricValue of_asset, of_scene;
  Action action = Action::kNone;
};

// Adds a reference so that its metrics hold. Metadata of the asset is read without the rest of its layer,
// unless the reference leads below a root prim. Corrective ops are `xformOp:rotateX:unitsResolve` and
// `xformOp:scale:unitsResolve`, next to the geometry in xformOpOrder. Masses have no corrective: their schema
// is applied. A prim that cannot be transformed gets schemas, and a remark.
Result<std::vector<ReferencedMetric>> AddReferenceWithMetrics(
    stage::Stage& stage, stage::Editor& editor, Path prim, const Reference& reference, MetricsRemedy remedy,
    Diagnostics& diagnostics, const MetricTable& table = MetricTable::GetStandard());

// Writes what the layer's stage metadata says on each of its defined root prims: schemas and attributes. What
// is there already is left as it is, the metadata too, for older readers. Returns the prims that changed;
// none the second time.
Result<std::vector<Path>> MigrateStageMetadata(layer::Layer& layer,
                                               const MetricTable& table = MetricTable::GetStandard());

}  // namespace strata::domain
