// Halves, quaternions and matrices.
#include "strata/math/math.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

using namespace strata;

TEST_CASE("every half survives the way to float and back") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Half half = Half::FromBits(static_cast<uint16_t>(bits));
    const float value = half;
    const Half back(value);
    if (std::isnan(value))
      CHECK(std::isnan(static_cast<float>(back)));
    else
      CHECK(back.GetBits() == bits);
  }
}

TEST_CASE("a float between two halves goes to the nearer, and to the even one from the middle") {
  for (uint32_t bits = 0; bits < 0x7bff; ++bits) {
    const float low = Half::FromBits(static_cast<uint16_t>(bits));
    const float high = Half::FromBits(static_cast<uint16_t>(bits + 1));
    const float middle = low + (high - low) / 2;  // exact
    REQUIRE(Half(middle).GetBits() == (bits % 2 == 0 ? bits : bits + 1));
    REQUIRE(Half(std::nextafter(middle, low)).GetBits() == bits);
    REQUIRE(Half(std::nextafter(middle, high)).GetBits() == bits + 1);
    REQUIRE(Half(-middle).GetBits() == (Half(middle).GetBits() | 0x8000));
  }
}

TEST_CASE("floats beyond the range of halves become infinite, and NaN stays NaN") {
  CHECK(Half(65504.0f).GetBits() == 0x7bff);
  CHECK(Half(std::nextafter(65520.0f, 0.0f)).GetBits() == 0x7bff);
  CHECK(Half(65520.0f).GetBits() == 0x7c00);
  CHECK(Half(-1e30f).GetBits() == 0xfc00);
  CHECK(Half(std::numeric_limits<float>::infinity()).GetBits() == 0x7c00);
  CHECK(std::isnan(static_cast<float>(Half(std::numeric_limits<float>::quiet_NaN()))));
  CHECK(std::isnan(static_cast<float>(Half(std::bit_cast<float>(0x7f800001u)))));
  CHECK(Half(-0.0f).GetBits() == 0x8000);
  CHECK(Half(1e-10f).GetBits() == 0);
}

TEST_CASE("slerp meets its ends, takes the shorter arc, and answers where the arc is not unique") {
  const Quatd unit{{{0, 0, 0}}, 1};
  const Quatd quarter{{{1, 0, 0}}, 0};
  CHECK(Slerp(0, unit, quarter) == unit);
  const Quatd middle = Slerp(0.5, unit, quarter);
  CHECK(middle.real == doctest::Approx(std::sqrt(0.5)));
  CHECK(middle.imaginary[0] == doctest::Approx(std::sqrt(0.5)));
  CHECK(Slerp(0.5, unit, Quatd{{{0, 0, 0}}, -1}) == unit);
  CHECK(Slerp(0.5, Quatf{{{0, 0, 0}}, 1}, Quatf{{{1, 0, 0}}, 0}) ==
        Quatf{{{0.70710677f, 0, 0}}, 0.70710677f});
}

TEST_CASE("slerp of single precision rounds where usd-core does, to the last bit") {
  const Quatf a{{{-0.09179720282554626f, -0.10532635450363159f, 0.22462067008018494f}}, 0.9643781185150146f};
  const Quatf b{{{-0.22155320644378662f, -0.37626007199287415f, 0.19990462064743042f}}, 0.8771435022354126f};
  CHECK(Slerp(0.9030882837141124, a, b) ==
        Quatf{{{-0.20974108576774597f, -0.3512175381183624f, 0.20321598649024963f}}, 0.8895831108093262f});
}

TEST_CASE("a matrix times its inverse is the identity, and a singular one has none") {
  Matrix4d m;
  double next = 1;
  for (auto& row : m.data)
    for (double& element : row) element = std::fmod(next *= 7.3, 11);
  REQUIRE(GetInverse(m));
  const Matrix4d product = m * *GetInverse(m);
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 4; ++j) CHECK(product[i][j] == doctest::Approx(i == j ? 1 : 0).epsilon(1e-9));
  CHECK(GetDeterminant(GetTranspose(m)) == doctest::Approx(GetDeterminant(m)));
  CHECK_FALSE(GetInverse(Matrix4d()));
  CHECK(GetDeterminant(Matrix3d::Identity()) == 1);
  CHECK(*GetInverse(Matrix2d{{{2, 0}, {0, 4}}}) == Matrix2d{{{0.5, 0}, {0, 0.25}}});
}
