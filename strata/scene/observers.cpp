#include "strata/scene/observers.h"

#include <algorithm>

namespace strata::scene {

void RecordingObserver::PrimsAdded(const SceneIndex&, const std::vector<AddedPrim>& entries) {
  for (const AddedPrim& entry : entries)
    lines_.push_back("added " + entry.path.GetString() +
                     (entry.type.IsEmpty() ? std::string() : " " + entry.type.GetString()));
}

void RecordingObserver::PrimsRemoved(const SceneIndex&, const std::vector<Path>& entries) {
  for (Path path : entries) lines_.push_back("removed " + path.GetString());
}

void RecordingObserver::PrimsDirtied(const SceneIndex&, const std::vector<DirtiedPrim>& entries) {
  for (const DirtiedPrim& entry : entries)
    lines_.push_back("dirtied " + entry.path.GetString() + " " + entry.locators.GetString());
}

std::string RecordingObserver::TakeSorted() {
  std::sort(lines_.begin(), lines_.end());
  std::string text;
  for (const std::string& line : lines_) text += (text.empty() ? "" : "; ") + line;
  lines_.clear();
  return text;
}

MirrorObserver::MirrorObserver(const SceneIndex& scene) {
  if (scene.GetPrim(Path::AbsoluteRoot()) || !scene.GetChildPrimPaths(Path::AbsoluteRoot()).empty())
    VisitPrims(scene, Path::AbsoluteRoot(), [&](Path path) { prims_[path] = scene.GetPrim(path).type; });
}

void MirrorObserver::PrimsAdded(const SceneIndex&, const std::vector<AddedPrim>& entries) {
  for (const AddedPrim& entry : entries) prims_[entry.path] = entry.type;
}

void MirrorObserver::PrimsRemoved(const SceneIndex&, const std::vector<Path>& entries) {
  for (Path root : entries) {
    auto it = prims_.lower_bound(root);
    while (it != prims_.end() && it->first.HasPrefix(root)) it = prims_.erase(it);
  }
}

std::vector<std::string> MirrorObserver::Compare(const SceneIndex& scene) const {
  std::vector<std::string> different;
  const std::map<Path, Token> shown = MirrorObserver(scene).GetPrims();
  for (const auto& [path, type] : shown) {
    const auto known = prims_.find(path);
    if (known == prims_.end())
      different.push_back(path.GetString() + " was never added");
    else if (known->second != type)
      different.push_back(path.GetString() + " is " + type.GetString() + ", was added as " +
                          known->second.GetString());
  }
  for (const auto& [path, type] : prims_)
    if (!shown.contains(path)) different.push_back(path.GetString() + " was never removed");
  return different;
}

}  // namespace strata::scene
