// An edit of an ordered list of unique items: explicit, or added, prepended, appended, deleted and reordered.
// (SdfListOp)
#pragma once

#include <functional>
#include <optional>
#include <vector>

namespace strata {

// Algebra of OpenUSD's SdfListOp (AOUSD 6.6.3 for explicit, prepend, append, delete; added and ordered are
// legacy).
template <class T>
struct ListOp {
  using Item = T;
  bool is_explicit = false;
  std::vector<T> explicit_items, added_items, prepended_items, appended_items, deleted_items, ordered_items;

  static ListOp CreateExplicit(std::vector<T> items) {
    ListOp op;
    op.is_explicit = true;
    op.explicit_items = std::move(items);
    return op;
  }
  static ListOp Create(std::vector<T> prepended, std::vector<T> appended = {}, std::vector<T> deleted = {}) {
    ListOp op;
    op.prepended_items = std::move(prepended);
    op.appended_items = std::move(appended);
    op.deleted_items = std::move(deleted);
    return op;
  }

  // Whether it says nothing at all (an explicit empty list says something).
  bool HasKeys() const {
    return is_explicit || !added_items.empty() || !prepended_items.empty() || !appended_items.empty() ||
           !deleted_items.empty() || !ordered_items.empty();
  }
  bool HasItem(const T& item) const;

  // Applies this edit to `items`, in place.
  void ApplyTo(std::vector<T>& items) const;
  // Items of the list this op makes of the empty one.
  std::vector<T> GetAppliedItems() const {
    std::vector<T> v;
    ApplyTo(v);
    return v;
  }
  // One op equal to applying `weaker` and then this; nothing when no single op is (legacy added or ordered
  // items).
  std::optional<ListOp> ComposeOver(const ListOp& weaker) const;
  // Replaces each item by map(item), dropping those for which it returns nothing, and later duplicates.
  ListOp Map(const std::function<std::optional<T>(const T&)>& map) const;
  // The canonical form of AOUSD 6.6.3.
  ListOp GetReduced() const;

  friend bool operator==(const ListOp& a, const ListOp& b) {
    return a.is_explicit == b.is_explicit && a.explicit_items == b.explicit_items &&
           a.added_items == b.added_items && a.prepended_items == b.prepended_items &&
           a.appended_items == b.appended_items && a.deleted_items == b.deleted_items &&
           a.ordered_items == b.ordered_items;
  }
};

}  // namespace strata

#include "strata/value/list_op_inline.h"
