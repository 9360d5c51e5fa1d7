#include "strata/render/primvar_values.h"

#include <cmath>

#include "strata/scene/names.h"
#include "strata/scene/primvars.h"

namespace strata::render {

namespace {

template <class From, class To>
To Convert(const From& from) {
  if constexpr (std::is_arithmetic_v<To>) {
    return static_cast<To>(from);
  } else {
    To to;
    for (size_t i = 0; i < To::kSize; ++i) to[i] = static_cast<float>(from[i]);
    return to;
  }
}

template <class From, class To>
bool Take(const Value& value, std::vector<To>& out) {
  if (const auto* array = value.GetIf<Array<From>>()) {
    out.reserve(array->GetSize());
    for (const From& each : *array) out.push_back(Convert<From, To>(each));
    return true;
  }
  const From* one = value.GetIf<From>();
  if (one) out.push_back(Convert<From, To>(*one));
  return one != nullptr;
}

bool TakeAny(const Value& value, std::vector<float>& out) {
  return Take<float>(value, out) || Take<double>(value, out) || Take<Half>(value, out);
}
bool TakeAny(const Value& value, std::vector<Vec2f>& out) {
  // Of three coordinates the first two count.
  return Take<Vec2f>(value, out) || Take<Vec2d>(value, out) || Take<Vec2h>(value, out) ||
         Take<Vec3f>(value, out);
}
bool TakeAny(const Value& value, std::vector<Vec3f>& out) {
  return Take<Vec3f>(value, out) || Take<Vec3d>(value, out) || Take<Vec3h>(value, out);
}

Interpolation FindInterpolation(const scene::PrimvarSchema& primvar) {
  const scene::Names& names = scene::GetNames();
  const Token said = primvar.GetInterpolation().value_or(names.constant);
  if (said == names.uniform) return Interpolation::kUniform;
  if (said == names.vertex || said == names.varying) return Interpolation::kVertex;
  if (said == names.faceVarying) return Interpolation::kFaceVarying;
  return Interpolation::kConstant;
}

template <class T>
Attribute<T> Read(const scene::PrimvarSchema& primvar, Token name, const AttributeCounts& counts,
                  GeometryRemarks& remarks) {
  Attribute<T> attribute;
  const scene::SampledDataSourceHandle source = scene::GetFlattenedPrimvarValue(primvar);
  if (!source) return attribute;
  attribute.interpolation = FindInterpolation(primvar);
  const Value value = source->GetValue(0);
  if (!TakeAny(value, attribute.values) || attribute.values.size() < counts.Get(attribute.interpolation)) {
    if (!value.IsArray() || value.GetArraySize()) remarks.bad_primvars.push_back(name);
    attribute.values.clear();
  }
  return attribute;
}

}  // namespace

size_t AttributeCounts::Get(Interpolation interpolation) const {
  switch (interpolation) {
    case Interpolation::kConstant:
      return 1;
    case Interpolation::kUniform:
      return faces;
    case Interpolation::kVertex:
      return points;
    case Interpolation::kFaceVarying:
      return corners;
  }
  return 1;
}

bool IsFinite(const Vec3f& point) {
  return std::isfinite(point[0]) && std::isfinite(point[1]) && std::isfinite(point[2]);
}

template <class T>
Attribute<T> ReadAttribute(const scene::ScenePrim& prim, Token name, const AttributeCounts& counts,
                           GeometryRemarks& remarks) {
  return Read<T>(scene::PrimvarsSchema::GetFromParent(prim.data).Get(name), name, counts, remarks);
}
template Attribute<float> ReadAttribute(const scene::ScenePrim&, Token, const AttributeCounts&,
                                        GeometryRemarks&);
template Attribute<Vec2f> ReadAttribute(const scene::ScenePrim&, Token, const AttributeCounts&,
                                        GeometryRemarks&);
template Attribute<Vec3f> ReadAttribute(const scene::ScenePrim&, Token, const AttributeCounts&,
                                        GeometryRemarks&);

std::vector<Vec3f> ReadPoints(const scene::ScenePrim& prim) {
  std::vector<Vec3f> points;
  const auto source = scene::GetFlattenedPrimvarValue(
      scene::PrimvarsSchema::GetFromParent(prim.data).Get(scene::GetNames().points));
  if (source) TakeAny(source->GetValue(0), points);
  return points;
}

std::vector<TextureCoordinates> ReadTextureCoordinates(const scene::ScenePrim& prim,
                                                       const AttributeCounts& counts,
                                                       GeometryRemarks& remarks) {
  static const Token kRole("textureCoordinate");
  std::vector<TextureCoordinates> all;
  const auto primvars = scene::PrimvarsSchema::GetFromParent(prim.data);
  for (Token name : primvars.GetNames()) {
    const scene::PrimvarSchema primvar = primvars.Get(name);
    const auto source = scene::GetFlattenedPrimvarValue(primvar);
    if (!source) continue;
    const ValueType type = source->GetValueType();
    if (primvar.GetRole() != kRole && type != ValueType::kVec2fArray) continue;
    TextureCoordinates read{name, Read<Vec2f>(primvar, name, counts, remarks)};
    if (read.values.IsThere()) all.push_back(std::move(read));
  }
  std::sort(all.begin(), all.end(), [](const TextureCoordinates& a, const TextureCoordinates& b) {
    return a.name.GetText() < b.name.GetText();
  });
  return all;
}

}  // namespace strata::render
