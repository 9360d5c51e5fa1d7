// What materials of a running scene look like, as far as UsdPreviewSurface says it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "strata/scene/scene_index.h"

namespace strata::render {

enum class TextureWrap : uint8_t { kBlack, kClamp, kRepeat, kMirror };

// An image and how it is read.   (UsdUVTexture, UsdTransform2d, UsdPrimvarReader_float2)
struct Texture {
  AssetPath file;
  Token coordinates{"st"};  // the primvar
  Token output;             // "rgb", "r", ...
  Token color_space{"auto"};
  TextureWrap wrap_s = TextureWrap::kRepeat, wrap_t = TextureWrap::kRepeat;
  Vec4f scale{1, 1, 1, 1}, bias{0, 0, 0, 0};  // of what is read
  Vec4f fallback{0, 0, 0, 1};                 // where it cannot be read
  Vec2f transform_scale{1, 1}, transform_translation{0, 0};
  float transform_degrees = 0;  // counterclockwise, after the scale and before the translation
};

// An input with a value, and an image or a primvar that stands in its place.
template <class T>
struct SurfaceInput {
  T value{};
  std::optional<Texture> texture;
  Token primvar;  // empty: none
};

// Inputs as in UsdPreviewSurface, with its fallbacks.
struct Surface {
  std::string name;  // of the material
  SurfaceInput<Vec3f> diffuse_color{{0.18f, 0.18f, 0.18f}, {}, {}}, emissive_color, specular_color, normal;
  SurfaceInput<float> metallic, roughness{0.5f, {}, {}}, opacity{1, {}, {}}, occlusion{1, {}, {}}, clearcoat,
      clearcoat_roughness{0.01f, {}, {}}, ior{1.5f, {}, {}}, opacity_threshold;
  bool uses_specular_workflow = false;
};

// The surface of a prim of type material in the first of these render contexts that says one; "" is for all
// renderers. Null where none has a UsdPreviewSurface.
std::optional<Surface> ReadSurface(const scene::ScenePrim& prim, std::string name,
                                   std::span<const Token> contexts);

// The material that a prim is bound to for a purpose, else for all; empty: none.
Path ReadMaterialBinding(const scene::ScenePrim& prim, Token purpose = Token("full"));

}  // namespace strata::render
