// The text of data/shaders/nodes.usda, which the build puts into the library.
#pragma once

#include <string_view>

namespace strata::domain {

std::string_view GetEmbeddedShaderNodes();

}  // namespace strata::domain
