#include "strata/domain/back_plate.h"

#include "strata/domain/camera.h"

namespace strata::domain {

Token BackPlate::MakeName(std::string_view property) const {
  return Token("backPlate:" + name_.GetString() + std::string(property));
}

Vec2f BackPlate::ComputeSeenSize(stage::Time time) const {
  const Camera camera = Camera::FromPrim(camera_, time);
  const bool is_flat = camera.projection == Projection::kOrthographic;
  const auto seen = [&](double aperture) {
    return static_cast<float>(is_flat ? aperture : camera.focus_distance * aperture / camera.focal_length);
  };
  return {seen(camera.horizontal_aperture), seen(camera.vertical_aperture)};
}

Vec2f BackPlate::ComputeEffectiveDimensions(stage::Time time) const {
  const Vec2f seen = ComputeSeenSize(time);
  const Vec2f scale = camera_.GetAttribute(GetScaleName()).Get(time).GetOr(Vec2f{1, 1});
  return {seen[0] * scale[0], seen[1] * scale[1]};
}

Vec2f BackPlate::ComputeScaleForSize(Vec2f size, stage::Time time) const {
  const Vec2f seen = ComputeSeenSize(time);
  return {size[0] / seen[0], size[1] / seen[1]};
}

Vec3f BackPlate::GetCameraPosition(stage::Time time) const {
  const Matrix4d transform = Camera::FromPrim(camera_, time).transform;
  return {static_cast<float>(transform[3][0]), static_cast<float>(transform[3][1]),
          static_cast<float>(transform[3][2])};
}

Vec3f BackPlate::GetFocusPoint(stage::Time time) const {
  return {0, 0, static_cast<float>(Camera::FromPrim(camera_, time).focus_distance)};
}

Vec3f BackPlate::GetCameraSpacePosition(stage::Time time) const {
  return camera_.GetAttribute(GetTranslateName()).Get(time).GetOr(Vec3f{0, 0, 0}) + GetFocusPoint(time);
}

Vec3f BackPlate::GetWorldSpacePosition(stage::Time time) const {
  return GetCameraSpacePosition(time) + GetCameraPosition(time);
}

Vec3f BackPlate::ComputeTranslateForCameraSpace(Vec3f position, stage::Time time) const {
  return position - GetFocusPoint(time);
}

Vec3f BackPlate::ComputeTranslateForWorldSpace(Vec3f position, stage::Time time) const {
  return ComputeTranslateForCameraSpace(position - GetCameraPosition(time), time);
}

}  // namespace strata::domain
