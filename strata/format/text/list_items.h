// How statements put items into the lists of list ops.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "strata/format/text/reader.h"

namespace strata::format::text {

template <class T>
std::vector<T>& GetItems(ListOp<T>& op, ListEdit edit) {
  switch (edit) {
    case ListEdit::kExplicit:
      return op.explicit_items;
    case ListEdit::kAdd:
      return op.added_items;
    case ListEdit::kDelete:
      return op.deleted_items;
    case ListEdit::kAppend:
      return op.appended_items;
    case ListEdit::kPrepend:
      return op.prepended_items;
    case ListEdit::kReorder:
      return op.ordered_items;
  }
  return op.explicit_items;
}

template <class T>
void PutItems(ListOp<T>& op, ListEdit edit, std::vector<T> items) {
  const bool is_explicit = edit == ListEdit::kExplicit;
  if (op.is_explicit != is_explicit || is_explicit) op = ListOp<T>();
  op.is_explicit = is_explicit;
  GetItems(op, edit) = std::move(items);
}

template <class T>
void Reader::SetItems(SpecIndex spec, Token field, ListEdit edit, std::vector<T> items, Mark mark) {
  if (Value* value = out_.GetMutableField(spec, field)) {
    if (ListOp<T>* op = value->GetMutable<ListOp<T>>()) {
      PutItems(*op, edit, std::move(items));
      return;
    }
  }
  ListOp<T> op;
  PutItems(op, edit, std::move(items));
  SetField(spec, field, Value(std::move(op)), mark);
}

template <class T>
bool Reader::FailOnDuplicates(const std::vector<T>& items, Token field, Mark mark) {
  bool duplicate = false;
  if (items.size() <= 8) {
    for (size_t i = 1; i < items.size() && !duplicate; ++i)
      duplicate = std::find(items.begin(), items.begin() + static_cast<ptrdiff_t>(i), items[i]) !=
                  items.begin() + static_cast<ptrdiff_t>(i);
  } else {
    std::vector<T> sorted = items;
    std::sort(sorted.begin(), sorted.end());
    duplicate = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  }
  if (!duplicate) return true;
  return lexer_.Fail(kTextDuplicateItem, mark,
                     "This list of '" + field.GetString() + "' holds an item twice.",
                     "Remove one of the two.");
}

}  // namespace strata::format::text
