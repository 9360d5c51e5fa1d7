// Which material each prim has in the end, for each purpose. (UsdImagingMaterialBindingsResolvingSceneIndex)
#pragma once

#include "strata/scene/filtering.h"
#include "strata/scene/flattening.h"

namespace strata::bridge {

// `directMaterialBindings`: for each purpose the nearest one, unless one above is stronger than its
// descendants.
scene::FlatteningProviderPtr MakeDirectBindingFlattening();

// Adds `materialBindings` to prims that have `directMaterialBindings`, which are flattened already.
class MaterialBindingsSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  explicit MaterialBindingsSceneIndex(scene::SceneIndexPtr input)
      : SingleInputFilteringSceneIndex(std::move(input)) {}
  scene::ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Material bindings"; }

 private:
  void ProcessChanges(const scene::ChangeSet& changes) override;
};

}  // namespace strata::bridge
