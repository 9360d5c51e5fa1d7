// What a camera sees: its lens, film and place, and the frustum they make.   (UsdGeomCamera, GfCamera,
// GfFrustum)
#pragma once

#include <vector>

#include "strata/math/matrix.h"
#include "strata/math/vec.h"
#include "strata/stage/stage.h"

namespace strata::domain {

enum class Projection : uint8_t { kPerspective, kOrthographic };

// The part of space that is seen, from a camera at the origin that looks down -Z with Y up.
struct Frustum {
  Matrix4d transform = Matrix4d::Identity();   // from the camera's space to the world
  Vec2d window_min{-1, -1}, window_max{1, 1};  // in the plane one unit ahead; of orthographic ones anywhere
  double near = 1, far = 10;
  Projection projection = Projection::kPerspective;

  Matrix4d ComputeViewMatrix()
      const;  // from the world to the camera's space; the identity where there is none
  Matrix4d ComputeProjectionMatrix() const;  // to the cube from -1 to 1
  // Near left bottom, right bottom, left top, right top, then far; in the world.
  std::vector<Vec3d> ComputeCorners() const;
};

// Apertures, their offsets and the focal length are in tenths of a scene unit: millimetres where a unit is a
// centimetre. Distances are in scene units.
struct Camera {
  Matrix4d transform = Matrix4d::Identity();  // from the camera's space to the world
  Projection projection = Projection::kPerspective;
  double horizontal_aperture = 20.955, vertical_aperture = 15.2908;
  double horizontal_aperture_offset = 0, vertical_aperture_offset = 0;
  double focal_length = 50;
  Vec2d clipping_range{1, 1000000};
  std::vector<Vec4f> clipping_planes;
  double f_stop = 0, focus_distance = 0;

  // Of a prim of type Camera; what is missing, or of a wrong type, is as in the schema.
  static Camera FromPrim(const stage::Prim& prim, stage::Time time = stage::Time::Default());
  double GetAspectRatio() const;            // 0 without a vertical aperture
  double GetHorizontalFieldOfView() const;  // degrees
  double GetVerticalFieldOfView() const;
  Frustum GetFrustum() const;
};

}  // namespace strata::domain
