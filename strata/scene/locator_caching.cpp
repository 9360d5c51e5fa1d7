#include "strata/scene/locator_caching.h"

#include <optional>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::scene {

namespace {

DataSourceHandle Keep(DataSourceHandle source);

// A container whose names and children are asked for once.
class KeptContainer final : public InvalidatableContainerDataSource {
 public:
  explicit KeptContainer(ContainerDataSourceHandle source) : source_(std::move(source)) {}
  std::vector<Token> GetNames() const override {
    {
      const std::lock_guard lock(mutex_);
      if (names_) return *names_;
    }
    // Sources are asked without the lock: they may wait for one that somebody holds who waits for this one.
    std::vector<Token> names = source_->GetNames();
    const std::lock_guard lock(mutex_);
    if (!names_) names_ = std::move(names);
    return *names_;
  }
  DataSourceHandle Get(Token name) const override {
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = children_.find(name); known != children_.end()) return known->second;
    }
    DataSourceHandle made = Keep(source_->Get(name));
    const std::lock_guard lock(mutex_);
    return children_.try_emplace(name, std::move(made)).first->second;
  }
  bool Invalidate(const DataSourceLocatorSet& locators) const override {
    const std::lock_guard lock(mutex_);
    bool was_known = false;
    for (const DataSourceLocator& locator : locators) {
      if (locator.IsEmpty() || locator.GetFirstElement() == GetContainerSentinel()) {
        was_known |= names_ || !children_.empty();
        names_.reset();
        children_.clear();
        return was_known;
      }
      const auto child = children_.find(locator.GetFirstElement());
      if (child == children_.end()) continue;
      was_known = true;
      const auto below = InvalidatableContainerDataSource::Cast(child->second);
      const DataSourceLocator rest = locator.RemoveFirstElement();
      if (below && !rest.IsEmpty()) {
        below->Invalidate(rest);
      } else {
        children_.erase(child);
        names_.reset();
      }
    }
    return was_known;
  }

 private:
  ContainerDataSourceHandle source_;
  mutable std::mutex mutex_;
  mutable std::optional<std::vector<Token>> names_;           // guarded by mutex_
  mutable tsl::robin_map<Token, DataSourceHandle> children_;  // guarded by mutex_
};

DataSourceHandle Keep(DataSourceHandle source) {
  if (auto container = ContainerDataSource::Cast(source))
    return Make<const KeptContainer>(std::move(container));
  if (const auto vector = VectorDataSource::Cast(source)) {
    std::vector<DataSourceHandle> elements;
    for (size_t i = 0; i < vector->GetNumElements(); ++i) elements.push_back(Keep(vector->GetElement(i)));
    return RetainedVectorDataSource::New(std::move(elements));
  }
  return source;
}

}  // namespace

// A prim's data, of which one part is kept; what leads to it is passed through.
class LocatorCachingSceneIndex::CachedPrim final : public ContainerDataSource {
 public:
  CachedPrim(ContainerDataSourceHandle data, DataSourceLocator locator)
      : data_(std::move(data)), locator_(std::move(locator)) {}
  std::vector<Token> GetNames() const override { return data_->GetNames(); }
  DataSourceHandle Get(Token name) const override { return GetBelow(data_, locator_, name); }
  // `locators` are relative to what is kept.
  void Invalidate(const DataSourceLocatorSet& locators) const {
    const std::lock_guard lock(mutex_);
    const auto below = InvalidatableContainerDataSource::Cast(kept_.value_or(nullptr));
    if (below && !locators.IsUniversal() && !locators.Contains(GetContainerSentinel()))
      below->Invalidate(locators);
    else
      kept_.reset();
  }

 private:
  // A container on the way to what is kept.
  class OnTheWay final : public ContainerDataSource {
   public:
    OnTheWay(Handle<const CachedPrim> prim, ContainerDataSourceHandle source, DataSourceLocator rest)
        : prim_(std::move(prim)), source_(std::move(source)), rest_(std::move(rest)) {}
    std::vector<Token> GetNames() const override { return source_->GetNames(); }
    DataSourceHandle Get(Token name) const override { return prim_->GetBelow(source_, rest_, name); }

   private:
    Handle<const CachedPrim> prim_;
    ContainerDataSourceHandle source_;
    DataSourceLocator rest_;
  };

  DataSourceHandle GetBelow(const ContainerDataSourceHandle& source, const DataSourceLocator& rest,
                            Token name) const {
    if (name != rest.GetFirstElement()) return source->Get(name);
    if (rest.GetElementCount() == 1) {
      {
        const std::lock_guard lock(mutex_);
        if (kept_) return *kept_;
      }
      DataSourceHandle made = Keep(source->Get(name));
      const std::lock_guard lock(mutex_);
      if (!kept_) kept_ = std::move(made);
      return *kept_;
    }
    DataSourceHandle found = source->Get(name);
    auto container = ContainerDataSource::Cast(found);
    if (!container) return found;
    return Make<const OnTheWay>(Handle<const CachedPrim>(this), std::move(container),
                                rest.RemoveFirstElement());
  }

  ContainerDataSourceHandle data_;
  DataSourceLocator locator_;
  mutable std::mutex mutex_;
  mutable std::optional<DataSourceHandle> kept_;  // guarded by mutex_; none: not asked for
};

LocatorCachingSceneIndex::LocatorCachingSceneIndex(SceneIndexPtr input, DataSourceLocator locator, Token type)
    : SingleInputFilteringSceneIndex(std::move(input)), locator_(std::move(locator)), type_(type) {}

LocatorCachingSceneIndex::~LocatorCachingSceneIndex() = default;

ScenePrim LocatorCachingSceneIndex::GetPrim(Path path) const {
  if (auto* entry = cache_.Find(path)) {
    const std::lock_guard lock(entry->value.mutex);
    if (entry->value.prim) return {type_, entry->value.prim};
  }
  ScenePrim prim = GetInput().GetPrim(path);
  if (!prim.data || prim.type != type_ || locator_.IsEmpty() || !path.IsAbsolute()) return prim;
  auto& entry = cache_.FindOrAdd(path);
  const std::lock_guard lock(entry.value.mutex);
  if (!entry.value.prim) entry.value.prim = Make<const CachedPrim>(std::move(prim.data), locator_);
  return {type_, entry.value.prim};
}

void LocatorCachingSceneIndex::ProcessChanges(const ChangeSet& changes) {
  for (Path root : changes.removed) cache_.RemoveSubtree(root);
  for (const AddedPrim& added : changes.added)
    if (auto* entry = cache_.Find(added.path)) entry->value.prim = nullptr;
  for (const DirtiedPrim& dirtied : changes.dirtied) {
    auto* entry = cache_.Find(dirtied.path);
    if (!entry || !entry->value.prim) continue;
    const Handle<const CachedPrim> prim = entry->value.prim;
    // The prim's own container is another one now.
    if (dirtied.locators.IsUniversal() || dirtied.locators.Contains(GetContainerSentinel()))
      entry->value.prim = nullptr;
    const DataSourceLocatorSet inside =
        dirtied.locators.Intersection(locator_).ReplacePrefix(locator_, DataSourceLocator());
    if (!inside.IsEmpty()) prim->Invalidate(inside);
    for (size_t count = 1; count < locator_.GetElementCount(); ++count) {
      const DataSourceLocator above(locator_.GetNames().first(count));
      if (dirtied.locators.Contains(above.Append(GetContainerSentinel())))
        prim->Invalidate(DataSourceLocatorSet::Universal());
    }
  }
  Forward(changes);
}

}  // namespace strata::scene
