#include "strata/scene/data_source.h"

#include <algorithm>

namespace strata::scene {

DataSourceHandle ContainerDataSource::Get(const ContainerDataSourceHandle& container,
                                          const DataSourceLocator& locator) {
  DataSourceHandle found = container;
  for (Token name : locator.GetNames()) {
    if (!found || found->GetKind() != DataSourceKind::kContainer) return nullptr;
    found = static_cast<const ContainerDataSource&>(*found).Get(name);
  }
  return found;
}

ContainerDataSourceHandle ContainerDataSource::Cast(const DataSourceHandle& source) {
  if (!source || source->GetKind() != DataSourceKind::kContainer) return nullptr;
  return ContainerDataSourceHandle(static_cast<const ContainerDataSource*>(source.Get()));
}

Handle<const InvalidatableContainerDataSource> InvalidatableContainerDataSource::Cast(
    const DataSourceHandle& source) {
  const ContainerDataSourceHandle container = ContainerDataSource::Cast(source);
  if (!container || !container->is_invalidatable_) return nullptr;
  return Handle<const InvalidatableContainerDataSource>(
      static_cast<const InvalidatableContainerDataSource*>(container.Get()));
}

VectorDataSourceHandle VectorDataSource::Cast(const DataSourceHandle& source) {
  if (!source || source->GetKind() != DataSourceKind::kVector) return nullptr;
  return VectorDataSourceHandle(static_cast<const VectorDataSource*>(source.Get()));
}

SampledDataSourceHandle SampledDataSource::Cast(const DataSourceHandle& source) {
  if (!source || source->GetKind() != DataSourceKind::kSampled) return nullptr;
  return SampledDataSourceHandle(static_cast<const SampledDataSource*>(source.Get()));
}

DataSourceHandle BlockDataSource::Get() {
  static const DataSourceHandle block(new BlockDataSource);
  return block;
}

Token GetContainerSentinel() {
  static const Token sentinel("__containerDataSource");
  return sentinel;
}

std::vector<double> ClipSampleTimes(std::span<const double> times, double start, double end) {
  auto first = std::lower_bound(times.begin(), times.end(), start);
  auto last = std::upper_bound(times.begin(), times.end(), end);
  if (first != times.begin() && (first == times.end() || *first > start)) --first;
  if (last != times.end() && (last == times.begin() || *(last - 1) < end)) ++last;
  return {first, last};
}

bool GetMergedContributingSampleTimes(std::span<const SampledDataSourceHandle> sources, double start,
                                      double end, std::vector<double>* times) {
  std::vector<double> merged, each;
  bool varies = false;
  for (const SampledDataSourceHandle& source : sources) {
    each.clear();
    if (!source || !source->GetContributingSampleTimes(start, end, &each)) continue;
    varies = true;
    merged.insert(merged.end(), each.begin(), each.end());
  }
  if (!varies) return false;
  std::sort(merged.begin(), merged.end());
  merged.erase(std::unique(merged.begin(), merged.end()), merged.end());
  if (times) *times = ClipSampleTimes(merged, start, end);
  return true;
}

}  // namespace strata::scene
