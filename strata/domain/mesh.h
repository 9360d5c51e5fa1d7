// Whether the arrays of a mesh make a mesh.   (UsdGeomMesh::ValidateTopology)
#pragma once

#include <string>

#include "strata/stage/stage.h"

namespace strata::domain {

// Counts are positive and add up to the number of indices, and indices count points. `why` tells what does
// not hold.
bool ValidateMeshTopology(const Array<int32_t>& face_vertex_indices, const Array<int32_t>& face_vertex_counts,
                          size_t point_count, std::string* why = nullptr);
bool ValidateMeshTopology(const stage::Prim& mesh, stage::Time time = stage::Time::Default(),
                          std::string* why = nullptr);
size_t GetFaceCount(const stage::Prim& mesh, stage::Time time = stage::Time::Default());

}  // namespace strata::domain
