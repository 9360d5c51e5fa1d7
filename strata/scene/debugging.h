// Checks that a scene keeps its promises, and counts what happens to it.   (HdsiDebuggingSceneIndex)
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "strata/scene/filtering.h"
#include "strata/scene/observers.h"

namespace strata::scene {

// Passes everything on. What breaks a promise is noted, up to a number of notes, and nothing ends for it:
//   the prims that changes tell of are those that can be reached; prims that are there have data;
//   children lie directly below their parent, each once; only prims that are there are dirtied;
//   nobody reads while changes are told.
class DebuggingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit DebuggingSceneIndex(SceneIndexPtr input);
  ScenePrim GetPrim(Path path) const override;
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::string GetDisplayName() const override { return "Debugging"; }

  std::vector<std::string> GetViolations() const;
  struct Counts {
    size_t prims_asked = 0, children_asked = 0;
    size_t change_sets = 0, added = 0, removed = 0, dirtied = 0;
  };
  Counts GetCounts() const;

 private:
  static constexpr size_t kMaxNotes = 1000;
  void ProcessChanges(const ChangeSet& changes) override;
  void Note(std::string violation) const;

  MirrorObserver mirror_;
  mutable std::atomic<size_t> prims_asked_{0}, children_asked_{0};
  mutable std::atomic<int> readers_{0};
  std::atomic<bool> is_changing_{false};
  Counts counts_;
  mutable std::mutex mutex_;
  mutable std::vector<std::string> violations_;  // guarded by mutex_
};

}  // namespace strata::scene
