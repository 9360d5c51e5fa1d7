// Settings of renders with their products and variables, as renderers read them.
// (UsdImagingRenderSettingsFlatteningSceneIndex)
#pragma once

#include <array>
#include <mutex>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/scene/filtering.h"

namespace strata::bridge {

// The names that prims about rendering use, interned once.
struct RenderNames {
  // clang-format off
#define STRATA_RENDER_NAMES(X)                                                                             \
  X(renderSettings) X(renderProduct) X(renderVar) X(renderPass) X(namespacedSettings) X(products)           \
  X(orderedVars) X(camera) X(resolution) X(pixelAspectRatio) X(aspectRatioConformPolicy) X(dataWindowNDC)   \
  X(disableMotionBlur) X(disableDepthOfField) X(instantaneousShutter) X(includedPurposes)                   \
  X(materialBindingPurposes) X(renderingColorSpace) X(productType) X(productName) X(dataType)               \
  X(sourceName) X(sourceType) X(renderProducts) X(renderVars) X(path) X(type) X(name) X(cameraPrim)         \
  X(apertureSize) X(horizontalAperture) X(verticalAperture)          \
  X(active) X(sceneGlobals) X(activeRenderSettingsPrim)
#define X(name) Token name{#name};
  STRATA_RENDER_NAMES(X)
#undef X
  // clang-format on
  Token stage_settings{"__usdRenderSettings"}, stage_product{"__usdRenderProduct"},
      stage_var{"__usdRenderVar"};
  // What products say, or else the settings that name them.
  std::array<Token, 7> of_products = {resolution,          pixelAspectRatio,  aspectRatioConformPolicy,
                                      dataWindowNDC,       disableMotionBlur, disableDepthOfField,
                                      instantaneousShutter};
};
const RenderNames& GetRenderNames();

// Adds `renderSettings` to prims of that type: `renderProducts`, each with its `renderVars`, where products
// say less than the settings with what these say; the aperture of a product is that of its camera, conformed
// to its resolution by its policy. Products, variables and cameras that are edited dirty the settings that
// were read with them. `active` says whether `sceneGlobals` of "/" name the settings, and follows them.
class RenderSettingsSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  // Whether `active` is there: that `sceneGlobals/activeRenderSettingsPrim` names the settings.
  enum class Active : uint8_t { kLeftOut, kShown };
  explicit RenderSettingsSceneIndex(scene::SceneIndexPtr input, Active active = Active::kShown)
      : SingleInputFilteringSceneIndex(input), users_(std::make_shared<Users>(input)), active_(active) {}
  scene::ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Render settings"; }

  // Who reads whom.
  struct Users {
    explicit Users(const scene::SceneIndexPtr& scene) : input(scene) {}
    std::weak_ptr<const scene::SceneIndex> input;  // data sources do not keep indices alive
    std::mutex mutex;
    // Settings, by the prims that they were read with; guarded by mutex.
    tsl::robin_map<Path, tsl::robin_set<Path>> settings;
    void Note(Path read, Path reader) {
      const std::lock_guard lock(mutex);
      settings[read].insert(reader);
    }
  };

 private:
  void ProcessChanges(const scene::ChangeSet& changes) override;
  std::shared_ptr<Users> users_;  // shared with the data of settings
  Active active_;
};

}  // namespace strata::bridge
