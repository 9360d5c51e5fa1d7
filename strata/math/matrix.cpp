#include "strata/math/matrix.h"

#include <cmath>
#include <utility>

namespace strata {

namespace {

// The matrix without one row and one column.
template <size_t N>
Matrix<N - 1> GetMinor(const Matrix<N>& m, size_t row, size_t column) {
  Matrix<N - 1> out;
  for (size_t i = 0; i + 1 < N; ++i)
    for (size_t j = 0; j + 1 < N; ++j) out.data[i][j] = m.data[i + (i >= row)][j + (j >= column)];
  return out;
}

double Determinant(const Matrix<1>& m) {
  return m.data[0][0];
}
double Determinant(const Matrix2d& m) {
  return m.data[0][0] * m.data[1][1] - m.data[0][1] * m.data[1][0];
}

template <size_t N>
double Determinant(const Matrix<N>& m) {
  double sum = 0;
  for (size_t j = 0; j < N; ++j) {
    const double part = m.data[0][j] * Determinant(GetMinor(m, 0, j));
    sum += j % 2 ? -part : part;
  }
  return sum;
}

}  // namespace

template <size_t N>
double GetDeterminant(const Matrix<N>& m) {
  return Determinant(m);
}

// The adjugate over the determinant.
template <size_t N>
std::optional<Matrix<N>> GetInverse(const Matrix<N>& m) {
  const double determinant = Determinant(m);
  if (determinant == 0 || !std::isfinite(determinant)) return std::nullopt;
  Matrix<N> out;
  for (size_t i = 0; i < N; ++i)
    for (size_t j = 0; j < N; ++j) {
      const double cofactor = Determinant(GetMinor(m, j, i));
      out.data[i][j] = ((i + j) % 2 ? -cofactor : cofactor) / determinant;
    }
  return out;
}

template double GetDeterminant(const Matrix2d&);
template double GetDeterminant(const Matrix3d&);
template double GetDeterminant(const Matrix4d&);
template std::optional<Matrix2d> GetInverse(const Matrix2d&);
template std::optional<Matrix3d> GetInverse(const Matrix3d&);
template std::optional<Matrix4d> GetInverse(const Matrix4d&);

}  // namespace strata
