#include <algorithm>

#include "strata/compose/indexer.h"

namespace strata::compose {

namespace {

template <class T>
void AddOnce(std::vector<T>& items, T item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(std::move(item));
}

}  // namespace

// Selections for a set of an ancestor are read where that ancestor is in the namespace of each node. Mostly
// that is above the node's own path; across arcs to prims further up or down it may be elsewhere.
void Indexer::NoteSelectionSite(uint32_t node, Path site_path) {
  if (graph_[node].path.HasPrefix(site_path)) return;
  AddOnce(GetTop().dependencies_.selections, {graph_[node].layer_stack, site_path});
}

void Indexer::NoteVariables(uint32_t layer_stack, const std::set<std::string>& names) {
  for (const std::string& name : names) AddOnce(GetTop().dependencies_.variables, {layer_stack, name});
}

void Indexer::NoteOpened(uint32_t layer_stack) {
  AddOnce(GetTop().dependencies_.opened, layer_stack);
}

// A graph that will not be attached: what is at its nodes made it so.
void Indexer::NoteRefused(const Graph& graph) {
  for (uint32_t i = 0; i < graph.GetSize(); ++i)
    AddOnce(GetTop().dependencies_.culled, {graph[i].layer_stack, graph[i].path});
}

}  // namespace strata::compose
