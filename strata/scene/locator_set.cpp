#include "strata/scene/locator_set.h"

#include <algorithm>
#include <array>
#include <memory>
#include <new>

namespace strata::scene {

namespace {

// Up to so many, looking at each is quicker than halving.
constexpr size_t kFew = 5;
// Up to so many, two sets are told apart by the first names of each before texts are compared.
constexpr size_t kMany = 16;

// The first two names as one number; 0 for those that have fewer.
uint64_t GetBeginning(const DataSourceLocator& locator) {
  if (locator.GetElementCount() < 2) return 0;
  const auto names = locator.GetNames();
  return uint64_t{names[0].GetId()} << 32 | names[1].GetId();
}

// Whether all have two names or more, and none begins as one of the others does. REQUIRES: neither has more
// than kMany.
bool BeginApart(const DataSourceLocatorSet& mine, const DataSourceLocatorSet& theirs) {
  std::array<uint64_t, kMany> beginnings;
  size_t count = 0;
  for (const DataSourceLocator& locator : theirs)
    if (!(beginnings[count++] = GetBeginning(locator))) return false;
  for (const DataSourceLocator& locator : mine) {
    const uint64_t beginning = GetBeginning(locator);
    bool is_among = beginning == 0;
    for (size_t i = 0; i < count; ++i) is_among |= beginnings[i] == beginning;
    if (is_among) return false;
  }
  return true;
}

}  // namespace

// -- the array ----------------------------------------------------------------------------------------------

void DataSourceLocatorSet::Shared::Release() {
  if (held_->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  std::destroy_n(held_->GetItems(), held_->size);
  held_->~Held();
  ::operator delete(held_);
}

void DataSourceLocatorSet::Shared::Own(size_t capacity) {
  const bool is_own = held_ && held_->references.load(std::memory_order_acquire) == 1;
  if (is_own && held_->capacity >= capacity) return;
  if (held_) capacity = std::max<size_t>(capacity, is_own ? 2 * held_->capacity : held_->size);
  Held* made = new (::operator new(sizeof(Held) + capacity * sizeof(DataSourceLocator))) Held;
  made->capacity = static_cast<uint32_t>(capacity);
  if (held_) {
    if (is_own)
      std::uninitialized_move_n(held_->GetItems(), held_->size, made->GetItems());
    else
      std::uninitialized_copy_n(held_->GetItems(), held_->size, made->GetItems());
    made->size = held_->size;
    Release();
  }
  held_ = made;
}

void DataSourceLocatorSet::Shared::Insert(size_t at, DataSourceLocator locator) {
  // Most sets have one locator; those that get another one often get more.
  constexpr size_t kSome = 4;
  const size_t size = GetSize();
  Own(size == 0 ? 1 : std::max(size + 1, kSome));
  DataSourceLocator* items = held_->GetItems();
  if (at == size) {
    new (items + at) DataSourceLocator(std::move(locator));
  } else {
    new (items + size) DataSourceLocator(std::move(items[size - 1]));
    std::move_backward(items + at, items + size - 1, items + size);
    items[at] = std::move(locator);
  }
  ++held_->size;
}

void DataSourceLocatorSet::Shared::Set(size_t at, DataSourceLocator locator) {
  Own(GetSize());
  held_->GetItems()[at] = std::move(locator);
}

void DataSourceLocatorSet::Shared::Erase(size_t first, size_t last) {
  if (first == last) return;
  Own(GetSize());
  DataSourceLocator* items = held_->GetItems();
  std::move(items + last, items + held_->size, items + first);
  std::destroy_n(items + held_->size - (last - first), last - first);
  held_->size -= static_cast<uint32_t>(last - first);
}

// -- the set ------------------------------------------------------------------------------------------------

DataSourceLocatorSet::DataSourceLocatorSet(std::initializer_list<DataSourceLocator> locators) {
  Take(locators);
}

DataSourceLocatorSet::DataSourceLocatorSet(std::vector<DataSourceLocator> locators) {
  Take(std::move(locators));
}

const DataSourceLocatorSet& DataSourceLocatorSet::Universal() {
  static const DataSourceLocatorSet universal{DataSourceLocator()};
  return universal;
}

void DataSourceLocatorSet::Take(std::vector<DataSourceLocator> locators) {
  std::sort(locators.begin(), locators.end());
  Shared taken;
  // A prefix sorts before all that it is a prefix of, with nothing else between.
  for (DataSourceLocator& locator : locators)
    if (const size_t size = taken.GetSize(); !size || !locator.HasPrefix(taken[size - 1]))
      taken.Insert(size, std::move(locator));
  locators_ = std::move(taken);
}

bool operator==(const DataSourceLocatorSet& a, const DataSourceLocatorSet& b) {
  return a.locators_.IsSame(b.locators_) || std::equal(a.begin(), a.end(), b.begin(), b.end());
}

size_t DataSourceLocatorSet::LowerBound(const DataSourceLocator& locator) const {
  if (GetSize() < kFew) {
    size_t i = 0;
    while (i < GetSize() && locators_[i] < locator) ++i;
    return i;
  }
  return static_cast<size_t>(std::lower_bound(begin(), end(), locator) - begin());
}

void DataSourceLocatorSet::Insert(const DataSourceLocator& locator) {
  const size_t size = GetSize();
  // Most come in order.
  const size_t at = size && locators_[size - 1] < locator ? size : LowerBound(locator);
  if (at && locator.HasPrefix(locators_[at - 1])) return;
  size_t last = at;
  while (last < GetSize() && locators_[last].HasPrefix(locator)) ++last;
  if (last == at) return locators_.Insert(at, locator);
  if (last == at + 1 && locators_[at] == locator) return;
  locators_.Set(at, locator);
  locators_.Erase(at + 1, last);
}

void DataSourceLocatorSet::Insert(const DataSourceLocatorSet& other) {
  if (other.IsEmpty() || locators_.IsSame(other.locators_)) return;
  if (IsEmpty()) {
    locators_ = other.locators_;
  } else if (other.GetSize() < kFew) {
    for (const DataSourceLocator& locator : other) Insert(locator);
  } else {
    std::vector<DataSourceLocator> all(begin(), end());
    all.insert(all.end(), other.begin(), other.end());
    Take(std::move(all));
  }
}

void DataSourceLocatorSet::Append(const DataSourceLocator& locator) {
  const size_t size = GetSize();
  if (size && !(locators_[size - 1] < locator)) return Insert(locator);
  if (!size || !locator.HasPrefix(locators_[size - 1])) locators_.Insert(size, locator);
}

bool DataSourceLocatorSet::Contains(const DataSourceLocator& locator) const {
  if (GetSize() < kFew)
    return std::any_of(begin(), end(), [&](const auto& each) { return locator.HasPrefix(each); });
  const size_t at = LowerBound(locator);
  return (at < GetSize() && locators_[at] == locator) || (at && locator.HasPrefix(locators_[at - 1]));
}

bool DataSourceLocatorSet::Contains(const DataSourceLocatorSet& other) const {
  return std::ranges::all_of(other, [&](const auto& locator) { return Contains(locator); });
}

bool DataSourceLocatorSet::Intersects(const DataSourceLocator& locator) const {
  if (GetSize() < kFew)
    return std::any_of(begin(), end(), [&](const auto& each) { return each.Intersects(locator); });
  const size_t at = LowerBound(locator);
  return (at < GetSize() && locators_[at].HasPrefix(locator)) || (at && locator.HasPrefix(locators_[at - 1]));
}

bool DataSourceLocatorSet::Intersects(const DataSourceLocatorSet& other) const {
  if (IsEmpty() || other.IsEmpty()) return false;
  if (other.GetSize() == 1) return Intersects(*other.begin());
  if (GetSize() <= kMany && other.GetSize() <= kMany && BeginApart(*this, other)) return false;
  // Both are sorted and prefix-free: of two that do not meet, the lesser meets nothing later.
  Iterator mine = begin(), theirs = other.begin();
  while (mine != end() && theirs != other.end()) {
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
    found.Add(locator);
    return found;
  }
  for (; at < GetSize() && locators_[at].HasPrefix(locator); ++at) found.Add(locators_[at]);
  return found;
}

DataSourceLocatorSet DataSourceLocatorSet::Intersection(const DataSourceLocatorSet& other) const {
  DataSourceLocatorSet found;
  Iterator mine = begin(), theirs = other.begin();
  while (mine != end() && theirs != other.end()) {
    if (mine->HasPrefix(*theirs)) {
      found.Add(*mine++);
    } else if (theirs->HasPrefix(*mine)) {
      found.Add(*theirs++);
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
  for (const DataSourceLocator& locator : *this)
    changed.Append(locator.ReplacePrefix(old_prefix, new_prefix));
  return changed;
}

std::string DataSourceLocatorSet::GetString() const {
  std::string text = "{";
  for (const DataSourceLocator& locator : *this) {
    if (text.size() > 1) text += ", ";
    text += locator.GetString();
  }
  return text + "}";
}

size_t DataSourceLocatorSet::GetHash() const {
  uint64_t hash = GetSize();
  for (const DataSourceLocator& locator : *this) hash = MixBits(hash ^ locator.GetHash());
  return hash;
}

}  // namespace strata::scene
