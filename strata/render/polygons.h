// Faces of meshes cut into triangles.
#pragma once

#include <span>
#include <vector>

#include "strata/math/vec.h"

namespace strata::render {

// Cuts the polygon of these points, three or more, into triangles with the numbers of its corners, wound as
// it is. Concave polygons are cut along their inside; of those that cross themselves, and of those with more
// than a thousand corners, some way. Costs the square of the corners where it is concave.
void CutPolygon(std::span<const Vec3f> corners, std::vector<uint32_t>& triangles);

}  // namespace strata::render
