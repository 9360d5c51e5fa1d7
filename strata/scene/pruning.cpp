#include "strata/scene/pruning.h"

#include <algorithm>

namespace strata::scene {

bool PathPruningSceneIndex::IsPruned(Path path) const {
  // Above a relative path there is always another one.
  if (!path.IsAbsolute()) return false;
  for (; !path.IsEmpty(); path = path.GetParent())
    if (is_pruned_(path)) return true;
  return false;
}

ScenePrim PathPruningSceneIndex::GetPrim(Path path) const {
  return IsPruned(path) ? ScenePrim() : GetInput().GetPrim(path);
}

std::vector<Path> PathPruningSceneIndex::GetChildPrimPaths(Path path) const {
  if (IsPruned(path)) return {};
  std::vector<Path> children = GetInput().GetChildPrimPaths(path);
  std::erase_if(children, is_pruned_);
  return children;
}

void PathPruningSceneIndex::ProcessChanges(const ChangeSet& changes) {
  ChangeSet out = changes;
  std::erase_if(out.removed, [this](Path path) { return IsPruned(path); });
  std::erase_if(out.added, [this](const AddedPrim& entry) { return IsPruned(entry.path); });
  std::erase_if(out.dirtied, [this](const DirtiedPrim& entry) { return IsPruned(entry.path); });
  Send(std::move(out), Form::kNormal);
}

bool PrimTypePruningSceneIndex::IsPruned(Token type) const {
  return std::ranges::find(types_, type) != types_.end();
}

ScenePrim PrimTypePruningSceneIndex::GetPrim(Path path) const {
  ScenePrim prim = GetInput().GetPrim(path);
  if (IsPruned(prim.type)) prim.type = Token();
  return prim;
}

void PrimTypePruningSceneIndex::ProcessChanges(const ChangeSet& changes) {
  ChangeSet out = changes;
  for (AddedPrim& entry : out.added)
    if (IsPruned(entry.type)) entry.type = Token();
  Send(std::move(out), Form::kNormal);
}

}  // namespace strata::scene
