#include "strata/validate/asset_arcs.h"

#include <algorithm>

namespace strata::validate {

namespace {

bool IsAssetArc(compose::ArcType type) {
  return type == compose::ArcType::kReference || type == compose::ArcType::kPayload;
}

// Asking for arcs composes the prim once more: most prims can be told to have none from what is composed.
bool HasAssetArcs(const stage::Prim& prim) {
  const compose::PrimIndexPtr index = prim.GetPrimIndex();
  for (uint32_t i = 1; index && i < index->GetNodeCount(); ++i) {
    const compose::NodeRef node = index->GetNode(i);
    if (IsAssetArc(node.GetArcType()) && !node.IsDueToAncestor()) return true;
  }
  return false;
}

}  // namespace

std::vector<stage::CompositionArc> FindAssetArcs(const stage::Prim& prim) {
  if (prim.IsInstanceProxy() || !HasAssetArcs(prim)) return {};
  std::vector<stage::CompositionArc> arcs = stage::FindCompositionArcs(prim).all;
  std::erase_if(arcs, [](const stage::CompositionArc& arc) {
    return arc.is_ancestral || arc.is_implicit || !arc.is_in_root_layer_stack || !IsAssetArc(arc.type) ||
           arc.node.IsInRootLayerStack();
  });
  return arcs;
}

}  // namespace strata::validate
