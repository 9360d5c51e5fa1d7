// Sdf.TokenListOp and its like.
#include "python/core/arguments.h"
#include "python/core/core.h"

namespace strata::python {

namespace {

// Items as Python gives them: paths may be text.
template <class T>
struct ItemArgument {
  using Type = T;
};
template <>
struct ItemArgument<Path> {
  using Type = PathArgument;
};
template <class T>
using Items = std::vector<typename ItemArgument<T>::Type>;

template <class T>
std::vector<T> Plain(const Items<T>& items) {
  return std::vector<T>(items.begin(), items.end());
}

template <class T>
std::string Print(const ListOp<T>& op, const char* cpp_name) {
  std::string text = std::string(cpp_name) + "(";
  const auto add = [&](const char* what, const std::vector<T>& items, bool always) {
    if (items.empty() && !always) return;
    text += (text.back() == '(' ? "" : ", ") + std::string(what) + " Items: [";
    for (size_t i = 0; i < items.size(); ++i) text += (i ? ", " : "") + Text(nb::cast(items[i]));
    text += "]";
  };
  if (op.is_explicit) {
    add("Explicit", op.explicit_items, true);
  } else {
    add("Deleted", op.deleted_items, false);
    add("Added", op.added_items, false);
    add("Prepended", op.prepended_items, false);
    add("Appended", op.appended_items, false);
    add("Ordered", op.ordered_items, false);
  }
  return text + ")";
}

template <class T>
void BindListOp(nb::module_& sdf, const char* name) {
  using Op = ListOp<T>;
  nb::class_<Op> cls(sdf, name, "An edit of an ordered list of unique items.");
  cls.def(nb::init<>());
  cls.def("__init__", [](Op* op, const Op& other) { new (op) Op(other); });
  cls.def_static(
      "Create",
      [](const Items<T>& prepended, const Items<T>& appended, const Items<T>& deleted) {
        return Op::Create(Plain<T>(prepended), Plain<T>(appended), Plain<T>(deleted));
      },
      "prependedItems"_a = nb::list(), "appendedItems"_a = nb::list(), "deletedItems"_a = nb::list());
  cls.def_static(
      "CreateExplicit", [](const Items<T>& items) { return Op::CreateExplicit(Plain<T>(items)); },
      "explicitItems"_a = nb::list());
  const auto bind_items = [&](const char* items_name, std::vector<T> Op::* items, bool is_explicit) {
    cls.def_prop_rw(
        items_name, [items](const Op& op) { return op.*items; },
        [items, is_explicit](Op& op, const Items<T>& given) {
          if (op.is_explicit != is_explicit) op = Op();
          op.is_explicit = is_explicit;
          op.*items = Plain<T>(given);
        });
  };
  bind_items("explicitItems", &Op::explicit_items, true);
  bind_items("addedItems", &Op::added_items, false);
  bind_items("prependedItems", &Op::prepended_items, false);
  bind_items("appendedItems", &Op::appended_items, false);
  bind_items("deletedItems", &Op::deleted_items, false);
  bind_items("orderedItems", &Op::ordered_items, false);
  cls.def_prop_ro("isExplicit", [](const Op& op) { return op.is_explicit; });
  cls.def("Clear", [](Op& op) { op = Op(); });
  cls.def("ClearAndMakeExplicit", [](Op& op) { op = Op::CreateExplicit({}); });
  cls.def(
      "HasItem", [](const Op& op, const typename ItemArgument<T>::Type& item) { return op.HasItem(item); },
      "item"_a);
  cls.def("GetAddedOrExplicitItems", [](const Op& op) {
    if (op.is_explicit) return op.explicit_items;
    std::vector<T> all;
    for (const auto* part : {&op.prepended_items, &op.appended_items, &op.added_items})
      all.insert(all.end(), part->begin(), part->end());
    return all;
  });
  cls.def("GetAppliedItems", &Op::GetAppliedItems, "The list that this makes of the empty one.");
  cls.def(
      "ApplyOperations",
      [](const Op& op, const Op& weaker) -> nb::object {
        const std::optional<Op> both = op.ComposeOver(weaker);
        return both ? nb::cast(*both) : nb::none();
      },
      "inner"_a, "This over a weaker edit, as one; None when no one edit does both.");
  cls.def(
      "ApplyOperations",
      [](const Op& op, const Items<T>& items) {
        std::vector<T> applied = Plain<T>(items);
        op.ApplyTo(applied);
        return applied;
      },
      "vec"_a, "The list that this makes of another.");
  cls.def("__eq__", [](const Op& a, const Op& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const Op& a, const Op& b) { return !(a == b); }, nb::is_operator());
  cls.def("__hash__", [](const Op& op) { return Value(op).GetHash() >> 1; });
  cls.def("__str__", [name = std::string("Sdf") + name](const Op& op) { return Print(op, name.c_str()); });
}

}  // namespace

void BindListOps(nb::module_& sdf) {
  BindListOp<int32_t>(sdf, "IntListOp");
  BindListOp<uint32_t>(sdf, "UIntListOp");
  BindListOp<int64_t>(sdf, "Int64ListOp");
  BindListOp<uint64_t>(sdf, "UInt64ListOp");
  BindListOp<std::string>(sdf, "StringListOp");
  BindListOp<Token>(sdf, "TokenListOp");
  BindListOp<Path>(sdf, "PathListOp");
  BindListOp<Reference>(sdf, "ReferenceListOp");
  BindListOp<Payload>(sdf, "PayloadListOp");
}

}  // namespace strata::python
