// Points and instances that move with their velocities.   (HdsiVelocityMotionResolvingSceneIndex)
#pragma once

#include <memory>
#include <string>

#include "strata/scene/filtering.h"

namespace strata::scene {

// Where there are `velocities`, points and instances (`hydra:instanceTranslations`) move on with them, and
// with `accelerations`, from the sample at or before the frame, in place of being interpolated; instances
// (`hydra:instanceRotations`) turn with `angularVelocities`, in degrees. Velocities count where they have as
// many elements as what they move, and a sample at the same time. They are taken in: nobody below moves
// things by them again. Beyond all samples things stand, but for the shutter.
// (UsdGeomPointBased::ComputePointsAtTime, UsdGeomPointInstancer::ComputeInstanceTransformsAtTime)
class VelocityMotionSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit VelocityMotionSceneIndex(SceneIndexPtr input)
      : SingleInputFilteringSceneIndex(input), input_(input) {}
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Velocity motion"; }

 private:
  void ProcessChanges(const ChangeSet& changes) override;
  std::weak_ptr<const SceneIndex> input_;  // for data sources, which do not keep indices alive
};

}  // namespace strata::scene
