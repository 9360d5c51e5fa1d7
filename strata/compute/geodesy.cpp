#include "strata/compute/geodesy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace strata::compute {

namespace {

constexpr double kA = Wgs84::kSemiMajorAxis;
constexpr double kE2 = Wgs84::kEccentricitySquared;

// Geocentric coordinates are of the Earth's size, and degrees have as many digits: what leads from one to the
// other is made in longer numbers, where the machine has them, and rounded once.
using Long = long double;
constexpr Long kLongDegrees = 180 / std::numbers::pi_v<Long>;
constexpr Long kLongA = 6378137, kLongF = 1 / 298.257223563L, kLongB = kLongA * (1 - kLongF);
constexpr Long kLongE2 = kLongF * (2 - kLongF);

template <class Number>
struct SinCosOf {
  Number sin, cos;
};
using SinCos = SinCosOf<double>;
using LongSinCos = SinCosOf<Long>;

// Exact at quarter turns, so that poles and the antimeridian fall where they should.
template <class Number>
SinCosOf<Number> OfDegrees(Number degrees) {
  constexpr Number kToRadians = std::numbers::pi_v<Number> / 180;
  // What follows gives the same here, and takes twice as long to find that there is nothing to take away.
  if (std::abs(degrees) < 45) return {std::sin(degrees * kToRadians), std::cos(degrees * kToRadians)};
  const Number turned = std::remainder(degrees, Number{360});
  const Number quarters = std::round(turned / 90);
  const Number rest = (turned - quarters * 90) * kToRadians;
  const Number s = std::sin(rest), c = std::cos(rest);
  switch ((static_cast<int>(quarters) + 4) % 4) {
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    case 3:
      return {-c, s};
    default:
      return {s, c};
  }
}

}  // namespace

bool IsUsable(const Geodetic& place) {
  return std::isfinite(place.latitude) && std::isfinite(place.longitude) && std::isfinite(place.height) &&
         std::abs(place.latitude) <= 90;
}

Vec3d ToEcef(const Geodetic& place) {
  const LongSinCos latitude = OfDegrees(Long{place.latitude}), longitude = OfDegrees(Long{place.longitude});
  const Long height = place.height;
  const Long normal = kLongA / std::sqrt(1 - kLongE2 * latitude.sin * latitude.sin);
  const Long across = (normal + height) * latitude.cos;
  return {static_cast<double>(across * longitude.cos), static_cast<double>(across * longitude.sin),
          static_cast<double>((normal * (1 - kLongE2) + height) * latitude.sin)};
}

// The nearest point of the ellipse (its half axes a and b) is the given one divided by 1 + t / a² and
// 1 + t / b², for the largest t that leads to the ellipse; here u = 1 + t / b², in halves of the polar axis.
// One over the distance from the centre is nearly a straight line in u, and bent so that Newton's method
// comes to the root from below.
Geodetic FromEcef(const Vec3d& point) {
  const Long across = std::hypot(Long{point[0]}, Long{point[1]}), z = point[2];
  const Long n = kLongA / kLongB * (across / kLongB), m = std::abs(z) / kLongB;
  constexpr Long d = kLongE2 / (1 - kLongE2);  // a² / b² - 1
  const Long longitude = across == 0 ? 0 : std::atan2(Long{point[1]}, Long{point[0]});
  const auto make = [&](Long sine, Long cosine, Long height) {
    return Geodetic{static_cast<double>(std::atan2(sine, cosine) * kLongDegrees),
                    static_cast<double>(longitude * kLongDegrees), static_cast<double>(height)};
  };
  if (m == 0 && n < d) {
    // In the equator's plane, nearer to the centre than any circle that fits the ellipse: two places are
    // equally near, and the northern one is meant.
    const Long x = n / d, sine = std::sqrt((1 - x) * (1 + x)) * kLongA, cosine = x * kLongB;
    const Long size = std::hypot(sine, cosine);
    const Long normal = kLongA / std::sqrt(1 - kLongE2 * (sine / size) * (sine / size));
    return make(sine, cosine, -normal * (1 - kLongE2));
  }
  Long u = std::max(m, n - d);
  for (int i = 0; i < 100; ++i) {
    const Long x = n / (u + d), y = m / u;  // the first is the point's distance from the axis, by a
    const Long size = std::hypot(x, y);
    const Long more = (size - 1) * size * size / (x * x / (u + d) + y * y / u);
    if (!(more > u * std::numeric_limits<Long>::epsilon())) break;
    u += more;
  }
  const Long cosine = across / (u + d), sine = z / u;
  return make(sine, cosine, (u - 1) * std::hypot(cosine, sine));
}

Matrix3d MakeTangentBasis(double latitude_degrees, double longitude_degrees) {
  const SinCos latitude = OfDegrees(latitude_degrees), longitude = OfDegrees(longitude_degrees);
  Matrix3d m;
  const double rows[3][3] = {{-longitude.sin, longitude.cos, 0},
                             {-latitude.sin * longitude.cos, -latitude.sin * longitude.sin, latitude.cos},
                             {latitude.cos * longitude.cos, latitude.cos * longitude.sin, latitude.sin}};
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) m[i][j] = rows[i][j];
  return m;
}

TangentFrame::TangentFrame(const Geodetic& origin) : origin_(origin) {
  const SinCos latitude = OfDegrees(origin.latitude);
  sin_ = latitude.sin;
  cos_ = latitude.cos;
  root_ = std::sqrt(1 - kE2 * sin_ * sin_);
  normal_ = kA / root_;
}

Vec3d TangentFrame::ToEastNorthUp(const Geodetic& place) const {
  const SinCos half = OfDegrees((place.latitude - origin_.latitude) / 2);
  const SinCos half_longitude = OfDegrees((place.longitude - origin_.longitude) / 2);
  const double mean_sin = sin_ * half.cos + cos_ * half.sin;  // of the latitude halfway
  const double mean_cos = cos_ * half.cos - sin_ * half.sin;
  const double more_sin = 2 * mean_cos * half.sin;   // sine here less sine at the origin
  const double more_cos = -2 * mean_sin * half.sin;  // and cosines
  const double sin = sin_ + more_sin, cos = cos_ + more_cos;
  const double root = std::sqrt(1 - kE2 * sin * sin);
  const double normal = kA / root;
  const double more_normal = kA * kE2 * more_sin * (sin + sin_) / (root * root_ * (root + root_));
  const double more_height = place.height - origin_.height;

  const double across = (normal + place.height) * cos;  // from the axis
  const double more_across =
      more_normal * cos + normal_ * more_cos + more_height * cos + origin_.height * more_cos;
  // In the plane of the origin's meridian, away from the axis.
  const double outward = more_across - 2 * across * half_longitude.sin * half_longitude.sin;
  const double along =
      (1 - kE2) * (more_normal * sin + normal_ * more_sin) + more_height * sin + origin_.height * more_sin;
  return {across * 2 * half_longitude.sin * half_longitude.cos, cos_ * along - sin_ * outward,
          cos_ * outward + sin_ * along};
}

Matrix3d TangentFrame::MakeRotationTo(const Geodetic& place) const {
  // Both turned about the axis until the origin's meridian is the first.
  return MakeTangentBasis(place.latitude, place.longitude - origin_.longitude) *
         GetTranspose(MakeTangentBasis(origin_.latitude, 0));
}

}  // namespace strata::compute
