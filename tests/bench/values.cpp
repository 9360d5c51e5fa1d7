// Workloads that ask an open stage for values: attributes, transforms of instances, bounds.
#include <fmt/format.h>
#include "strata/domain/bounds.h"
#include "strata/domain/point_instancer.h"
#include "strata/domain/stage_transforms.h"
#include "strata/stage/attribute_query.h"
#include "tests/bench/bench.h"

namespace strata::bench {
namespace {

// Each attribute is asked, by a query made before, at every time from `first` to `last`; what has a value
// counts.
std::function<Check()> AskQueries(stage::StagePtr stage, const std::vector<stage::Attribute>& attributes,
                                  int first, int last) {
  std::vector<stage::AttributeQuery> queries;
  for (const stage::Attribute& attribute : attributes) queries.emplace_back(attribute);
  return [stage, queries = std::move(queries), first, last]() -> Check {
    size_t count = 0;
    for (int time = first; time <= last; ++time)
      for (const stage::AttributeQuery& query : queries) count += !query.Get(time).IsEmpty();
    return [count] { return std::to_string(count); };
  };
}

std::vector<stage::Attribute> FindAnimated(const stage::Stage& stage, const char* transform) {
  std::vector<stage::Attribute> attributes;
  for (const stage::Prim& prim : stage.Traverse())
    for (const char* name : {transform, "points"})
      if (const stage::Attribute attribute = prim.GetAttribute(Token(name))) attributes.push_back(attribute);
  return attributes;
}

// What moves, at 240 times.
std::function<Check()> AskAnimation(Bench& bench) {
  bench.engine = MakeEngine(bench);
  const stage::StagePtr stage = OpenStageAt(bench, FindScene(bench, "anim.usdc"));
  if (!stage) return []() -> Check { return nullptr; };
  return AskQueries(stage, FindAnimated(*stage, "xformOp:transform"), 1, 240);
}

std::function<Check()> AskClips(Bench& bench) {
  bench.engine = MakeEngine(bench);
  const stage::StagePtr stage = OpenStageAt(bench, FindScene(bench, "clips/clips.usda"));
  if (!stage) return []() -> Check { return nullptr; };
  return AskQueries(stage, FindAnimated(*stage, "xformOp:translate"), 1,
                    static_cast<int>(stage->GetEndTimeCode()));
}

std::function<Check()> AskCity(Bench& bench) {
  bench.engine = MakeEngine(bench);
  const stage::StagePtr stage = OpenStageAt(bench, FindScene(bench, "city/city.usda"));
  if (!stage) return []() -> Check { return nullptr; };
  std::vector<stage::Attribute> attributes;
  for (const stage::Prim& prim : stage->Traverse())
    for (stage::Attribute& attribute : prim.GetAttributes()) attributes.push_back(std::move(attribute));
  return [stage, attributes = std::move(attributes)]() -> Check {
    size_t count = 0;
    for (const stage::Attribute& attribute : attributes) count += !attribute.Get(25.0).IsEmpty();
    return [count] { return std::to_string(count); };
  };
}

Check ComputeInstances(stage::Stage& stage) {
  const domain::PointInstancer instancer(stage.GetPrimAtPath(Path("/World/Scatter")));
  const auto transforms = instancer.ComputeInstanceTransforms(stage::Time::Default(), stage::Time::Default());
  if (!transforms) return nullptr;
  return [count = transforms->size()] { return std::to_string(count); };
}

// The size of the world's box, for what a final render shows.
Check ComputeBounds(stage::Stage& stage) {
  domain::BoundsOptions options;
  options.purposes = {Token("default"), Token("render"), Token("proxy")};
  domain::BoundsCache cache(stage, options);
  const Range3d range = cache.ComputeWorldBound(stage.GetPseudoRoot()).ComputeAlignedRange();
  return [range] {
    return fmt::format("[{:.3f}, {:.3f}, {:.3f}]", range.max[0] - range.min[0], range.max[1] - range.min[1],
                       range.max[2] - range.min[2]);
  };
}

// The same at 240 times.
Check ComputeBoundsOverTime(stage::Stage& stage) {
  domain::BoundsOptions options;
  options.time = 1.0;
  domain::BoundsCache cache(stage, options);
  double width = 0;
  for (int time = 1; time <= 240; ++time) {
    cache.SetTime(static_cast<double>(time));
    const Range3d range = cache.ComputeWorldBound(stage.GetPseudoRoot()).ComputeAlignedRange();
    width = range.max[0] - range.min[0];
  }
  return [width] { return fmt::format("{:.3f}", width); };
}

// World transforms of every prim, ten times, so that starting threads and first looks do not count for much.
Check ComputeTransforms(stage::Stage& stage) {
  size_t count = 0;
  for (int round = 0; round < 10; ++round) {
    const domain::StageTransforms transforms(stage);
    count = transforms.GetTransformCount();
  }
  return [count] { return std::to_string(count); };
}

}  // namespace

void AddValueWorkloads(Workloads& workloads) {
  workloads.insert({
      {"city_attr_get", AskCity},
      {"anim_attr_get", AskAnimation},
      {"clips_resolve", AskClips},
      {"point_instancer_transforms", OnStage("instances/point_instancer.usdc", ComputeInstances)},
      {"city_transforms", OnStage("city/city.usda", ComputeTransforms)},
      {"instances_transforms", OnStage("instances/instances.usdc", ComputeTransforms)},
      {"prims_transforms", OnStage("many_prims.usdc", ComputeTransforms)},
      {"city_bbox", OnStage("city/city.usda", ComputeBounds)},
      {"instances_bbox", OnStage("instances/instances.usdc", ComputeBounds)},
      {"point_instancer_bbox", OnStage("instances/point_instancer.usdc", ComputeBounds)},
      {"mesh_bbox", OnStage("mesh_crate.usdc", ComputeBounds)},
      {"anim_bbox_240", OnStage("anim.usdc", ComputeBoundsOverTime)},
  });
}

}  // namespace strata::bench
