// Geometry as skeletons and blend shapes move it.   (UsdSkelImagingPointsResolvingSceneIndex)
#pragma once

#include <functional>
#include <memory>

#include "strata/base/diagnostic.h"
#include "strata/bridge/stage_scene_index.h"
#include "strata/scene/filtering.h"

namespace strata::bridge {

// Points of geometry that is bound to a skeleton below a SkelRoot, or has blend shapes, are where these move
// them, in the geometry's own space; so are normals of one for each point, and the extent is around them.
// What does not fit together stays at rest, and is remarked on. Needs `skelBinding` flattened, and stands
// after instancing: each copy of a prototype is moved by the animation that is bound where it stands.
//
// A change of the time dirties what moves; an edit what it moves. Of each geometry the points of the time
// that was asked for last are kept.
class SkinningSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  // `find_source` gives the path on the stage that a prim of `input` comes from.
  SkinningSceneIndex(scene::SceneIndexPtr input, std::shared_ptr<const StageSceneIndex> stage,
                     std::function<Path(Path)> find_source);
  ~SkinningSceneIndex() override;
  scene::ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Skinning"; }
  // What did not fit, of each prim once, since it was asked last. Thread-safe.
  Diagnostics TakeRemarks() const;

 private:
  class State;
  class Binding;
  class SkinnedPrim;
  void ProcessChanges(const scene::ChangeSet& changes) override;
  std::shared_ptr<State> state_;  // shared with data sources
};

}  // namespace strata::bridge
