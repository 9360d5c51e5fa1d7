#include "strata/math/decompose.h"

#include <doctest/doctest.h>

#include <cmath>

#include "strata/math/transform.h"

using namespace strata;

namespace {

Matrix3d Upper(const Matrix4d& m) {
  Matrix3d out;
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) out[i][j] = m[i][j];
  return out;
}

bool Near(const Matrix3d& a, const double (&b)[3][3]) {
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j)
      if (std::fabs(a[i][j] - b[i][j]) > 1e-12) return false;
  return true;
}

}  // namespace

TEST_CASE("the rotation of a matrix turns as the matrix does, about every axis and by every angle") {
  for (int axis = 0; axis < 3; ++axis)
    for (double degrees = -170; degrees <= 180; degrees += 35) {
      const Matrix4d matrix = MakeRotation(axis, degrees);
      const Quatd quat = ExtractRotation(Upper(matrix));
      const Matrix4d again = MakeRotation(quat);
      for (size_t i = 0; i < 3; ++i)
        for (size_t j = 0; j < 3; ++j) CHECK(again[i][j] == doctest::Approx(matrix[i][j]).epsilon(1e-12));
    }
}

TEST_CASE("the nearest frame of right angles is the one that usd-core finds") {
  Matrix3d m;
  const double rows[3][3] = {{1, 2, 0}, {0, 1, 0}, {3, 0, 1}};
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) m[i][j] = rows[i][j];
  const Orthonormalized found = GetOrthonormalized(m);
  CHECK(found.settled);
  // Gf.Matrix4d(1,2,0,0, 0,1,0,0, 3,0,1,0, 1,2,3,1).GetOrthonormalized()
  const double expected[3][3] = {{0.4746534421944092, 0.5715033616631177, -0.6693937685852434},
                                 {-0.2440067457017829, 0.8161566300542155, 0.523783412557683},
                                 {0.8456742303206842, -0.08527880331452159, 0.5268421223447887}};
  CHECK(Near(found.matrix, expected));
}

TEST_CASE("rows that are parallel have no frame near them") {
  Matrix3d m = Matrix3d::Identity();
  m[1][0] = 1;
  m[1][1] = 0;
  CHECK_FALSE(GetOrthonormalized(m).settled);
}

TEST_CASE("a viewer looks along -Z") {
  const Matrix4d to_view = MakeLookAt(Vec3d{{1, 2, 3}}, Vec3d{}, Vec3d{{0, 1, 0}});
  const Vec3d center = TransformPoint(Vec3d{}, to_view);
  CHECK(center[0] == doctest::Approx(0));
  CHECK(center[1] == doctest::Approx(0));
  CHECK(center[2] == doctest::Approx(-std::sqrt(14.0)));
  const Vec3d eye = TransformPoint(Vec3d{{1, 2, 3}}, to_view);
  for (size_t i = 0; i < 3; ++i) CHECK(eye[i] == doctest::Approx(0));
}
