// Many copies of few prototypes, placed by arrays.   (UsdGeomPointInstancer)
#pragma once

#include <optional>
#include <vector>

#include "strata/base/result.h"
#include "strata/math/matrix.h"
#include "strata/math/range.h"
#include "strata/stage/stage.h"

namespace strata::domain {

class RecordReader;

inline constexpr DiagnosticCode kInstancerMalformed{"domain.instancer-malformed", Severity::kError,
                                                    "The arrays of a point instancer do not fit together."};

class PointInstancer {
 public:
  explicit PointInstancer(stage::Prim prim) : prim_(std::move(prim)) {}
  const stage::Prim& GetPrim() const { return prim_; }
  bool IsValid() const;  // the prim is a PointInstancer by its type

  enum class PrototypeTransform : uint8_t { kInclude, kExclude };  // the prototype's own
  enum class Mask : uint8_t { kApply, kIgnore };
  // From each instance's space to the instancer's. Positions and orientations of the sample at or before
  // `base_time` move on with their velocities, where these have as many elements and a sample at the same
  // time; else they are interpolated. With the mask, instances that are inactive or invisible are left out.
  Result<std::vector<Matrix4d>> ComputeInstanceTransforms(
      stage::Time time, stage::Time base_time, PrototypeTransform prototype = PrototypeTransform::kInclude,
      Mask mask = Mask::kApply) const;
  // One flag an instance; empty when all are shown.
  std::vector<bool> ComputeMask(stage::Time time) const;

 private:
  stage::Prim prim_;
};

// Around all instances that are shown, with the purposes default, proxy and render. Nothing when the arrays
// do not fit together.
std::optional<Range3d> ComputePointInstancerExtent(const RecordReader& reader, stage::Time time);

}  // namespace strata::domain
