// What is computed of prims, in place of what is authored.   (UsdExecImaging)
#pragma once

#include <memory>

#include "strata/bridge/stage_scene_index.h"
#include "strata/scene/filtering.h"

namespace strata::bridge {

// Stands before flattening, so that transforms are those of prims by themselves and whatever is below
// inherits what was computed. Each published output stands at its locator; the transform as authored stays
// readable as `authoredXform`, and under the names that computations keep it by; what is told of `xform` is
// told of those. A scene that computes nothing passes through: no prim is asked for again, nothing is made.
class ComputeSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  // `stage` is what `input` shows: where computations and the time are.
  ComputeSceneIndex(scene::SceneIndexPtr input, std::shared_ptr<const StageSceneIndex> stage)
      : SingleInputFilteringSceneIndex(std::move(input)), stage_(std::move(stage)) {}
  scene::ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Computations"; }
  size_t GetComputedPrimCount() const { return count_; }  // that were asked for

 private:
  std::shared_ptr<const StageSceneIndex> stage_;
  mutable std::atomic<size_t> count_ = 0;
};

}  // namespace strata::bridge
