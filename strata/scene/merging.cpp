#include "strata/scene/merging.h"

#include <algorithm>

#include "strata/scene/filtering.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::scene {

// Watches one input on behalf of the index.
class MergingSceneIndex::Watcher final : public SceneIndexObserver {
 public:
  Watcher(MergingSceneIndex& owner, Input input, uint64_t order)
      : owner_(owner), input_(std::move(input)), order_(order) {
    if (!input_.scene) input_.scene = GetEmptySceneIndex();
    input_.scene->AddObserver(*this);
  }
  ~Watcher() override { input_.scene->RemoveObserver(*this); }
  const Input& GetInput() const { return input_; }
  uint64_t GetOrder() const { return order_; }
  void ApplyChanges(const SceneIndex&, const ChangeSet& changes) override { owner_.Process(*this, changes); }

 private:
  MergingSceneIndex& owner_;
  Input input_;
  uint64_t order_;
};

MergingSceneIndex::MergingSceneIndex(std::vector<Input> strongest_first) {
  (void)AddInputScenes(std::move(strongest_first));  // nobody can read it yet
}

MergingSceneIndex::MergingSceneIndex() = default;
MergingSceneIndex::~MergingSceneIndex() = default;

std::vector<const MergingSceneIndex::Watcher*> MergingSceneIndex::FindInputs(Path path) const {
  std::vector<const Watcher*> found;
  // Above a relative path there is always another one.
  if (!path.IsAbsolute()) return found;
  size_t places = 0;
  for (Path up = path; !up.IsEmpty(); up = up.GetParent())
    if (const auto* entry = roots_.Find(up); entry && !entry->value.inputs.empty()) {
      found.insert(found.end(), entry->value.inputs.begin(), entry->value.inputs.end());
      ++places;
    }
  if (places > 1)
    std::sort(found.begin(), found.end(),
              [](const Watcher* a, const Watcher* b) { return a->GetOrder() < b->GetOrder(); });
  return found;
}

ScenePrim MergingSceneIndex::GetPrim(Path path) const {
  static const ContainerDataSourceHandle empty = RetainedContainerDataSource::New();
  ScenePrim merged;
  std::vector<ContainerDataSourceHandle> data;
  for (const Watcher* input : FindInputs(path)) {
    ScenePrim prim = input->GetInput().scene->GetPrim(path);
    if (merged.type.IsEmpty()) merged.type = prim.type;
    if (prim.data) data.push_back(std::move(prim.data));
  }
  merged.data = OverlayContainerDataSource::New(std::move(data));
  if (!merged && roots_.Find(path)) merged.data = empty;
  return merged;
}

std::vector<Path> MergingSceneIndex::GetChildPrimPaths(Path path) const {
  std::vector<Path> children;
  const std::vector<const Watcher*> inputs = FindInputs(path);
  for (const Watcher* input : inputs) {
    std::vector<Path> more = input->GetInput().scene->GetChildPrimPaths(path);
    if (children.empty())
      children = std::move(more);
    else
      children.insert(children.end(), more.begin(), more.end());
  }
  size_t on_the_way = 0;
  if (const auto* entry = roots_.Find(path)) {
    const size_t before = children.size();
    for (const auto* child = entry->GetFirstChild(); child; child = child->GetNextSibling())
      children.push_back(child->GetPath());
    on_the_way = children.size() - before;
    std::reverse(children.begin() + static_cast<std::ptrdiff_t>(before), children.end());
  }
  if (inputs.size() + on_the_way > 1) {
    tsl::robin_map<Path, bool> seen;
    std::erase_if(children, [&](Path child) { return !seen.emplace(child, true).second; });
  }
  return children;
}

std::vector<SceneIndexPtr> MergingSceneIndex::GetInputScenes() const {
  std::vector<SceneIndexPtr> scenes;
  for (const WatcherPtr& watcher : watchers_) scenes.push_back(watcher->GetInput().scene);
  return scenes;
}

void MergingSceneIndex::AddPrimsBelow(Path path, std::vector<AddedPrim>& out) const {
  VisitPrims(*this, path, [&](Path each) { out.push_back({each, GetPrim(each).type}); });
}

Result<void> MergingSceneIndex::AddInputScenes(std::vector<Input> inputs) {
  for (const Input& input : inputs)
    if (input.scene && ReadsFrom(*input.scene, *this))
      return Diagnostic(
          kInputCycle,
          "The scene \"" + input.scene->GetDisplayName() + "\" reads the one it was to be an input of.", {},
          "Add a scene that stands before the merged one.");
  ChangeSet changes;
  for (Input& input : inputs) {
    const Path root = input.root;
    for (Path up = root; !up.IsEmpty() && !roots_.Find(up); up = up.GetParent())
      changes.added.push_back({up, Token()});
    watchers_.push_back(std::make_unique<Watcher>(*this, std::move(input), next_order_++));
    roots_.FindOrAdd(root).value.inputs.push_back(watchers_.back().get());
  }
  if (!IsObserved()) return {};
  for (size_t i = watchers_.size() - inputs.size(); i < watchers_.size(); ++i) {
    const Input& input = watchers_[i]->GetInput();
    if (!input.scene->GetPrim(input.root) && input.scene->GetChildPrimPaths(input.root).empty()) continue;
    VisitPrims(*input.scene, input.root,
               [&](Path path) { changes.added.push_back({path, GetPrim(path).type}); });
  }
  Send(std::move(changes));
  return {};
}

void MergingSceneIndex::RemoveInputScenes(const std::vector<const SceneIndex*>& scenes) {
  ChangeSet changes;
  std::vector<Path> affected;
  std::vector<WatcherPtr> gone;
  for (WatcherPtr& watcher : watchers_) {
    const Input& input = watcher->GetInput();
    if (std::ranges::find(scenes, input.scene.get()) == scenes.end()) continue;
    if (IsObserved()) VisitPrims(*input.scene, input.root, [&](Path path) { affected.push_back(path); });
    auto* entry = roots_.Find(input.root);
    std::erase(entry->value.inputs, watcher.get());
    while (entry && entry->value.inputs.empty() && !entry->GetFirstChild()) {
      auto* above = entry->GetParent();
      affected.push_back(entry->GetPath());
      roots_.RemoveSubtree(entry->GetPath());
      entry = above;
    }
    gone.push_back(std::move(watcher));
  }
  std::erase(watchers_, nullptr);
  gone.clear();
  for (Path path : affected) {
    if (const ScenePrim prim = GetPrim(path))
      changes.added.push_back({path, prim.type});
    else
      changes.removed.push_back(path);
  }
  Send(std::move(changes));
}

void MergingSceneIndex::Process(const Watcher& from, const ChangeSet& received) {
  const ChangeSet expanded =
      received.renamed.empty() ? ChangeSet() : ExpandRenames(*from.GetInput().scene, received);
  const ChangeSet& changes = received.renamed.empty() ? received : expanded;
  const Path root = from.GetInput().root;
  const bool is_whole = root.IsAbsoluteRoot();
  ChangeSet out;
  for (Path path : changes.removed) {
    const Path top = is_whole || path.HasPrefix(root) ? path : root.HasPrefix(path) ? root : Path();
    if (top.IsEmpty()) continue;
    out.removed.push_back(top);
    // What others still show below is there again.
    if (GetPrim(top) || !GetChildPrimPaths(top).empty()) AddPrimsBelow(top, out.added);
  }
  for (const AddedPrim& added : changes.added)
    if (is_whole || added.path.HasPrefix(root)) out.added.push_back({added.path, GetPrim(added.path).type});
  for (const DirtiedPrim& dirtied : changes.dirtied)
    if (is_whole || dirtied.path.HasPrefix(root)) out.dirtied.push_back(dirtied);
  Send(std::move(out));
}

}  // namespace strata::scene
