// Slices as Python gives them.
#pragma once

#include "python/core/core.h"

namespace strata::python {

struct Slice {
  Py_ssize_t start, step, count;
};
// The items of a sequence of `size` that a slice means.
inline Slice ReadSlice(nb::handle key, size_t size) {
  Slice slice;
  Py_ssize_t stop;
  if (PySlice_Unpack(key.ptr(), &slice.start, &stop, &slice.step) < 0) nb::raise_python_error();
  slice.count = PySlice_AdjustIndices(static_cast<Py_ssize_t>(size), &slice.start, &stop, slice.step);
  return slice;
}

}  // namespace strata::python
