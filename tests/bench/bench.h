// What the benchmark workloads share: an engine, what they report, and how they open a scene.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "strata/context/engine.h"
#include "strata/layer/layer.h"
#include "strata/stage/stage.h"

namespace strata::bench {

using context::Engine;
using layer::LayerPtr;

struct Bench {
  std::string scenes;
  unsigned threads = 1;
  std::unique_ptr<Engine>
      engine;  // made by the set-up, or in the timed part where start-up is what is measured
  std::vector<std::shared_ptr<void>> kept;
  size_t repeats = 1;  // of what is timed: figures are for one
};

// The answer of a workload, made after the clock has stopped; nothing when it failed (and said so on stderr).
using Check = std::function<std::string()>;
// The untimed set-up; returns the timed part.
using Workload = std::function<std::function<Check()>(Bench&)>;
using Workloads = std::map<std::string, Workload>;

// Each adds its workloads under their names.
void AddLayerWorkloads(Workloads& workloads);
void AddStageWorkloads(Workloads& workloads);
void AddValueWorkloads(Workloads& workloads);
void AddEditWorkloads(Workloads& workloads);

void ReportErrors(const Diagnostics& diagnostics);
std::unique_ptr<Engine> MakeEngine(const Bench& bench);
// Specs as usd-core counts them: targets and connections have one each.
size_t CountSpecs(const layer::SpecStore& content);
// Where a scene lies; one converted to text serves where the binary file is not there.
std::string FindScene(const Bench& bench, const char* file);
stage::StagePtr OpenStageAt(Bench& bench, const std::string& path, const stage::OpenOptions& options = {});
// Used layers and prims.
std::string DescribeStage(const stage::Stage& stage);
// Runs `action` on an open stage of the scene: `action` is timed.
Workload OnStage(const char* file, std::function<Check(stage::Stage&)> action);

}  // namespace strata::bench
