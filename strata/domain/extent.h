// The extent of a piece of geometry, computed from what its type says of its shape.
// (UsdGeomBoundable::ComputeExtentFromPlugins)
#pragma once

#include <optional>

#include "strata/math/range.h"
#include "strata/stage/computed_values.h"
#include "strata/stage/stage.h"

namespace strata::domain {

class RecordReader;

// In the prim's own space, whatever its `extent` attribute says. An empty range for geometry without points;
// nothing for types without a shape, and where what the shape is made of is missing or does not fit together.
// `computed` is what is computed in place of what is authored; null: nothing.
std::optional<Range3d> ComputeExtent(const stage::Prim& prim, stage::Time time = stage::Time::Default(),
                                     const stage::ComputedValues* computed = nullptr);

// For the files of this room.
std::optional<Range3d> ComputeExtent(const RecordReader& reader, stage::Time time);
// Whether the answer may differ between times; of point instancers and skeletons always.
bool ExtentMightVary(const RecordReader& reader);

// Around all points, whatever their number; coordinates that are not numbers are passed over.
Range3d ComputeRange(const Vec3f* points, size_t count);

}  // namespace strata::domain
