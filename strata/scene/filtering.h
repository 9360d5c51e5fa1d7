// Scene indices that show another one differently.   (HdFilteringSceneIndexBase,
// HdSingleInputFilteringSceneIndexBase)
#pragma once

#include "strata/scene/scene_index.h"

namespace strata::scene {

// A scene without prims; stands in for an input that is not there.
SceneIndexPtr GetEmptySceneIndex();

// Renamed subtrees as removals and additions, as `scene` shows them now.
ChangeSet ExpandRenames(const SceneIndex& scene, ChangeSet changes);

// An index over one other, which it owns and watches. Unless overridden, prims and changes pass through.
class SingleInputFilteringSceneIndex : public SceneIndex, private SceneIndexObserver {
 public:
  ~SingleInputFilteringSceneIndex() override;
  ScenePrim GetPrim(Path path) const override { return input_->GetPrim(path); }
  std::vector<Path> GetChildPrimPaths(Path path) const override { return input_->GetChildPrimPaths(path); }
  std::vector<SceneIndexPtr> GetInputScenes() const override { return {input_}; }

 protected:
  explicit SingleInputFilteringSceneIndex(SceneIndexPtr input);
  const SceneIndex& GetInput() const { return *input_; }
  // Sends what a change of the input means for who watches this index. Nothing is renamed in it.
  virtual void ProcessChanges(const ChangeSet& changes) { Forward(changes); }

 private:
  void ApplyChanges(const SceneIndex& sender, const ChangeSet& changes) final;
  SceneIndexPtr input_;
};

}  // namespace strata::scene
