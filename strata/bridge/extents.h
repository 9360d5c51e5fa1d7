// Extents where only hints for them are authored.   (UsdImagingExtentResolvingSceneIndex)
#pragma once

#include "strata/scene/filtering.h"

namespace strata::bridge {

// Prims that have `extentsHint` and no `extent` get one: around the hints for what is drawn (geometry,
// render, proxy).
class ExtentSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  explicit ExtentSceneIndex(scene::SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  scene::ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Extents"; }

 private:
  void ProcessChanges(const scene::ChangeSet& changes) override;
};

}  // namespace strata::bridge
