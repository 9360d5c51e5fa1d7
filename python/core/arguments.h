// Arguments that Python gives in several forms.
#pragma once

#include "python/core/core.h"

namespace strata::python {

// A scene path: an Sdf.Path or a str. Text that is no path warns and means the empty path, as in pxr.
struct PathArgument {
  Path path;
  operator Path() const { return path; }
};
Path ReadPath(std::string_view text);

// Where a file is: a str or anything with __fspath__.
struct FileArgument {
  std::string path;
  operator const std::string&() const { return path; }
};

// Sdf.ValueTypeName: null is no type.
struct ValueTypeNameObject {
  const ValueTypeName* type = nullptr;
  std::string GetName() const { return type ? type->name.GetString() : std::string(); }
};
// The one Python object of a type; the bound class is ValueTypeNameObject.
struct ValueTypeNameArgument {
  const ValueTypeName* type = nullptr;
};
nb::object ToPython(const ValueTypeNameArgument& argument);

}  // namespace strata::python

namespace nanobind::detail {

template <>
struct type_caster<strata::python::PathArgument> {
  NB_TYPE_CASTER(strata::python::PathArgument, const_name("Path | str"))
  bool from_python(handle source, uint8_t flags, cleanup_list* cleanup) noexcept {
    if (PyUnicode_Check(source.ptr())) {
      Py_ssize_t size = 0;
      const char* text = PyUnicode_AsUTF8AndSize(source.ptr(), &size);
      if (!text) {
        PyErr_Clear();
        return false;
      }
      value.path = strata::python::ReadPath(std::string_view(text, static_cast<size_t>(size)));
      return true;
    }
    make_caster<strata::Path> path;
    if (source.is_none() || !path.from_python(source, flags & ~uint8_t(cast_flags::convert), cleanup))
      return false;
    value.path = path.operator strata::Path&();
    return true;
  }
  static handle from_cpp(const strata::python::PathArgument& argument, rv_policy policy,
                         cleanup_list* cleanup) noexcept {
    return make_caster<strata::Path>::from_cpp(argument.path, policy, cleanup);
  }
};

template <>
struct type_caster<strata::python::FileArgument> {
  NB_TYPE_CASTER(strata::python::FileArgument, const_name("str | os.PathLike[str]"))
  bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
    object text = steal(PyOS_FSPath(source.ptr()));
    if (!text.is_valid() || !try_cast(text, value.path)) {
      PyErr_Clear();
      return false;
    }
    return true;
  }
  static handle from_cpp(const strata::python::FileArgument& argument, rv_policy, cleanup_list*) noexcept {
    return PyUnicode_FromStringAndSize(argument.path.data(), static_cast<Py_ssize_t>(argument.path.size()));
  }
};

}  // namespace nanobind::detail
