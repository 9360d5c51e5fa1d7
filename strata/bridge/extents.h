// Extents where only hints for them are authored.   (UsdImagingExtentResolvingSceneIndex)
#pragma once

#include <memory>
#include <vector>

#include "strata/scene/filtering.h"

namespace strata::bridge {

// Prims that have `extentsHint` and no `extent` get one: around the hints for these purposes.
class ExtentSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  ExtentSceneIndex(scene::SceneIndexPtr input, std::vector<Token> purposes)
      : SingleInputFilteringSceneIndex(std::move(input)),
        purposes_(std::make_shared<const std::vector<Token>>(std::move(purposes))) {}
  scene::ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Extents"; }

 private:
  void ProcessChanges(const scene::ChangeSet& changes) override;
  std::shared_ptr<const std::vector<Token>> purposes_;
};

}  // namespace strata::bridge
