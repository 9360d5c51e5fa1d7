// What the files of the extension module share: conversions between Python's objects and Strata's, and the
// functions that each file binds its classes with.
//
// Threads: the interpreter's lock guards everything here. Long calls let go of it.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/operators.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "strata/base/token.h"
#include "strata/math/math.h"
#include "strata/path/path.h"
#include "strata/value/value.h"

namespace strata::python {

namespace nb = nanobind;
using namespace nb::literals;

// One for each file; in the order in which the module calls them.
void BindTf(nb::module_& core);
void BindResolver(nb::module_& core);
void BindVectors(nb::module_& gf);
void BindMatrices(nb::module_& gf);
void BindQuaternions(nb::module_& gf);
void BindRanges(nb::module_& gf);
void BindArrays(nb::module_& vt, nb::module_& sdf);
void BindArrayEdits(nb::module_& vt);
void BindPaths(nb::module_& sdf);
void BindValueTypes(nb::module_& sdf);
void BindColors(nb::module_& gf);
void BindExpressions(nb::module_& sdf);
void BindLayerChanges(nb::module_& sdf);
void BindListOps(nb::module_& sdf);
void BindFormats(nb::module_& sdf);
void BindLayers(nb::module_& sdf);
void BindSpecs(nb::module_& sdf);

// A submodule that calls itself by the public name ("strata.Gf"), so that its classes do, too.
nb::module_ MakeModule(nb::module_& core, const char* name, const char* documentation);

// -- text --------------------------------------------------------------------------------------------

// A number as repr writes it, with float('inf') and float('nan'), so that it reads back.
std::string ReprNumber(double value);
inline std::string ReprNumber(float value) {
  return ReprNumber(static_cast<double>(value));
}
inline std::string ReprNumber(Half value) {
  return ReprNumber(static_cast<double>(static_cast<float>(value)));
}
inline std::string ReprNumber(int value) {
  return std::to_string(value);
}
// A number as usda writes it: the shortest text that reads back.
std::string TextOf(double value);
std::string TextOf(float value);
std::string TextOf(Half value);
inline std::string TextOf(int value) {
  return std::to_string(value);
}
// repr() and str() of any Python object.
std::string Repr(nb::handle object);
std::string Text(nb::handle object);

// -- errors ------------------------------------------------------------------------------------------

// Raises Tf.ErrorException, which tells the diagnostic's code, place, notes and remedy.
[[noreturn]] void Raise(const Diagnostic& diagnostic);
[[noreturn]] void RaiseTypeError(const std::string& message);
template <class T>
T ValueOrRaise(Result<T> result) {
  if (!result) Raise(result.GetError());
  return std::move(*result);
}
inline void CheckOrRaise(const Result<void>& result) {
  if (!result) Raise(result.GetError());
}

// -- values ------------------------------------------------------------------------------------------

// The Python object of a value; None for an empty one.
nb::object ToPython(const Value& value);
// A value of `type` made from a Python object (kEmpty: of the type that fits the object best). Numbers,
// strings and sequences are converted as CastValue does. Raises TypeError when that is not possible.
Value FromPython(nb::handle object, ValueType type = ValueType::kEmpty);

// Reads the `count` numbers of a sequence of that length. False when it is none.
template <class T>
bool ReadNumbers(nb::handle source, T* out, size_t count) {
  if (!PySequence_Check(source.ptr()) || PyUnicode_Check(source.ptr())) return false;
  if (PySequence_Size(source.ptr()) != static_cast<Py_ssize_t>(count)) {
    PyErr_Clear();
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    nb::object item = nb::steal(PySequence_GetItem(source.ptr(), static_cast<Py_ssize_t>(i)));
    if (!item.is_valid() || !nb::try_cast(item, out[i])) {
      PyErr_Clear();
      return false;
    }
  }
  return true;
}

// The index of an item, counted from the end where negative. Raises IndexError.
inline size_t CheckIndex(Py_ssize_t index, size_t count) {
  if (index < 0) index += static_cast<Py_ssize_t>(count);
  if (index < 0 || index >= static_cast<Py_ssize_t>(count)) throw nb::index_error("Index out of range.");
  return static_cast<size_t>(index);
}

}  // namespace strata::python

namespace nanobind::detail {

template <>
struct type_caster<strata::Half> {
  NB_TYPE_CASTER(strata::Half, const_name("float"))
  bool from_python(handle source, uint8_t flags, cleanup_list* cleanup) noexcept {
    make_caster<float> number;
    if (!number.from_python(source, flags, cleanup)) return false;
    value = strata::Half(number.value);
    return true;
  }
  static handle from_cpp(strata::Half half, rv_policy, cleanup_list*) noexcept {
    return PyFloat_FromDouble(static_cast<float>(half));
  }
};

template <>
struct type_caster<strata::Token> {
  NB_TYPE_CASTER(strata::Token, const_name("str"))
  bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_Check(source.ptr()) ? PyUnicode_AsUTF8AndSize(source.ptr(), &size) : nullptr;
    if (!text) {
      PyErr_Clear();
      return false;
    }
    value = strata::Token(std::string_view(text, static_cast<size_t>(size)));
    return true;
  }
  static handle from_cpp(strata::Token token, rv_policy, cleanup_list*) noexcept {
    const std::string& text = token.GetString();
    return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
  }
};

}  // namespace nanobind::detail
