// Lights of a running scene, with what they give off.   (UsdLux)
#pragma once

#include <optional>

#include "strata/scene/scene_index.h"

namespace strata::render {

enum class LightKind : uint8_t { kDistant, kDome, kSphere, kDisk, kRect, kCylinder };

// Lights shine along -Z of their space, cylinders lie along X. Sizes are in that space.
struct Light {
  Path path;
  LightKind kind = LightKind::kDistant;
  Matrix4d transform = Matrix4d::Identity();  // to the world, or to its prototype
  // What it gives off: intensity, exposure, colour and colour temperature together. Radiance, but of lights
  // that are `normalized` divided by the size of what shines (of distant ones: of the sky they fill).
  Vec3f radiance{1, 1, 1};
  bool is_normalized = false;
  float radius = 0.5f, width = 1, height = 1, length = 1;
  float angle_degrees = 0.53f;  // of distant lights: across
  float cone_degrees = 180;     // half of the cone that is lit, from -Z
  float cone_softness = 0;
  AssetPath texture;      // of domes and rects; no path: none
  bool is_point = false;  // treatAsPoint
};

// Nothing for types of lights that are not among these.
std::optional<Light> ReadLight(Path path, const scene::ScenePrim& prim);
bool IsLightType(Token type);

// The colour of a black body of a temperature in kelvin, as bright as white.
Vec3f GetBlackBodyColor(float kelvin);

}  // namespace strata::render
