// Pinned curves as plain ones: their first and last points come several times.
// (HdsiPinnedCurveExpandingSceneIndex)
#pragma once

#include "strata/scene/filtering.h"

namespace strata::scene {

// Shows each `basisCurves` prim whose wrap is "pinned" as "nonperiodic", with what that needs: cubic curves
// of the bases bspline and catmullRom begin and end with their ends repeated, in the counts, in indices, and
// in primvars of one value for each point ("vertex" and, of linear ones, "varying"). Others are as they were.
class PinnedCurvesSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit PinnedCurvesSceneIndex(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Pinned curves"; }

 private:
  void ProcessChanges(const ChangeSet& changes) override;
};

}  // namespace strata::scene
