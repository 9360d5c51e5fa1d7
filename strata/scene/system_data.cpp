#include "strata/scene/system_data.h"

#include "strata/scene/names.h"
#include "strata/scene/overlay.h"

namespace strata::scene {

DataSourceHandle FindSystemData(const SceneIndex& scene, Path from, Token key, Path* found_at) {
  const DataSourceLocator locator{GetNames().system, key};
  for (Path at = from; at.IsAbsolute(); at = at.GetParent())
    if (DataSourceHandle found = scene.GetDataSource(at, locator)) {
      if (found_at) *found_at = at;
      return found;
    }
  return nullptr;
}

ContainerDataSourceHandle ComposeSystemData(const SceneIndex& scene, Path from, Path* found_at) {
  const DataSourceLocator locator(GetNames().system);
  std::vector<ContainerDataSourceHandle> nearest_first;
  for (Path at = from; at.IsAbsolute(); at = at.GetParent())
    if (auto found = ContainerDataSource::Cast(scene.GetDataSource(at, locator))) {
      if (found_at && nearest_first.empty()) *found_at = at;
      nearest_first.push_back(std::move(found));
    }
  return OverlayContainerDataSource::New(std::move(nearest_first));
}

}  // namespace strata::scene
