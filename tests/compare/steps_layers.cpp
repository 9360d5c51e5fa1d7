// Layers made of others: layer stacks flattened, layers and clips stitched.
#include "strata/pipeline/stitch.h"
#include "strata/stage/flatten_layer_stack.h"
#include "tests/compare/steps.h"

namespace strata::compare {

namespace {

Json TextOf(const layer::Layer& layer) {
  auto text = layer.ExportToString();
  return text ? Json(*text) : Json();
}

}  // namespace

Json FlattenStack(const Bench& bench) {
  return TextOf(*stage::FlattenLayerStack(*bench.stage->GetRootLayerStack(), bench.registry));
}

Json FlattenStage(const Bench& bench) {
  stage::FlattenOptions options;
  options.source_comment = stage::FlattenOptions::SourceComment::kOmit;
  return TextOf(*bench.stage->Flatten(options));
}

// The step's "strong" takes what its "weak" says; both are files.
Json Stitch(const Bench& bench, const Json& step) {
  Diagnostics remarks;
  const layer::LayerPtr strong = bench.registry->CreateAnonymous("strong.usda");
  const layer::LayerPtr from = bench.registry->FindOrOpen(step.at("strong"), nullptr, {}, remarks);
  const layer::LayerPtr weak = bench.registry->FindOrOpen(step.at("weak"), nullptr, {}, remarks);
  if (!from || !weak) return {{"error", "a layer does not open"}};
  strong->TransferContent(*from);
  pipeline::StitchLayers(*strong, *weak);
  return TextOf(*strong);
}

}  // namespace strata::compare
