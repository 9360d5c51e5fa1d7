// Enumerators as Python objects: Sdf.SpecifierDef is of class Sdf.Specifier, has a name, a displayName and a
// value.
#pragma once

#include <vector>

#include "python/core/core.h"

namespace strata::python {

template <class E>
struct Enumerator {
  E value;
  const char* name;     // "SpecifierDef"
  const char* display;  // "Def"
};

template <class E>
std::vector<nb::object>& AllOf() {
  static std::vector<nb::object>& all = *new std::vector<nb::object>;  // outlives the interpreter on purpose
  return all;
}

// Tf.Enum: what all enumerations derive from.
nb::object EnumBase();

template <class E>
void BindEnum(nb::module_& module, const char* cpp_name, const char* name,
              const std::vector<Enumerator<E>>& enumerators) {
  using Item = Enumerator<E>;
  nb::class_<Item> cls(module, name, EnumBase());
  const std::string module_name = nb::cast<std::string>(module.attr("__name__"));
  const std::string module_word = module_name.substr(module_name.rfind('.') + 1);
  const std::string prefix = module_word + ".";
  // Enumerators of a module have its name before theirs in C++; those of a class do not.
  const std::string cpp_prefix =
      std::string_view(cpp_name).find("::") == std::string_view::npos ? module_word : "";
  cls.def_prop_ro("name", [](const Item& item) { return item.name; });
  cls.def_prop_ro("displayName", [](const Item& item) { return item.display; });
  cls.def_prop_ro("fullName", [full = std::string(cpp_name) + "::" + cpp_prefix](const Item& item) {
    return full + item.name;
  });
  cls.def_prop_ro("value", [](const Item& item) { return static_cast<int>(item.value); });
  cls.def("__repr__", [prefix](const Item& item) { return prefix + item.name; });
  cls.def("__hash__", [](const Item& item) { return static_cast<int>(item.value); });
  cls.def("__eq__", [](const Item& a, const Item& b) { return a.value == b.value; }, nb::is_operator());
  cls.def("__ne__", [](const Item& a, const Item& b) { return a.value != b.value; }, nb::is_operator());
  cls.def("__eq__", [](const Item& a, int b) { return static_cast<int>(a.value) == b; }, nb::is_operator());
  cls.def("__ne__", [](const Item& a, int b) { return static_cast<int>(a.value) != b; }, nb::is_operator());
  cls.def("__lt__", [](const Item& a, const Item& b) { return a.value < b.value; }, nb::is_operator());
  cls.def("__le__", [](const Item& a, const Item& b) { return a.value <= b.value; }, nb::is_operator());
  cls.def("__gt__", [](const Item& a, const Item& b) { return a.value > b.value; }, nb::is_operator());
  cls.def("__ge__", [](const Item& a, const Item& b) { return a.value >= b.value; }, nb::is_operator());
  cls.def("__reduce__", [](nb::handle self) {
    return nb::make_tuple(
        nb::module_::import_("builtins").attr("getattr"),
        nb::make_tuple(nb::module_::import_(nb::cast<const char*>(self.type().attr("__module__"))),
                       self.attr("name")));
  });
  nb::list all;
  for (const Item& item : enumerators) {
    nb::object object = nb::cast(item);
    module.attr(item.name) = object;
    AllOf<E>().push_back(object);
    all.append(object);
  }
  cls.attr("allValues") = nb::tuple(all);
  cls.def_static(
      "GetValueFromName",
      [cpp_prefix](const std::string& wanted) -> nb::object {
        for (const nb::object& object : AllOf<E>())
          if (cpp_prefix + nb::cast<const Item&>(object).name == wanted) return object;
        return nb::none();
      },
      "name"_a);
  cls.attr("allValues") = nb::tuple(nb::cast(AllOf<E>()));
}

}  // namespace strata::python

namespace nanobind::detail {

template <class E>
struct EnumCaster {
  NB_TYPE_CASTER(E, const_name("enum"))
  bool from_python(handle source, uint8_t flags, cleanup_list* cleanup) noexcept {
    make_caster<strata::python::Enumerator<E>> item;
    if (source.is_none() || !item.from_python(source, flags & ~uint8_t(cast_flags::convert), cleanup))
      return false;
    value = item.operator strata::python::Enumerator<E>&().value;
    return true;
  }
  static handle from_cpp(E wanted, rv_policy, cleanup_list*) noexcept {
    for (const object& candidate : strata::python::AllOf<E>())
      if (cast<const strata::python::Enumerator<E>&>(candidate).value == wanted) return candidate.inc_ref();
    PyErr_SetString(PyExc_ValueError, "an enumerator without a name");
    return handle();
  }
};

// For each enumeration that BindEnum binds: its arguments and results are Python's objects of it.
#define STRATA_ENUM_CASTER(E) \
  template <>                 \
  struct type_caster<E> : EnumCaster<E> {};

}  // namespace nanobind::detail
