#include "strata/scene/locator_set.h"

#include <algorithm>

namespace strata::scene {

namespace {

// Up to so many, looking at each is quicker than halving.
constexpr size_t kFew = 5;

}  // namespace

DataSourceLocatorSet::DataSourceLocatorSet(std::initializer_list<DataSourceLocator> locators)
    : locators_(locators) {
  Normalize();
}

DataSourceLocatorSet::DataSourceLocatorSet(std::vector<DataSourceLocator> locators)
    : locators_(std::move(locators)) {
  Normalize();
}

const DataSourceLocatorSet& DataSourceLocatorSet::Universal() {
  static const DataSourceLocatorSet universal{DataSourceLocator()};
  return universal;
}

void DataSourceLocatorSet::Normalize() {
  std::sort(locators_.begin(), locators_.end());
  // A prefix sorts before all that it is a prefix of, with nothing else between.
  size_t kept = 0;
  for (size_t i = 0; i < locators_.size(); ++i) {
    if (kept && locators_[i].HasPrefix(locators_[kept - 1])) continue;
    if (kept != i) locators_[kept] = std::move(locators_[i]);
    ++kept;
  }
  locators_.resize(kept);
}

size_t DataSourceLocatorSet::LowerBound(const DataSourceLocator& locator) const {
  if (locators_.size() < kFew) {
    size_t i = 0;
    while (i < locators_.size() && locators_[i] < locator) ++i;
    return i;
  }
  return static_cast<size_t>(std::lower_bound(locators_.begin(), locators_.end(), locator) -
                             locators_.begin());
}

void DataSourceLocatorSet::Insert(const DataSourceLocator& locator) {
  const size_t at = LowerBound(locator);
  if (at && locator.HasPrefix(locators_[at - 1])) return;
  size_t end = at;
  while (end < locators_.size() && locators_[end].HasPrefix(locator)) ++end;
  if (end == at) {
    locators_.insert(locators_.begin() + static_cast<std::ptrdiff_t>(at), locator);
    return;
  }
  locators_[at] = locator;
  locators_.erase(locators_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                  locators_.begin() + static_cast<std::ptrdiff_t>(end));
}

void DataSourceLocatorSet::Insert(const DataSourceLocatorSet& other) {
  if (other.locators_.empty() || this == &other) return;
  if (locators_.empty()) {
    locators_ = other.locators_;
  } else if (other.locators_.size() < kFew) {
    for (const DataSourceLocator& locator : other.locators_) Insert(locator);
  } else {
    locators_.insert(locators_.end(), other.locators_.begin(), other.locators_.end());
    Normalize();
  }
}

void DataSourceLocatorSet::Append(const DataSourceLocator& locator) {
  if (locators_.empty() || locators_.back() < locator) {
    if (locators_.empty() || !locator.HasPrefix(locators_.back())) locators_.push_back(locator);
    return;
  }
  Insert(locator);
}

bool DataSourceLocatorSet::Contains(const DataSourceLocator& locator) const {
  const size_t at = LowerBound(locator);
  return (at < locators_.size() && locators_[at] == locator) || (at && locator.HasPrefix(locators_[at - 1]));
}

bool DataSourceLocatorSet::Contains(const DataSourceLocatorSet& other) const {
  return std::ranges::all_of(other.locators_, [&](const auto& locator) { return Contains(locator); });
}

bool DataSourceLocatorSet::Intersects(const DataSourceLocator& locator) const {
  const size_t at = LowerBound(locator);
  return (at < locators_.size() && locators_[at].HasPrefix(locator)) ||
         (at && locator.HasPrefix(locators_[at - 1]));
}

bool DataSourceLocatorSet::Intersects(const DataSourceLocatorSet& other) const {
  // Both are sorted and prefix-free: of two that do not meet, the lesser meets nothing later.
  auto mine = locators_.begin(), theirs = other.locators_.begin();
  while (mine != locators_.end() && theirs != other.locators_.end()) {
    if (mine->Intersects(*theirs)) return true;
    if (*mine < *theirs)
      ++mine;
    else
      ++theirs;
  }
  return false;
}

DataSourceLocatorSet DataSourceLocatorSet::Intersection(const DataSourceLocator& locator) const {
  DataSourceLocatorSet found;
  size_t at = LowerBound(locator);
  if (at && locator.HasPrefix(locators_[at - 1])) {
    found.locators_.push_back(locator);
    return found;
  }
  for (; at < locators_.size() && locators_[at].HasPrefix(locator); ++at)
    found.locators_.push_back(locators_[at]);
  return found;
}

DataSourceLocatorSet DataSourceLocatorSet::Intersection(const DataSourceLocatorSet& other) const {
  DataSourceLocatorSet found;
  auto mine = locators_.begin(), theirs = other.locators_.begin();
  while (mine != locators_.end() && theirs != other.locators_.end()) {
    if (mine->HasPrefix(*theirs)) {
      found.locators_.push_back(*mine++);
    } else if (theirs->HasPrefix(*mine)) {
      found.locators_.push_back(*theirs++);
    } else if (*mine < *theirs) {
      ++mine;
    } else {
      ++theirs;
    }
  }
  return found;
}

DataSourceLocatorSet DataSourceLocatorSet::ReplacePrefix(const DataSourceLocator& old_prefix,
                                                         const DataSourceLocator& new_prefix) const {
  DataSourceLocatorSet changed;
  changed.locators_.reserve(locators_.size());
  for (const DataSourceLocator& locator : locators_)
    changed.locators_.push_back(locator.ReplacePrefix(old_prefix, new_prefix));
  changed.Normalize();
  return changed;
}

std::string DataSourceLocatorSet::GetString() const {
  std::string text = "{";
  for (const DataSourceLocator& locator : locators_) {
    if (text.size() > 1) text += ", ";
    text += locator.GetString();
  }
  return text + "}";
}

size_t DataSourceLocatorSet::GetHash() const {
  uint64_t hash = locators_.size();
  for (const DataSourceLocator& locator : locators_) hash = MixBits(hash ^ locator.GetHash());
  return hash;
}

}  // namespace strata::scene
