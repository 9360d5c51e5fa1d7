#include "strata/scene/caching.h"

namespace strata::scene {

ScenePrim CachingSceneIndex::GetPrim(Path path) const {
  if (!path.IsAbsolute()) return {};
  auto* entry = cache_.Find(path);
  if (entry) {
    const std::lock_guard lock(entry->value.mutex);
    if (entry->value.prim) return *entry->value.prim;
  }
  ScenePrim prim = GetInput().GetPrim(path);
  // What is not there is not kept, whatever paths are asked for.
  if (!prim) return prim;
  if (!entry) entry = &cache_.FindOrAdd(path);
  const std::lock_guard lock(entry->value.mutex);
  if (!entry->value.prim) entry->value.prim = std::move(prim);
  return *entry->value.prim;
}

std::vector<Path> CachingSceneIndex::GetChildPrimPaths(Path path) const {
  if (!path.IsAbsolute()) return {};
  auto* entry = cache_.Find(path);
  if (entry) {
    const std::lock_guard lock(entry->value.mutex);
    if (entry->value.children) return *entry->value.children;
  }
  std::vector<Path> children = GetInput().GetChildPrimPaths(path);
  if (!entry && children.empty()) return children;
  if (!entry) entry = &cache_.FindOrAdd(path);
  const std::lock_guard lock(entry->value.mutex);
  if (!entry->value.children) entry->value.children = std::move(children);
  return *entry->value.children;
}

void CachingSceneIndex::ProcessChanges(const ChangeSet& changes) {
  const auto forget_children = [this](Path parent) {
    if (auto* entry = parent.IsEmpty() ? nullptr : cache_.Find(parent)) entry->value.children.reset();
  };
  for (Path path : changes.removed) {
    cache_.RemoveSubtree(path);
    forget_children(path.GetParent());
  }
  for (const AddedPrim& added : changes.added) {
    if (auto* entry = cache_.Find(added.path)) {
      entry->value.prim.reset();
      entry->value.children.reset();
    }
    forget_children(added.path.GetParent());
  }
  for (const DirtiedPrim& dirtied : changes.dirtied)
    if (dirtied.locators.IsUniversal() || dirtied.locators.Contains(GetContainerSentinel()))
      if (auto* entry = cache_.Find(dirtied.path)) entry->value.prim.reset();
  Send(changes, Form::kNormal);
}

}  // namespace strata::scene
