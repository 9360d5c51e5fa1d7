#include "strata/domain/primvars.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "strata/domain/geom_subset.h"
#include "strata/domain/names.h"

namespace strata::domain {

namespace {

using stage::Attribute;
using stage::Prim;
using stage::Time;

constexpr std::string_view kPrefix = "primvars:", kIndices = ":indices";

Token MakeName(std::string_view name) {
  return name.starts_with(kPrefix) ? Token(name) : Token(std::string(kPrefix) + std::string(name));
}

template <class T>
std::optional<Value> Flatten(const Array<T>& values, const Array<int32_t>& indices, size_t element_size,
                             std::string& why) {
  const size_t elements = values.size() / element_size;
  Array<T> flat;
  flat.Reserve(indices.size() * element_size);
  for (int32_t index : indices) {
    if (index < 0 || static_cast<size_t>(index) >= elements) {
      why = fmt::format("index {} is not one of {} elements", index, elements);
      return std::nullopt;
    }
    for (size_t i = 0; i < element_size; ++i) flat.PushBack(values[index * element_size + i]);
  }
  return Value(std::move(flat));
}

std::vector<Primvar> Collect(const Prim& prim, const std::vector<Token>& names) {
  std::vector<Primvar> primvars;
  for (Token name : names) {
    if (!Primvar::IsPrimvarName(name)) continue;
    Primvar primvar(prim.GetAttribute(name));
    if (primvar) primvars.push_back(std::move(primvar));
  }
  std::sort(primvars.begin(), primvars.end(), [](const Primvar& a, const Primvar& b) {
    return TokenTextLess()(a.GetAttribute().GetName(), b.GetAttribute().GetName());
  });
  return primvars;
}

using ByName = std::map<Token, Primvar, TokenTextLess>;

bool IsConstant(const Primvar& primvar) {
  return primvar.GetInterpolation() == GetNames().constant;
}

// What `prim` makes of what it inherits.
void Pass(const Prim& prim, ByName& inherited) {
  for (Primvar& primvar : PrimvarsAPI(prim).GetPrimvarsWithAuthoredValues()) {
    const Token name = primvar.GetAttribute().GetName();
    if (IsConstant(primvar)) {
      inherited.insert_or_assign(name, std::move(primvar));
    } else {
      inherited.erase(name);
    }
  }
}

ByName FindInherited(const Prim& prim) {
  std::vector<Prim> ancestors;
  for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent()) ancestors.push_back(at);
  ByName inherited;
  for (size_t i = ancestors.size(); i-- > 0;) Pass(ancestors[i], inherited);
  return inherited;
}

std::vector<Primvar> List(const ByName& by_name) {
  std::vector<Primvar> primvars;
  for (const auto& [name, primvar] : by_name) primvars.push_back(primvar);
  return primvars;
}

size_t Sum(const Array<int32_t>& counts) {
  size_t sum = 0;
  for (int32_t count : counts) sum += count > 0 ? static_cast<size_t>(count) : 0;
  return sum;
}

}  // namespace

bool Primvar::IsPrimvarName(Token property) {
  const std::string_view text = property.GetText();
  return text.starts_with(kPrefix) && text.size() > kPrefix.size() && !text.ends_with(kIndices);
}

Token Primvar::GetPrimvarName() const {
  const std::string_view text = attribute_.GetName().GetText();
  return text.starts_with(kPrefix) ? Token(text.substr(kPrefix.size())) : Token();
}

Token Primvar::GetInterpolation() const {
  return attribute_.GetMetadata(GetNames().interpolation).GetOr(GetNames().constant);
}
bool Primvar::HasAuthoredInterpolation() const {
  return attribute_.HasAuthoredMetadata(GetNames().interpolation);
}
int Primvar::GetElementSize() const {
  return std::max(1, attribute_.GetMetadata(GetNames().elementSize).GetOr(int32_t{1}));
}
int Primvar::GetUnauthoredValuesIndex() const {
  return attribute_.GetMetadata(GetNames().unauthoredValuesIndex).GetOr(int32_t{-1});
}

Attribute Primvar::GetIndicesAttribute() const {
  return attribute_.GetPrim().GetAttribute(Token(attribute_.GetName().GetString() + std::string(kIndices)));
}
bool Primvar::IsIndexed() const {
  return GetIndicesAttribute().HasAuthoredValue();
}
Array<int32_t> Primvar::GetIndices(Time time) const {
  return GetIndicesAttribute().Get(time).GetOr(Array<int32_t>());
}

std::optional<Value> Primvar::ComputeFlattened(Time time, Diagnostics* remarks) const {
  Value value = Get(time);
  if (value.IsEmpty()) return std::nullopt;
  if (!IsIndexed() || !value.IsArray()) return value;
  const Array<int32_t> indices = GetIndices(time);
  std::optional<Value> flat;
  std::string why;
  const auto size = static_cast<size_t>(GetElementSize());
  switch (value.GetType()) {
#define X(name, type, text)                                       \
  case ValueType::k##name##Array:                                 \
    flat = Flatten(value.Get<Array<type>>(), indices, size, why); \
    break;
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      break;
  }
  if (!flat && remarks) {
    remarks->Add(Diagnostic(
        kPrimvarMalformed, fmt::format("<{}>: {}.", attribute_.GetPath().GetString(), why),
        {{}, attribute_.GetPath().GetString(), 0, 0, 0}, "Let each index count an element of the values."));
  }
  return flat;
}

Primvar PrimvarsAPI::GetPrimvar(std::string_view name) const {
  return Primvar(prim_.GetAttribute(MakeName(name)));
}
std::vector<Primvar> PrimvarsAPI::GetPrimvars() const {
  return Collect(prim_, prim_.GetPropertyNames());
}
std::vector<Primvar> PrimvarsAPI::GetAuthoredPrimvars() const {
  return Collect(prim_, prim_.GetAuthoredPropertyNames());
}
std::vector<Primvar> PrimvarsAPI::GetPrimvarsWithAuthoredValues() const {
  std::vector<Primvar> primvars = GetAuthoredPrimvars();
  std::erase_if(primvars, [](const Primvar& primvar) { return !primvar.HasAuthoredValue(); });
  return primvars;
}

std::vector<Primvar> PrimvarsAPI::FindInheritablePrimvars() const {
  return List(FindInherited(prim_));
}

std::vector<Primvar> PrimvarsAPI::FindPrimvarsWithInheritance() const {
  ByName all = FindInherited(prim_.GetParent());
  for (Primvar& primvar : GetPrimvarsWithAuthoredValues())
    all.insert_or_assign(primvar.GetAttribute().GetName(), std::move(primvar));
  return List(all);
}

Primvar PrimvarsAPI::FindPrimvarWithInheritance(std::string_view name) const {
  const Token full = MakeName(name);
  const Primvar own(prim_.GetAttribute(full));
  if (own.HasAuthoredValue()) return own;
  for (Prim at = prim_.GetParent(); at && !at.IsPseudoRoot(); at = at.GetParent()) {
    Primvar primvar(at.GetAttribute(full));
    if (!primvar.HasAuthoredValue()) continue;
    return IsConstant(primvar) ? primvar : own;
  }
  return own;
}

std::optional<size_t> ComputeInterpolationSize(const Prim& geometry, Token interpolation, Time time) {
  const auto count = [&](const char* name) {
    return geometry.GetAttribute(Token(name)).Get(time).GetArraySize();
  };
  const auto sum = [&](const char* name) {
    return Sum(geometry.GetAttribute(Token(name)).Get(time).GetOr(Array<int32_t>()));
  };
  if (interpolation == "constant") return 1;
  if (geometry.IsA(Token("Mesh"))) {
    if (interpolation == "uniform") return count("faceVertexCounts");
    if (interpolation == "faceVarying") return count("faceVertexIndices");
    return count("points");
  }
  if (geometry.IsA(Token("Curves"))) {
    if (interpolation == "uniform") return count("curveVertexCounts");
    if (interpolation == "vertex") return sum("curveVertexCounts");
    // Varying and face-varying values stand at the ends of segments.
    const SubsetElements elements = FindSubsetElements(geometry, Token("segment"), time);
    const bool is_periodic = geometry.GetAttribute(Token("wrap")).Get().GetOr(Token()) == "periodic";
    return elements.count + (is_periodic ? 0 : elements.segments.size());
  }
  if (geometry.IsA(Token("Points"))) return interpolation == "uniform" ? 1 : count("points");
  if (geometry.IsA(Token("PointInstancer"))) return count("protoIndices");
  return std::nullopt;
}

}  // namespace strata::domain
