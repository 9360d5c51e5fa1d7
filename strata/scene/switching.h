// One of several scenes, and the difference between two.   (HdsiSwitchingSceneIndex, computeSceneIndexDiff)
#pragma once

#include "strata/scene/scene_index.h"

namespace strata::scene {

// What turns one scene into another. Prims in both with the same type are dirtied as a whole, unless their
// data are the same handle; with `data`, unless they say the same.
enum class DiffDepth : uint8_t { kHandles, kData };
ChangeSet ComputeSceneIndexDiff(const SceneIndex& before, const SceneIndex& after,
                                DiffDepth depth = DiffDepth::kHandles);

class SwitchingSceneIndex final : public SceneIndex, private SceneIndexObserver {
 public:
  explicit SwitchingSceneIndex(std::vector<SceneIndexPtr> inputs, size_t selected = 0);
  ~SwitchingSceneIndex() override;
  ScenePrim GetPrim(Path path) const override { return inputs_[selected_]->GetPrim(path); }
  std::vector<Path> GetChildPrimPaths(Path path) const override {
    return inputs_[selected_]->GetChildPrimPaths(path);
  }
  std::vector<SceneIndexPtr> GetInputScenes() const override { return inputs_; }
  std::string GetDisplayName() const override { return "Switching"; }
  size_t GetSelected() const { return selected_; }
  void Select(size_t input);  // out of range: nothing happens

 private:
  void ApplyChanges(const SceneIndex& sender, const ChangeSet& changes) override;
  std::vector<SceneIndexPtr> inputs_;  // at least one, none null
  size_t selected_;
};

}  // namespace strata::scene
