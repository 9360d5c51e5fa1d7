// Scenes and data moved to other paths.   (HdPrefixingSceneIndex, UsdImagingRerootingSceneIndex)
#pragma once

#include <utility>
#include <vector>

#include "strata/scene/filtering.h"

namespace strata::scene {

// Subtrees and where they stand instead; of several that hold a path the first counts.
class PathMap {
 public:
  PathMap() = default;
  PathMap(Path from, Path to) : moves_{{from, to}} {}
  void Add(Path from, Path to) { moves_.emplace_back(from, to); }
  // Paths outside all subtrees, and relative ones, stay.
  Path Map(Path path) const;
  bool IsEmpty() const { return moves_.empty(); }

 private:
  std::vector<std::pair<Path, Path>> moves_;
};

// The data with the paths in its values mapped, in arrays too, and in prims' `__dependencies`. Where a prim
// comes from (`primOrigin`) is no path in the scene: it stays. Null for null.
ContainerDataSourceHandle MapPaths(const ContainerDataSourceHandle& data, const PathMap& map);

// Shows the subtree at `from` of another scene at `to`, with paths in data moved along. Prims above `to` are
// there, empty; all else is not.
class RerootingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  RerootingSceneIndex(SceneIndexPtr input, Path from, Path to);
  ScenePrim GetPrim(Path path) const override;
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::string GetDisplayName() const override { return "Rerooting"; }

 private:
  void ProcessChanges(const ChangeSet& changes) override;
  // Empty when the path is not of the subtree.
  Path ToInput(Path path) const;
  Path FromInput(Path path) const;

  Path from_, to_;
};

// A whole scene below a prefix.
SceneIndexPtr MakePrefixingSceneIndex(SceneIndexPtr input, Path prefix);

}  // namespace strata::scene
