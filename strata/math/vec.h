// Vectors of two to four numbers.   (GfVec*)
#pragma once

#include <cstddef>
#include <cstdint>

#include "strata/math/half.h"

namespace strata {

template <class T, size_t N>
struct Vec {
  using Scalar = T;
  static constexpr size_t kSize = N;
  T data[N] = {};

  constexpr T& operator[](size_t i) { return data[i]; }
  constexpr const T& operator[](size_t i) const { return data[i]; }
  friend constexpr bool operator==(const Vec& a, const Vec& b) {
    for (size_t i = 0; i < N; ++i)
      if (!(a.data[i] == b.data[i])) return false;
    return true;
  }
  friend constexpr Vec operator+(Vec a, const Vec& b) {
    for (size_t i = 0; i < N; ++i) a.data[i] = static_cast<T>(a.data[i] + b.data[i]);
    return a;
  }
  friend constexpr Vec operator-(Vec a, const Vec& b) {
    for (size_t i = 0; i < N; ++i) a.data[i] = static_cast<T>(a.data[i] - b.data[i]);
    return a;
  }
  friend constexpr Vec operator*(Vec a, double s) {
    for (size_t i = 0; i < N; ++i) a.data[i] = static_cast<T>(a.data[i] * s);
    return a;
  }
};

using Vec2d = Vec<double, 2>;
using Vec3d = Vec<double, 3>;
using Vec4d = Vec<double, 4>;
using Vec2f = Vec<float, 2>;
using Vec3f = Vec<float, 3>;
using Vec4f = Vec<float, 4>;
using Vec2h = Vec<Half, 2>;
using Vec3h = Vec<Half, 3>;
using Vec4h = Vec<Half, 4>;
using Vec2i = Vec<int32_t, 2>;
using Vec3i = Vec<int32_t, 3>;
using Vec4i = Vec<int32_t, 4>;

}  // namespace strata
