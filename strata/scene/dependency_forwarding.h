// Prims whose data depend on those of others are dirtied with them.   (HdDependencyForwardingSceneIndex)
#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/scene/filtering.h"

namespace strata::scene {

// What a prim's `__dependencies` hold under a name.
struct Dependency {
  Path depended_on;  // empty: the prim itself
  DataSourceLocator depended_on_locator;
  DataSourceLocator affected_locator;  // of the prim that depends
};
ContainerDataSourceHandle MakeDependency(const Dependency& dependency);
std::vector<Dependency> ReadDependencies(const ContainerDataSourceHandle& prim_data);

// A prim's dependencies are learned when it is asked for, since only who has seen its data must be told.
// Changes go on along dependencies of what they dirty; cycles end where they come back. `__dependencies` is
// not shown on.
class DependencyForwardingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit DependencyForwardingSceneIndex(SceneIndexPtr input)
      : SingleInputFilteringSceneIndex(std::move(input)) {}
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Dependency forwarding"; }
  // Prims whose dependencies are known, and prims they depend on.
  size_t GetDependentCount() const;
  size_t GetDependedOnCount() const;

 private:
  void ProcessChanges(const ChangeSet& changes) override;
  void Learn(Path path, const ContainerDataSourceHandle& data) const;  // mutex held
  void Forget(Path path);
  void AddDependents(std::vector<DirtiedPrim>& dirtied) const;  // mutex held

  mutable std::mutex mutex_;
  mutable tsl::robin_map<Path, std::vector<Dependency>> dependencies_;  // by dependent prim; guarded
  mutable tsl::robin_map<Path, std::vector<Path>> dependents_;          // by prim depended on; guarded
};

}  // namespace strata::scene
