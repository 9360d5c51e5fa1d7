#include "strata/compose/indexer.h"

namespace strata::compose {

// Specializes are weaker than everything else, wherever they are written. Their subtrees are therefore copied
// below the root node, where siblings of other kinds are stronger; the original nodes stay as placeholders,
// from which classes found later in the copy are implied outwards.

uint32_t Indexer::FindSpecializing(uint32_t node) const {
  for (; graph_[node].parent != kNoNode; node = graph_[node].parent)
    if (graph_[node].arc == ArcType::kSpecialize) return node;
  return kNoNode;
}

// A copy below the root, made from a specialize further in.
bool Indexer::IsPropagatedSpecialize(uint32_t node) const {
  const Node& n = graph_[node];
  if (n.arc != ArcType::kSpecialize || n.parent != 0 || n.origin == n.parent) return false;
  const Node& origin = graph_[n.origin];
  return origin.path == n.path && origin.layer_stack == n.layer_stack;
}

void Indexer::EvaluateImpliedSpecializes(uint32_t node) {
  if (graph_[node].parent == kNoNode) return;
  if (IsPropagatedSpecialize(node))
    PropagateArcsToOrigin(graph_[node].origin, node, 0);
  else
    PropagateSpecializesToRoot(node);
}

void Indexer::PropagateSpecializesToRoot(uint32_t top) {
  for (uint32_t node : graph_.GetSubtree(top)) {
    if (graph_[node].arc != ArcType::kSpecialize || graph_[node].parent == 0 || IsInPlaceholder(node))
      continue;
    if (graph_[node].Has(kNodeProhibited) && graph_[node].Has(kNodeDueToAncestor))
      FollowProhibitedSpecialize(node);
    else
      PropagateTreeToRoot(0, node, node, graph_[node].map_to_root, 0);
  }
}

// A specialize that leads to or came with a site that a relocate took away stands below the root as if it was
// written there.
void Indexer::FollowProhibitedSpecialize(uint32_t source) {
  const Node from = graph_[source];
  if (graph_.FindChild(0, from.layer_stack, from.path, from.arc) != kNoNode) return;
  Arc arc{from.arc, 0, source, from.layer_stack, from.path, from.map_to_root};
  arc.sibling_number = from.sibling_number;
  arc.namespace_depth = CountNamespaceDepth(graph_[0].path);
  ArcOptions options;
  options.include_ancestral = true;
  const uint32_t copy = AddArc(arc, options);
  if (copy != kNoNode) graph_[copy].Set(kNodeDueToAncestor, true);
}

void Indexer::PropagateTreeToRoot(uint32_t parent, uint32_t source, uint32_t origin, uint32_t map_to_parent,
                                  int depth) {
  if (depth > static_cast<int>(options_.budgets.max_arc_depth)) return;
  const uint32_t copy = PropagateNode(parent, source, origin, map_to_parent);
  if (copy == kNoNode) return;
  for (uint32_t child : graph_.GetChildren(source)) {
    const Node& node = graph_[child];
    const bool is_own = node.origin == node.parent;
    // An arc written at the source is now one of the copy, from which the one left behind stems.
    const uint32_t child_origin =
        is_own || node.origin == kNoNode || IsWithin(node.origin, copy) ? copy : node.origin;
    PropagateTreeToRoot(copy, child, child_origin, node.map_to_parent, depth + 1);
  }
}

// Whether it is below a specialize that has a copy: the copy has one of this node, too.
bool Indexer::IsInPlaceholder(uint32_t node) const {
  for (node = graph_[node].parent; node != kNoNode; node = graph_[node].parent)
    if (graph_[node].arc == ArcType::kSpecialize && graph_[node].parent != 0 && graph_[node].Has(kNodeInert))
      return true;
  return false;
}

bool Indexer::IsWithin(uint32_t node, uint32_t top) const {
  for (; node != kNoNode; node = graph_[node].parent)
    if (node == top) return true;
  return false;
}

// Leaves placeholders at the origin for arcs found in the copy: what they imply further out is found from
// there.
void Indexer::PropagateArcsToOrigin(uint32_t parent, uint32_t source, int depth) {
  if (depth > static_cast<int>(options_.budgets.max_arc_depth)) return;
  for (uint32_t child : graph_.GetChildren(source)) {
    const Node node = graph_[child];
    uint32_t placeholder = graph_.FindChild(parent, node.layer_stack, node.path, node.arc);
    if (placeholder == kNoNode) {
      if (!node.Has(kNodeNew)) continue;
      if (ExceedsBudget({node.arc, parent, parent, node.layer_stack, node.path})) return;
      Node copy = node;
      copy.origin = child;
      copy.first_child = copy.next_sibling = kNoNode;
      copy.MakeInert(1);
      placeholder = graph_.Insert(parent, copy);
      AddImpliedTasksFor(placeholder);
    }
    PropagateArcsToOrigin(placeholder, child, depth + 1);
  }
}

// The copy of `source` below `parent`, made if it is not there; `source` becomes a placeholder for it.
uint32_t Indexer::PropagateNode(uint32_t parent, uint32_t source, uint32_t origin, uint32_t map_to_parent) {
  const Node from = graph_[source];
  uint32_t copy = kNoNode;
  for (uint32_t known : graph_.GetChildren(parent)) {
    const Node& node = graph_[known];
    if (node.arc == from.arc && node.layer_stack == from.layer_stack && node.path == from.path &&
        node.map_to_parent == map_to_parent && known != source)
      copy = known;
  }
  if (copy == kNoNode) {
    if (ExceedsBudget({from.arc, parent, origin, from.layer_stack, from.path})) return kNoNode;
    Node node = from;
    node.origin = origin;
    node.map_to_parent = map_to_parent;
    if (parent == 0) node.namespace_depth = static_cast<uint16_t>(CountNamespaceDepth(graph_[0].path));
    node.first_child = node.next_sibling = kNoNode;
    copy = graph_.Insert(parent, node);
    if (parent != 0) graph_.SetOrigin(source, copy);
    AddImpliedTasksFor(copy);
    if (graph_[copy].CanContributeSpecs() || from.arc == ArcType::kRelocate)
      AddTask({TaskType::kAncestralVariantSets, copy, {}, {}, 0});
    if (graph_[copy].CanContributeSpecs() && (graph_.GetSite(copy).fields & kSiteVariantSets))
      AddTask({TaskType::kVariantSets, copy, {}, {}, 0});
  }
  graph_[source].MakeInert(1);
  if (parent != 0 && graph_[source].origin == graph_[source].parent) graph_.SetOrigin(source, copy);
  return copy;
}

}  // namespace strata::compose
