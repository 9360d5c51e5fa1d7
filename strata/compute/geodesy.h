// Places on the Earth: geodetic and geocentric coordinates of the WGS84 ellipsoid, and the frames that stand
// level on it.
//
// Angles are degrees, lengths metres. Geodetic triples are latitude, longitude, height above the ellipsoid.
#pragma once

#include "strata/math/matrix.h"
#include "strata/math/vec.h"

namespace strata::compute {

struct Geodetic {
  double latitude = 0, longitude = 0, height = 0;
  friend bool operator==(const Geodetic&, const Geodetic&) = default;
};
// Finite, and the latitude between the poles; both poles included.
bool IsUsable(const Geodetic& place);

// World Geodetic System 1984: half the equator's diameter and the flattening, by definition.
struct Wgs84 {
  static constexpr double kSemiMajorAxis = 6378137.0;
  static constexpr double kFlattening = 1 / 298.257223563;
  static constexpr double kEccentricitySquared = kFlattening * (2 - kFlattening);
};

// Earth-centred, Earth-fixed: X towards (0, 0), Z towards the north pole. Each number is within one step of
// what it should be, where long double is longer than double; else within some.
Vec3d ToEcef(const Geodetic& place);
// The place of the surface that is nearest, and how far above it the point is, which is finite: of all
// points, deep inside of the Earth too. Longitude in (-180, 180]. Where two places are equally near, that is
// in the equator's plane within 43 km of the centre, the northern one; at the axis longitude 0.
Geodetic FromEcef(const Vec3d& point);
// East, north and up at a place, as rows, in geocentric axes.
Matrix3d MakeTangentBasis(double latitude, double longitude);

// Where places are as seen from one of them, in metres along its east, north and up.
//
// Differences of angles are taken before they become sines, so that the error is a fraction of the distance
// and not of the Earth's radius.
class TangentFrame {
 public:
  TangentFrame() : TangentFrame(Geodetic{}) {}
  explicit TangentFrame(const Geodetic& origin);
  const Geodetic& GetOrigin() const { return origin_; }
  Vec3d ToEastNorthUp(const Geodetic& place) const;
  // The axes of the tangent frame at another place, in those of this one: rows.
  Matrix3d MakeRotationTo(const Geodetic& place) const;
  friend bool operator==(const TangentFrame& a, const TangentFrame& b) { return a.origin_ == b.origin_; }

 private:
  Geodetic origin_;
  double sin_ = 0, cos_ = 1;      // of the latitude
  double root_ = 1, normal_ = 0;  // sqrt(1 - e² sin²), and the radius of curvature across the meridian
};

}  // namespace strata::compute
