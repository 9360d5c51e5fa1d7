#include <algorithm>

#include "strata/compose/indexer.h"

namespace strata::compose {

namespace {

template <class T>
void AddOnce(std::vector<T>& items, T item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(std::move(item));
}

}  // namespace

// Selections for a set of an ancestor are read where that ancestor is in the namespace of each node. Where an
// arc of the prim itself leads below that site, or to it, the prim is known to depend on it; the other nodes
// came with the namespace parent, of whose children those stay that do not ask it.
void Indexer::NoteSelectionSite(uint32_t number, Path site_path) {
  const Node& node = graph_[number];
  if (node.path == site_path || (node.Has(kNodeNew) && node.path.HasPrefix(site_path))) return;
  AddOnce(GetTop().dependencies_.selections, {node.layer_stack, site_path});
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
