#include "strata/domain/color_space.h"

#include <fmt/format.h>

#include "strata/layer/fields.h"
#include "strata/schema/schema_info.h"

namespace strata::domain {

namespace {

using stage::Attribute;
using stage::Prim;

// The nearest definition of the name at or above the prim.
std::optional<ColorSpaceDefinition> FindDefinition(const Prim& prim, Token name) {
  for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent())
    for (ColorSpaceDefinition& definition : ColorSpaceDefinition::GetAll(at))
      if (definition.GetName() == name) return std::move(definition);
  return std::nullopt;
}

// A name, and the prim from which on it is to be understood.
struct Named {
  Token name;
  Prim prim;
};

Named FindName(const Prim& prim, MetricsCache* cache) {
  MetricValue room;
  const MetricValue* value = &room;
  if (cache) {
    value = &cache->Compute(prim, MetricTable::kColorSpaceName);
  } else {
    room = ComputeMetric(prim, MetricTable::kColorSpaceName);
  }
  if (value->source.origin != MetricOrigin::kPrim) return {};
  return {value->value.GetOr(Token()), prim.GetStage()->GetPrimAtPath(value->source.GetPrimPath())};
}

Named FindName(const Attribute& attribute, MetricsCache* cache) {
  const Token own = attribute.GetMetadata(layer::GetFieldNames().colorSpace).GetOr(Token());
  return own.IsEmpty() ? FindName(attribute.GetPrim(), cache) : Named{own, attribute.GetPrim()};
}

Named CheckName(Named named, Path asked, Diagnostics* remarks) {
  if (named.name.IsEmpty() || IsValidColorSpaceName(named.prim, named.name)) return named;
  if (remarks) {
    remarks->Add(Diagnostic(
        kColorSpaceUnknown,
        fmt::format("The colour space '{}' of <{}> is not known.", named.name.GetText(), asked.GetString()),
        {{}, named.prim.GetPath().GetString(), 0, 0, 0},
        "Name a built-in space, such as lin_rec709_scene, or define it with ColorSpaceDefinitionAPI on this "
        "prim or above."));
  }
  return {};
}

std::optional<ColorSpace> MakeSpace(const Named& named) {
  if (named.name.IsEmpty()) return std::nullopt;
  if (const auto definition = FindDefinition(named.prim, named.name)) return definition->ComputeColorSpace();
  return ColorSpace::Find(named.name.GetText());
}

Token MakeAttributeName(Token instance, std::string_view part) {
  return Token(fmt::format("colorSpaceDefinition:{}:{}", instance.GetText(), part));
}

Vec2f ToFloats(const Vec2d& v) {
  return {static_cast<float>(v[0]), static_cast<float>(v[1])};
}

}  // namespace

Token ComputeColorSpaceName(const Prim& prim, MetricsCache* cache, Diagnostics* remarks) {
  return CheckName(FindName(prim, cache), prim.GetPath(), remarks).name;
}
Token ComputeColorSpaceName(const Attribute& attribute, MetricsCache* cache, Diagnostics* remarks) {
  return CheckName(FindName(attribute, cache), attribute.GetPath(), remarks).name;
}
std::optional<ColorSpace> ComputeColorSpace(const Prim& prim, MetricsCache* cache, Diagnostics* remarks) {
  return MakeSpace(CheckName(FindName(prim, cache), prim.GetPath(), remarks));
}
std::optional<ColorSpace> ComputeColorSpace(const Attribute& attribute, MetricsCache* cache,
                                            Diagnostics* remarks) {
  return MakeSpace(CheckName(FindName(attribute, cache), attribute.GetPath(), remarks));
}

bool IsValidColorSpaceName(const Prim& prim, Token name) {
  return ColorSpace::IsBuiltIn(name.GetText()) || FindDefinition(prim, name).has_value();
}

std::vector<ColorSpaceDefinition> ColorSpaceDefinition::GetAll(const Prim& prim) {
  std::vector<ColorSpaceDefinition> all;
  for (Token applied : prim.GetAppliedSchemas()) {
    const auto [schema, instance] = schema::ParseNameAndInstance(applied);
    if (schema == "ColorSpaceDefinitionAPI" && !instance.IsEmpty()) all.emplace_back(prim, instance);
  }
  return all;
}

Value ColorSpaceDefinition::Get(std::string_view part) const {
  return prim_.GetAttribute(MakeAttributeName(instance_, part)).Get();
}

Token ColorSpaceDefinition::GetName() const {
  return Get("name").GetOr(Token("custom"));
}

std::optional<ColorSpace> ColorSpaceDefinition::ComputeColorSpace() const {
  const auto chroma = [&](std::string_view part, const Vec2f& otherwise) -> Vec2d {
    const Vec2f v = Get(part).GetOr(otherwise);
    return {v[0], v[1]};
  };
  constexpr float kThird = 1.0f / 3;
  const ColorSpace::Primaries primaries{chroma("redChroma", {1, 0}), chroma("greenChroma", {0, 1}),
                                        chroma("blueChroma", {0, 0}), chroma("whitePoint", {kThird, kThird})};
  return ColorSpace::FromPrimaries(GetName().GetString(), primaries, Get("gamma").GetOr(1.0f),
                                   Get("linearBias").GetOr(0.0f));
}

Result<void> DefineColorSpace(stage::Editor& editor, const Prim& prim, Token instance,
                              const ColorSpace& space) {
  const Token schema("ColorSpaceDefinitionAPI:" + instance.GetString());
  if (!prim.HasAPI(schema)) {
    const Token field = layer::GetFieldNames().apiSchemas;
    const Path spec = editor.GetEditTarget().MapToSpecPath(prim.GetPath());
    const Value* authored = editor.GetEditTarget().GetLayer()->GetField(spec, field);
    TokenListOp op = authored ? authored->GetOr(TokenListOp()) : TokenListOp();
    (op.is_explicit ? op.explicit_items : op.prepended_items).push_back(schema);
    STRATA_CHECK(editor.SetMetadata(prim.GetPath(), field, Value(std::move(op))));
  }
  const auto& primaries = space.GetPrimariesAndWhitePoint();
  const std::tuple<const char*, const char*, Value> parts[] = {
      {"name", "token", Value(Token(space.GetName()))},
      {"redChroma", "float2", Value(ToFloats(primaries.red))},
      {"greenChroma", "float2", Value(ToFloats(primaries.green))},
      {"blueChroma", "float2", Value(ToFloats(primaries.blue))},
      {"whitePoint", "float2", Value(ToFloats(primaries.white))},
      {"gamma", "float", Value(static_cast<float>(space.GetGamma()))},
      {"linearBias", "float", Value(static_cast<float>(space.GetLinearBias()))},
  };
  for (const auto& [part, type, value] : parts) {
    const Path path = prim.GetPath().AppendProperty(MakeAttributeName(instance, part));
    auto made = editor.CreateAttribute(
        path, Token(type), stage::Editor::Custom::kNo,
        part == std::string_view("name") ? Variability::kUniform : Variability::kVarying);
    if (!made) return made.TakeError();
    STRATA_CHECK(editor.Set(path, value));
  }
  return {};
}

}  // namespace strata::domain
