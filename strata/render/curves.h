// Curves as lines from point to point.
#pragma once

#include "strata/render/geometry.h"

namespace strata::render {

// Of a prim of type basisCurves: linear ones as they are, each cubic piece as eight lines. Widths say the
// radii; one without is one unit wide. Pinned ends are for the chain to expand.
GeometryPtr ReadCurves(const scene::ScenePrim& prim, GeometryRemarks& remarks);

}  // namespace strata::render
