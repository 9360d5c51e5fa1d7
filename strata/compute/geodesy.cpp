#include "strata/compute/geodesy.h"

#include <cmath>
#include <numbers>

namespace strata::compute {

namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kA = Wgs84::kSemiMajorAxis;
constexpr double kE2 = Wgs84::kEccentricitySquared;

struct SinCos {
  double sin, cos;
};

// Exact at quarter turns, so that poles and the antimeridian fall where they should.
SinCos OfDegrees(double degrees) {
  const double turned = std::remainder(degrees, 360);
  const double quarters = std::round(turned / 90);
  const double rest = (turned - quarters * 90) * kRadians;
  const double s = std::sin(rest), c = std::cos(rest);
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
  const SinCos latitude = OfDegrees(place.latitude), longitude = OfDegrees(place.longitude);
  const double normal = kA / std::sqrt(1 - kE2 * latitude.sin * latitude.sin);
  const double across = (normal + place.height) * latitude.cos;
  return {across * longitude.cos, across * longitude.sin, (normal * (1 - kE2) + place.height) * latitude.sin};
}

// Newton's method on the tangent of the reduced latitude; quadratic, from a start that is right at the
// surface.
Geodetic FromEcef(const Vec3d& point) {
  const double across = std::hypot(point[0], point[1]), z = point[2];
  const double b = kA * (1 - Wgs84::kFlattening);
  if (across == 0) return {z < 0 ? -90.0 : 90.0, 0, std::abs(z) - b};
  double t = z / ((1 - Wgs84::kFlattening) * across);  // of the reduced latitude
  for (int i = 0; i < 8; ++i) {
    const double c = 1 / std::sqrt(1 + t * t), s = t * c;
    const double next =
        (z + kE2 / (1 - kE2) * b * s * s * s) / (across - kE2 * kA * c * c * c) * (1 - Wgs84::kFlattening);
    if (std::abs(next - t) <= 1e-16 * std::abs(t)) break;
    t = next;
  }
  const double latitude = std::atan2(t, 1 - Wgs84::kFlattening);
  const double s = std::sin(latitude), c = std::cos(latitude);
  const double normal = kA / std::sqrt(1 - kE2 * s * s);
  const double height = across * c + z * s - normal * (1 - kE2 * s * s);
  return {latitude / kRadians, std::atan2(point[1], point[0]) / kRadians, height};
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
