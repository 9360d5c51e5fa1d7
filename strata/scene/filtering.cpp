#include "strata/scene/filtering.h"

namespace strata::scene {

namespace {

class EmptySceneIndex final : public SceneIndex {
 public:
  ScenePrim GetPrim(Path) const override { return {}; }
  std::vector<Path> GetChildPrimPaths(Path) const override { return {}; }
  std::string GetDisplayName() const override { return "Empty"; }
};

}  // namespace

SceneIndexPtr GetEmptySceneIndex() {
  return std::make_shared<EmptySceneIndex>();
}

ChangeSet ExpandRenames(const SceneIndex& scene, ChangeSet changes) {
  std::vector<AddedPrim> added;
  for (const RenamedPrim& entry : changes.renamed) {
    changes.removed.push_back(entry.old_path);
    VisitPrims(scene, entry.new_path, [&](Path path) { added.push_back({path, scene.GetPrim(path).type}); });
  }
  changes.added.insert(changes.added.begin(), added.begin(), added.end());
  changes.renamed.clear();
  changes.Normalize();
  return changes;
}

SingleInputFilteringSceneIndex::SingleInputFilteringSceneIndex(SceneIndexPtr input)
    : input_(input ? std::move(input) : GetEmptySceneIndex()) {
  input_->AddObserver(*this);
}

SingleInputFilteringSceneIndex::~SingleInputFilteringSceneIndex() {
  input_->RemoveObserver(*this);
}

void SingleInputFilteringSceneIndex::ApplyChanges(const SceneIndex& sender, const ChangeSet& changes) {
  if (changes.renamed.empty())
    ProcessChanges(changes);
  else
    ProcessChanges(ExpandRenames(sender, changes));
}

}  // namespace strata::scene
