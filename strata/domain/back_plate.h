// Images behind what a camera sees: how large they are, and where.   (UsdGeomBackPlateAPI)
#pragma once

#include "strata/math/vec.h"
#include "strata/stage/stage.h"

namespace strata::domain {

// The back plate that is applied to a prim, a camera, under a name.
class BackPlate {
 public:
  BackPlate(stage::Prim camera, Token name) : camera_(std::move(camera)), name_(name) {}

  // Of the part that the camera sees at its focus distance, times the plate's scale: in the units of the
  // focus distance, of orthographic cameras in those of the aperture, as OpenUSD has it.
  Vec2f ComputeEffectiveDimensions(stage::Time time) const;
  // The scale with which the plate has a size; not finite where the camera sees nothing.
  Vec2f ComputeScaleForSize(Vec2f size, stage::Time time) const;
  // Beside the camera, in scene units: the plate's shift, added to the focus distance along Z. The camera's
  // rotation and scale have no say, as in OpenUSD.
  Vec3f GetCameraSpacePosition(stage::Time time) const;
  Vec3f GetWorldSpacePosition(stage::Time time) const;
  // The shift with which the plate is at a position.
  Vec3f ComputeTranslateForCameraSpace(Vec3f position, stage::Time time) const;
  Vec3f ComputeTranslateForWorldSpace(Vec3f position, stage::Time time) const;
  Token GetScaleName() const { return MakeName(":scale:tweak"); }
  Token GetTranslateName() const { return MakeName(":translate:tweak"); }

 private:
  Token MakeName(std::string_view property) const;
  Vec2f ComputeSeenSize(stage::Time time) const;
  Vec3f GetCameraPosition(stage::Time time) const;
  Vec3f GetFocusPoint(stage::Time time) const;

  stage::Prim camera_;
  Token name_;
};

}  // namespace strata::domain
