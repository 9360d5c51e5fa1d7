// Values on geometry that renderers interpolate over it, inherited where they are constant.
// (UsdGeomPrimvar, UsdGeomPrimvarsAPI)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/stage/stage.h"

namespace strata::domain {

inline constexpr DiagnosticCode kPrimvarMalformed{"domain.primvar-malformed", Severity::kWarning,
                                                  "A primvar's values and indices do not fit together."};

// One primvar: the attribute "primvars:<name>", and "primvars:<name>:indices" beside it.
class Primvar {
 public:
  Primvar() = default;
  explicit Primvar(stage::Attribute attribute) : attribute_(std::move(attribute)) {}
  // Whether a property is called as primvars are: in their namespace, and no indices of one.
  static bool IsPrimvarName(Token property);

  explicit operator bool() const { return attribute_.IsDefined() && IsPrimvarName(attribute_.GetName()); }
  const stage::Attribute& GetAttribute() const { return attribute_; }
  Token GetPrimvarName() const;    // without "primvars:"
  Token GetInterpolation() const;  // "constant" where nobody says
  bool HasAuthoredInterpolation() const;
  int GetElementSize() const;            // how many values make one element
  int GetUnauthoredValuesIndex() const;  // -1: none

  Value Get(stage::Time time = stage::Time::Default()) const { return attribute_.Get(time); }
  bool HasValue() const { return attribute_.HasValue(); }
  bool HasAuthoredValue() const { return attribute_.HasAuthoredValue(); }
  bool IsIndexed() const;  // indices have an authored value
  stage::Attribute GetIndicesAttribute() const;
  Array<int32_t> GetIndices(stage::Time time = stage::Time::Default()) const;
  // The values in the order of the indices, element by element; without indices just the values. Nothing,
  // with a remark, when there is no array to take from, or an index is out of its range.
  std::optional<Value> ComputeFlattened(stage::Time time = stage::Time::Default(),
                                        Diagnostics* remarks = nullptr) const;

 private:
  stage::Attribute attribute_;
};

// A view of a prim, of any type.
class PrimvarsAPI {
 public:
  explicit PrimvarsAPI(stage::Prim prim) : prim_(std::move(prim)) {}
  // `name` with or without "primvars:".
  Primvar GetPrimvar(std::string_view name) const;
  bool HasPrimvar(std::string_view name) const { return bool(GetPrimvar(name)); }
  std::vector<Primvar> GetPrimvars() const;          // those of schemas too, sorted by name
  std::vector<Primvar> GetAuthoredPrimvars() const;  // sorted by name
  std::vector<Primvar> GetPrimvarsWithAuthoredValues() const;

  // What children inherit: constant primvars with authored values, of this prim over those of ancestors. One
  // with another interpolation ends the inheritance of its name.
  std::vector<Primvar> FindInheritablePrimvars() const;
  // This prim's own with authored values, and what it inherits.
  std::vector<Primvar> FindPrimvarsWithInheritance() const;
  Primvar FindPrimvarWithInheritance(std::string_view name) const;

 private:
  stage::Prim prim_;
};

// How many elements a value of an interpolation has on this geometry; nothing for types that do not say.
std::optional<size_t> ComputeInterpolationSize(const stage::Prim& geometry, Token interpolation,
                                               stage::Time time = stage::Time::Default());

}  // namespace strata::domain
