#include "strata/scene/test_kit.h"

#include "strata/scene/names.h"

namespace strata::scene {

void PrintingObserver::Print() {
  for (const std::string& line : Take()) out_ << prefix_ << line << "\n";
}

void PrintingObserver::PrimsAdded(const SceneIndex& sender, const std::vector<AddedPrim>& entries) {
  RecordingObserver::PrimsAdded(sender, entries);
  Print();
}

void PrintingObserver::PrimsRemoved(const SceneIndex& sender, const std::vector<Path>& entries) {
  RecordingObserver::PrimsRemoved(sender, entries);
  Print();
}

void PrintingObserver::PrimsDirtied(const SceneIndex& sender, const std::vector<DirtiedPrim>& entries) {
  RecordingObserver::PrimsDirtied(sender, entries);
  Print();
}

void RepopulatingSceneIndex::Repopulate() {
  ChangeSet changes;
  if (GetPrim(Path::AbsoluteRoot()) || !GetChildPrimPaths(Path::AbsoluteRoot()).empty())
    VisitPrims(*this, Path::AbsoluteRoot(),
               [&](Path path) { changes.added.push_back({path, GetPrim(path).type}); });
  Send(std::move(changes));
}

Matrix4d GetPrimTransform(const SceneIndex& scene, Path prim, double shutter_offset) {
  const Names& names = GetNames();
  return GetValueAs<Matrix4d>(scene.GetDataSource(prim, {names.xform, names.matrix}), shutter_offset)
      .value_or(Matrix4d::Identity());
}

std::map<Path, DataSourceLocatorSet> UniteDirtied(const std::vector<DirtiedPrim>& entries) {
  std::map<Path, DataSourceLocatorSet> united;
  for (const DirtiedPrim& entry : entries) united[entry.path].Insert(entry.locators);
  return united;
}

}  // namespace strata::scene
