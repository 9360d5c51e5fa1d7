// What a render pass leaves out, and what it only holds out.   (HdsiRenderPassPruneSceneIndex,
// HdsiRenderPassVisibilitySceneIndex)
#pragma once

#include <optional>

#include "strata/path/path_expression.h"
#include "strata/scene/filtering.h"

namespace strata::scene {

// Follows the pass that `sceneGlobals/activeRenderPassPrim` names, by its collections:
//   prune               what is in it is not there, nor what is below
//   renderVisibility    geometry, lights and instances outside of it are invisible
//   cameraVisibility    geometry and instances outside of it have `renderPassVisibility/camera`: false
//   matte               geometry and instances in it have `renderPassVisibility/matte`: true
// Paths count, predicates of expressions match nothing. For before instancing: prims inside of prototypes are
// those of all instances. Without an active pass everything is as it was.
class RenderPassesSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit RenderPassesSceneIndex(SceneIndexPtr input);
  ScenePrim GetPrim(Path path) const override;
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::string GetDisplayName() const override { return "Render passes"; }

 private:
  // The collections of a pass; none: it says nothing of it.
  struct Pass {
    Path path;  // empty: none is active
    std::optional<PathExpression> prune, render_visibility, camera_visibility, matte;
  };
  // What a pass makes of one prim.
  struct Part {
    bool is_pruned = false, is_hidden = false, is_off_camera = false, is_matte = false;
    friend bool operator==(const Part&, const Part&) = default;
  };
  Pass FindPass() const;
  static bool IsPruned(const Pass& pass, Path path);
  // Of a prim that is not pruned.
  static Part FindPart(const Pass& pass, Path path, const ScenePrim& prim);
  void ProcessChanges(const ChangeSet& changes) override;
  // What else is told when another pass counts, or the same one has other collections.
  void Compare(const Pass& before, ChangeSet& out) const;

  Pass pass_;
};

}  // namespace strata::scene
