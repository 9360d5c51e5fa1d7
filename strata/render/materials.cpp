#include "strata/render/materials.h"

#include "strata/render/networks.h"

namespace strata::render {

namespace {

TextureWrap ReadWrap(const NetworkNode& node, Token name) {
  const std::string_view said = node.GetToken(name, Token("useMetadata")).GetText();
  if (said == "black") return TextureWrap::kBlack;
  if (said == "clamp") return TextureWrap::kClamp;
  return said == "mirror" ? TextureWrap::kMirror : TextureWrap::kRepeat;
}

Vec4f ReadFour(const NetworkNode& node, Token name, Vec4f fallback) {
  const Value value = CastValue(node.Get(name), ValueTypeOf<Vec4f>::kType);
  return value.GetOr(fallback);
}

Vec2f ReadTwo(const NetworkNode& node, Token name, Vec2f fallback) {
  const Value value = CastValue(node.Get(name), ValueTypeOf<Vec2f>::kType);
  return value.GetOr(fallback);
}

bool IsPrimvarReader(const NetworkNode& node) {
  return node.GetIdentifier().GetText().starts_with("UsdPrimvarReader");
}

Texture ReadTexture(const NetworkNode& node, Token output) {
  Texture texture;
  if (const Value file = node.Get(Token("file")); const auto* path = file.GetIf<AssetPath>())
    texture.file = *path;
  texture.output = output;
  texture.color_space = node.GetToken(Token("sourceColorSpace"), texture.color_space);
  texture.wrap_s = ReadWrap(node, Token("wrapS"));
  texture.wrap_t = ReadWrap(node, Token("wrapT"));
  texture.scale = ReadFour(node, Token("scale"), texture.scale);
  texture.bias = ReadFour(node, Token("bias"), texture.bias);
  texture.fallback = ReadFour(node, Token("fallback"), texture.fallback);
  NetworkNode coordinates = node.GetUpstream(Token("st"));
  if (coordinates && coordinates.GetIdentifier() == Token("UsdTransform2d")) {
    texture.transform_scale = ReadTwo(coordinates, Token("scale"), texture.transform_scale);
    texture.transform_translation = ReadTwo(coordinates, Token("translation"), texture.transform_translation);
    texture.transform_degrees = coordinates.GetFloat(Token("rotation"), 0);
    coordinates = coordinates.GetUpstream(Token("in"));
  }
  if (coordinates && IsPrimvarReader(coordinates))
    texture.coordinates = coordinates.GetToken(Token("varname"), texture.coordinates);
  return texture;
}

template <class T>
void Connect(const NetworkNode& surface, Token name, SurfaceInput<T>& input) {
  Token output;
  const NetworkNode upstream = surface.GetUpstream(name, &output);
  if (!upstream) return;
  if (upstream.GetIdentifier() == Token("UsdUVTexture"))
    input.texture = ReadTexture(upstream, output);
  else if (IsPrimvarReader(upstream))
    input.primvar = upstream.GetToken(Token("varname"), Token());
}

void Read(const NetworkNode& node, const char* name, SurfaceInput<Vec3f>& input) {
  input.value = node.GetColor(Token(name), input.value);
  Connect(node, Token(name), input);
}

void Read(const NetworkNode& node, const char* name, SurfaceInput<float>& input) {
  input.value = node.GetFloat(Token(name), input.value);
  Connect(node, Token(name), input);
}

}  // namespace

std::optional<Surface> ReadSurface(const scene::ScenePrim& prim, std::string name,
                                   std::span<const Token> contexts) {
  const auto material = scene::MaterialSchema::GetFromParent(prim.data);
  for (Token context : contexts) {
    const NetworkNode node = FindTerminal(material.Get(context), Token("surface"));
    if (!node || node.GetIdentifier() != Token("UsdPreviewSurface")) continue;
    Surface surface;
    surface.name = std::move(name);
    Read(node, "diffuseColor", surface.diffuse_color);
    Read(node, "emissiveColor", surface.emissive_color);
    Read(node, "specularColor", surface.specular_color);
    Read(node, "normal", surface.normal);
    Read(node, "metallic", surface.metallic);
    Read(node, "roughness", surface.roughness);
    Read(node, "opacity", surface.opacity);
    Read(node, "opacityThreshold", surface.opacity_threshold);
    Read(node, "occlusion", surface.occlusion);
    Read(node, "clearcoat", surface.clearcoat);
    Read(node, "clearcoatRoughness", surface.clearcoat_roughness);
    Read(node, "ior", surface.ior);
    const Value workflow = node.Get(Token("useSpecularWorkflow"));
    surface.uses_specular_workflow = workflow.GetOr(int32_t{0}) != 0;
    return surface;
  }
  return std::nullopt;
}

Path ReadMaterialBinding(const scene::ScenePrim& prim, Token purpose) {
  const auto bindings = scene::MaterialBindingsSchema::GetFromParent(prim.data);
  for (Token each : {purpose, Token()})
    if (const std::optional<Path> path = bindings.Get(each).GetPath(); path && !path->IsEmpty()) return *path;
  return {};
}

}  // namespace strata::render
