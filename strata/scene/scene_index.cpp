#include "strata/scene/scene_index.h"

#include <algorithm>
#include <exception>
#include <iterator>

namespace strata::scene {

void NoticeObserver::ApplyChanges(const SceneIndex& sender, const ChangeSet& changes) {
  if (!changes.removed.empty()) PrimsRemoved(sender, changes.removed);
  if (!changes.renamed.empty()) PrimsRenamed(sender, changes.renamed);
  if (!changes.added.empty()) PrimsAdded(sender, changes.added);
  if (!changes.dirtied.empty()) PrimsDirtied(sender, changes.dirtied);
}

void NoticeObserver::PrimsRenamed(const SceneIndex& sender, const std::vector<RenamedPrim>& entries) {
  std::vector<Path> removed;
  std::vector<AddedPrim> added;
  for (const RenamedPrim& entry : entries) {
    removed.push_back(entry.old_path);
    VisitPrims(sender, entry.new_path,
               [&](Path path) { added.push_back({path, sender.GetPrim(path).type}); });
  }
  PrimsRemoved(sender, removed);
  if (!added.empty()) PrimsAdded(sender, added);
}

void SceneIndex::AddObserver(SceneIndexObserver& observer) {
  if (std::ranges::find(observers_, &observer) == observers_.end()) observers_.push_back(&observer);
}

void SceneIndex::RemoveObserver(SceneIndexObserver& observer) {
  const auto found = std::ranges::find(observers_, &observer);
  if (found == observers_.end()) return;
  if (deliveries_)
    *found = nullptr;
  else
    observers_.erase(found);
}

bool SceneIndex::IsObserved() const {
  return std::ranges::any_of(observers_, [](const auto* observer) { return observer != nullptr; });
}

void SceneIndex::Send(ChangeSet changes, Form form) {
  if (form == Form::kAny) changes.Normalize();
  Forward(changes);
}

void SceneIndex::Forward(const ChangeSet& changes) {
  if (changes.IsEmpty()) return;
  ++generation_;
  ++deliveries_;
  // Who comes meanwhile hears of the next change set.
  const size_t count = observers_.size();
  std::exception_ptr first_failure;
  for (size_t i = 0; i < count; ++i) {
    SceneIndexObserver* observer = observers_[i];
    if (!observer) continue;
    // One that throws keeps no other one from being told.
    try {
      observer->ApplyChanges(*this, changes);
    } catch (...) {
      if (!first_failure) first_failure = std::current_exception();
    }
  }
  if (!--deliveries_) std::erase(observers_, nullptr);
  if (first_failure) std::rethrow_exception(first_failure);
}

namespace {

// Calls `visit` for a scene and all that it reads or encapsulates, each once, until it answers no.
template <class Visit>
void VisitScenes(SceneIndex& first, const Visit& visit) {
  std::vector<SceneIndexPtr> held;
  std::vector<SceneIndex*> waiting = {&first};
  tsl::robin_map<const SceneIndex*, bool> seen;
  while (!waiting.empty()) {
    SceneIndex* index = waiting.back();
    waiting.pop_back();
    if (!seen.emplace(index, true).second) continue;
    if (!visit(*index)) return;
    for (auto& scenes : {index->GetInputScenes(), index->GetEncapsulatedScenes()})
      for (const SceneIndexPtr& scene : scenes) {
        waiting.push_back(scene.get());
        held.push_back(scene);
      }
  }
}

}  // namespace

void SceneIndex::SystemMessage(Token type, const ContainerDataSourceHandle& arguments) {
  VisitScenes(*this, [&](SceneIndex& scene) {
    scene.OnSystemMessage(type, arguments);
    return true;
  });
}

bool ReadsFrom(const SceneIndex& scene, const SceneIndex& other) {
  bool is_found = false;
  VisitScenes(const_cast<SceneIndex&>(scene), [&](const SceneIndex& each) {
    is_found |= &each == &other;
    return !is_found;
  });
  return is_found;
}

void VisitPrims(const SceneIndex& scene, Path root, const std::function<void(Path)>& visit) {
  std::vector<Path> waiting = {root};
  while (!waiting.empty()) {
    const Path path = waiting.back();
    waiting.pop_back();
    visit(path);
    const std::vector<Path> children = scene.GetChildPrimPaths(path);
    // A scene that names others as children would lead round in circles.
    std::copy_if(children.rbegin(), children.rend(), std::back_inserter(waiting),
                 [path](Path child) { return child.GetParent() == path; });
  }
}

std::vector<Path> CollectPrimPaths(const SceneIndex& scene, Path root) {
  std::vector<Path> paths;
  VisitPrims(scene, root, [&](Path path) { paths.push_back(path); });
  return paths;
}

}  // namespace strata::scene
