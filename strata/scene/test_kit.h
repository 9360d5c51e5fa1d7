// What tests of scene indices need beside the recording, mirror and snapshot observers.
#pragma once

#include <map>
#include <ostream>

#include "strata/math/matrix.h"
#include "strata/scene/filtering.h"
#include "strata/scene/observers.h"

namespace strata::scene {

// Writes each notice as a line of RecordingObserver, after `prefix`, to a stream that outlives it.
class PrintingObserver final : public RecordingObserver {
 public:
  explicit PrintingObserver(std::ostream& out, std::string prefix = {})
      : out_(out), prefix_(std::move(prefix)) {}
  void PrimsAdded(const SceneIndex& sender, const std::vector<AddedPrim>& entries) override;
  void PrimsRemoved(const SceneIndex& sender, const std::vector<Path>& entries) override;
  void PrimsDirtied(const SceneIndex& sender, const std::vector<DirtiedPrim>& entries) override;

 private:
  void Print();
  std::ostream& out_;
  std::string prefix_;
};

// Tells of all prims anew when it is asked to, as an input does whose stage was read again.
class RepopulatingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit RepopulatingSceneIndex(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  std::string GetDisplayName() const override { return "Repopulating"; }
  void Repopulate();
};

// `xform/matrix` of a prim; the identity where it has none.
Matrix4d GetPrimTransform(const SceneIndex& scene, Path prim, double shutter_offset = 0);

// What several notices dirty, by prim, whatever their order: equal where they say the same.
std::map<Path, DataSourceLocatorSet> UniteDirtied(const std::vector<DirtiedPrim>& entries);

}  // namespace strata::scene
