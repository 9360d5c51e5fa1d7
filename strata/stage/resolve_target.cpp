#include "strata/stage/resolve_target.h"

#include <optional>

namespace strata::stage {

namespace {

// The place of `layer` in the node's stack, the first one for null.
std::optional<uint32_t> FindLayer(compose::NodeRef node, const layer::LayerPtr& layer) {
  if (!layer) return 0;
  const auto& entries = node.GetLayerStack()->GetEntries();
  for (uint32_t i = 0; i < entries.size(); ++i)
    if (entries[i].layer == layer) return i;
  return std::nullopt;
}

// The strongest node that writes to the target's layer maps there as the target does.
compose::NodeRef FindNode(const compose::PrimIndex& index, Path scene_path, const EditTarget& target) {
  const Path spec_path = target.MapToSpecPath(scene_path);
  for (uint32_t n = 0; n < index.GetNodeCount(); ++n) {
    compose::NodeRef node = index.GetNode(n);
    if (node.GetPath() == spec_path && FindLayer(node, target.GetLayer())) return node;
  }
  return {};
}

}  // namespace

ResolveTarget ResolveTarget::UpTo(compose::PrimIndexPtr index, compose::NodeRef node,
                                  const layer::LayerPtr& layer) {
  ResolveTarget target;
  std::optional<uint32_t> place = node ? FindLayer(node, layer) : std::nullopt;
  if (!place) return target;
  target.index_ = std::move(index);
  target.start_ = {node.GetNumber(), *place};
  return target;
}

ResolveTarget ResolveTarget::StrongerThan(compose::PrimIndexPtr index, compose::NodeRef node,
                                          const layer::LayerPtr& layer) {
  ResolveTarget target;
  std::optional<uint32_t> place = node ? FindLayer(node, layer) : std::nullopt;
  if (!place) return target;
  target.index_ = std::move(index);
  target.stop_ = {node.GetNumber(), *place};
  return target;
}

ResolveTarget ResolveTarget::UpToEditTarget(const Prim& prim, const EditTarget& target) {
  compose::PrimIndexPtr index = target ? prim.ComputeExpandedPrimIndex() : nullptr;
  if (!index || !index->IsValid()) return {};
  compose::NodeRef node = FindNode(*index, index->GetPath(), target);
  return UpTo(std::move(index), node, target.GetLayer());
}

ResolveTarget ResolveTarget::StrongerThanEditTarget(const Prim& prim, const EditTarget& target) {
  compose::PrimIndexPtr index = target ? prim.ComputeExpandedPrimIndex() : nullptr;
  if (!index || !index->IsValid()) return {};
  compose::NodeRef node = FindNode(*index, index->GetPath(), target);
  return StrongerThan(std::move(index), node, target.GetLayer());
}

compose::NodeRef ResolveTarget::GetStartNode() const {
  return index_ ? index_->GetNode(start_.node) : compose::NodeRef();
}

compose::NodeRef ResolveTarget::GetStopNode() const {
  return index_ && stop_.node != kNowhere ? index_->GetNode(stop_.node) : compose::NodeRef();
}

layer::LayerPtr ResolveTarget::LayerAt(Site site) const {
  if (!index_ || site.node == kNowhere) return nullptr;
  return index_->GetNode(site.node).GetLayerStack()->GetEntries()[site.layer].layer;
}

layer::LayerPtr ResolveTarget::GetStartLayer() const {
  return LayerAt(start_);
}

layer::LayerPtr ResolveTarget::GetStopLayer() const {
  return LayerAt(stop_);
}

ResolveTarget::Place ResolveTarget::Find(compose::NodeRef node,
                                         const compose::LayerStack::Entry& entry) const {
  const uint32_t number = node.GetNumber();
  if (number < start_.node) return Place::kBefore;
  if (number > stop_.node) return Place::kBehind;
  if (number != start_.node && number != stop_.node) return Place::kWithin;
  // Entries of a stack that was edited since are not where its entries are now: layers tell.
  const Site site{number, FindLayer(node, entry.layer).value_or(0)};
  if (site < start_) return Place::kBefore;
  return site < stop_ ? Place::kWithin : Place::kBehind;
}

}  // namespace strata::stage
