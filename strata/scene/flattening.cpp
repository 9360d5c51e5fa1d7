#include "strata/scene/flattening.h"

#include <algorithm>
#include <memory>
#include <new>

namespace strata::scene {

struct FlatteningSceneIndex::Config final : Counted {
  explicit Config(Providers given) : providers(std::move(given)) {
    for (const auto& [name, provider] : providers) locators.emplace_back(name);
  }
  const Providers providers;
  std::vector<DataSourceLocator> locators;  // of their names
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

// A prim's data with what it inherits. Keeps what it is made of, not the index. Its slots, one for each
// provider, lie behind it.
class FlatteningSceneIndex::FlattenedPrim final : public ContainerDataSource {
 public:
  // `input` may be null: the prim is there without data.
  static Handle<const FlattenedPrim> New(Handle<const Config> config, ScenePrim input,
                                         const FlattenedPrim* parent) {
    const size_t count = config->providers.size();
    void* memory = ::operator new(sizeof(FlattenedPrim) + count * sizeof(OnceSlot));
    return Handle<const FlattenedPrim>(new (memory)
                                           FlattenedPrim(std::move(config), std::move(input), parent));
  }
  ~FlattenedPrim() override { std::destroy_n(GetSlots(), config_->providers.size()); }
  static void operator delete(void* memory) { ::operator delete(memory); }

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
    if (IsMade(provider)) return GetSlots()[provider].Get([] { return nullptr; });
    if (!parent_ || parent_->IsMade(provider)) return MakeAt(provider);
    // Parents first, from the top down: how deep a scene is must not be how deep calls go.
    std::vector<const FlattenedPrim*> chain;
    for (const FlattenedPrim* prim = parent_.Get(); prim && !prim->IsMade(provider);
         prim = prim->parent_.Get())
      chain.push_back(prim);
    for (; !chain.empty(); chain.pop_back()) (void)chain.back()->MakeAt(provider);
    return MakeAt(provider);
  }

  bool HasData() const { return bool(input_); }
  ScenePrim GetPrim() const {
    return {type_, input_ ? ContainerDataSourceHandle(this) : ContainerDataSourceHandle()};
  }
  bool IsMade(size_t provider) const { return GetSlots()[provider].IsMade(); }
  // For the thread that changes the scene.
  bool Invalidate(size_t provider, const DataSourceLocatorSet& locators) const {
    return GetSlots()[provider].Invalidate(locators);
  }
  void SetInput(ScenePrim input) const {
    input_ = std::move(input.data);
    type_ = input.type;
  }
  void SetParent(const FlattenedPrim* parent) const { parent_ = Handle<const FlattenedPrim>(parent); }

 private:
  static_assert(alignof(OnceSlot) <= alignof(ContainerDataSource));
  FlattenedPrim(Handle<const Config> config, ScenePrim input, const FlattenedPrim* parent)
      : type_(input.type), config_(std::move(config)), input_(std::move(input.data)), parent_(parent) {
    std::uninitialized_default_construct_n(GetSlots(), config_->providers.size());
  }
  OnceSlot* GetSlots() const { return reinterpret_cast<OnceSlot*>(const_cast<FlattenedPrim*>(this) + 1); }
  ContainerDataSourceHandle MakeAt(size_t provider) const {
    return GetSlots()[provider].Get([&] {
      const auto& [name, made_by] = config_->providers[provider];
      return made_by->GetFlattenedDataSource({ContainerDataSource::Cast(input_->Get(name)),
                                              parent_ ? parent_->GetAt(provider) : nullptr, type_});
    });
  }

  mutable Token type_;
  Handle<const Config> config_;
  mutable ContainerDataSourceHandle input_;
  mutable Handle<const FlattenedPrim> parent_;
};

const FlatteningSceneIndex::FlattenedPrim& FlatteningSceneIndex::Cached::Publish(
    Handle<const FlattenedPrim> made) {
  const FlattenedPrim* known = nullptr;
  const FlattenedPrim* fresh = made.Get();
  if (!prim_.compare_exchange_strong(known, fresh, std::memory_order_acq_rel)) return *known;
  return *made.Detach();
}

void FlatteningSceneIndex::Cached::Forget() {
  if (const FlattenedPrim* known = prim_.exchange(nullptr, std::memory_order_relaxed)) known->Release();
}

FlatteningSceneIndex::FlatteningSceneIndex(SceneIndexPtr input, Providers providers, Gaps gaps)
    : SingleInputFilteringSceneIndex(std::move(input)),
      config_(Make<const Config>(std::move(providers))),
      gaps_(gaps) {}

FlatteningSceneIndex::~FlatteningSceneIndex() = default;

ScenePrim FlatteningSceneIndex::GetPrim(Path path) const {
  const FlattenedPrim* prim = FindFlattened(path);
  return prim ? prim->GetPrim() : ScenePrim();
}

const FlatteningSceneIndex::FlattenedPrim* FlatteningSceneIndex::FindFlattened(Path path) const {
  Table::Entry* entry = cache_.Find(path);
  if (const FlattenedPrim* known = entry ? entry->value.Get() : nullptr) return known;
  ScenePrim asked = GetInput().GetPrim(path);
  if (!asked) return nullptr;
  // The prims above that are not known yet, and what the nearest known one inherits to them.
  std::vector<Path> missing;
  const FlattenedPrim* above = nullptr;
  Table::Entry* parent = nullptr;
  for (Path up = path.GetParent(); !up.IsEmpty(); up = up.GetParent()) {
    Table::Entry* at = cache_.Find(up);
    if (!parent && missing.empty()) parent = at;
    const FlattenedPrim* known = at ? at->value.Get() : nullptr;
    if (!known) {
      missing.push_back(up);
      continue;
    }
    if (known->HasData()) above = known;
    if (above || gaps_ == Gaps::kCut) break;
  }
  const auto add = [&](Table::Entry& at, ScenePrim input) {
    const FlattenedPrim& known = at.value.Publish(FlattenedPrim::New(config_, std::move(input), above));
    if (known.HasData())
      above = &known;
    else if (gaps_ == Gaps::kCut)
      above = nullptr;
    return &known;
  };
  for (; !missing.empty(); missing.pop_back()) {
    parent = &cache_.FindOrAdd(missing.back());
    add(*parent, GetInput().GetPrim(missing.back()));
  }
  if (!entry) entry = parent ? &cache_.FindOrAddBelow(*parent, path) : &cache_.FindOrAdd(path);
  return add(*entry, std::move(asked));
}

void FlatteningSceneIndex::ProcessChanges(const ChangeSet& changes) {
  ChangeSet out = changes;
  for (Path root : changes.removed) cache_.RemoveSubtree(root);
  for (const AddedPrim& added : changes.added) Refresh(added, out);
  Reached reached;
  for (const DirtiedPrim& dirtied : changes.dirtied) {
    if (!reached.set.IsCopyOf(dirtied.locators)) reached = Reach(dirtied.locators);
    Dirty(dirtied.path, reached, out);
  }
  // Below one prim each is reached once.
  const bool is_plain =
      out.dirtied.size() == changes.dirtied.size() || (changes.added.empty() && changes.dirtied.size() == 1);
  Send(std::move(out), is_plain ? Form::kNormal : Form::kAny);
}

void FlatteningSceneIndex::Refresh(const AddedPrim& added, ChangeSet& out) {
  Table::Entry* entry = cache_.Find(added.path);
  if (!entry || !entry->value.Get()) return;
  std::vector<Inherited> inherited;
  for (size_t i = 0; i < config_->providers.size(); ++i)
    inherited.push_back({i, DataSourceLocatorSet::Universal()});
  // Handles of the prims below stay; those of this prim end with what it was.
  DirtyBelow(*entry, std::move(inherited), out);
  entry->value.Forget();
  const auto find_with_data = [this](Path path) {
    const FlattenedPrim* prim = FindFlattened(path);
    return prim && prim->HasData() ? prim : nullptr;
  };
  const FlattenedPrim* fresh = find_with_data(added.path);
  if (!fresh && gaps_ == Gaps::kBridged)
    for (Path up = added.path.GetParent(); !up.IsEmpty() && !fresh; up = up.GetParent())
      fresh = find_with_data(up);
  std::vector<const Table::Entry*> waiting = {entry};
  while (!waiting.empty()) {
    const Table::Entry* above = waiting.back();
    waiting.pop_back();
    for (Table::Entry* child = above->GetFirstChild(); child; child = child->GetNextSibling()) {
      const FlattenedPrim* prim = child->value.Get();
      if (prim && prim->HasData())
        prim->SetParent(fresh);
      else
        waiting.push_back(child);
    }
  }
}

FlatteningSceneIndex::Reached FlatteningSceneIndex::Reach(const DataSourceLocatorSet& set) const {
  Reached reached = {set, set.IsUniversal() || set.Contains(GetContainerSentinel()), {}};
  for (size_t i = 0; i < config_->providers.size(); ++i) {
    if (!set.Intersects(config_->providers[i].first)) continue;
    const DataSourceLocator& here = config_->locators[i];
    DataSourceLocatorSet locators = set.Intersection(here).ReplacePrefix(here, {});
    if (!locators.IsEmpty()) reached.providers.push_back({i, std::move(locators)});
  }
  return reached;
}

void FlatteningSceneIndex::Dirty(Path path, const Reached& reached, ChangeSet& out) {
  if (reached.providers.empty() && !reached.is_container) return;
  Table::Entry* entry = cache_.Find(path);
  const FlattenedPrim* known = entry ? entry->value.Get() : nullptr;
  if (!known) return;
  const FlattenedPrim* prim = known->HasData() ? known : nullptr;
  if (prim && reached.is_container) {
    ScenePrim input = GetInput().GetPrim(path);
    if (input.data) prim->SetInput(std::move(input));
  }
  std::vector<Inherited> inherited;
  for (const auto& [i, locators] : reached.providers) {
    ContainerDataSourceHandle flattened;
    if (prim) {
      // Who was not asked has told nobody.
      if (!prim->IsMade(i)) continue;
      if (entry->GetFirstChild()) flattened = prim->GetAt(i);
      prim->Invalidate(i, locators);
    }
    if (!entry->GetFirstChild()) continue;
    DataSourceLocatorSet below =
        config_->providers[i].second->ComputeDirtyLocatorsForDescendants(locators, flattened);
    if (!below.IsEmpty()) inherited.push_back({i, std::move(below)});
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
      if (const FlattenedPrim* prim = child->value.Get(); prim && prim->HasData()) {
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
