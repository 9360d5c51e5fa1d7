// Matrices of floats, which no scene description holds but Gf and Vt have.
#pragma once

#include <type_traits>

#include "strata/math/math.h"

namespace strata::python {

template <size_t N>
struct MatrixF {
  static constexpr size_t kRows = N;
  float data[N][N] = {};
  float* operator[](size_t row) { return data[row]; }
  const float* operator[](size_t row) const { return data[row]; }
  friend bool operator==(const MatrixF& a, const MatrixF& b) {
    for (size_t i = 0; i < N; ++i)
      for (size_t j = 0; j < N; ++j)
        if (!(a.data[i][j] == b.data[i][j])) return false;
    return true;
  }
};

template <class T, size_t N>
using MatrixOf = std::conditional_t<std::is_same_v<T, double>, Matrix<N>, MatrixF<N>>;

template <class M>
using ScalarOf = std::remove_cvref_t<decltype(std::declval<M&>()[0][0])>;

}  // namespace strata::python
