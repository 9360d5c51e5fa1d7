// A scene of which one subtree alone is drawn.
#pragma once

#include "strata/scene/filtering.h"

namespace strata::bridge {

// Shows the subtree at `root` where it stands, with all that it inherits from the prims above. Of the prims
// outside, materials are as they are, and what others look up there or inherit stays (collections, and the
// data of prims above); nothing else has a type or is an instance. Prototypes of the stage's instances are
// shown. Prototypes of point instancers are drawn where they lie in the subtree.
class RootScopeSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  RootScopeSceneIndex(scene::SceneIndexPtr input, Path root)
      : SingleInputFilteringSceneIndex(std::move(input)), root_(root) {}
  scene::ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Root scope"; }

 private:
  void ProcessChanges(const scene::ChangeSet& changes) override;
  bool IsInside(Path path) const;
  Token FindType(Path path, Token type) const;
  Path root_;
};

}  // namespace strata::bridge
