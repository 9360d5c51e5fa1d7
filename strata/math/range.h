// Boxes: along the axes (Range3d), and along the axes of a space of their own (BBox3d).   (GfRange3d,
// GfBBox3d)
#pragma once

#include <limits>

#include "strata/math/matrix.h"
#include "strata/math/vec.h"

namespace strata {

// All points between two corners, both included. Empty when a corner's coordinate passes the other's.
struct Range3d {
  Vec3d min{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(),
            std::numeric_limits<double>::infinity()};
  Vec3d max{-std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
            -std::numeric_limits<double>::infinity()};

  bool IsEmpty() const { return min[0] > max[0] || min[1] > max[1] || min[2] > max[2]; }
  void Add(const Vec3d& point) {
    for (size_t i = 0; i < 3; ++i) {
      if (point[i] < min[i]) min[i] = point[i];
      if (point[i] > max[i]) max[i] = point[i];
    }
  }
  void Add(const Range3d& other) {
    if (other.IsEmpty()) return;
    Add(other.min);
    Add(other.max);
  }
  double GetVolume() const {
    return IsEmpty() ? 0.0 : (max[0] - min[0]) * (max[1] - min[1]) * (max[2] - min[2]);
  }
  friend bool operator==(const Range3d&, const Range3d&) = default;
};

// The box along the axes around `range` in the space that `matrix` leads to.
Range3d GetAlignedRange(const Range3d& range, const Matrix4d& matrix);

// A box in a space of its own. It stays tight under rotation, where a box along the axes would grow.
struct BBox3d {
  Range3d range;
  Matrix4d matrix = Matrix4d::Identity();

  bool IsEmpty() const { return range.IsEmpty(); }
  void Transform(const Matrix4d& m);  // applied after `matrix`
  Range3d ComputeAlignedRange() const { return GetAlignedRange(range, matrix); }
  double GetVolume() const;
  // A box around both, in the space of one of them: of the two that are possible the smaller one. Around flat
  // spaces, which have no way back, a box along the axes.
  static BBox3d Combine(const BBox3d& a, const BBox3d& b);
};

}  // namespace strata
