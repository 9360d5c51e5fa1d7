#include "strata/scene/debugging.h"

#include <thread>

namespace strata::scene {

namespace {

// Counts a reader as long as it lives.
class Reading {
 public:
  explicit Reading(std::atomic<int>& readers) : readers_(readers) { ++readers_; }
  ~Reading() { --readers_; }

 private:
  std::atomic<int>& readers_;
};

// The thread that tells of changes may read, and those who hear of them do.
thread_local bool is_telling = false;

}  // namespace

DebuggingSceneIndex::DebuggingSceneIndex(SceneIndexPtr input)
    : SingleInputFilteringSceneIndex(std::move(input)), mirror_(GetInput()) {}

void DebuggingSceneIndex::Note(std::string violation) const {
  const std::lock_guard lock(mutex_);
  if (violations_.size() < kMaxNotes) violations_.push_back(std::move(violation));
}

std::vector<std::string> DebuggingSceneIndex::GetViolations() const {
  const std::lock_guard lock(mutex_);
  return violations_;
}

DebuggingSceneIndex::Counts DebuggingSceneIndex::GetCounts() const {
  Counts counts = counts_;
  counts.prims_asked = prims_asked_;
  counts.children_asked = children_asked_;
  return counts;
}

ScenePrim DebuggingSceneIndex::GetPrim(Path path) const {
  const Reading reading(readers_);
  ++prims_asked_;
  if (is_changing_ && !is_telling) Note(path.GetString() + " is read while changes are told");
  ScenePrim prim = GetInput().GetPrim(path);
  if (!prim.type.IsEmpty() && !prim.data) Note(path.GetString() + " has a type and no data");
  return prim;
}

std::vector<Path> DebuggingSceneIndex::GetChildPrimPaths(Path path) const {
  const Reading reading(readers_);
  ++children_asked_;
  if (is_changing_ && !is_telling)
    Note("children of " + path.GetString() + " are read while changes are told");
  std::vector<Path> children = GetInput().GetChildPrimPaths(path);
  tsl::robin_map<Path, bool> seen;
  for (Path child : children) {
    if (child.GetParent() != path) Note(child.GetString() + " is no child of " + path.GetString());
    if (!seen.emplace(child, true).second) Note(child.GetString() + " is a child twice");
  }
  return children;
}

void DebuggingSceneIndex::ProcessChanges(const ChangeSet& changes) {
  if (readers_) Note("changes are told while the scene is read");
  ++counts_.change_sets;
  counts_.added += changes.added.size();
  counts_.removed += changes.removed.size();
  counts_.dirtied += changes.dirtied.size();
  mirror_.ApplyChanges(GetInput(), changes);
  for (std::string& difference : mirror_.Compare(GetInput())) Note(std::move(difference));
  for (const DirtiedPrim& dirtied : changes.dirtied)
    if (!mirror_.GetPrims().contains(dirtied.path))
      Note(dirtied.path.GetString() + " is dirtied and is not there");
  const bool was_telling = std::exchange(is_telling, true);
  is_changing_ = true;
  Send(changes, Form::kNormal);
  is_changing_ = false;
  is_telling = was_telling;
}

}  // namespace strata::scene
