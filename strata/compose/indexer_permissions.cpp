#include <fmt/format.h>

#include "strata/compose/indexer.h"

namespace strata::compose {

// Whether an arc leads to a private prim: then it stays and says nothing, nor does what it brings. A
// placeholder is denied to nobody, what a relocate took away is.
bool Indexer::IsDenied(const Arc& arc, const Node& target, Silenced why) {
  if (options_.mode == CompositionMode::kUsd || !target.Has(kNodePrivate)) return false;
  if (target.Has(kNodeInert) && arc.type != ArcType::kRelocate && why == Silenced::kByArc) return false;
  AddError(ErrorType::kArcPermissionDenied,
           fmt::format("{}\n{}\n{}\nwhich is private.",
                       DescribeSite(graph_[arc.parent].layer_stack, graph_[arc.parent].path),
                       GetRefusedPhrase(arc.type), DescribeSite(arc.layer_stack, arc.path)),
           arc.parent,
           "Take `permission = private` away from what the arc leads to, or let it lead elsewhere.");
  return true;
}

// What a private prim says cannot be overridden: everything stronger than the weakest private node is kept
// from speaking.
void Indexer::RestrictByPermission() {
  const std::vector<uint32_t> order = graph_.GetSubtree(0);
  uint32_t hiding = kNoNode;
  for (auto number = order.rbegin(); number != order.rend(); ++number) {
    Node& node = graph_[*number];
    if (!node.CanContributeSpecs() || node.Has(kNodeCulled)) continue;
    if (hiding == kNoNode) {
      if (node.Has(kNodePrivate)) hiding = *number;
      continue;
    }
    node.Set(kNodeRestricted, true);
    node.LimitTo(node.path.GetElementCount());
    if (!node.Has(kNodeHasSpecs)) continue;
    AddError(ErrorType::kPrimPermissionDenied,
             fmt::format("{}\nwill be ignored because:\n{}\nis private and overrides its opinions.",
                         DescribeSite(node.layer_stack, node.path),
                         DescribeSite(graph_[hiding].layer_stack, graph_[hiding].path)),
             *number, "Take the opinion away, or `permission = private` from what it overrides.");
  }
}

}  // namespace strata::compose
