// The rotation in a linear map, the frame of right angles nearest to it, and the map of a viewer.
// (GfMatrix3d, GfMatrix4d)
#pragma once

#include "strata/math/matrix.h"
#include "strata/math/quat.h"
#include "strata/math/vec.h"

namespace strata {

// The rotation of a matrix with rows of length one at right angles; of others, what the same sums give.
Quatd ExtractRotation(const Matrix3d& m);

// Turns three vectors, all by the same measure, until they stand across one another. False, and the vectors
// as they are, when two of them are nearly parallel; false too when twenty rounds were not enough.
// (GfVec3d::OrthogonalizeBasis)
enum class BasisLengths : uint8_t { kKeep, kOne };
bool OrthogonalizeBasis(Vec3d (&vectors)[3], BasisLengths lengths, double tolerance = 1e-6);

struct Orthonormalized {
  Matrix3d matrix;  // rows of length one at right angles
  bool settled = false;
};
Orthonormalized GetOrthonormalized(const Matrix3d& m);

// From world space to that of a viewer at `eye` who looks along -Z at `center`, Y near to `up`.
// (GfMatrix4d::SetLookAt)
Matrix4d MakeLookAt(const Vec3d& eye, const Vec3d& center, const Vec3d& up);

}  // namespace strata
