#include "strata/bridge/stage_globals.h"

#include <algorithm>

namespace strata::bridge {

namespace {

// Shutters are taken to reach so many frames to each side.
constexpr double kShutter = 1;

}  // namespace

void StageGlobals::FlagAsTimeVarying(Path prim, const scene::DataSourceLocator& locator,
                                     std::vector<stage::Attribute> attributes) const {
  Shard& shard = shards_[MixBits(prim.GetId()) >> 40 & (kShards - 1)];
  const std::lock_guard lock(shard.mutex);
  const auto [found, is_new] = shard.dependents.try_emplace(prim);
  if (is_new) {
    found.value() = std::make_unique<Dependents>();
    is_sorted_.store(false, std::memory_order_relaxed);
  }
  for (const Dependent& known : *found->second)
    if (known.locator == locator) return;
  Dependent& added = found->second->emplace_back(Dependent{locator, {}});
  for (stage::Attribute& attribute : attributes) added.attributes.emplace_back(std::move(attribute));
}

void StageGlobals::Unflag(Path prim, const scene::DataSourceLocator& locator) const {
  Shard& shard = shards_[MixBits(prim.GetId()) >> 40 & (kShards - 1)];
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.dependents.find(prim); found != shard.dependents.end())
    std::erase_if(*found->second, [&](const Dependent& known) { return known.locator == locator; });
}

void StageGlobals::SortDependents() const {
  if (is_sorted_.load(std::memory_order_relaxed)) return;
  sorted_.clear();
  // Prims that vary in the same places share one set, which whoever is told of them looks at once.
  tsl::robin_map<size_t, scene::DataSourceLocatorSet> sets;
  for (const Shard& shard : shards_)
    for (const auto& [path, dependents] : shard.dependents) {
      scene::DataSourceLocatorSet all;
      for (const Dependent& each : *dependents) all.Insert(each.locator);
      const auto known = sets.try_emplace(all.GetHash(), all).first;
      if (known->second == all) all = known->second;
      sorted_.push_back({path, dependents.get(), std::move(all)});
    }
  std::sort(sorted_.begin(), sorted_.end(), [](const auto& a, const auto& b) { return a.prim < b.prim; });
  is_sorted_.store(true, std::memory_order_relaxed);
}

std::vector<scene::DirtiedPrim> StageGlobals::CollectDirty(double to) const {
  SortDependents();
  std::vector<scene::DirtiedPrim> dirty;
  const auto differs = [&](Dependent& dependent) {
    return rule_ == TimeRule::kAny || dependent.attributes.empty() ||
           std::ranges::any_of(dependent.attributes, [&](stage::AttributeQuery& attribute) {
             attribute.Refresh();
             return attribute.MightDiffer(time_, to, kShutter);
           });
  };
  for (const Varying& varying : sorted_) {
    Dependents& dependents = *varying.dependents;
    const auto same = std::ranges::find_if_not(dependents, differs);
    if (same == dependents.end()) {
      dirty.push_back({varying.prim, varying.all});
      continue;
    }
    scene::DataSourceLocatorSet locators;
    for (auto each = dependents.begin(); each != dependents.end(); ++each)
      if (each < same || (each > same && differs(*each))) locators.Insert(each->locator);
    if (!locators.IsEmpty()) dirty.push_back({varying.prim, std::move(locators)});
  }
  return dirty;
}

void StageGlobals::Forget(const std::vector<Path>& roots) {
  const scene::PathPrefixes gone(roots);
  for (Shard& shard : shards_)
    for (auto it = shard.dependents.begin(); it != shard.dependents.end();)
      it = gone.Cover(it->first) ? shard.dependents.erase(it) : std::next(it);
  is_sorted_ = false;
}

size_t StageGlobals::GetTimeVaryingCount() const {
  size_t count = 0;
  for (const Shard& shard : shards_)
    for (const auto& [path, dependents] : shard.dependents) count += dependents->size();
  return count;
}

}  // namespace strata::bridge
