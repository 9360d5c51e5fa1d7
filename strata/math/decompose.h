// The rotation in a linear map, the frame of right angles nearest to it, and the map of a viewer.
// (GfMatrix3d, GfMatrix4d)
#pragma once

#include "strata/math/matrix.h"
#include "strata/math/quat.h"
#include "strata/math/vec.h"

namespace strata {

// The rotation of a matrix with rows of length one at right angles; of others, what the same sums give.
Quatd ExtractRotation(const Matrix3d& m);

struct Orthonormalized {
  Matrix3d matrix;       // rows of length one at right angles
  bool settled = false;  // false: rows nearly parallel, or no frame found in twenty rounds
};
// Turns the rows, all by the same measure, until they stand across one another.
Orthonormalized GetOrthonormalized(const Matrix3d& m);

// From world space to that of a viewer at `eye` who looks along -Z at `center`, Y near to `up`.
// (GfMatrix4d::SetLookAt)
Matrix4d MakeLookAt(const Vec3d& eye, const Vec3d& center, const Vec3d& up);

}  // namespace strata
