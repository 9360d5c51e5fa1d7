// The references and payloads of a prim that the stage's own layers write.
#pragma once

#include <vector>

#include "strata/stage/composition_query.h"

namespace strata::validate {

// Those to other layer stacks, in strength order; none of ancestors, none that follow from others. Cheap for
// prims that have none.
std::vector<stage::CompositionArc> FindAssetArcs(const stage::Prim& prim);

}  // namespace strata::validate
