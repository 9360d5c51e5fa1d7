#include "strata/scene/debugging.h"

#include <algorithm>
#include <utility>

#include "strata/scene/checked_data.h"

namespace strata::scene {

// The input as it is read for checking: not counted, and not endless.
class DebuggingSceneIndex::Walk final : public SceneIndex {
 public:
  explicit Walk(const DebuggingSceneIndex& of) : of_(of) {}
  ScenePrim GetPrim(Path path) const override { return of_.ReadPrim(path); }
  std::vector<Path> GetChildPrimPaths(Path path) const override {
    std::vector<Path> children = of_.ReadChildren(path);
    walked_ += children.size();
    if (walked_ <= kMaxWalkedPrims) return children;
    of_.Note("has more than " + std::to_string(kMaxWalkedPrims) + " prims: not all are checked");
    return {};
  }
  std::string GetDisplayName() const override { return of_.GetDisplayName(); }

 private:
  const DebuggingSceneIndex& of_;
  mutable size_t walked_ = 0;
};

DebuggingSceneIndex::DebuggingSceneIndex(SceneIndexPtr input, std::shared_ptr<SceneChecks> checks,
                                         std::string name)
    : SingleInputFilteringSceneIndex(std::move(input)),
      checks_(checks ? std::move(checks) : std::make_shared<SceneChecks>()),
      name_(std::move(name)),
      mirror_(std::make_unique<MirrorObserver>(Walk(*this))) {}

void DebuggingSceneIndex::Note(const std::string& violation) const {
  checks_->Note(name_.empty() ? violation : name_ + ": " + violation);
}

template <class Ask>
auto DebuggingSceneIndex::Try(const std::string& what, const Ask& ask) const -> decltype(ask()) {
  try {
    return ask();
  } catch (...) {
    Note(what + " throws: " + DescribeCurrentException());
    return decltype(ask())();
  }
}

DebuggingSceneIndex::Counts DebuggingSceneIndex::GetCounts() const {
  Counts counts = counts_;
  counts.prims_asked = prims_asked_;
  counts.children_asked = children_asked_;
  counts.missing_asked = missing_asked_;
  return counts;
}

ScenePrim DebuggingSceneIndex::ReadPrim(Path path) const {
  ScenePrim prim = Try("GetPrim of " + path.GetString(), [&] { return GetInput().GetPrim(path); });
  if (!prim.type.IsEmpty() && !prim.data) Note(path.GetString() + " has a type and no data");
  return prim;
}

std::vector<Path> DebuggingSceneIndex::ReadChildren(Path path) const {
  std::vector<Path> children =
      Try("GetChildPrimPaths of " + path.GetString(), [&] { return GetInput().GetChildPrimPaths(path); });
  if (!children.empty() && path.GetElementCount() >= kMaxDepth) {
    Note(path.GetString().substr(0, 80) + "... has children below " + std::to_string(kMaxDepth) + " others");
    return {};
  }
  tsl::robin_map<Path, bool> seen;
  std::erase_if(children, [&](Path child) {
    if (child.GetParent() != path || child.IsEmpty()) {
      Note(child.GetString() + " is no child of " + path.GetString());
      return true;
    }
    if (seen.emplace(child, true).second) return false;
    Note(child.GetString() + " is a child twice");
    return true;
  });
  return children;
}

bool DebuggingSceneIndex::IsReachable(Path path) const {
  if (!path.IsAbsolute()) return false;
  for (Path above = path.GetParent(); !path.IsAbsoluteRoot();
       path = std::exchange(above, above.GetParent())) {
    const std::vector<Path> children = above.IsEmpty() ? std::vector<Path>() : ReadChildren(above);
    if (std::ranges::find(children, path) == children.end()) return false;
  }
  return true;
}

ScenePrim DebuggingSceneIndex::GetPrim(Path path) const {
  const SceneChecks::Reading reading(checks_.get());
  ++prims_asked_;
  ScenePrim prim = ReadPrim(path);
  if (!prim) {
    ++missing_asked_;
    return prim;
  }
  // What the mirror does not have may have come and not been told yet.
  if (!path.IsProperty() && !mirror_->GetPrims().contains(path) && !IsReachable(path)) {
    Note(path.GetString() + " is shown and cannot be reached");
    return {};
  }
  prim.data = CheckData(std::move(prim.data), checks_,
                        name_.empty() ? path.GetString() : name_ + ": " + path.GetString());
  return prim;
}

std::vector<Path> DebuggingSceneIndex::GetChildPrimPaths(Path path) const {
  const SceneChecks::Reading reading(checks_.get());
  ++children_asked_;
  return ReadChildren(path);
}

void DebuggingSceneIndex::CheckChanges(const ChangeSet& changes) {
  ++counts_.change_sets;
  counts_.added += changes.added.size();
  counts_.removed += changes.removed.size();
  counts_.dirtied += changes.dirtied.size();
  ChangeSet normal = changes;
  normal.Normalize();
  if (normal != changes) Note("a change tells of a prim twice, or of one before its parent");
  const Walk scene(*this);
  mirror_->ApplyChanges(scene, changes);
  const std::vector<std::string> different = mirror_->Compare(scene);
  for (const std::string& difference : different) Note(difference);
  for (const DirtiedPrim& dirtied : changes.dirtied)
    if (!mirror_->GetPrims().contains(dirtied.path))
      Note(dirtied.path.GetString() + " is dirtied and is not there");
  // What was noted once is not noted with every change to come.
  if (!different.empty()) mirror_ = std::make_unique<MirrorObserver>(scene);
}

void DebuggingSceneIndex::ProcessChanges(const ChangeSet& changes) {
  const SceneChecks::Changing changing(checks_.get());
  const std::thread::id self = std::this_thread::get_id();
  if (teller_ == std::thread::id()) teller_ = self;
  if (teller_ != self) Note("changes are told by another thread than before");
  teller_ = self;
  CheckChanges(changes);
  if (nested_ >= kMaxNested) return Note("changes cause changes without end");
  ++nested_;
  try {
    Send(changes);
  } catch (...) {
    Note("who is told of changes throws: " + DescribeCurrentException());
  }
  --nested_;
}

}  // namespace strata::scene
