#include <fmt/format.h>

#include "strata/compose/indexer.h"

namespace strata::compose {

void Indexer::ElideSubtree(uint32_t top) {
  for (uint32_t node : graph_.GetSubtree(top)) {
    graph_[node].Set(kNodeCulled, true);
    graph_[node].Set(kNodeElided, true);
    graph_[node].MakeInert(CountNamespaceDepth(graph_[node].path));
  }
}

// What came to the target of a relocate with its namespace parent does not belong to the prim moved there;
// only what variants say at the target itself does, with the arcs in them.
void Indexer::ElideBelow(uint32_t node) {
  for (uint32_t child : graph_.GetChildren(node))
    if (graph_[child].arc != ArcType::kVariant) ElideSubtree(child);
}

void Indexer::EvaluateRelocations(uint32_t node) {
  if (!graph_[node].CanContributeSpecs()) return;
  const LayerStackPtr stack = pool_.GetStack(graph_[node].layer_stack);
  const Path target = graph_[node].path;
  const Path source = stack->FindRelocateSource(target);
  if (source.IsEmpty()) return;
  ElideBelow(node);

  Arc arc{ArcType::kRelocate, node, node, graph_[node].layer_stack, source};
  arc.namespace_depth = CountNamespaceDepth(target);
  ArcOptions options;
  options.contributes = false;  // nobody may speak about the source of a relocate in the stack that moved it
  options.include_ancestral = true;
  const uint32_t added = AddArc(arc, options);
  if (added == kNoNode) return;
  ReportOpinionsAtSource(added, target);
}

void Indexer::ReportOpinionsAtSource(uint32_t node, Path target) {
  const LayerStack& stack = graph_.GetStack(node);
  const Path source = graph_[node].path;
  const LayerStack::Site site = stack.FindSite(source);
  for (uint32_t layer : site.layers) {
    CompositionError& error =
        AddError(ErrorType::kOpinionAtRelocationSource,
                 fmt::format("The layer @{}@ has an invalid opinion at the relocation source path <{}>, "
                             "which will be ignored.",
                             stack.GetEntries()[layer].layer->GetIdentifier(), source.GetString()),
                 node, fmt::format("Move the opinion to <{}>.", target.GetString()));
    error.diagnostic.location.file = stack.GetEntries()[layer].layer->GetIdentifier();
  }
}

// Further out, the source of the relocate is known by another path: opinions there would be about the moved
// prim too, so a placeholder stands for them.
void Indexer::EvaluateImpliedRelocations(uint32_t node) {
  if (graph_[node].arc != ArcType::kRelocate || graph_[node].Has(kNodeDueToAncestor)) return;
  const uint32_t parent = graph_[node].parent;
  if (parent == kNoNode) return;
  const uint32_t grandparent = graph_[parent].parent;
  if (grandparent == kNoNode) return;
  const Path source =
      graph_.GetMapToParent(parent).MapSourceToTarget(graph_[node].path.StripAllVariantSelections());
  if (source.IsEmpty() || !source.IsPrim()) return;
  const uint32_t stack = graph_[grandparent].layer_stack;
  if (graph_.FindChild(grandparent, stack, source, ArcType::kRelocate) != kNoNode) return;

  Arc arc{ArcType::kRelocate, grandparent, node, stack, source};
  arc.sibling_number = graph_[node].sibling_number;
  arc.namespace_depth = CountNamespaceDepth(graph_[grandparent].path);
  ArcOptions options;
  options.contributes = false;
  AddArc(arc, options);
}

// Whether some node stands at a path that its own layer stack relocates away: then the site of the frame, or
// at the top the prim asked for, is prohibited.
void Indexer::FindProhibited() {
  for (uint32_t node = 0; node != kNoNode; node = graph_.GetNextInSubtree(0, node)) {
    const Node& n = graph_[node];
    if (n.Has(kNodeCulled)) continue;
    if (n.Has(kNodeInert))
      continue;  // it has no say: the place of an instance, or what is followed elsewhere
    if (node == 0 && frame_ && frame_->arc == ArcType::kRelocate && n.path == frame_->path) continue;
    if (!graph_.GetStack(node).IsRelocationSource(n.path)) continue;
    prohibited_source_ = n.path;
    prohibited_stack_ = n.layer_stack;
    return;
  }
}

}  // namespace strata::compose
