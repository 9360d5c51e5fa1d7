// Prims that stand where they are on the Earth: their places of latitude, longitude and height become
// transforms in the frame of a prim above that says where it is.
//
// Read are the WGS84 schemas of Omniverse under all their names, and Cesium's georeference and globe anchors.
// A prim with a place stands in the nearest frame at or above it, whatever transforms lie between; its own
// rotation, scale and shear stay as they are, its translation is replaced. A place without a frame changes
// nothing and is told of.
#pragma once

#include "strata/compute/computation.h"
#include "strata/compute/geodesy.h"

namespace strata::compute {

inline constexpr DiagnosticCode kGeoUnrooted{"compute.geo-unrooted", Severity::kWarning,
                                             "A place on the Earth has no frame to stand in."};
inline constexpr DiagnosticCode kGeoPlaceUnusable{"compute.geo-place-unusable", Severity::kError,
                                                  "A place on the Earth cannot be."};
inline constexpr DiagnosticCode kGeoFrameUnusable{"compute.geo-frame-unusable", Severity::kError,
                                                  "A frame on the Earth cannot be."};

enum class TangentPlane : uint8_t {
  kEnu,   // east, north, up
  kNed,   // north, east, down
  kEcef,  // geocentric axes, from the Earth's centre: the reference position is not looked at
};

// What a prim with a reference position gives those below it. In the space of the prim, in its units.
struct GeoFrame {
  TangentFrame tangent;
  TangentPlane plane = TangentPlane::kEnu;
  Matrix3d to_prim = Matrix3d::Identity();  // of east, north and up; of geocentric axes with kEcef
  double units_per_meter = 1;
  bool orients = false;                   // prims to the tangent frames of their own places
  Matrix4d world = Matrix4d::Identity();  // of the prim
  friend bool operator==(const GeoFrame&, const GeoFrame&) = default;

  Vec3d Place(const Geodetic& place) const;
  Matrix4d Orient(const Geodetic& place) const;
  // From the space of the prim to that of a tangent frame at another place, with the axes and units of this
  // one: what is far away and near that place has small numbers there, as renderers of single precision need
  // them. With kEcef its axes are east, north and up, as the prim has them.
  Matrix4d Rebase(const Geodetic& place) const;
};

// Whether a prim has a schema of places or of anchors.
bool IsGeoPlace(const stage::Prim& prim);
// The prim at or above a place that says a reference position, and which; invalid where none does.
stage::Prim FindGeoReference(const stage::Prim& place);
// "geo:reference": what that says, to be told of it. Published for places as `targetFrameApi`, and
// "geo:reference-position", the same, as `referencePositionApi`.
Token GetGeoReferenceOutput();
Token GetGeoReferenceOutputByOtherName();

// Of the prims with a reference position: what the stage says that their frames depend on, published in both
// containers of frames.
struct GeoStageOutput {
  Token output, container, name;  // "geo:targetFrameApi:stageUpAxis", `targetFrameApi`, `stageUpAxis`
};
const std::vector<GeoStageOutput>& GetGeoStageOutputs();

// Adds "geo:origin" and "geo:frame" of prims with a reference position; and of prims with a place
// "geo:place", which modifies "xform", and "geo:reference".
Result<void> AddGeospatial(Registry& registry);

}  // namespace strata::compute
