// Scenes put together of parts in different units, with all that is computed of it written down for programs
// that compute nothing.
#pragma once

#include <string>
#include <vector>

#include "strata/compute/metrics_assembly.h"
#include "strata/compute/system.h"
#include "strata/layer/layer.h"
#include "strata/stage/editor.h"

namespace strata::compute {

inline constexpr DiagnosticCode kNotBaked{"compute.not-baked", Severity::kWarning,
                                          "A value in other units could not be written down."};

// What is to be written, found before anything is.
struct MetricsBake {
  struct Sample {
    stage::Time time;
    Value value;
  };
  struct Written {
    Token name, type_name;
    std::vector<Sample> samples;
  };
  struct OfPrim {
    Path prim;
    std::vector<Written> attributes;
    std::vector<Token> order;  // of ops
    bool has_order = false;    // else it stays as it is
  };
  std::vector<OfPrim> prims;      // in the order of the stage
  std::vector<Path> taken_apart;  // instances with parts that differ, outer ones first
};
// Ops named `unitsResolve` at boundaries, converted values and their samples. What cannot be written is a
// remark. `system` has metrics assembly with the same options. Visits every prim, inside of instances too.
MetricsBake FindMetricsBake(const System& system, Diagnostics& remarks, const MetricsOptions& options = {});
// Into the editor's target, flagged so that it is left alone from then on; of the stage as it was when this
// was found.
Result<void> WriteMetricsBake(const MetricsBake& bake, stage::Editor& editor);

// Both at once. Returns how many prims were written.
Result<size_t> BakeMetrics(const System& system, stage::Editor& editor, Diagnostics& remarks,
                           const MetricsOptions& options = {});

// Writes the session layer of a stage that was baked into it as a file over the root layer, whose metadata it
// has. The root layer is one with a file: others read it from there.
Result<void> ExportBaked(const stage::Stage& stage, const std::string& file,
                         const layer::ExportOptions& options);

}  // namespace strata::compute
