#include "strata/render/lights.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "strata/render/networks.h"
#include "strata/scene/schemas_geometry.h"

namespace strata::render {

namespace {

std::optional<LightKind> FindKind(Token type) {
  static const std::pair<Token, LightKind> kinds[] = {
      {Token("distantLight"), LightKind::kDistant}, {Token("domeLight"), LightKind::kDome},
      {Token("sphereLight"), LightKind::kSphere},   {Token("diskLight"), LightKind::kDisk},
      {Token("rectLight"), LightKind::kRect},       {Token("cylinderLight"), LightKind::kCylinder}};
  for (const auto& [name, kind] : kinds)
    if (name == type) return kind;
  return std::nullopt;
}

float ReadAboveZero(const NetworkNode& node, const char* name, float fallback) {
  return std::max(node.GetFloat(Token(name), fallback), 0.0f);
}

bool ReadBool(const NetworkNode& node, const char* name) {
  return node.Get(Token(name)).GetOr(false);
}

}  // namespace

bool IsLightType(Token type) {
  return FindKind(type).has_value();
}

// The place of a black body among the chromaticities of CIE 1931, by the cubics of Kim et al. (2002), in the
// primaries of Rec. 709.
Vec3f GetBlackBodyColor(float kelvin) {
  const double t = std::clamp(static_cast<double>(kelvin), 1667.0, 25000.0), r = 1000 / t;
  const double x = t <= 4000 ? ((-0.2661239 * r - 0.2343589) * r + 0.8776956) * r + 0.179910
                             : ((-3.0258469 * r + 2.1070379) * r + 0.2226347) * r + 0.240390;
  const double y = t <= 2222   ? ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683
                   : t <= 4000 ? ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
                               : ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483;
  const double big_x = x / y, big_z = (1 - x - y) / y;  // where Y is 1
  const auto clamp = [](double value) { return static_cast<float>(std::max(value, 0.0)); };
  return {clamp(3.2404542 * big_x - 1.5371385 - 0.4985314 * big_z),
          clamp(-0.9692660 * big_x + 1.8760108 + 0.0415560 * big_z),
          clamp(0.0556434 * big_x - 0.2040259 + 1.0572252 * big_z)};
}

std::optional<Light> ReadLight(Path path, const scene::ScenePrim& prim) {
  const std::optional<LightKind> kind = FindKind(prim.type);
  if (!kind) return std::nullopt;
  Light light;
  light.path = path;
  light.kind = *kind;
  light.transform = scene::XformSchema::GetFromParent(prim.data).GetMatrix().value_or(Matrix4d::Identity());
  const NetworkNode node =
      FindTerminal(scene::MaterialSchema::GetFromParent(prim.data).Get(Token()), Token("light"));
  const float intensity = ReadAboveZero(node, "intensity", *kind == LightKind::kDistant ? 50000.0f : 1.0f);
  const double strength = intensity * std::exp2(node.GetFloat(Token("exposure"), 0));
  light.radiance =
      node.GetColor(Token("color"), {1, 1, 1}) * (std::isfinite(strength) ? std::min(strength, 1e30) : 1e30);
  if (ReadBool(node, "enableColorTemperature")) {
    const Vec3f body = GetBlackBodyColor(node.GetFloat(Token("colorTemperature"), 6500));
    for (size_t i = 0; i < 3; ++i) light.radiance[i] *= body[i];
  }
  light.is_normalized = ReadBool(node, "normalize");
  light.is_point = ReadBool(node, "treatAsPoint");
  light.radius = ReadAboveZero(node, "radius", 0.5f);
  light.width = ReadAboveZero(node, "width", 1);
  light.height = ReadAboveZero(node, "height", 1);
  light.length = ReadAboveZero(node, "length", 1);
  light.angle_degrees = std::clamp(node.GetFloat(Token("angle"), 0.53f), 0.0f, 360.0f);
  light.cone_degrees = std::clamp(node.GetFloat(Token("shaping:cone:angle"), 180), 0.0f, 180.0f);
  light.cone_softness = std::clamp(node.GetFloat(Token("shaping:cone:softness"), 0), 0.0f, 1.0f);
  if (const Value file = node.Get(Token("texture:file")); const auto* path_of_file = file.GetIf<AssetPath>())
    light.texture = *path_of_file;
  return light;
}

}  // namespace strata::render
