// Asset paths of a layer that goes to another folder.
#pragma once

#include <string>

#include "strata/layer/registry.h"

namespace strata::context {

// A copy of `layer` whose relative asset paths lead from a file at `path` to where they lead from the layer's
// own file; the layer itself where none has to change. Left as they are: absolute paths, paths that are found
// in search paths, expressions, and all paths of a layer that has no file. `path` may be relative to the
// working directory.
layer::LayerPtr Reanchor(const layer::LayerPtr& layer, layer::LayerRegistry& registry,
                         const std::string& path);

}  // namespace strata::context
