// Meshes of tetrahedra as meshes of their surfaces.   (HdsiTetMeshConversionSceneIndex)
#pragma once

#include "strata/scene/filtering.h"

namespace strata::scene {

// Prims of type tetMesh are of type mesh: the triangles of `tetMesh/topology/surfaceFaceVertexIndices`, or
// where there are none those that only one tetrahedron has. Points and other primvars stay as they are.
class TetMeshesSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit TetMeshesSceneIndex(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Tet meshes"; }

 private:
  void ProcessChanges(const ChangeSet& changes) override;
};

}  // namespace strata::scene
