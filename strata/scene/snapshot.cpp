#include "strata/scene/snapshot.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "strata/scene/print.h"
#include "strata/scene/retained.h"

namespace strata::scene {

// Data as they were read, with the handle through which they are read again.
struct SnapshotObserver::Node {
  DataSourceHandle handle;  // null: nothing is there
  std::vector<std::pair<double, Value>> samples;
  Token name;                  // in the container around it
  std::vector<Node> children;  // of a container, without null ones; by the names' text
  std::vector<Node> elements;  // of a vector

  Node* Find(Token name) {
    for (Node& child : children)
      if (child.name == name) return &child;
    return nullptr;
  }
  bool IsContainer() const { return handle && handle->GetKind() == DataSourceKind::kContainer; }
  // What was read of a value.
  DataSourceHandle Retain() const { return samples.empty() ? handle : scene::Retain(samples.front().second); }
  bool IsNothing() const { return !handle || IsBlock(handle); }
};

struct SnapshotObserver::Prim {
  Token type;
  Node data;
};

SnapshotObserver::SnapshotObserver(const SceneIndex& scene, ShutterInterval interval) : interval_(interval) {
  if (scene.GetPrim(Path::AbsoluteRoot()) || !scene.GetChildPrimPaths(Path::AbsoluteRoot()).empty())
    VisitPrims(scene, Path::AbsoluteRoot(), [&](Path path) { prims_.emplace(path, ReadPrim(scene, path)); });
}

SnapshotObserver::~SnapshotObserver() = default;

SnapshotObserver::Node SnapshotObserver::Read(const DataSourceHandle& source, uint32_t depth) const {
  Node node;
  if (!source || depth > kMaxDataSourceDepth) return node;
  node.handle = source;
  if (const auto container = ContainerDataSource::Cast(source)) {
    std::vector<Token> names = container->GetNames();
    std::sort(names.begin(), names.end(), TokenTextLess());
    for (Token name : names) {
      Node child = Read(container->Get(name), depth + 1);
      child.name = name;
      if (!child.IsNothing()) node.children.push_back(std::move(child));
    }
  } else if (const auto vector = VectorDataSource::Cast(source)) {
    for (size_t i = 0; i < vector->GetNumElements(); ++i)
      node.elements.push_back(Read(vector->GetElement(i), depth + 1));
  } else if (const auto sampled = SampledDataSource::Cast(source)) {
    // What is beyond the interval is of no account: how far away the next sample is, say.
    std::vector<double> times;
    if (sampled->GetContributingSampleTimes(interval_.start, interval_.end, &times))
      std::erase_if(times, [&](double time) { return time <= interval_.start || time >= interval_.end; });
    else
      times.clear();
    times.insert(times.begin(), interval_.start);
    if (interval_.end > interval_.start) times.push_back(interval_.end);
    for (double time : times) node.samples.emplace_back(time, sampled->GetValue(time));
  }
  return node;
}

bool SnapshotObserver::AreEqual(const Node& a, const Node& b) {
  if (a.IsNothing() || b.IsNothing()) return a.IsNothing() && b.IsNothing();
  if (a.handle->GetKind() != b.handle->GetKind() || a.samples != b.samples) return false;
  return std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    [](const Node& x, const Node& y) { return x.name == y.name && AreEqual(x, y); }) &&
         std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(), b.elements.end(), AreEqual);
}

SnapshotObserver::Prim SnapshotObserver::ReadPrim(const SceneIndex& scene, Path path) const {
  const ScenePrim prim = scene.GetPrim(path);
  return {prim.type, Read(prim.data, 0)};
}

void SnapshotObserver::PrimsAdded(const SceneIndex& sender, const std::vector<AddedPrim>& entries) {
  for (const AddedPrim& entry : entries) {
    Prim prim = ReadPrim(sender, entry.path);
    prim.type = entry.type;
    ++counts_.added;
    if (const auto known = prims_.find(entry.path);
        known != prims_.end() && known->second.type == prim.type && AreEqual(known->second.data, prim.data))
      ++counts_.added_unchanged;
    prims_.insert_or_assign(entry.path, std::move(prim));
  }
}

void SnapshotObserver::PrimsRemoved(const SceneIndex&, const std::vector<Path>& entries) {
  for (Path root : entries) {
    auto it = prims_.lower_bound(root);
    while (it != prims_.end() && it->first.HasPrefix(root)) it = prims_.erase(it);
  }
}

void SnapshotObserver::PrimsDirtied(const SceneIndex& sender, const std::vector<DirtiedPrim>& entries) {
  for (const DirtiedPrim& entry : entries) {
    const auto known = prims_.find(entry.path);
    if (known == prims_.end()) continue;
    // Containers first: what is dirtied besides is read through the new ones.
    for (const DataSourceLocator& locator : entry.locators)
      if (!locator.IsEmpty() && locator.GetLastElement() == GetContainerSentinel())
        Refetch(sender, entry.path, known->second, locator.RemoveLastElement());
    for (const DataSourceLocator& locator : entry.locators)
      if (locator.IsEmpty() || locator.GetLastElement() != GetContainerSentinel())
        Dirty(sender, entry.path, known->second, locator);
  }
}

void SnapshotObserver::Dirty(const SceneIndex& sender, Path path, Prim& prim,
                             const DataSourceLocator& locator) {
  ++counts_.dirtied;
  if (locator.IsEmpty()) {
    Node fresh = Read(sender.GetPrim(path).data, 0);
    if (AreEqual(prim.data, fresh)) ++counts_.dirtied_unchanged;
    prim.data = std::move(fresh);
    return;
  }
  Node* parent = &prim.data;
  for (size_t i = 0; parent && i + 1 < locator.GetElementCount(); ++i)
    parent = parent->Find(locator.GetElement(i));
  if (!parent || !parent->IsContainer()) {
    ++counts_.dirtied_unchanged;  // below what is not there, nothing can be read
    return;
  }
  const Token name = locator.GetLastElement();
  Node fresh = Read(ContainerDataSource::Cast(parent->handle)->Get(name), 0);
  fresh.name = name;
  Node* const held = parent->Find(name);
  if (held ? AreEqual(*held, fresh) : fresh.IsNothing()) ++counts_.dirtied_unchanged;
  if (held) {
    *held = std::move(fresh);
    std::erase_if(parent->children, [](const Node& child) { return child.IsNothing(); });
  } else if (!fresh.IsNothing()) {
    const auto at = std::find_if(parent->children.begin(), parent->children.end(),
                                 [&](const Node& child) { return TokenTextLess()(name, child.name); });
    parent->children.insert(at, std::move(fresh));
  }
}

// The container and those in it are held from now on as the scene gives them now; data that were read stay.
void SnapshotObserver::Refetch(const SceneIndex& sender, Path path, Prim& prim,
                               const DataSourceLocator& container) {
  Node* node = &prim.data;
  for (size_t i = 0; node && i < container.GetElementCount(); ++i) node = node->Find(container.GetElement(i));
  if (!node || !node->IsContainer()) return;
  if (auto fresh = ContainerDataSource::Cast(sender.GetDataSource(path, container)))
    node->handle = std::move(fresh);
}

std::vector<std::string> SnapshotObserver::Compare(const SceneIndex& scene, size_t max_lines) const {
  std::vector<std::string> lines;
  const auto say = [&](Path path, const std::string& place, const std::string& what) {
    if (lines.size() < max_lines)
      lines.push_back(path.GetString() + " " + (place.empty() ? "(all)" : place) + what);
  };
  const std::function<void(Path, const std::string&, const Node&, const Node&)> compare =
      [&](Path path, const std::string& place, const Node& held, const Node& shown) {
        if (AreEqual(held, shown)) return;
        if (!held.IsContainer() || !shown.IsContainer())
          return say(path, place,
                     held.IsNothing()    ? " came untold"
                     : shown.IsNothing() ? " went untold"
                                         : " changed untold\n  from " + PrintDataSource(held.Retain()) +
                                               "  to " + PrintDataSource(shown.Retain()));
        const auto join = [&](Token name) { return place + (place.empty() ? "" : "/") + name.GetString(); };
        Node both[2] = {held, shown};
        for (const Node& child : both[0].children) {
          Node* const other = both[1].Find(child.name);
          compare(path, join(child.name), child, other ? *other : Node());
        }
        for (const Node& child : both[1].children)
          if (!both[0].Find(child.name)) compare(path, join(child.name), Node(), child);
      };
  const SnapshotObserver afresh(scene, interval_);
  for (const auto& [path, prim] : afresh.prims_) {
    const auto held = prims_.find(path);
    if (held == prims_.end()) {
      say(path, "", " came untold");
      continue;
    }
    if (held->second.type != prim.type) say(path, "", " has another type untold");
    compare(path, "", held->second.data, prim.data);
  }
  for (const auto& [path, prim] : prims_)
    if (!afresh.prims_.contains(path)) say(path, "", " went untold");
  return lines;
}

}  // namespace strata::scene
