// Calls a function template with the C++ type of an element type known at run time; for the sources of this
// room.
#pragma once

#include "strata/value/value.h"

namespace strata {

template <class T>
struct TypeTag {
  using Type = T;
};

// visit(TypeTag<float>()) for kFloat, and so on; `otherwise` for types that attributes do not have as
// elements.
template <class R, class Visit>
R VisitElementType(ValueType element, R otherwise, Visit&& visit) {
  switch (element) {
#define X(name, type, text) \
  case ValueType::k##name:  \
    return visit(TypeTag<type>());
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      return otherwise;
  }
}

}  // namespace strata
