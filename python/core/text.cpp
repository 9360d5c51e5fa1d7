// Numbers as text, and diagnostics as Python exceptions.
#include <cmath>

#include "python/core/core.h"
#include "strata/format/text/number.h"

namespace strata::python {

std::string ReprNumber(double value) {
  if (std::isnan(value)) return "float('nan')";
  if (std::isinf(value)) return value < 0 ? "-float('inf')" : "float('inf')";
  char* text = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, nullptr);
  std::string out = text;
  PyMem_Free(text);
  return out;
}

namespace {
template <class T>
std::string Print(T value) {
  char room[format::text::kMostNumberBytes];
  return std::string(room, format::text::PutNumber(room, value));
}
}  // namespace

std::string TextOf(double value) {
  return Print(value);
}
std::string TextOf(float value) {
  return Print(value);
}
std::string TextOf(Half value) {
  return Print(value);
}

std::string Repr(nb::handle object) {
  return nb::cast<std::string>(nb::repr(object));
}
std::string Text(nb::handle object) {
  return nb::cast<std::string>(nb::str(object));
}

void RaiseTypeError(const std::string& message) {
  PyErr_SetString(PyExc_TypeError, message.c_str());
  throw nb::python_error();
}

}  // namespace strata::python
