// Vt.IntArrayEdit and its like: the engine's sparse edits of arrays, which strata/_vt_edits.py gives classes.
#include "python/core/core.h"
#include "python/core/vt_arrays.h"
#include "strata/value/array_edit.h"
#include "strata/value/visit.h"

namespace strata::python {

namespace {

ArrayEdit MakeEdit(nb::handle literals, const std::vector<std::tuple<int, int64_t, int64_t>>& instructions) {
  ArrayEdit edit;
  edit.literals = FromPython(literals);
  edit.element_type = GetElementType(edit.literals.GetType());
  if (edit.element_type == edit.literals.GetType()) RaiseTypeError("the literals of an edit are an array");
  for (const auto& [op, source, index] : instructions) {
    if (op < 0 || op > static_cast<int>(ArrayEdit::Op::kSetSizeFill)) throw nb::value_error("no instruction");
    edit.instructions.push_back({static_cast<ArrayEdit::Op>(op), source, index});
  }
  return edit;
}

nb::object GetLiterals(const ArrayEdit& edit) {
  if (!edit.literals.IsEmpty()) return ToPython(edit.literals);
  const Value none = VisitElementType<Value>(
      edit.element_type, Value(), [](auto tag) { return Value(Array<typename decltype(tag)::Type>()); });
  return ToPython(none);
}

nb::list ListInstructions(const ArrayEdit& edit) {
  nb::list out;
  for (const ArrayEdit::Instruction& one : edit.instructions)
    out.append(nb::make_tuple(static_cast<int>(one.op), one.source, one.index));
  return out;
}

}  // namespace

void BindArrayEdits(nb::module_& vt) {
  nb::class_<ArrayEdit> cls(vt, "_ArrayEdit");
  cls.def("__init__", [](ArrayEdit* edit, nb::handle literals,
                         const std::vector<std::tuple<int, int64_t, int64_t>>& instructions) {
    new (edit) ArrayEdit(MakeEdit(literals, instructions));
  });
  cls.def("ListInstructions", &ListInstructions, "(operation, source, index) of each, in order");
  cls.def("GetLiterals", &GetLiterals, "an array of the type that is edited");
  cls.def("IsIdentity", [](const ArrayEdit& edit) { return edit.instructions.empty(); });
  cls.def("ApplyTo",
          [](const ArrayEdit& edit, nb::handle array) { return ToPython(edit.ApplyTo(FromPython(array))); });
  cls.def("ComposeOver",
          [](const ArrayEdit& edit, const ArrayEdit& weaker) { return edit.ComposeOver(weaker); });
  cls.def("__eq__", [](const ArrayEdit& a, const ArrayEdit& b) { return a == b; }, nb::is_operator());
  cls.attr("END") = ArrayEdit::kEndIndex;
}

}  // namespace strata::python
