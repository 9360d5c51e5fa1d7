// Nurbs curves and patches as lines and meshes along them.   (HdsiNurbsApproximatingSceneIndex)
#pragma once

#include "strata/scene/filtering.h"

namespace strata::scene {

// Prims of type nurbsCurves are of type basisCurves, linear, and nurbsPatch are meshes: points that lie on
// them, so many for each span of their knots. Primvars of one value for each control point are blended as
// points are, varying ones go linearly from span to span, uniform ones of patches are those of the faces of
// a span. Control points stand in for what their knots do not describe. All control points weigh the same,
// and patches are not trimmed.
class NurbsSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit NurbsSceneIndex(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Nurbs"; }

 private:
  void ProcessChanges(const ChangeSet& changes) override;
};

}  // namespace strata::scene
