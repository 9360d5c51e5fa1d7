// A context is the sole owner of its stage: handles to it expire when another one is attached.
#include <cstdio>

#include "examples/contexts/describe.h"
#include "strata/context/context.h"

int main() {
  using namespace strata;
  const context::Engine engine;
  Diagnostics remarks;
  const context::ContextPtr usd_context = engine.GetContexts().Get();
  if (!examples::OpenBlankStage(engine, *usd_context)) return 1;

  // 1
  const stage::StageRef old_stage = usd_context->GetStage();
  std::puts(examples::Describe(old_stage).c_str());  // a valid stage

  // 2
  const layer::LayerPtr layer = engine.GetLayerRegistry()->CreateAnonymous();
  Result<stage::StagePtr> new_stage = stage::Stage::Open(engine.GetLayerRegistry(), layer, {}, remarks);
  if (!new_stage) return 1;
  std::puts(examples::Describe(old_stage).c_str());  // still valid here

  // 3
  context::StageCache cache;
  const context::StageCache::Id stage_id = cache.Insert(*std::move(new_stage));
  const context::Operation attached = usd_context->AttachAsync(cache, stage_id);
  if (!attached.Wait()) return 1;
  std::puts(examples::Describe(old_stage).c_str());  // no longer valid
  return 0;
}
