#include "strata/scene/retained_scene_index.h"

#include <algorithm>

#include "strata/scene/retained.h"

namespace strata::scene {

ScenePrim RetainedSceneIndex::GetPrim(Path path) const {
  const auto* entry = prims_.Find(path);
  return entry ? entry->value.prim : ScenePrim();
}

std::vector<Path> RetainedSceneIndex::GetChildPrimPaths(Path path) const {
  std::vector<Path> children;
  const auto* entry = prims_.Find(path);
  if (!entry) return children;
  for (const auto* child = entry->GetFirstChild(); child; child = child->GetNextSibling())
    children.push_back(child->GetPath());
  std::reverse(children.begin(), children.end());  // the table has the newest first
  return children;
}

void RetainedSceneIndex::AddPrims(std::vector<Entry> entries) {
  Apply({.removed = {}, .added = std::move(entries), .dirtied = {}});
}

void RetainedSceneIndex::RemovePrims(const std::vector<Path>& roots) {
  Apply({.removed = roots, .added = {}, .dirtied = {}});
}

void RetainedSceneIndex::DirtyPrims(std::vector<DirtiedPrim> entries) {
  Apply({.removed = {}, .added = {}, .dirtied = std::move(entries)});
}

void RetainedSceneIndex::Apply(Changes changes) {
  static const ContainerDataSourceHandle empty = RetainedContainerDataSource::New();
  ChangeSet sent;
  for (Path root : changes.removed) {
    if (!prims_.Find(root)) continue;
    prims_.RemoveSubtree(root);
    sent.removed.push_back(root);
  }
  for (Entry& entry : changes.added) {
    if (!entry.path.IsAbsolute()) continue;
    std::vector<Path> above;
    for (Path up = entry.path.GetParent(); !up.IsEmpty() && !prims_.Find(up); up = up.GetParent())
      above.push_back(up);
    ScenePrim& prim = prims_.FindOrAdd(entry.path).value.prim;
    for (; !above.empty(); above.pop_back()) {
      prims_.Find(above.back())->value.prim.data = empty;
      sent.added.push_back({above.back(), Token()});
    }
    prim = {entry.type, entry.data ? std::move(entry.data) : empty};
    sent.added.push_back({entry.path, entry.type});
  }
  for (DirtiedPrim& entry : changes.dirtied)
    if (prims_.Find(entry.path)) sent.dirtied.push_back(std::move(entry));
  Send(std::move(sent));
}

}  // namespace strata::scene
