// Workloads that open, compose, walk and flatten stages.
#include "strata/layer/fields.h"
#include "tests/bench/bench.h"

namespace strata::bench {
namespace {

Workload OpenStage(const char* file) {
  return [file](Bench& bench) {
    bench.engine = MakeEngine(bench);
    return [&bench, path = FindScene(bench, file)]() -> Check {
      const stage::StagePtr stage = OpenStageAt(bench, path);
      if (!stage) return nullptr;
      return [stage] { return DescribeStage(*stage); };
    };
  };
}

// The same with every layer in memory already.
Workload ComposeStage(const char* file) {
  return [file](Bench& bench) {
    bench.engine = MakeEngine(bench);
    const std::string path = FindScene(bench, file);
    if (const stage::StagePtr stage = OpenStageAt(bench, path))
      for (const LayerPtr& layer : stage->GetUsedLayers()) bench.kept.push_back(layer);
    return [&bench, path]() -> Check {
      const stage::StagePtr stage = OpenStageAt(bench, path);
      if (!stage) return nullptr;
      return [stage] { return DescribeStage(*stage); };
    };
  };
}

// Every prim is counted by walking the stage and its prototypes.
Check CountPrims(stage::Stage& stage) {
  const auto count_in = [](const stage::PrimRange& range) {
    size_t count = 0;
    for (auto prim = range.begin(); prim != range.end(); ++prim) ++count;
    return count;
  };
  size_t count = count_in(stage.TraverseAll());
  for (const stage::Prim& prototype : stage.GetPrototypes())
    count += count_in(stage::PrimRange(prototype, stage::PrimPredicate::All()));
  return [count] { return std::to_string(count); };
}

// Those a renderer sees, instances not entered.
Check Traverse(stage::Stage& stage) {
  size_t count = 0;
  const stage::PrimRange range = stage.Traverse();
  for (auto prim = range.begin(); prim != range.end(); ++prim) ++count;
  return [count] { return std::to_string(count); };
}

Check Flatten(stage::Stage& stage) {
  const LayerPtr flat = stage.Flatten({stage::FlattenOptions::SourceComment::kOmit});
  if (!flat) return nullptr;
  return [flat] { return std::to_string(CountSpecs(flat->GetContent())); };
}

Check ExportToString(stage::Stage& stage) {
  const Result<std::string> text = stage.ExportToString({stage::FlattenOptions::SourceComment::kOmit});
  if (!text) return nullptr;
  return [size = text->size()] { return std::to_string(size); };
}

// Start-up: the engine, an empty stage and one prim whose properties are asked for.
std::function<Check()> FirstStage(Bench& bench) {
  return [&bench]() -> Check {
    bench.engine = MakeEngine(bench);
    Diagnostics diagnostics;
    auto stage = bench.engine->NewStage({}, diagnostics);
    if (!stage) {
      ReportErrors(diagnostics);
      return nullptr;
    }
    const auto made = (*stage)->GetRootLayer()->CreatePrimSpec(Path("/A"), Specifier::kDef, Token("Xform"));
    if (!made) return nullptr;
    const size_t names = (*stage)->GetPrimAtPath(Path("/A")).GetPropertyNames().size();
    bench.kept.push_back(*stage);
    return [names] { return names < 1000 ? "1" : "0"; };
  };
}

}  // namespace

void AddStageWorkloads(Workloads& workloads) {
  workloads.insert({
      {"first_stage", FirstStage},
      {"prims_open", OpenStage("many_prims.usdc")},
      {"anim_open", OpenStage("anim.usdc")},
      {"city_open", OpenStage("city/city.usda")},
      {"sublayers_open", OpenStage("sublayers/sublayers.usda")},
      {"instances_open", OpenStage("instances/instances.usdc")},
      {"point_instancer_open", OpenStage("instances/point_instancer.usdc")},
      {"clips_open", OpenStage("clips/clips.usda")},
      {"deep_open", OpenStage("deep/deep.usda")},
      {"rig_open", OpenStage("rig/rig_shot.usda")},
      {"prims_compose", ComposeStage("many_prims.usdc")},
      {"city_compose", ComposeStage("city/city.usda")},
      {"sublayers_compose", ComposeStage("sublayers/sublayers.usda")},
      {"instances_compose", ComposeStage("instances/instances.usdc")},
      {"deep_compose", ComposeStage("deep/deep.usda")},
      {"rig_compose", ComposeStage("rig/rig_shot.usda")},
      {"prims_traverse", OnStage("many_prims.usdc", Traverse)},
      {"city_traverse", OnStage("city/city.usda", Traverse)},
      {"prims_stats", OnStage("many_prims.usdc", CountPrims)},
      {"city_stats", OnStage("city/city.usda", CountPrims)},
      {"city_flatten", OnStage("city/city.usda", Flatten)},
      {"city_export_string", OnStage("city/city.usda", ExportToString)},
      {"sublayers_flatten", OnStage("sublayers/sublayers.usda", Flatten)},
      {"deep_flatten", OnStage("deep/deep.usda", Flatten)},
      {"rig_flatten", OnStage("rig/rig_shot.usda", Flatten)},
      {"instances_flatten", OnStage("instances/instances.usdc", Flatten)},
  });
}

}  // namespace strata::bench
