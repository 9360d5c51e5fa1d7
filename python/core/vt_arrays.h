// Arrays as Python sequences and buffers.
#pragma once

#include "python/core/core.h"
#include "strata/value/array.h"

namespace strata::python {

// One element of an array, from whatever Python object stands for it.
template <class T>
bool ReadElement(nb::handle source, T& out);

// The elements of a sequence or buffer. False when one of them is none.
template <class T>
bool ReadArray(nb::handle source, Array<T>& out);

#define X(name, type, text)                            \
  extern template bool ReadElement(nb::handle, type&); \
  extern template bool ReadArray(nb::handle, Array<type>&);
STRATA_ELEMENT_TYPES(X)
#undef X

}  // namespace strata::python
