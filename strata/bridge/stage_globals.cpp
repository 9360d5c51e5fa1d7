#include "strata/bridge/stage_globals.h"

#include <algorithm>

namespace strata::bridge {

namespace {

// Shutters are taken to reach so many frames to each side.
constexpr double kShutter = 1;

// Whether an attribute may say something else at another time, or while the shutter is open around it. Where
// both lie beyond the same end of all samples it does not.
bool MayDiffer(const stage::Attribute& attribute, double from, double to) {
  if (attribute.HasSpline()) return true;
  for (double time : {from, to})
    if (!attribute.GetTimeSamplesInInterval(time - kShutter, time + kShutter).empty()) return true;
  const auto before = attribute.GetBracketingTimeSamples(from);
  const auto after = attribute.GetBracketingTimeSamples(to);
  if (!before || !after) return true;
  if (*before != *after) return true;
  if (before->first == before->second) return false;
  return IsInterpolable(attribute.Get(stage::Time(before->first)).GetType());
}

}  // namespace

void StageGlobals::FlagAsTimeVarying(Path prim, const scene::DataSourceLocator& locator,
                                     std::vector<stage::Attribute> attributes) const {
  Shard& shard = shards_[MixBits(prim.GetId()) >> 40 & (kShards - 1)];
  const std::lock_guard lock(shard.mutex);
  std::vector<Dependent>& dependents = shard.dependents[prim];
  for (const Dependent& known : dependents)
    if (known.locator == locator) return;
  dependents.push_back({locator, std::move(attributes)});
}

std::vector<scene::DirtiedPrim> StageGlobals::CollectDirty(double to) const {
  std::vector<scene::DirtiedPrim> dirty;
  for (const Shard& shard : shards_) {
    for (const auto& [path, dependents] : shard.dependents) {
      scene::DataSourceLocatorSet locators;
      for (const Dependent& each : dependents)
        if (rule_ == TimeRule::kAny || each.attributes.empty() ||
            std::ranges::any_of(each.attributes, [&](const stage::Attribute& attribute) {
              return MayDiffer(attribute, time_, to);
            }))
          locators.Insert(each.locator);
      if (!locators.IsEmpty()) dirty.push_back({path, std::move(locators)});
    }
  }
  std::sort(dirty.begin(), dirty.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return dirty;
}

void StageGlobals::Forget(const std::vector<Path>& roots) {
  const scene::PathPrefixes gone(roots);
  for (Shard& shard : shards_)
    for (auto it = shard.dependents.begin(); it != shard.dependents.end();)
      it = gone.Cover(it->first) ? shard.dependents.erase(it) : std::next(it);
}

size_t StageGlobals::GetTimeVaryingCount() const {
  size_t count = 0;
  for (const Shard& shard : shards_)
    for (const auto& [path, dependents] : shard.dependents) count += dependents.size();
  return count;
}

}  // namespace strata::bridge
