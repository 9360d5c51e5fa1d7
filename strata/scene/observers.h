// Observers for tests and for people who look: they keep, print and check what scenes tell.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "strata/scene/scene_index.h"

namespace strata::scene {

// Keeps the notices, one line for each entry: "added /A mesh", "removed /A", "dirtied /A {xform}".
class RecordingObserver : public NoticeObserver {
 public:
  void PrimsAdded(const SceneIndex&, const std::vector<AddedPrim>& entries) override;
  void PrimsRemoved(const SceneIndex&, const std::vector<Path>& entries) override;
  void PrimsDirtied(const SceneIndex&, const std::vector<DirtiedPrim>& entries) override;

  const std::vector<std::string>& GetLines() const { return lines_; }
  // The lines sorted and joined by "; ", for comparing; none are kept.
  std::string TakeSorted();
  std::vector<std::string> Take() { return std::exchange(lines_, {}); }

 private:
  std::vector<std::string> lines_;
};

// Folds notices into the set of prims that they say there are.
class MirrorObserver final : public NoticeObserver {
 public:
  explicit MirrorObserver(const SceneIndex& scene);  // begins with what the scene shows
  void PrimsAdded(const SceneIndex&, const std::vector<AddedPrim>& entries) override;
  void PrimsRemoved(const SceneIndex&, const std::vector<Path>& entries) override;
  void PrimsDirtied(const SceneIndex&, const std::vector<DirtiedPrim>&) override {}
  const std::map<Path, Token>& GetPrims() const { return prims_; }
  // What differs between the mirror and the scene; empty where nothing does.
  std::vector<std::string> Compare(const SceneIndex& scene) const;

 private:
  std::map<Path, Token> prims_;
};

}  // namespace strata::scene
