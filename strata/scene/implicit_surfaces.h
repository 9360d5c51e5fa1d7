// Spheres, cubes and their like as meshes, for renderers that draw meshes alone.
// (HdsiImplicitSurfaceSceneIndex)
#pragma once

#include "strata/scene/filtering.h"

namespace strata::scene {

// Prims of type sphere, cube, cone, cylinder, capsule and plane are of type mesh, with a topology and points
// that follow their sizes, at all times at which these have samples. Polygons, without subdivision and
// without normals; around an axis there are 24. Capsules have half a ball of its own radius at each end.
class ImplicitSurfacesSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit ImplicitSurfacesSceneIndex(SceneIndexPtr input)
      : SingleInputFilteringSceneIndex(std::move(input)) {}
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Implicit surfaces"; }

 private:
  void ProcessChanges(const ChangeSet& changes) override;
};

}  // namespace strata::scene
