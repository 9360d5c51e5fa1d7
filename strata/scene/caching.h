// Prims and children of a scene, kept once they have been asked for.   (HdCachingSceneIndex)
#pragma once

#include <mutex>
#include <optional>

#include "strata/scene/filtering.h"
#include "strata/scene/path_table.h"

namespace strata::scene {

// A prim is fetched anew when it is added, or dirtied as a whole; the data it has tell of lesser changes.
class CachingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit CachingSceneIndex(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  ScenePrim GetPrim(Path path) const override;
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::string GetDisplayName() const override { return "Caching"; }
  size_t GetCachedPrimCount() const { return cache_.GetSize(); }

 private:
  struct Cached {
    std::mutex mutex;
    std::optional<ScenePrim> prim;              // guarded by mutex
    std::optional<std::vector<Path>> children;  // guarded by mutex
  };
  void ProcessChanges(const ChangeSet& changes) override;
  mutable PathTable<Cached> cache_;
};

}  // namespace strata::scene
