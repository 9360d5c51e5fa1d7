#include "strata/math/range.h"

#include <algorithm>
#include <cmath>

#include "strata/math/transform.h"

namespace strata {

namespace {

// Below this determinant a space counts as flat.
constexpr double kFlat = 1e-13;

bool IsFlat(const Matrix4d& m) {
  return std::abs(IsAffine(m) ? GetDeterminant3(m) : GetDeterminant(m)) <= kFlat;
}

// Around both, in the space of `a`.
BBox3d CombineInSpaceOf(const BBox3d& a, const BBox3d& b) {
  BBox3d both = a;
  if (const auto inverse = GetTransformInverse(a.matrix))
    both.range.Add(GetAlignedRange(b.range, MultiplyAffine(b.matrix, *inverse)));
  return both;
}

}  // namespace

Range3d GetAlignedRange(const Range3d& range, const Matrix4d& m) {
  if (range.IsEmpty()) return range;
  Range3d aligned;
  if (IsAffine(m)) {
    // Each coordinate of the result depends on each of the corners' coordinates alone.
    for (size_t j = 0; j < 3; ++j) {
      aligned.min[j] = aligned.max[j] = m[3][j];
      for (size_t i = 0; i < 3; ++i) {
        const double one = range.min[i] * m[i][j], other = range.max[i] * m[i][j];
        aligned.min[j] += std::min(one, other);
        aligned.max[j] += std::max(one, other);
      }
    }
    return aligned;
  }
  for (int corner = 0; corner < 8; ++corner) {
    aligned.Add(
        TransformPoint({(corner & 1 ? range.max : range.min)[0], (corner & 2 ? range.max : range.min)[1],
                        (corner & 4 ? range.max : range.min)[2]},
                       m));
  }
  return aligned;
}

void BBox3d::Transform(const Matrix4d& m) {
  matrix = MultiplyAffine(matrix, m);
}

double BBox3d::GetVolume() const {
  return std::abs(GetDeterminant3(matrix)) * range.GetVolume();
}

BBox3d BBox3d::Combine(const BBox3d& a, const BBox3d& b) {
  if (a.IsEmpty()) return b;
  if (b.IsEmpty()) return a;
  if (a.matrix == b.matrix) {
    BBox3d both = a;
    both.range.Add(b.range);
    return both;
  }
  const bool a_is_flat = IsFlat(a.matrix), b_is_flat = IsFlat(b.matrix);
  if (a_is_flat && b_is_flat) {
    BBox3d both;
    both.range = a.ComputeAlignedRange();
    both.range.Add(b.ComputeAlignedRange());
    return both;
  }
  if (a_is_flat) return CombineInSpaceOf(b, a);
  if (b_is_flat) return CombineInSpaceOf(a, b);
  const BBox3d in_a = CombineInSpaceOf(a, b), in_b = CombineInSpaceOf(b, a);
  const double of_a = in_a.GetVolume(), of_b = in_b.GetVolume();
  const double tolerance = std::max(1e-10, 1e-6 * std::max(of_a, of_b));
  return std::abs(of_a - of_b) <= tolerance || of_a < of_b ? in_a : in_b;
}

}  // namespace strata
