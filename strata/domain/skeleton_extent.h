// The extents of skeletons and of the subtrees that they deform.   (UsdSkelSkeleton, UsdSkelRoot)
#pragma once

#include <optional>

#include "strata/domain/record_reader.h"
#include "strata/math/range.h"

namespace strata::domain {

// Around the joints in their pose.
std::optional<Range3d> ComputeSkeletonExtent(const RecordReader& reader, stage::Time time);
// Around the joints of all skeletons that something below is bound to, and how far that reaches beyond them.
std::optional<Range3d> ComputeSkelRootExtent(const RecordReader& reader, stage::Time time);

}  // namespace strata::domain
