// Moves spec trees within a layer.   (what SdfLayer::Apply does with namespace edits)
#pragma once

#include "strata/layer/layer.h"

namespace strata::layer {

// Prims to prims, properties to properties. What is renamed keeps its place among its siblings, what gets
// another parent comes last; missing parents are made as `over`, and an `over` that says nothing without what
// was moved away is gone. Paths that point to what is moved stay as
// they are. Refused when there is nothing at `from`, something at `to`, or `to` lies below `from`.
Result<void> MoveSpec(Layer& layer, Path from, Path to);

}  // namespace strata::layer
