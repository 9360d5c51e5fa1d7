#include "strata/domain/skeleton_extent.h"

namespace strata::domain {

std::optional<Range3d> ComputeSkeletonExtent(const RecordReader&, stage::Time) {
  return std::nullopt;
}
std::optional<Range3d> ComputeSkelRootExtent(const RecordReader&, stage::Time) {
  return std::nullopt;
}

}  // namespace strata::domain
