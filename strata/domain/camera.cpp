#include "strata/domain/camera.h"

#include <cmath>
#include <numbers>

#include "strata/domain/xformable.h"
#include "strata/math/transform.h"

namespace strata::domain {

namespace {

constexpr double kApertureUnit = 0.1, kFocalLengthUnit = 0.1;

double FindFieldOfView(double aperture, double focal_length) {
  return 2 * std::atan(aperture * kApertureUnit / (2 * focal_length * kFocalLengthUnit)) * 180 /
         std::numbers::pi;
}

}  // namespace

Matrix4d Frustum::ComputeViewMatrix() const {
  return GetTransformInverse(transform).value_or(Matrix4d::Identity());
}

Matrix4d Frustum::ComputeProjectionMatrix() const {
  Matrix4d m;
  const double left = window_min[0], right = window_max[0], bottom = window_min[1], top = window_max[1];
  const double width = right - left, height = top - bottom, depth = far - near;
  if (projection == Projection::kOrthographic) {
    m[0][0] = 2 / width;
    m[1][1] = 2 / height;
    m[2][2] = -2 / depth;
    m[3][0] = -(right + left) / width;
    m[3][1] = -(top + bottom) / height;
    m[3][2] = -(far + near) / depth;
    m[3][3] = 1;
    return m;
  }
  m[0][0] = 2 / width;
  m[1][1] = 2 / height;
  m[2][0] = (right + left) / width;
  m[2][1] = (top + bottom) / height;
  m[2][2] = -(far + near) / depth;
  m[2][3] = -1;
  m[3][2] = -2 * near * far / depth;
  return m;
}

std::vector<Vec3d> Frustum::ComputeCorners() const {
  std::vector<Vec3d> corners;
  for (double distance : {near, far}) {
    const double scale = projection == Projection::kPerspective ? distance : 1;
    for (double y : {window_min[1], window_max[1]})
      for (double x : {window_min[0], window_max[0]})
        corners.push_back(TransformPoint(Vec3d{x * scale, y * scale, -distance}, transform));
  }
  return corners;
}

Camera Camera::FromPrim(const stage::Prim& prim, stage::Time time) {
  Camera camera;
  camera.transform = Xformable(prim).ComputeLocalToWorldTransform(time);
  const auto number = [&](const char* name, double& to) {
    const Value value = CastValue(prim.GetAttribute(Token(name)).Get(time), ValueType::kDouble);
    to = value.GetOr(to);
  };
  if (prim.GetAttribute(Token("projection")).Get(time).GetOr(Token()) == "orthographic")
    camera.projection = Projection::kOrthographic;
  number("horizontalAperture", camera.horizontal_aperture);
  number("verticalAperture", camera.vertical_aperture);
  number("horizontalApertureOffset", camera.horizontal_aperture_offset);
  number("verticalApertureOffset", camera.vertical_aperture_offset);
  number("focalLength", camera.focal_length);
  number("fStop", camera.f_stop);
  number("focusDistance", camera.focus_distance);
  const Value range = CastValue(prim.GetAttribute(Token("clippingRange")).Get(time), ValueType::kVec2d);
  camera.clipping_range = range.GetOr(camera.clipping_range);
  const auto planes = prim.GetAttribute(Token("clippingPlanes")).Get(time).GetOr(Array<Vec4f>());
  camera.clipping_planes.assign(planes.begin(), planes.end());
  return camera;
}

double Camera::GetAspectRatio() const {
  return vertical_aperture == 0 ? 0 : horizontal_aperture / vertical_aperture;
}
double Camera::GetHorizontalFieldOfView() const {
  return FindFieldOfView(horizontal_aperture, focal_length);
}
double Camera::GetVerticalFieldOfView() const {
  return FindFieldOfView(vertical_aperture, focal_length);
}

Frustum Camera::GetFrustum() const {
  Frustum frustum;
  frustum.transform = transform;
  frustum.projection = projection;
  frustum.near = clipping_range[0];
  frustum.far = clipping_range[1];
  Vec2d half{horizontal_aperture / 2 * kApertureUnit, vertical_aperture / 2 * kApertureUnit};
  Vec2d middle{horizontal_aperture_offset * kApertureUnit, vertical_aperture_offset * kApertureUnit};
  // Of a perspective camera the window is one unit ahead.
  if (projection == Projection::kPerspective && focal_length != 0) {
    for (size_t i = 0; i < 2; ++i) {
      half[i] /= focal_length * kFocalLengthUnit;
      middle[i] /= focal_length * kFocalLengthUnit;
    }
  }
  frustum.window_min = {middle[0] - half[0], middle[1] - half[1]};
  frustum.window_max = {middle[0] + half[0], middle[1] + half[1]};
  return frustum;
}

}  // namespace strata::domain
