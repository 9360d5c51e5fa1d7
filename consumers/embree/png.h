// Pictures as PNG.
#pragma once

#include <string>

#include "strata/render/renderer.h"

namespace strata::embree {

// Of a picture with three channels, or four with alpha: eight bits each, sRGB, by libpng. Linear values from
// 0 to 1 are shown, what is beyond is cut.
Result<std::string> EncodePng(const render::Picture& picture);

}  // namespace strata::embree
