#include "strata/scene/flattening.h"

#include <algorithm>

namespace strata::scene {

struct FlatteningSceneIndex::Config {
  Providers providers;
  static constexpr size_t kNone = SIZE_MAX;
  size_t Find(Token name) const {
    for (size_t i = 0; i < providers.size(); ++i)
      if (providers[i].first == name) return i;
    return kNone;
  }
};

namespace {

// A data source made once among threads, null included, until it is forgotten.
class OnceSlot {
 public:
  ~OnceSlot() { Forget(); }

  template <class MakeSource>
  ContainerDataSourceHandle Get(MakeSource&& make) const {
    const ContainerDataSource* held = held_.load(std::memory_order_acquire);
    if (!held) {
      ContainerDataSourceHandle made = make();
      const ContainerDataSource* fresh = made ? made.Get() : NullMark();
      if (held_.compare_exchange_strong(held, fresh, std::memory_order_acq_rel)) {
        made.Detach();
        held = fresh;
      }
    }
    return held == NullMark() ? nullptr : ContainerDataSourceHandle(held);
  }

  bool IsMade() const { return held_.load(std::memory_order_relaxed) != nullptr; }

  // Forgets what lies at the locators, which are relative to what is held. True when something was.
  bool Invalidate(const DataSourceLocatorSet& locators) {
    const ContainerDataSource* held = held_.load(std::memory_order_relaxed);
    if (!held) return false;
    if (!locators.Contains(DataSourceLocator()) && !locators.Contains(GetContainerSentinel()) &&
        held != NullMark())
      if (const auto partial = InvalidatableContainerDataSource::Cast(ContainerDataSourceHandle(held)))
        return partial->Invalidate(locators);
    Forget();
    return true;
  }

  void Forget() {
    const ContainerDataSource* held = held_.exchange(nullptr, std::memory_order_relaxed);
    if (held && held != NullMark()) held->Release();
  }

 private:
  // Stands for "made, and there is none".
  static const ContainerDataSource* NullMark() {
    static const char mark = 0;
    return reinterpret_cast<const ContainerDataSource*>(&mark);
  }
  mutable std::atomic<const ContainerDataSource*> held_{nullptr};
};

}  // namespace

// A prim's data with what it inherits. Keeps what it is made of, not the index.
class FlatteningSceneIndex::FlattenedPrim final : public ContainerDataSource {
 public:
  FlattenedPrim(std::shared_ptr<const Config> config, ContainerDataSourceHandle input,
                Handle<const FlattenedPrim> parent, Token type)
      : config_(std::move(config)),
        input_(std::move(input)),
        parent_(std::move(parent)),
        type_(type),
        slots_(new OnceSlot[config_->providers.size()]) {}

  std::vector<Token> GetNames() const override {
    std::vector<Token> names = input_->GetNames();
    for (size_t i = 0; i < config_->providers.size(); ++i) {
      const Token name = config_->providers[i].first;
      const auto found = std::ranges::find(names, name);
      const bool is_there = bool(GetAt(i));
      if (is_there && found == names.end()) names.push_back(name);
      if (!is_there && found != names.end()) names.erase(found);
    }
    return names;
  }

  DataSourceHandle Get(Token name) const override {
    const size_t provider = config_->Find(name);
    if (provider == Config::kNone) return input_->Get(name);
    return GetAt(provider);
  }

  ContainerDataSourceHandle GetAt(size_t provider) const {
    if (slots_[provider].IsMade()) return slots_[provider].Get([] { return nullptr; });
    // Parents first, from the top down: how deep a scene is must not be how deep calls go.
    std::vector<const FlattenedPrim*> chain;
    for (const FlattenedPrim* prim = this; prim && !prim->slots_[provider].IsMade();
         prim = prim->parent_.Get())
      chain.push_back(prim);
    for (; !chain.empty(); chain.pop_back()) (void)chain.back()->MakeAt(provider);
    // Another thread may have made it meanwhile.
    return MakeAt(provider);
  }

  const Handle<const FlattenedPrim>& GetParent() const { return parent_; }
  bool IsMade(size_t provider) const { return slots_[provider].IsMade(); }
  // For the thread that changes the scene.
  bool Invalidate(size_t provider, const DataSourceLocatorSet& locators) const {
    return slots_[provider].Invalidate(locators);
  }
  void SetInput(ContainerDataSourceHandle input, Token type) const {
    input_ = std::move(input);
    type_ = type;
  }
  void SetParent(Handle<const FlattenedPrim> parent) const { parent_ = std::move(parent); }

 private:
  ContainerDataSourceHandle MakeAt(size_t provider) const {
    return slots_[provider].Get([&] {
      const auto& [name, made_by] = config_->providers[provider];
      return made_by->GetFlattenedDataSource({ContainerDataSource::Cast(input_->Get(name)),
                                              parent_ ? parent_->GetAt(provider) : nullptr, type_});
    });
  }

  std::shared_ptr<const Config> config_;
  mutable ContainerDataSourceHandle input_;
  mutable Handle<const FlattenedPrim> parent_;
  mutable Token type_;
  std::unique_ptr<OnceSlot[]> slots_;
};

FlatteningSceneIndex::FlatteningSceneIndex(SceneIndexPtr input, Providers providers, Gaps gaps)
    : SingleInputFilteringSceneIndex(std::move(input)),
      config_(std::make_shared<Config>(Config{std::move(providers)})),
      gaps_(gaps) {}

FlatteningSceneIndex::~FlatteningSceneIndex() = default;

ScenePrim FlatteningSceneIndex::GetPrim(Path path) const {
  Token type;
  const Handle<const FlattenedPrim> prim = FindFlattened(path, &type);
  return {type, prim};
}

Handle<const FlatteningSceneIndex::FlattenedPrim> FlatteningSceneIndex::FindFlattened(Path path,
                                                                                      Token* type) const {
  // The prims that are not known yet, and what the nearest known one inherits to them.
  std::vector<Path> missing;
  Handle<const FlattenedPrim> above;
  for (Path up = path; !up.IsEmpty(); up = up.GetParent()) {
    Table::Entry* entry = cache_.Find(up);
    if (entry) {
      const std::lock_guard lock(entry->value.mutex);
      if (entry->value.is_known) {
        if (missing.empty()) {
          if (type) *type = entry->value.type;
          return entry->value.prim;
        }
        above = entry->value.prim;
        if (above || gaps_ == Gaps::kCut) break;
        continue;
      }
    }
    missing.push_back(up);
  }
  Handle<const FlattenedPrim> found;
  for (; !missing.empty(); missing.pop_back()) {
    ScenePrim input = GetInput().GetPrim(missing.back());
    const bool is_last = missing.size() == 1;
    if (is_last && !input) {
      if (type) *type = Token();
      return nullptr;
    }
    Cached& cached = cache_.FindOrAdd(missing.back()).value;
    const std::lock_guard lock(cached.mutex);
    if (!cached.is_known) {
      cached.is_known = true;
      cached.type = input.type;
      if (input.data)
        cached.prim = Make<const FlattenedPrim>(config_, std::move(input.data), above, input.type);
    }
    if (cached.prim || gaps_ == Gaps::kCut) above = cached.prim;
    if (is_last) {
      found = cached.prim;
      if (type) *type = cached.type;
    }
  }
  return found;
}

void FlatteningSceneIndex::ProcessChanges(const ChangeSet& changes) {
  ChangeSet out = changes;
  for (Path root : changes.removed) cache_.RemoveSubtree(root);
  for (const AddedPrim& added : changes.added) Refresh(added, out);
  for (const DirtiedPrim& dirtied : changes.dirtied) Dirty(dirtied, out);
  const bool is_plain = out.dirtied.size() == changes.dirtied.size();
  Send(std::move(out), is_plain ? Form::kNormal : Form::kAny);
}

void FlatteningSceneIndex::Refresh(const AddedPrim& added, ChangeSet& out) {
  Table::Entry* entry = cache_.Find(added.path);
  if (!entry || !entry->value.is_known) return;
  std::vector<Inherited> inherited;
  for (size_t i = 0; i < config_->providers.size(); ++i)
    inherited.push_back({i, DataSourceLocatorSet::Universal()});
  // Handles of the prims below stay; those of this prim end with what it was.
  DirtyBelow(*entry, std::move(inherited), out);
  entry->value.is_known = false;
  entry->value.prim = nullptr;
  Token type;
  Handle<const FlattenedPrim> fresh = FindFlattened(added.path, &type);
  if (!fresh && gaps_ == Gaps::kBridged)
    for (Path up = added.path.GetParent(); !up.IsEmpty() && !fresh; up = up.GetParent())
      fresh = FindFlattened(up, nullptr);
  std::vector<const Table::Entry*> waiting = {entry};
  while (!waiting.empty()) {
    const Table::Entry* above = waiting.back();
    waiting.pop_back();
    for (Table::Entry* child = above->GetFirstChild(); child; child = child->GetNextSibling()) {
      if (child->value.prim)
        child->value.prim->SetParent(fresh);
      else
        waiting.push_back(child);
    }
  }
}

void FlatteningSceneIndex::Dirty(const DirtiedPrim& dirtied, ChangeSet& out) {
  Table::Entry* entry = cache_.Find(dirtied.path);
  if (!entry || !entry->value.is_known) return;
  const auto& prim = entry->value.prim;
  if (prim && (dirtied.locators.IsUniversal() || dirtied.locators.Contains(GetContainerSentinel()))) {
    ScenePrim input = GetInput().GetPrim(dirtied.path);
    if (input.data) prim->SetInput(std::move(input.data), input.type);
  }
  std::vector<Inherited> inherited;
  for (size_t i = 0; i < config_->providers.size(); ++i) {
    const auto& [name, provider] = config_->providers[i];
    const DataSourceLocator here(name);
    DataSourceLocatorSet locators = dirtied.locators.Intersection(here).ReplacePrefix(here, {});
    if (locators.IsEmpty()) continue;
    ContainerDataSourceHandle flattened;
    if (prim) {
      // Who was not asked has told nobody.
      if (!prim->IsMade(i)) continue;
      flattened = prim->GetAt(i);
      prim->Invalidate(i, locators);
    }
    locators = provider->ComputeDirtyLocatorsForDescendants(locators, flattened);
    if (!locators.IsEmpty()) inherited.push_back({i, std::move(locators)});
  }
  if (!inherited.empty()) DirtyBelow(*entry, std::move(inherited), out);
}

void FlatteningSceneIndex::DirtyBelow(const Table::Entry& entry, std::vector<Inherited> inherited,
                                      ChangeSet& out) {
  // Which of `inherited` still matter, as bits of a mask; what was not asked for at a prim was not asked for
  // below it either.
  struct Step {
    const Table::Entry* entry;
    uint64_t alive;
  };
  inherited.resize(std::min<size_t>(inherited.size(), 64));
  std::vector<DataSourceLocatorSet> notices;
  for (const Inherited& each : inherited)
    notices.push_back(each.locators.ReplacePrefix({}, config_->providers[each.provider].first));
  std::vector<Step> waiting = {{&entry, ~uint64_t{0}}};
  while (!waiting.empty()) {
    const Step step = waiting.back();
    waiting.pop_back();
    for (Table::Entry* child = step.entry->GetFirstChild(); child; child = child->GetNextSibling()) {
      uint64_t alive = step.alive;
      DataSourceLocatorSet dirty;
      if (const auto& prim = child->value.prim) {
        alive = 0;
        for (size_t i = 0; i < inherited.size(); ++i) {
          if (!(step.alive >> i & 1) || !prim->Invalidate(inherited[i].provider, inherited[i].locators))
            continue;
          alive |= uint64_t{1} << i;
          dirty.Insert(notices[i]);
        }
      }
      if (!dirty.IsEmpty()) out.dirtied.push_back({child->GetPath(), std::move(dirty)});
      if (alive) waiting.push_back({child, alive});
    }
  }
}

}  // namespace strata::scene
