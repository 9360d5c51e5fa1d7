// Quaternions; stored imaginary first, as in crate files, and printed real first.   (GfQuat*)
#pragma once

#include "strata/math/vec.h"

namespace strata {

template <class T>
struct Quat {
  using Scalar = T;
  Vec<T, 3> imaginary;
  T real = T();
  friend constexpr bool operator==(const Quat& a, const Quat& b) {
    return a.imaginary == b.imaginary && a.real == b.real;
  }
};

using Quatd = Quat<double>;
using Quatf = Quat<float>;
using Quath = Quat<Half>;

// Spherical interpolation from a (u = 0) to b (u = 1) along the shorter arc, as GfSlerp.
template <class T>
Quat<T> Slerp(double u, const Quat<T>& a, const Quat<T>& b);
extern template Quatd Slerp(double, const Quatd&, const Quatd&);
extern template Quatf Slerp(double, const Quatf&, const Quatf&);
extern template Quath Slerp(double, const Quath&, const Quath&);

}  // namespace strata
