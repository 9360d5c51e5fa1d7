// Which space the colours of attributes are in, for data that say so.   (UsdColorSpaceAPI)
#pragma once

#include "strata/stage/attribute.h"

namespace strata::bridge {

// The attribute's own space, whatever it holds; of colours else that of the nearest prim at or above that has
// one. Empty where nobody says.
Token FindColorSpace(const stage::Attribute& attribute);

}  // namespace strata::bridge
