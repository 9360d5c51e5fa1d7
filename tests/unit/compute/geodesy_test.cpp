// Places on the Earth against an evaluation in 40 digits, and points wherever they are against themselves.
#include "strata/compute/geodesy.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "strata/compute/crs.h"

namespace strata::compute {

namespace {

// How far apart the doubles are there.
double StepAt(double number) {
  const double size = std::abs(number);
  return std::nextafter(size, std::numeric_limits<double>::infinity()) - size;
}

struct Row {
  int epsg = 0;
  Vec3d given;
  std::vector<long double> made;
};
std::vector<Row> ReadRows() {
  std::ifstream file(STRATA_SOURCE_DIR "/tests/unit/compute/geodesy_rows.txt");
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    Row row;
    words >> row.epsg >> row.given[0] >> row.given[1] >> row.given[2];
    for (std::string digits; words >> digits;) row.made.push_back(std::stold(digits));
    REQUIRE(row.made.size() == 3);
    rows.push_back(std::move(row));
  }
  return rows;
}

double Miss(long double expected, double found) {
  return static_cast<double>(std::abs(found - expected));
}
double CountSteps(long double expected, double found) {
  return Miss(expected, found) / StepAt(static_cast<double>(expected));
}

}  // namespace

TEST_CASE("G15: known systems are right to the last digit, beside 40 digits of what defines them") {
  // Where no number is longer than double, what is computed on the way is rounded as well.
  constexpr bool kHasLonger = std::numeric_limits<long double>::digits > std::numeric_limits<double>::digits;
  constexpr double kSteps = kHasLonger ? 0.51 : 40;
  constexpr double kMetresPerDegree = 111'320;
  double nearest_metre = 0;
  size_t count = 0, utm = 0;
  for (const Row& row : ReadRows()) {
    CAPTURE(row.epsg);
    CAPTURE(row.given[0]);
    CAPTURE(row.given[1]);
    CAPTURE(row.given[2]);
    ++count;
    utm += row.epsg > 32600;
    if (row.epsg == 0) {
      const Vec3d point = ToEcef({row.given[0], row.given[1], row.given[2]});
      for (size_t i = 0; i < 3; ++i) CHECK(CountSteps(row.made[i], point[i]) <= kSteps);
      continue;
    }
    const auto place = MakeKnownConverter(row.epsg)->Convert(row.given);
    REQUIRE(place);
    CHECK(CountSteps(row.made[0], place->latitude) <= kSteps);
    CHECK(CountSteps(row.made[1], place->longitude) <= kSteps);
    // What half a step is, in metres: of longitudes beyond 128 degrees at the equator 1.6 nanometres.
    const double across = std::cos(place->latitude * 3.14159265358979 / 180);
    nearest_metre = std::max({nearest_metre, Miss(row.made[0], place->latitude) * kMetresPerDegree,
                              Miss(row.made[1], place->longitude) * kMetresPerDegree * across});
    // Heights are what is left of numbers of the Earth's size, and of the distance.
    const auto height = static_cast<double>(row.made[2]);
    CHECK(Miss(row.made[2], place->height) <= 1e-11 + kSteps * StepAt(kHasLonger ? height : height + 6.4e6));
  }
  CHECK(count == 422);
  CHECK(utm == 240);
  CHECK(nearest_metre < (kHasLonger ? 1.6e-9 : 1e-8));
}

TEST_CASE(
    "geocentric points are those of a place wherever they are, deep inside of the Earth and far outside") {
  std::mt19937_64 random(4);
  const auto number = [&](double least, double most) {
    return std::uniform_real_distribution<double>(least, most)(random);
  };
  const double polar = 6'378'137 * (1 - 1 / 298.257223563);
  std::vector<Vec3d> points = {
      {0, 0, 0},        {1e-300, 0, 0},     {0, 0, 1e-300},        {0, -1e-9, 1e-12},   {0, 0, -polar},
      {42697.6, 0, 0},  {42697.7, 0, 1e-9}, {0, 42697.672, 1e-6},  {100, 0, 0},         {6378137, 0, 0},
      {-6378137, 0, 0}, {0, 0, 1e9},        {-0.987, 0.13, -0.99}, {1e15, 1e15, 1e-15}, {4e7, 1e6, -3e7}};
  for (int i = 0; i < 4000; ++i) {
    const double size = std::pow(10, number(-3, 12));
    points.push_back({number(-size, size), number(-size, size), number(-size, size)});
  }
  // Within 43 km of the centre, where the ellipse's circles of curvature meet.
  for (int i = 0; i < 4000; ++i)
    points.push_back({number(-43e3, 43e3), i % 3 ? number(-43e3, 43e3) : 0,
                      number(-43e3, 43e3) * std::pow(10, number(-12, 0))});
  for (const Vec3d& point : points) {
    CAPTURE(point[0]);
    CAPTURE(point[1]);
    CAPTURE(point[2]);
    const Geodetic place = FromEcef(point);
    REQUIRE(IsUsable(place));
    const Vec3d back = ToEcef(place);
    const double far = std::hypot(point[0], point[1], point[2]);
    // Degrees have so many digits; they are turned about the Earth's radius, or about what is farther.
    CHECK(std::hypot(back[0] - point[0], back[1] - point[1], back[2] - point[2]) <=
          6e-16 * std::max(6.4e6, far));
    // No place of its meridian is nearer; of what is in the equator's plane the northern one is meant.
    const double reach = std::abs(place.height);
    for (double latitude = -90; latitude <= 90; latitude += 1.5) {
      const Vec3d there = ToEcef({latitude, place.longitude, 0});
      CHECK(std::hypot(there[0] - point[0], there[1] - point[1], there[2] - point[2]) >=
            reach * (1 - 1e-15) - 1e-8);
    }
    if (point[2] == 0) CHECK(place.latitude >= 0);
  }
  CHECK(FromEcef({0, 0, 0}) == Geodetic{90, 0, -polar});
  CHECK(FromEcef({0, 0, -1e9}).latitude == -90);
  for (const double size : {1e100, 1e300, std::numeric_limits<double>::max() / 2})
    CHECK(FromEcef({size, 0, size}).latitude == doctest::Approx(45));
}

}  // namespace strata::compute
