// Scenes with parts left out: subtrees by path, types of prims.   (HdsiPrefixPathPruningSceneIndex,
// HdsiPrimTypePruningSceneIndex)
#pragma once

#include <functional>

#include "strata/scene/filtering.h"

namespace strata::scene {

// Without the prims for which the predicate says yes, and all below them. The predicate is called from many
// threads, and answers the same for a path each time.
class PathPruningSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  using Predicate = std::function<bool(Path)>;
  PathPruningSceneIndex(SceneIndexPtr input, Predicate is_pruned)
      : SingleInputFilteringSceneIndex(std::move(input)), is_pruned_(std::move(is_pruned)) {}
  ScenePrim GetPrim(Path path) const override;
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::string GetDisplayName() const override { return "Path pruning"; }

 private:
  bool IsPruned(Path path) const;
  void ProcessChanges(const ChangeSet& changes) override;
  Predicate is_pruned_;
};

// Prims of these types have none; what they inherit to those below stays.
class PrimTypePruningSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  PrimTypePruningSceneIndex(SceneIndexPtr input, std::vector<Token> types)
      : SingleInputFilteringSceneIndex(std::move(input)), types_(std::move(types)) {}
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Type pruning"; }

 private:
  bool IsPruned(Token type) const;
  void ProcessChanges(const ChangeSet& changes) override;
  std::vector<Token> types_;
};

}  // namespace strata::scene
