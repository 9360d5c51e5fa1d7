// Checks that a scene keeps its promises, and counts what happens to it.   (HdsiDebuggingSceneIndex)
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "strata/scene/checks.h"
#include "strata/scene/filtering.h"
#include "strata/scene/observers.h"

namespace strata::scene {

// Passes on what keeps the promises of scenes. What breaks one is noted and mended as far as it can be, so
// that whoever reads this index is safe from what is below it:
//   exceptions, of indices, data sources and observers: what throws shows nothing, and hears no more of that
//     change;
//   children lie directly below their parent, each once, and no deeper than kMaxDepth: others are left out;
//   prims that are there have data, those that cannot be reached are not there;
//   the prims that changes tell of are those that can be reached, each once, parents first; only prims that
//     are there are dirtied;
//   changes come from one thread, none while another one reads: threads wait for each other;
//   changes cause no changes without end: from kMaxNested inside of each other on they are not told.
// Reading costs a lock, and each change a walk over the whole scene.
class DebuggingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  static constexpr size_t kMaxDepth = 2000;
  static constexpr size_t kMaxNested = 32;
  static constexpr size_t kMaxWalkedPrims = 20'000'000;  // what is beyond is not checked

  // Several indices may share `checks`; null: it has some of its own. `name`, where it has one, begins notes.
  explicit DebuggingSceneIndex(SceneIndexPtr input, std::shared_ptr<SceneChecks> checks = nullptr,
                               std::string name = {});
  ScenePrim GetPrim(Path path) const override;
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::string GetDisplayName() const override { return "Debugging"; }

  const std::shared_ptr<SceneChecks>& GetChecks() const { return checks_; }
  std::vector<std::string> GetViolations() const { return checks_->GetViolations(); }
  struct Counts {
    size_t prims_asked = 0, children_asked = 0;
    size_t missing_asked = 0;  // prims that were asked for and are not there
    size_t change_sets = 0, added = 0, removed = 0, dirtied = 0;
  };
  Counts GetCounts() const;

 private:
  class Walk;
  void ProcessChanges(const ChangeSet& changes) override;
  void CheckChanges(const ChangeSet& changes);
  ScenePrim ReadPrim(Path path) const;
  std::vector<Path> ReadChildren(Path path) const;
  bool IsReachable(Path path) const;
  void Note(const std::string& violation) const;
  // What `ask` gives, or nothing where it throws.
  template <class Ask>
  auto Try(const std::string& what, const Ask& ask) const -> decltype(ask());

  std::shared_ptr<SceneChecks> checks_;
  std::string name_;
  std::unique_ptr<MirrorObserver> mirror_;
  mutable std::atomic<size_t> prims_asked_{0}, children_asked_{0}, missing_asked_{0};
  Counts counts_;
  std::atomic<size_t> nested_{0};  // change sets under way, one inside the other
  std::thread::id teller_;         // of the change before
};

}  // namespace strata::scene
