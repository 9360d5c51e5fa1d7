// Whoever opens a stage for themselves owns it: it stays valid when a context attaches another one.
#include <cstdio>

#include "examples/contexts/describe.h"
#include "strata/context/context.h"

int main() {
  using namespace strata;
  const context::Engine engine;
  Diagnostics remarks;
  const context::ContextPtr usd_context = engine.GetContexts().Get();
  if (!examples::OpenBlankStage(engine, *usd_context)) return 1;

  // A stage over the same root layer, and the only reference to it.
  const layer::LayerPtr root = usd_context->GetStage().Get()->GetRootLayer();
  const Result<stage::StagePtr> old_stage = engine.OpenStage(root->GetIdentifier(), {}, remarks);
  if (!old_stage) return 1;
  std::puts(examples::Describe((*old_stage)->GetRef()).c_str());  // a valid stage

  const layer::LayerPtr layer = engine.GetLayerRegistry()->CreateAnonymous();
  Result<stage::StagePtr> new_stage = stage::Stage::Open(engine.GetLayerRegistry(), layer, {}, remarks);
  if (!new_stage) return 1;
  std::puts(examples::Describe((*old_stage)->GetRef()).c_str());  // still valid here

  context::StageCache cache;
  const context::StageCache::Id stage_id = cache.Insert(*std::move(new_stage));
  const context::Operation attached = usd_context->AttachAsync(cache, stage_id);
  if (!attached.Wait()) return 1;
  std::puts(examples::Describe((*old_stage)->GetRef()).c_str());  // still valid here
  return 0;
}
