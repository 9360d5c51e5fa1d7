#include "strata/math/decompose.h"

#include <algorithm>
#include <cmath>

#include "strata/math/transform.h"

namespace strata {

namespace {

Vec3d Row(const Matrix3d& m, size_t i) {
  return {{m[i][0], m[i][1], m[i][2]}};
}
double DotProduct(const Vec3d& a, const Vec3d& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
Vec3d CrossProduct(const Vec3d& a, const Vec3d& b) {
  return {{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]}};
}
Vec3d Unit(const Vec3d& v) {
  const double length = std::sqrt(DotProduct(v, v));
  return v * (1.0 / std::max(length, 1e-10));
}

}  // namespace

Quatd ExtractRotation(const Matrix3d& m) {
  // The largest of the four squares decides which component the others are divided by.
  const double trace = m[0][0] + m[1][1] + m[2][2];
  size_t i = 0;
  if (m[1][1] > m[0][0]) i = 1;
  if (m[2][2] > m[i][i]) i = 2;
  Quatd out;
  if (trace > m[i][i]) {
    out.real = 0.5 * std::sqrt(trace + 1);
    const double by = 4 * out.real;
    out.imaginary = {{(m[1][2] - m[2][1]) / by, (m[2][0] - m[0][2]) / by, (m[0][1] - m[1][0]) / by}};
  } else {
    const size_t j = (i + 1) % 3, k = (i + 2) % 3;
    const double component = 0.5 * std::sqrt(m[i][i] - m[j][j] - m[k][k] + 1);
    const double by = 4 * component;
    out.imaginary[i] = component;
    out.imaginary[j] = (m[i][j] + m[j][i]) / by;
    out.imaginary[k] = (m[k][i] + m[i][k]) / by;
    out.real = (m[j][k] - m[k][j]) / by;
  }
  out.real = std::clamp(out.real, -1.0, 1.0);
  return out;
}

bool OrthogonalizeBasis(Vec3d (&vectors)[3], BasisLengths lengths, double tolerance) {
  constexpr int kMostRounds = 20;
  const bool to_one = lengths == BasisLengths::kOne;
  Vec3d v[3];
  for (size_t i = 0; i < 3; ++i) v[i] = to_one ? Unit(vectors[i]) : vectors[i];
  for (size_t i = 0; i < 3; ++i) {
    const Vec3d cross = CrossProduct(v[i], v[(i + 1) % 3]);
    if (!(std::sqrt(DotProduct(cross, cross)) >= tolerance)) return false;
  }
  bool settled = false;
  for (int round = 0; round < kMostRounds && !settled; ++round) {
    Vec3d turned[3];
    double moved = 0;
    for (size_t i = 0; i < 3; ++i) {
      Vec3d across = v[i];
      for (size_t j = 0; j < 3; ++j)
        if (j != i) across = across - v[j] * (DotProduct(v[j], across) / DotProduct(v[j], v[j]));
      turned[i] = (v[i] + across) * 0.5;
      if (to_one) turned[i] = Unit(turned[i]);
      const Vec3d step = turned[i] - v[i];
      moved += DotProduct(step, step);
    }
    std::copy(turned, turned + 3, v);
    settled = moved < tolerance;
  }
  std::copy(v, v + 3, vectors);
  return settled;
}

Orthonormalized GetOrthonormalized(const Matrix3d& m) {
  Vec3d rows[3] = {Unit(Row(m, 0)), Unit(Row(m, 1)), Unit(Row(m, 2))};
  Orthonormalized out;
  out.settled = OrthogonalizeBasis(rows, BasisLengths::kOne);
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) out.matrix[i][j] = rows[i][j];
  return out;
}

Matrix4d MakeLookAt(const Vec3d& eye, const Vec3d& center, const Vec3d& up) {
  const Vec3d view = Unit(center - eye);
  const Vec3d right = Unit(CrossProduct(view, up));
  const Vec3d upwards = CrossProduct(right, view);
  Matrix4d turn = Matrix4d::Identity();
  for (size_t i = 0; i < 3; ++i) {
    turn[i][0] = right[i];
    turn[i][1] = upwards[i];
    turn[i][2] = -view[i];
  }
  return MakeTranslation(eye * -1.0) * turn;
}

}  // namespace strata
