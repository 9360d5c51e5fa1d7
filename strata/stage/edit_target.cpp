#include "strata/stage/edit_target.h"

namespace strata::stage {

EditTarget::EditTarget(layer::LayerPtr layer, LayerOffset layer_to_stage)
    : layer_(std::move(layer)), map_(compose::MapFunction::Identity().ComposeOffset(layer_to_stage)) {}

EditTarget::EditTarget(layer::LayerPtr layer, compose::NodeRef node) : layer_(std::move(layer)) {
  LayerOffset in_stack;
  for (const compose::LayerStack::Entry& entry : node.GetLayerStack()->GetEntries())
    if (entry.layer == layer_) in_stack = entry.offset;
  map_ = node.GetMapToRoot().Compose(compose::MapFunction::Identity().ComposeOffset(in_stack));
  if (node.GetPath().ContainsPrimVariantSelection()) site_ = node.GetPath();
}

EditTarget EditTarget::ForLocalDirectVariant(layer::LayerPtr layer, Path variant) {
  EditTarget target(std::move(layer));
  target.site_ = variant;
  return target;
}

Path EditTarget::MapToSpecPath(Path scene_path) const {
  Path mapped = map_.MapTargetToSource(scene_path);
  if (mapped.IsEmpty() || site_.IsEmpty()) return mapped;
  Path plain = site_.StripAllVariantSelections();
  // What lies outside the variant's prim is said where it always is.
  return mapped.HasPrefix(plain) ? mapped.ReplacePrefix(plain, site_, Path::TargetFix::kKeepTargets) : mapped;
}

}  // namespace strata::stage
