#include "consumers/gltf/materials.h"

#include <fmt/format.h>

#include <cmath>
#include <tuple>

namespace strata::gltf {

namespace {

using render::Surface;
using render::Texture;
using render::TextureWrap;

tinygltf::Value MakeNumber(double number) {
  return tinygltf::Value(number);
}

double Clamp(double value) {
  return std::isfinite(value) ? std::clamp(value, 0.0, 1.0) : 0;
}

int GetWrap(TextureWrap wrap) {
  switch (wrap) {
    case TextureWrap::kRepeat:
      return TINYGLTF_TEXTURE_WRAP_REPEAT;
    case TextureWrap::kMirror:
      return TINYGLTF_TEXTURE_WRAP_MIRRORED_REPEAT;
    default:
      return TINYGLTF_TEXTURE_WRAP_CLAMP_TO_EDGE;
  }
}

std::string FindMimeType(const std::string& bytes) {
  if (bytes.starts_with("\x89PNG")) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  return {};
}

// Coordinates of glTF begin above and those of USD below: what turns and moves the one does to the other what
// is said here.
tinygltf::Value MakeTextureTransform(const Texture& texture) {
  const double angle = texture.transform_degrees * 3.14159265358979323846 / 180;
  const double x = texture.transform_scale[0], y = texture.transform_scale[1];
  tinygltf::Value::Object object;
  object["offset"] = tinygltf::Value(
      tinygltf::Value::Array{MakeNumber(texture.transform_translation[0] - std::sin(angle) * y),
                             MakeNumber(1 - std::cos(angle) * y - texture.transform_translation[1])});
  object["rotation"] = MakeNumber(angle);
  object["scale"] = tinygltf::Value(tinygltf::Value::Array{MakeNumber(x), MakeNumber(y)});
  return tinygltf::Value(object);
}

bool HasTransform(const Texture& texture) {
  return texture.transform_degrees != 0 || !(texture.transform_scale == Vec2f{1, 1}) ||
         !(texture.transform_translation == Vec2f{0, 0});
}

}  // namespace

void MaterialWriter::Remark(Path path, const std::string& what) {
  SourceLocation where;
  where.path = path.GetString();
  remarks_.Add(
      Diagnostic(kExportPartial, fmt::format("The material <{}>: {}.", path.GetString(), what), where));
}

int MaterialWriter::AddImage(const Texture& texture) {
  const std::string& file = texture.file.resolved.empty() ? texture.file.GetPath() : texture.file.resolved;
  const auto [at, is_new] = images_.try_emplace(file, -1);
  if (!is_new) return at->second;
  if (file.find("<UDIM>") != std::string::npos) {
    Remark(path_, "glTF has no tiles of images (UDIM)");
    return -1;
  }
  if (!options_.read_asset) return -1;
  const Result<std::string> bytes = options_.read_asset(file);
  if (!bytes) {
    Remark(path_, fmt::format("the image \"{}\" cannot be read", file));
    return -1;
  }
  const std::string mime_type = FindMimeType(*bytes);
  if (mime_type.empty()) {
    Remark(path_, fmt::format("the image \"{}\" is neither PNG nor JPEG", file));
    return -1;
  }
  at->second = document_.AddImage(file.substr(file.find_last_of('/') + 1), *bytes, mime_type);
  return at->second;
}

int MaterialWriter::AddTexture(const Texture& texture, WrittenMaterial& written, int& set,
                               tinygltf::ExtensionMap& extensions) {
  const int image = AddImage(texture);
  if (image < 0) return -1;
  set = written.texture_sets.try_emplace(texture.coordinates, static_cast<int>(written.texture_sets.size()))
            .first->second;
  if (HasTransform(texture)) {
    extensions["KHR_texture_transform"] = MakeTextureTransform(texture);
    document_.Use("KHR_texture_transform");
  }
  const int wrap_s = GetWrap(texture.wrap_s), wrap_t = GetWrap(texture.wrap_t);
  const auto [at, is_new] = textures_.try_emplace(std::tuple(image, wrap_s, wrap_t), -1);
  if (!is_new) return at->second;
  tinygltf::Sampler sampler;
  sampler.minFilter = TINYGLTF_TEXTURE_FILTER_LINEAR_MIPMAP_LINEAR;
  sampler.magFilter = TINYGLTF_TEXTURE_FILTER_LINEAR;
  sampler.wrapS = wrap_s;
  sampler.wrapT = wrap_t;
  tinygltf::Texture made;
  made.source = image;
  made.sampler = static_cast<int>(document_.model.samplers.size());
  document_.model.samplers.push_back(std::move(sampler));
  at->second = static_cast<int>(document_.model.textures.size());
  document_.model.textures.push_back(std::move(made));
  return at->second;
}

const WrittenMaterial& MaterialWriter::Write(Path path, const Surface* surface, bool is_double_sided,
                                             bool has_opacity) {
  const auto [at, is_new] =
      written_.try_emplace(Key{surface ? path : Path(), is_double_sided, has_opacity && !surface});
  if (!is_new) return at->second;
  path_ = path;
  if (surface) {
    at->second = Make(path, *surface, is_double_sided, has_opacity);
    return at->second;
  }
  // Without a material a shape has its own colours, over white.
  Surface plain;
  plain.name = "displayColor";
  plain.diffuse_color.value = {1, 1, 1};
  plain.diffuse_color.primvar = Token("displayColor");
  plain.roughness.value = 1;
  at->second = Make(Path(), plain, is_double_sided, has_opacity);
  return at->second;
}

WrittenMaterial MaterialWriter::Make(Path path, const Surface& surface, bool is_double_sided,
                                     bool has_opacity) {
  WrittenMaterial written;
  tinygltf::Material made;
  made.name = surface.name;
  made.doubleSided = is_double_sided;
  tinygltf::PbrMetallicRoughness& pbr = made.pbrMetallicRoughness;
  const auto connect = [&](const std::optional<Texture>& texture, auto& info) {
    if (!texture) return false;
    info.index = AddTexture(*texture, written, info.texCoord, info.extensions);
    return info.index >= 0;
  };
  written.uses_colors = surface.diffuse_color.primvar == Token("displayColor");
  const bool has_diffuse = connect(surface.diffuse_color.texture, pbr.baseColorTexture);
  const bool is_plain = has_diffuse || written.uses_colors;
  pbr.baseColorFactor.clear();
  for (size_t i = 0; i < 3; ++i)
    pbr.baseColorFactor.push_back(is_plain
                                      ? (has_diffuse ? Clamp(surface.diffuse_color.texture->scale[i]) : 1)
                                      : Clamp(surface.diffuse_color.value[i]));
  pbr.baseColorFactor.push_back(surface.opacity.texture ? 1 : Clamp(surface.opacity.value));
  pbr.metallicFactor = surface.uses_specular_workflow ? 0 : Clamp(surface.metallic.value);
  pbr.roughnessFactor = Clamp(surface.roughness.value);
  // One image has the roughness in green and the metalness in blue.
  const auto& rough = surface.roughness.texture;
  const auto& metallic = surface.metallic.texture;
  if ((rough && rough->output == Token("g")) || (metallic && metallic->output == Token("b"))) {
    const Texture& texture = rough ? *rough : *metallic;
    const bool is_one = !rough || !metallic || rough->file.GetPath() == metallic->file.GetPath();
    if (is_one && connect(texture, pbr.metallicRoughnessTexture)) {
      if (rough) pbr.roughnessFactor = 1;
      if (metallic) pbr.metallicFactor = 1;
    } else if (!is_one) {
      Remark(path, "roughness and metallic come from two images, of which glTF has one");
    }
  } else if (rough || metallic) {
    Remark(path, "glTF has roughness in the green and metallic in the blue of an image; others are left out");
  }
  connect(surface.normal.texture, made.normalTexture);
  if (surface.occlusion.texture && surface.occlusion.texture->output == Token("r"))
    connect(surface.occlusion.texture, made.occlusionTexture);
  const bool has_emissive = connect(surface.emissive_color.texture, made.emissiveTexture);
  double strongest = 1;
  for (size_t i = 0; i < 3; ++i)
    strongest = std::max(strongest, static_cast<double>(surface.emissive_color.value[i]));
  made.emissiveFactor.clear();
  for (size_t i = 0; i < 3; ++i)
    made.emissiveFactor.push_back(has_emissive ? 1 : Clamp(surface.emissive_color.value[i] / strongest));
  if (strongest > 1 && !has_emissive) {
    made.extensions["KHR_materials_emissive_strength"] =
        tinygltf::Value(tinygltf::Value::Object{{"emissiveStrength", MakeNumber(strongest)}});
    document_.Use("KHR_materials_emissive_strength");
  }
  if (surface.clearcoat.value > 0) {
    made.extensions["KHR_materials_clearcoat"] = tinygltf::Value(tinygltf::Value::Object{
        {"clearcoatFactor", MakeNumber(Clamp(surface.clearcoat.value))},
        {"clearcoatRoughnessFactor", MakeNumber(Clamp(surface.clearcoat_roughness.value))}});
    document_.Use("KHR_materials_clearcoat");
  }
  const bool is_see_through = surface.opacity.texture || surface.opacity.value < 1 || has_opacity;
  if (is_see_through && surface.opacity_threshold.value > 0) {
    made.alphaMode = "MASK";
    made.alphaCutoff = Clamp(surface.opacity_threshold.value);
  } else if (is_see_through) {
    made.alphaMode = "BLEND";
  }
  if (surface.opacity.texture && !(has_diffuse && surface.opacity.texture->file.GetPath() ==
                                                      surface.diffuse_color.texture->file.GetPath()))
    Remark(path, "its opacity is in another image than its colour; glTF has both in one");
  written.index = static_cast<int>(document_.model.materials.size());
  document_.model.materials.push_back(std::move(made));
  return written;
}

}  // namespace strata::gltf
