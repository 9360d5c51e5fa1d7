#include "strata/scene/retained.h"

#include <algorithm>

namespace strata::scene {

ContainerDataSourceHandle RetainedContainerDataSource::New(std::vector<Entry> entries) {
  return Make<const RetainedContainerDataSource>(std::move(entries));
}

RetainedContainerDataSource::RetainedContainerDataSource(std::vector<Entry> entries)
    : entries_(std::move(entries)) {
  // Of one name the last entry wins; it goes before the others, and they go away.
  std::reverse(entries_.begin(), entries_.end());
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.first < b.first; });
  const auto repeated = std::unique(entries_.begin(), entries_.end(),
                                    [](const Entry& a, const Entry& b) { return a.first == b.first; });
  entries_.erase(repeated, entries_.end());
  std::erase_if(entries_, [](const Entry& entry) { return !entry.second; });
}

DataSourceHandle RetainBool(bool value) {
  static const DataSourceHandle yes = Retain(true), no = Retain(false);
  return value ? yes : no;
}

std::vector<Token> RetainedContainerDataSource::GetNames() const {
  std::vector<Token> names;
  names.reserve(entries_.size());
  for (const Entry& entry : entries_) names.push_back(entry.first);
  return names;
}

DataSourceHandle RetainedContainerDataSource::Get(Token name) const {
  if (entries_.size() <= kFew) {
    for (const Entry& entry : entries_)
      if (entry.first == name) return entry.second;
    return nullptr;
  }
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), name,
                                      [](const Entry& entry, Token wanted) { return entry.first < wanted; });
  return found != entries_.end() && found->first == name ? found->second : nullptr;
}

}  // namespace strata::scene
