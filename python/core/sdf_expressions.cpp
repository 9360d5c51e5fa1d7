// Sdf.PathExpression and Sdf.VariableExpression; strata/_sdf_expressions.py builds and takes apart what they
// hold.
#include "python/core/arguments.h"
#include "python/core/core.h"
#include "strata/compose/expression.h"
#include "strata/path/path_expression.h"
#include "strata/path/path_predicate.h"

namespace strata::python {

namespace {

using compose::VariableExpression;

// (operation, operands...), (pattern, prefix, [(text, predicate)], is property), (reference, path, name)
nb::object MakeTree(const PathExpression::Node& node) {
  using Op = PathExpression::Op;
  if (node.op == Op::kPattern) {
    nb::list components;
    for (const PathPattern::Component& one : node.pattern.components)
      components.append(nb::make_tuple(one.is_stretch ? std::string() : one.text, one.predicate));
    return nb::make_tuple("Pattern", node.pattern.prefix, components, node.pattern.is_property);
  }
  if (node.op == Op::kReference) return nb::make_tuple("ExpressionRef", node.reference_path, node.reference);
  static constexpr const char* kNames[] = {"Pattern", "ExpressionRef", "Complement", "ImpliedUnion",
                                           "Union",   "Intersection",  "Difference"};
  nb::list operands;
  for (const auto& operand : node.operands) operands.append(MakeTree(*operand));
  return nb::make_tuple(kNames[static_cast<size_t>(node.op)], operands);
}

void BindPathExpression(nb::module_& sdf) {
  using E = PathExpression;
  nb::class_<E> cls(sdf, "PathExpression",
                    "Patterns over scene paths, joined as sets. Matches nothing by default.");
  cls.def(nb::init<>());
  cls.def(
      "__init__",
      [](E* e, const std::string& text, const std::string& context) {
        Result<E> parsed = E::Parse(text);
        if (!parsed) {
          Diagnostic diagnostic = parsed.GetError();
          if (!context.empty()) diagnostic.location.file = context;
          Raise(diagnostic);
        }
        new (e) E(std::move(*parsed));
      },
      "patternString"_a, "parseContext"_a = "");
  cls.def(nb::init<const E&>(), "other"_a);
  cls.def_static("Everything", &E::Everything);
  cls.def_static("Nothing", &E::Nothing);
  cls.def_static("WeakerRef", &E::WeakerReference, "What stands for the weaker opinion: %_");
  cls.def("GetText", &E::GetText);
  cls.def("IsEmpty", &E::IsEmpty);
  cls.def("IsComplete", &E::IsComplete, "Whether it has no references, and absolute paths alone.");
  cls.def("ContainsWeakerExpressionReference", &E::ContainsWeakerReference);
  cls.def("ComposeOver", &E::ComposeOver, "weaker"_a, "With the weaker expression in place of %_.");
  cls.def(
      "ReplacePrefix",
      [](const E& e, PathArgument from, PathArgument to) { return e.ReplacePrefix(from, to); }, "oldPrefix"_a,
      "newPrefix"_a);
  cls.def("MakeAbsolute", [](const E& e, PathArgument anchor) { return e.MakeAbsolute(anchor); }, "anchor"_a);
  cls.def("_GetTree",
          [](const E& e) { return e.GetRoot() ? MakeTree(*e.GetRoot()) : nb::object(nb::none()); });
  cls.def("__bool__", [](const E& e) { return !e.IsEmpty(); });
  cls.def("__str__", &E::GetText);
  cls.def("__repr__", [](const E& e) {
    return e.IsEmpty() ? "Sdf.PathExpression()" : "Sdf.PathExpression(" + Repr(nb::cast(e.GetText())) + ")";
  });
  cls.def("__hash__", [](const E& e) { return std::hash<std::string>()(e.GetText()); });
  cls.def("__eq__", [](const E& a, const E& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const E& a, const E& b) { return !(a == b); }, nb::is_operator());
  cls.def("__reduce__", [](nb::handle self) {
    return nb::make_tuple(self.type(), nb::make_tuple(self.attr("GetText")()));
  });
  sdf.def(
      "_CanonicalPredicate",
      [](const std::string& text) {
        size_t offset = 0;
        std::string canonical, wanted;
        const std::string closed = text + "}";
        const bool good = ParsePathPredicate(closed, offset, canonical, wanted) && offset == closed.size();
        return nb::make_tuple(good, canonical, wanted, offset);
      },
      "text"_a, "(whether it is a predicate, its canonical text, what was wanted, and where)");
}

void BindVariableExpression(nb::module_& sdf) {
  using E = VariableExpression;
  nb::class_<E> cls(sdf, "_VariableExpression");
  cls.def(nb::init<std::string_view>(), "text"_a);
  cls.def("GetErrors", [](const E& e) { return e.GetErrors(); });
  cls.def("Evaluate", [](const E& e, nb::dict variables) {
    const Value given = FromPython(variables, ValueType::kDictionary);
    const E::Result result = e.Evaluate(given.Get<Dictionary>());
    nb::set used;
    for (const std::string& name : result.used_variables) used.add(nb::cast(name));
    const bool is_nothing = std::holds_alternative<compose::EmptyList>(result.value);
    return nb::make_tuple(is_nothing ? nb::object(nb::list()) : ToPython(compose::ToValue(result.value)),
                          result.errors, used);
  });
  cls.def_static("IsExpression", &E::IsExpression);
  cls.def_static("IsValidVariableType", [](nb::handle value) {
    try {
      return E::IsValidVariableType(FromPython(value));
    } catch (const nb::builtin_exception&) {
      return false;
    }
  });
}

}  // namespace

void BindExpressions(nb::module_& sdf) {
  BindPathExpression(sdf);
  BindVariableExpression(sdf);
}

}  // namespace strata::python
