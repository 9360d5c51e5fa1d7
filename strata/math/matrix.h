// Square matrices of doubles, row major, row vectors: p' = p * M.   (GfMatrix*d)
#pragma once

#include <optional>

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

template <size_t N>
Matrix<N> GetTranspose(const Matrix<N>& m) {
  Matrix<N> out;
  for (size_t i = 0; i < N; ++i)
    for (size_t j = 0; j < N; ++j) out.data[j][i] = m.data[i][j];
  return out;
}

template <size_t N>
double GetDeterminant(const Matrix<N>& m);
// Nothing when the determinant is zero or not finite.
template <size_t N>
std::optional<Matrix<N>> GetInverse(const Matrix<N>& m);

extern template double GetDeterminant(const Matrix2d&);
extern template double GetDeterminant(const Matrix3d&);
extern template double GetDeterminant(const Matrix4d&);
extern template std::optional<Matrix2d> GetInverse(const Matrix2d&);
extern template std::optional<Matrix3d> GetInverse(const Matrix3d&);
extern template std::optional<Matrix4d> GetInverse(const Matrix4d&);

}  // namespace strata
