#include "strata/compose/indexer.h"

namespace strata::compose {

// Specializes are weaker than everything else, wherever they are written. Where one is written stands a
// silent placeholder, from which its classes are implied outwards; what it leads to is followed below the
// root node of the outermost frame, where siblings of other kinds are stronger.

uint32_t Indexer::FindSpecializing(uint32_t node) const {
  for (; graph_[node].parent != kNoNode; node = graph_[node].parent)
    if (graph_[node].arc == ArcType::kSpecialize) return node;
  return kNoNode;
}

// The node below the root that stands for the placeholder, or kNoNode.
uint32_t Indexer::FindPropagated(uint32_t placeholder) const {
  const Node& from = graph_[placeholder];
  if (from.arc != ArcType::kSpecialize || from.parent == 0) return kNoNode;
  return graph_.FindPropagated(placeholder);
}

// The node that `node` is an arc of; of what stands for a placeholder, where that is.
uint32_t Indexer::GetIntroducing(uint32_t node) const {
  return graph_[graph_.GetPlaceholder(node)].parent;
}

void Indexer::EvaluateImpliedSpecializes(uint32_t top) {
  if (graph_[top].parent == kNoNode) return;
  for (uint32_t node : graph_.GetSubtree(top)) {
    if (graph_[node].arc != ArcType::kSpecialize || graph_[node].parent == 0) continue;
    if (FindSaidAtRoot(node) == kNoNode && PropagateToRoot(node)) AddImpliedClassTask(node);
  }
}

// What stands there over another arc has the site's say as well: a relocate's source has none.
uint32_t Indexer::FindSaidAtRoot(uint32_t placeholder) {
  const Node& node = graph_[placeholder];
  if (IsTop()) NoteAskedSite(node.path);
  return graph_.FindChildAt(0, node.layer_stack, node.path);
}

bool Indexer::PropagateToRoot(uint32_t placeholder) {
  const Node from = graph_[placeholder];
  Arc arc{from.arc, 0, placeholder, from.layer_stack, from.path, from.map_to_root};
  arc.sibling_number = from.sibling_number;
  arc.namespace_depth = CountNamespaceDepth(graph_[0].path);
  ArcOptions options;
  options.include_ancestral = !from.path.IsRootPrim();
  options.skip_duplicates = true;
  const uint32_t added = AddArc(arc, options);
  if (added == kNoNode) return false;
  graph_[added].Set(kNodeDueToAncestor, from.Has(kNodeDueToAncestor));
  return true;
}

}  // namespace strata::compose
