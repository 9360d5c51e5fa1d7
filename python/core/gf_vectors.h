// Sums over vectors that other files of the module need, too.
#pragma once

#include <cmath>

#include "strata/math/math.h"

namespace strata::python {

// In the vectors' own precision, as GfDot.
template <class T, size_t N>
auto Dot(const Vec<T, N>& a, const Vec<T, N>& b) {
  using Sum = std::conditional_t<std::is_same_v<T, Half>, float, T>;
  Sum sum = 0;
  for (size_t i = 0; i < N; ++i) sum += static_cast<Sum>(a[i]) * static_cast<Sum>(b[i]);
  if constexpr (std::is_same_v<T, Half>)
    return Half(sum);
  else
    return sum;
}

template <class T>
Vec<T, 3> Cross(const Vec<T, 3>& a, const Vec<T, 3>& b) {
  return {{static_cast<T>(a[1] * b[2] - a[2] * b[1]), static_cast<T>(a[2] * b[0] - a[0] * b[2]),
           static_cast<T>(a[0] * b[1] - a[1] * b[0])}};
}

template <class T, size_t N>
double GetLength(const Vec<T, N>& v) {
  return std::sqrt(static_cast<double>(Dot(v, v)));
}

}  // namespace strata::python
