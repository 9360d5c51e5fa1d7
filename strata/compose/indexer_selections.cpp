// Selections of variants in graphs with many nodes: asking every node about every set would cost the square
// of what the layers say.
#include <algorithm>

#include "strata/compose/indexer.h"

namespace strata::compose {

// Looks at the nodes made since the last time. What a node says of a prim does not change while tasks run;
// whether it may say it can, and is asked by those who choose.
Indexer::SelectionIndex& Indexer::GetSelectionIndex(uint32_t top, Path path) {
  SelectionIndex& index = selection_indices_[{top, path}];
  for (uint32_t number = static_cast<uint32_t>(index.paths.size()); number < graph_.GetSize(); ++number) {
    const uint32_t parent = graph_[number].parent;
    Path there = number == top ? path : Path();
    if (number > top && parent < number && !index.paths[parent].IsEmpty())
      there = graph_.GetMapToParent(number).MapTargetToSource(index.paths[parent]);
    index.paths.push_back(there);
    if (!there.IsEmpty()) NoteSelections(number, there, index);
  }
  return index;
}

void Indexer::NoteSelections(uint32_t number, Path path, SelectionIndex& index) {
  ++selection_reads_;
  const Node& node = graph_[number];
  if (node.arc == ArcType::kVariant) {
    const Path variant = graph_.GetPathAtIntroduction(number);
    if (variant.GetPrimPath() == path) index.selected[variant.GetVariantSet()].push_back(number);
  }
  const Path site_path = GetSiteInVariants(number, path);
  NoteSelectionSite(number, site_path);
  NoteVisit(node.layer_stack, site_path, ArcType::kVariant);
  const LayerStack& stack = graph_.GetStack(number);
  const LayerStack::Site site = stack.FindSite(site_path);
  if (!(site.fields & kSiteVariantSelection)) return;
  for (uint32_t entry : site.layers) {
    const auto* selections = stack.GetEntries()[entry].layer->GetFieldAs<VariantSelectionMap>(
        site_path, layer::GetFieldNames().variantSelection);
    if (!selections) continue;
    for (const auto& [set, selection] : *selections) {
      std::vector<uint32_t>& nodes = index.written[Token(set)];
      if (nodes.empty() || nodes.back() != number) nodes.push_back(number);
    }
  }
}

Indexer::Selection Indexer::FindIndexedSelection(uint32_t top, Path path, Token variant_set) {
  const SelectionIndex& index = GetSelectionIndex(top, path);
  const auto choose = [&](const NodesBySet& nodes, SelectionReader read) -> Selection {
    const auto found = nodes.find(variant_set);
    if (found == nodes.end()) return {};
    std::vector<uint32_t> open = found->second;
    const auto is_stronger = [this](uint32_t a, uint32_t b) { return graph_.CompareStrength(a, b) < 0; };
    while (!open.empty()) {
      const auto strongest = std::min_element(open.begin(), open.end(), is_stronger);
      const Selection selection = (this->*read)(*strongest, index.paths[*strongest], variant_set);
      if (selection.found) return selection;
      open.erase(strongest);
    }
    return {};
  };
  const Selection prior = choose(index.selected, &Indexer::ReadPriorSelection);
  return prior.found ? prior : choose(index.written, &Indexer::ReadSelection);
}

}  // namespace strata::compose
