// Types of prims that renderers tell apart.   (HdPrimTypeIsGprim)
#pragma once

#include "strata/base/token.h"

namespace strata::scene {

// Whether prims of the type are drawn, by themselves or as parts of others that are.
bool IsGeometryType(Token type);

}  // namespace strata::scene
