#include "strata/math/transform.h"

#include <algorithm>
#include <cmath>

namespace strata {

Matrix4d MakeTranslation(const Vec3d& offset) {
  Matrix4d m = Matrix4d::Identity();
  for (size_t i = 0; i < 3; ++i) m[3][i] = offset[i];
  return m;
}

Matrix4d MakeScale(const Vec3d& factors) {
  Matrix4d m = Matrix4d::Identity();
  for (size_t i = 0; i < 3; ++i) m[i][i] = factors[i];
  return m;
}

Matrix4d MakeRotation(int axis, double degrees) {
  const double radians = degrees * (3.14159265358979323846 / 180.0);
  const double sine = std::sin(radians), cosine = std::cos(radians);
  const size_t j = static_cast<size_t>(axis + 1) % 3, k = static_cast<size_t>(axis + 2) % 3;
  Matrix4d m = Matrix4d::Identity();
  m[j][j] = m[k][k] = cosine;
  m[j][k] = sine;
  m[k][j] = -sine;
  return m;
}

Matrix4d MakeRotation(const Quatd& rotation) {
  const Vec3d& v = rotation.imaginary;
  const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  if (!(length > 1e-10)) return Matrix4d::Identity();
  const double w = std::clamp(rotation.real, -1.0, 1.0);
  const double sine = std::sqrt(1 - w * w);  // of half the angle
  return MakeRotationAsIs({v * (sine / length), w});
}

Matrix4d MakeRotationAsIs(const Quatd& rotation) {
  const double x = rotation.imaginary[0], y = rotation.imaginary[1], z = rotation.imaginary[2];
  const double w = rotation.real;
  Matrix4d m = Matrix4d::Identity();
  m[0][0] = 1 - 2 * (y * y + z * z);
  m[0][1] = 2 * (x * y + z * w);
  m[0][2] = 2 * (x * z - y * w);
  m[1][0] = 2 * (x * y - z * w);
  m[1][1] = 1 - 2 * (x * x + z * z);
  m[1][2] = 2 * (y * z + x * w);
  m[2][0] = 2 * (x * z + y * w);
  m[2][1] = 2 * (y * z - x * w);
  m[2][2] = 1 - 2 * (x * x + y * y);
  return m;
}

bool IsAffine(const Matrix4d& m) {
  return m[0][3] == 0 && m[1][3] == 0 && m[2][3] == 0 && m[3][3] == 1;
}

Matrix4d MultiplyAffine(const Matrix4d& a, const Matrix4d& b) {
  if (!IsAffine(a) || !IsAffine(b)) return a * b;
  Matrix4d m;
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 3; ++j)
      m[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j] + (i == 3 ? b[3][j] : 0.0);
  m[3][3] = 1;
  return m;
}

std::optional<Matrix4d> GetTransformInverse(const Matrix4d& m) {
  if (!IsAffine(m)) return GetInverse(m);
  const double determinant = GetDeterminant3(m);
  if (determinant == 0 || !std::isfinite(determinant)) return std::nullopt;
  Matrix4d out = Matrix4d::Identity();
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) {
      const size_t a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
      out[i][j] = (m[a][c] * m[b][d] - m[a][d] * m[b][c]) / determinant;
    }
  for (size_t j = 0; j < 3; ++j)
    out[3][j] = -(m[3][0] * out[0][j] + m[3][1] * out[1][j] + m[3][2] * out[2][j]);
  return out;
}

Vec3d TransformPoint(const Vec3d& point, const Matrix4d& m) {
  Vec3d moved;
  for (size_t j = 0; j < 3; ++j)
    moved[j] = point[0] * m[0][j] + point[1] * m[1][j] + point[2] * m[2][j] + m[3][j];
  const double w = point[0] * m[0][3] + point[1] * m[1][3] + point[2] * m[2][3] + m[3][3];
  return w == 1 || w == 0 ? moved : moved * (1 / w);
}

Vec3d TransformDirection(const Vec3d& vector, const Matrix4d& m) {
  Vec3d turned;
  for (size_t j = 0; j < 3; ++j) turned[j] = vector[0] * m[0][j] + vector[1] * m[1][j] + vector[2] * m[2][j];
  return turned;
}

double GetDeterminant3(const Matrix4d& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

}  // namespace strata
