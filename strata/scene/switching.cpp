#include "strata/scene/switching.h"

#include <algorithm>

#include "strata/scene/compare.h"
#include "strata/scene/filtering.h"

namespace strata::scene {

ChangeSet ComputeSceneIndexDiff(const SceneIndex& before, const SceneIndex& after, DiffDepth depth) {
  ChangeSet changes;
  std::vector<Path> waiting = {Path::AbsoluteRoot()};
  const auto add_all = [&](Path root) {
    VisitPrims(after, root, [&](Path path) { changes.added.push_back({path, after.GetPrim(path).type}); });
  };
  if (!before.GetPrim(Path::AbsoluteRoot()) && before.GetChildPrimPaths(Path::AbsoluteRoot()).empty()) {
    if (after.GetPrim(Path::AbsoluteRoot()) || !after.GetChildPrimPaths(Path::AbsoluteRoot()).empty())
      add_all(Path::AbsoluteRoot());
    return changes;
  }
  while (!waiting.empty()) {
    const Path path = waiting.back();
    waiting.pop_back();
    const ScenePrim old = before.GetPrim(path), fresh = after.GetPrim(path);
    if (old.type != fresh.type || bool(old) != bool(fresh))
      changes.added.push_back({path, fresh.type});
    else if (old.data != fresh.data && (depth == DiffDepth::kHandles || !DeepEquals(old.data, fresh.data)))
      changes.dirtied.push_back({path, DataSourceLocatorSet::Universal()});
    tsl::robin_map<Path, bool> kept;
    for (Path child : after.GetChildPrimPaths(path)) kept.emplace(child, false);
    for (Path child : before.GetChildPrimPaths(path)) {
      const auto found = kept.find(child);
      if (found == kept.end()) {
        changes.removed.push_back(child);
      } else {
        found.value() = true;
        waiting.push_back(child);
      }
    }
    for (Path child : after.GetChildPrimPaths(path))
      if (!kept.at(child)) add_all(child);
  }
  return changes;
}

SwitchingSceneIndex::SwitchingSceneIndex(std::vector<SceneIndexPtr> inputs, size_t selected)
    : inputs_(std::move(inputs)), selected_(selected) {
  for (SceneIndexPtr& input : inputs_)
    if (!input) input = GetEmptySceneIndex();
  if (inputs_.empty()) inputs_.push_back(GetEmptySceneIndex());
  if (selected_ >= inputs_.size()) selected_ = 0;
  for (const SceneIndexPtr& input : inputs_) input->AddObserver(*this);
}

SwitchingSceneIndex::~SwitchingSceneIndex() {
  for (const SceneIndexPtr& input : inputs_) input->RemoveObserver(*this);
}

void SwitchingSceneIndex::Select(size_t input) {
  if (input >= inputs_.size() || input == selected_) return;
  const size_t before = std::exchange(selected_, input);
  if (IsObserved()) Send(ComputeSceneIndexDiff(*inputs_[before], *inputs_[selected_]));
}

void SwitchingSceneIndex::ApplyChanges(const SceneIndex& sender, const ChangeSet& changes) {
  if (&sender == inputs_[selected_].get()) Send(changes, Form::kNormal);
}

}  // namespace strata::scene
