// Which space the colours of a prim or an attribute are in.   (UsdColorSpaceAPI, UsdColorSpaceDefinitionAPI)
#pragma once

#include <optional>
#include <vector>

#include "strata/domain/metrics.h"
#include "strata/math/color_space.h"
#include "strata/stage/editor.h"

namespace strata::domain {

inline constexpr DiagnosticCode kColorSpaceUnknown{"domain.color-space-unknown", Severity::kWarning,
                                                   "A colour space has a name that nothing defines."};

// The name that holds: the attribute's `colorSpace` metadata, else `colorSpace:name` of the nearest prim at
// or above it that applies ColorSpaceAPI and has one. The empty token when nobody says one (readers assume
// lin_rec709_scene), and, with a remark, when the name is neither built in nor defined at or above the prim
// that says it: then ancestors are not asked.
Token ComputeColorSpaceName(const stage::Prim& prim, MetricsCache* cache = nullptr,
                            Diagnostics* remarks = nullptr);
Token ComputeColorSpaceName(const stage::Attribute& attribute, MetricsCache* cache = nullptr,
                            Diagnostics* remarks = nullptr);
// The space of that name; nothing where the name is empty, or what defines it cannot be a space.
std::optional<ColorSpace> ComputeColorSpace(const stage::Prim& prim, MetricsCache* cache = nullptr,
                                            Diagnostics* remarks = nullptr);
std::optional<ColorSpace> ComputeColorSpace(const stage::Attribute& attribute, MetricsCache* cache = nullptr,
                                            Diagnostics* remarks = nullptr);
// Whether the name means something at the prim: a definition at or above it, or a built-in space.
bool IsValidColorSpaceName(const stage::Prim& prim, Token name);

// A definition under an instance name of ColorSpaceDefinitionAPI.
class ColorSpaceDefinition {
 public:
  ColorSpaceDefinition(stage::Prim prim, Token instance) : prim_(std::move(prim)), instance_(instance) {}
  static std::vector<ColorSpaceDefinition> GetAll(const stage::Prim& prim);
  const stage::Prim& GetPrim() const { return prim_; }
  Token GetInstanceName() const { return instance_; }
  Token GetName() const;
  // Nothing where the primaries make no space.
  std::optional<ColorSpace> ComputeColorSpace() const;

 private:
  Value Get(std::string_view part) const;
  stage::Prim prim_;
  Token instance_;
};

// Applies the schema and writes a space as its attributes. Of a matrix the primaries are written.
Result<void> DefineColorSpace(stage::Editor& editor, const stage::Prim& prim, Token instance,
                              const ColorSpace& space);

}  // namespace strata::domain
