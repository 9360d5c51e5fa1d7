// One part of the data of prims of one type, kept.   (HdsiLocatorCachingSceneIndex)
#pragma once

#include <mutex>

#include "strata/scene/filtering.h"
#include "strata/scene/path_table.h"

namespace strata::scene {

// Keeps the containers and vectors at and below `locator` of prims of `type`, and which sources they hold,
// from when they are first read until they are dirtied: for what is dear to make and asked for by many, such
// as networks of materials. Values are read anew each time.
class LocatorCachingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  LocatorCachingSceneIndex(SceneIndexPtr input, DataSourceLocator locator, Token type);
  ~LocatorCachingSceneIndex() override;
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Locator caching"; }
  size_t GetCachedPrimCount() const { return cache_.GetSize(); }

  class CachedPrim;

 private:
  struct Cached {
    std::mutex mutex;
    Handle<const CachedPrim> prim;  // guarded by mutex; null: not asked for, or of another type
  };
  void ProcessChanges(const ChangeSet& changes) override;

  const DataSourceLocator locator_;
  const Token type_;
  mutable PathTable<Cached> cache_;
};

}  // namespace strata::scene
