// Several scenes as one.   (HdMergingSceneIndex)
#pragma once

#include <memory>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/base/result.h"
#include "strata/scene/path_table.h"
#include "strata/scene/scene_index.h"

namespace strata::scene {

inline constexpr DiagnosticCode kInputCycle{"scene.input-cycle", Severity::kError,
                                            "A scene would read itself."};

// A prim has the first type that an input gives it, and the data of all laid over each other, strongest
// input first. Each input shows only what lies at or below its root; prims above the roots are there, empty.
class MergingSceneIndex final : public SceneIndex {
 public:
  struct Input {
    SceneIndexPtr scene;
    Path root = Path::AbsoluteRoot();
  };
  MergingSceneIndex();
  explicit MergingSceneIndex(std::vector<Input> strongest_first);
  ~MergingSceneIndex() override;

  ScenePrim GetPrim(Path path) const override;
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::vector<SceneIndexPtr> GetInputScenes() const override;
  std::string GetDisplayName() const override { return "Merging"; }

  // Weaker than all that are there, in this order; one change set for all. In error, and nothing is added,
  // where one of them reads this scene.
  Result<void> AddInputScenes(std::vector<Input> inputs);
  // All inputs that are one of these scenes.
  void RemoveInputScenes(const std::vector<const SceneIndex*>& scenes);

 private:
  class Watcher;
  using WatcherPtr = std::unique_ptr<Watcher>;
  // Which inputs have their root here, strongest first.
  struct Roots {
    std::vector<const Watcher*> inputs;
  };

  // The inputs that speak of `path`, strongest first.
  std::vector<const Watcher*> FindInputs(Path path) const;
  void Process(const Watcher& from, const ChangeSet& changes);
  void AddPrimsBelow(Path path, std::vector<AddedPrim>& out) const;

  std::vector<WatcherPtr> watchers_;  // strongest first
  uint64_t next_order_ = 0;
  PathTable<Roots> roots_;
};

}  // namespace strata::scene
