// What an application says of the scene as a whole.   (HdsiSceneGlobalsSceneIndex)
#pragma once

#include <optional>

#include "strata/scene/filtering.h"

namespace strata::scene {

// What is not set is as the scene says it.
struct SceneGlobals {
  std::optional<Path> primary_camera, active_render_pass, active_render_settings;
  std::optional<double> start_time_code, end_time_code, time_codes_per_second, current_frame;
  std::optional<int32_t> scene_state_id;
  friend bool operator==(const SceneGlobals&, const SceneGlobals&) = default;
};

// Lays `sceneGlobals` of an application over those of "/". A scene without "/" has none.
class SceneGlobalsSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit SceneGlobalsSceneIndex(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Scene globals"; }

  const SceneGlobals& GetGlobals() const { return globals_; }
  // Dirties what becomes another value. A change of the scene: nobody reads meanwhile.
  void SetGlobals(SceneGlobals globals);

 private:
  SceneGlobals globals_;
  ContainerDataSourceHandle data_;  // of "/", from them; null where nothing is set
};

}  // namespace strata::scene
