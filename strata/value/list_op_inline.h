// The algebra of list ops, in time proportional to the items: each list is looked up through a set.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "strata/base/token.h"
#include "strata/value/list_op.h"

namespace strata {

// Hash of a list item; types without std::hash specialise this.
template <class T>
struct ListOpItemHash {
  size_t operator()(const T& item) const { return std::hash<T>()(item); }
};

namespace list_op_detail {

// A set of borrowed items: compared one by one while few, hashed when more.
template <class T>
class ItemSet {
 public:
  ItemSet() = default;
  explicit ItemSet(const std::vector<T>& items) { InsertAll(items); }

  void InsertAll(const std::vector<T>& items) {
    for (const T& item : items) Insert(item);
  }

  // Whether it was not there yet. The item must outlive the set.
  bool Insert(const T& item) {
    if (Contains(item)) return false;
    items_.push_back(&item);
    if (items_.size() > kFew) Index();
    return true;
  }

  bool Contains(const T& item) const { return Find(item) != kNone; }

  // Where in the order of insertion the item is, or kNone.
  uint32_t Find(const T& item) const {
    if (slots_.empty()) {
      for (size_t i = 0; i < items_.size(); ++i)
        if (*items_[i] == item) return static_cast<uint32_t>(i);
      return kNone;
    }
    const size_t mask = slots_.size() - 1;
    for (size_t slot = Hash(item) & mask; slots_[slot] != kNone; slot = (slot + 1) & mask)
      if (*items_[slots_[slot]] == item) return slots_[slot];
    return kNone;
  }

  size_t GetSize() const { return items_.size(); }
  static constexpr uint32_t kNone = UINT32_MAX;

 private:
  static constexpr size_t kFew = 16;
  static size_t Hash(const T& item) { return MixBits(ListOpItemHash<T>()(item)); }

  // Adds the last item to the table, which is kept at most half full.
  void Index() {
    if (slots_.size() >= 2 * items_.size()) {
      Place(items_.size() - 1);
      return;
    }
    slots_.assign(slots_.empty() ? 8 * kFew : 2 * slots_.size(), kNone);
    for (size_t i = 0; i < items_.size(); ++i) Place(i);
  }
  void Place(size_t index) {
    const size_t mask = slots_.size() - 1;
    size_t slot = Hash(*items_[index]) & mask;
    while (slots_[slot] != kNone) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint32_t>(index);
  }

  std::vector<const T*> items_;
  std::vector<uint32_t> slots_;
};

// Items without those that occur earlier in the list.
template <class T>
std::vector<T> KeepFirst(const std::vector<T>& items) {
  std::vector<T> out;
  out.reserve(items.size());
  ItemSet<T> seen;
  for (const T& item : items)
    if (seen.Insert(item)) out.push_back(item);
  return out;
}

// Items without those that occur later in the list.
template <class T>
std::vector<T> KeepLast(const std::vector<T>& items) {
  std::vector<T> out;
  out.reserve(items.size());
  ItemSet<T> seen;
  for (auto item = items.rbegin(); item != items.rend(); ++item)
    if (seen.Insert(*item)) out.push_back(*item);
  std::reverse(out.begin(), out.end());
  return out;
}

template <class T>
std::vector<T> Without(const std::vector<T>& items, const ItemSet<T>& unwanted) {
  std::vector<T> out;
  out.reserve(items.size());
  for (const T& item : items)
    if (!unwanted.Contains(item)) out.push_back(item);
  return out;
}

// Brings the items named in `order` into that order. An item that is not named travels behind the named one
// that it follows; those before the first named one stay in front.
template <class T>
std::vector<T> Reorder(std::vector<T> items, const std::vector<T>& order) {
  const ItemSet<T> named(order);
  // Runs: each begins at a named item and reaches to the next.
  constexpr size_t kAbsent = SIZE_MAX;
  std::vector<size_t> run_of(named.GetSize(), kAbsent);
  size_t front = 0;
  bool any = false;
  for (size_t i = 0; i < items.size(); ++i) {
    const uint32_t place = named.Find(items[i]);
    if (place == ItemSet<T>::kNone) {
      if (!any) front = i + 1;
      continue;
    }
    any = true;
    if (run_of[place] == kAbsent) run_of[place] = i;
  }
  if (!any) return items;
  std::vector<bool> begins(items.size(), false);
  for (size_t start : run_of)
    if (start != kAbsent) begins[start] = true;
  std::vector<T> out;
  out.reserve(items.size());
  for (size_t i = 0; i < front; ++i) out.push_back(std::move(items[i]));
  for (size_t start : run_of) {
    if (start == kAbsent) continue;
    size_t i = start;
    do out.push_back(std::move(items[i++]));
    while (i < items.size() && !begins[i]);
  }
  return out;
}

}  // namespace list_op_detail

template <class T>
bool ListOp<T>::HasItem(const T& item) const {
  const auto in = [&item](const std::vector<T>& list) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  if (is_explicit) return in(explicit_items);
  return in(added_items) || in(prepended_items) || in(appended_items) || in(deleted_items) ||
         in(ordered_items);
}

template <class T>
void ListOp<T>::ApplyTo(std::vector<T>& items) const {
  using namespace list_op_detail;
  if (is_explicit) {
    items = KeepFirst(explicit_items);
    return;
  }
  if (!HasKeys()) return;
  // Deleted, then added, prepended and appended: an item of a later list leaves the place an earlier one gave
  // it.
  const ItemSet<T> appended(appended_items), prepended(prepended_items);
  std::vector<T> middle;
  {
    const ItemSet<T> deleted(deleted_items);
    middle = Without(items, deleted);
    if (!added_items.empty()) {
      ItemSet<T> present;
      const std::vector<T> kept = middle;  // the set borrows these while `middle` grows
      present.InsertAll(kept);
      for (const T& item : added_items)
        if (present.Insert(item)) middle.push_back(item);
    }
  }
  std::vector<T> out;
  out.reserve(middle.size() + prepended_items.size() + appended_items.size());
  for (T& item : KeepFirst(prepended_items))
    if (!appended.Contains(item)) out.push_back(std::move(item));
  for (T& item : middle)
    if (!prepended.Contains(item) && !appended.Contains(item)) out.push_back(std::move(item));
  for (T& item : KeepLast(appended_items)) out.push_back(std::move(item));
  items = ordered_items.empty() ? std::move(out) : Reorder(std::move(out), ordered_items);
}

template <class T>
std::optional<ListOp<T>> ListOp<T>::ComposeOver(const ListOp& weaker) const {
  using namespace list_op_detail;
  if (is_explicit) return *this;
  if (!added_items.empty() || !ordered_items.empty()) return std::nullopt;
  if (weaker.is_explicit) {
    std::vector<T> items = weaker.explicit_items;
    ApplyTo(items);
    return CreateExplicit(std::move(items));
  }
  if (!weaker.added_items.empty() || !weaker.ordered_items.empty()) return std::nullopt;

  ItemSet<T> mine(deleted_items);
  mine.InsertAll(prepended_items);
  mine.InsertAll(appended_items);
  const ItemSet<T> appended(appended_items);
  const ItemSet<T> deleted_below(weaker.deleted_items);
  ItemSet<T> placed(prepended_items);
  placed.InsertAll(appended_items);

  ListOp out;
  for (const T& item : KeepFirst(prepended_items))
    if (!appended.Contains(item)) out.prepended_items.push_back(item);
  for (const T& item : Without(KeepFirst(weaker.prepended_items), mine)) out.prepended_items.push_back(item);
  out.appended_items = Without(KeepLast(weaker.appended_items), mine);
  for (const T& item : KeepLast(appended_items)) out.appended_items.push_back(item);
  out.deleted_items = Without(KeepFirst(weaker.deleted_items), placed);
  for (const T& item : KeepFirst(deleted_items))
    if (!placed.Contains(item) && !deleted_below.Contains(item)) out.deleted_items.push_back(item);
  return out;
}

template <class T>
ListOp<T> ListOp<T>::Map(const std::function<std::optional<T>(const T&)>& map) const {
  ListOp out;
  out.is_explicit = is_explicit;
  const auto each = [&map](const std::vector<T>& from, std::vector<T>& to) {
    std::vector<T> mapped;
    mapped.reserve(from.size());
    for (const T& item : from)
      if (std::optional<T> image = map(item)) mapped.push_back(std::move(*image));
    to = list_op_detail::KeepFirst(mapped);
  };
  each(explicit_items, out.explicit_items);
  each(added_items, out.added_items);
  each(prepended_items, out.prepended_items);
  each(appended_items, out.appended_items);
  each(deleted_items, out.deleted_items);
  each(ordered_items, out.ordered_items);
  return out;
}

template <class T>
ListOp<T> ListOp<T>::GetReduced() const {
  using namespace list_op_detail;
  ListOp out;
  out.is_explicit = is_explicit;
  if (is_explicit) {
    out.explicit_items = KeepFirst(explicit_items);
    return out;
  }
  out.added_items = added_items;
  out.ordered_items = ordered_items;
  const ItemSet<T> appended(appended_items);
  ItemSet<T> placed(prepended_items);
  placed.InsertAll(appended_items);
  out.appended_items = KeepLast(appended_items);
  out.prepended_items = Without(KeepFirst(prepended_items), appended);
  out.deleted_items = Without(KeepFirst(deleted_items), placed);
  return out;
}

}  // namespace strata
