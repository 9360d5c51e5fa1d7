// Square matrices of doubles, row major, row vectors: p' = p * M.   (GfMatrix*d)
#pragma once

#include "strata/math/vec.h"

namespace strata {

template <size_t N>
struct Matrix {
  static constexpr size_t kRows = N;
  double data[N][N] = {};
  static constexpr Matrix Identity() {
    Matrix m;
    for (size_t i = 0; i < N; ++i) m.data[i][i] = 1;
    return m;
  }
  double* operator[](size_t row) { return data[row]; }
  const double* operator[](size_t row) const { return data[row]; }
  friend bool operator==(const Matrix& a, const Matrix& b) {
    for (size_t i = 0; i < N; ++i)
      for (size_t j = 0; j < N; ++j)
        if (!(a.data[i][j] == b.data[i][j])) return false;
    return true;
  }
};

using Matrix2d = Matrix<2>;
using Matrix3d = Matrix<3>;
using Matrix4d = Matrix<4>;

template <size_t N>
Matrix<N> operator*(const Matrix<N>& a, const Matrix<N>& b) {
  Matrix<N> out;
  for (size_t i = 0; i < N; ++i)
    for (size_t j = 0; j < N; ++j)
      for (size_t k = 0; k < N; ++k) out.data[i][j] += a.data[i][k] * b.data[k][j];
  return out;
}

}  // namespace strata
