// The names of fields, and the registry of what each means: type, which specs have it, fallback. (SdfSchema)
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "strata/layer/spec_store.h"

namespace strata::layer {

// Interned once; use as `names.typeName` with `const FieldNames& names = GetFieldNames();`. Spelled as in
// files.
struct FieldNames {
  // clang-format off
#define STRATA_FIELD_NAMES(X)                                                                               \
  X(active) X(allowedTokens) X(apiSchemas) X(arraySizeConstraint) X(assetInfo) X(clips) X(clipSets)         \
  X(colorConfiguration) X(colorManagementSystem) X(colorSpace) X(comment) X(connectionChildren)             \
  X(connectionPaths) X(custom) X(customData) X(customLayerData) X(defaultPrim) X(displayGroup)              \
  X(displayGroupOrder) X(displayName) X(displayUnit) X(documentation) X(endFrame) X(endTimeCode)            \
  X(expressionVariables) X(fallbackPrimTypes) X(framePrecision) X(framesPerSecond) X(hasOwnedSubLayers)     \
  X(hidden) X(inheritPaths) X(instanceable) X(kilogramsPerUnit) X(kind) X(layerRelocates) X(limits)         \
  X(metersPerUnit) X(noLoadHint) X(owner) X(payload) X(permission) X(prefix) X(prefixSubstitutions)         \
  X(primChildren) X(primOrder) X(properties) X(propertyOrder) X(references) X(relocates)                    \
  X(renderSettingsPrimPath) X(sessionOwner) X(specializes) X(specifier) X(spline) X(startFrame)             \
  X(startTimeCode) X(subLayerOffsets) X(subLayers) X(suffix) X(suffixSubstitutions) X(symmetricPeer)        \
  X(symmetryArguments) X(symmetryFunction) X(targetChildren) X(targetPaths) X(timeCodesPerSecond)           \
  X(timeSamples) X(typeName) X(uiHints) X(unauthoredValuesIndex) X(upAxis) X(variability)                   \
  X(variantChildren) X(variantSelection) X(variantSetChildren) X(variantSetNames)
// clang-format on
#define X(name) Token name{#name};
  STRATA_FIELD_NAMES(X)
#undef X
  Token default_{"default"};
};
const FieldNames& GetFieldNames();

// What is known of a field.
struct FieldDefinition {
  Token name;
  ValueType type = ValueType::kEmpty;  // kEmpty: several (default, timeSamples values)
  Value fallback;
  bool is_plugin = false;   // came from SdfMetadata
  bool is_metadata = true;  // listed as metadata of a spec; false: part of its structure
  bool on_layer = false, on_prim = false, on_attribute = false, on_relationship = false, on_variant = false,
       on_variant_set = false;
  Token display_group;
  std::string documentation;
  std::string text_name;  // as usda spells it where that differs: "doc", "inherits", "payload", "variants",
                          // "variantSets"
};

// Built-in fields of OpenUSD 26.11, extended at run time from SdfMetadata of plugInfo files. Owned by the
// engine; read by many.
class FieldRegistry {
 public:
  FieldRegistry();                                // the built-in ones
  static const FieldRegistry& GetBuiltIn();       // for readers who were given no registry
  const FieldDefinition* Find(Token name) const;  // null: unregistered, kept as written
  const FieldDefinition* FindByTextName(std::string_view text) const;
  // Replaces the definition of that name if there is one. Not while others read.
  void Add(FieldDefinition definition);
  const std::vector<const FieldDefinition*>& GetAll() const;
  static std::string GetTextName(const FieldDefinition& definition);  // how usda spells it

 private:
  std::unordered_map<Token, std::unique_ptr<FieldDefinition>> by_name_;
  std::unordered_map<std::string, const FieldDefinition*> by_text_name_;
  std::vector<const FieldDefinition*> all_;
};

// The value a field of this type has before anyone speaks: 0, "", an empty list, ... Empty for kEmpty.
Value MakeDefaultValue(ValueType type);
// primChildren, properties, variantSetChildren, variantChildren, targetChildren, connectionChildren: which
// specs lie below.
bool IsChildrenField(Token field);
bool IsAllowedOn(const FieldDefinition& definition, SpecType owner);

}  // namespace strata::layer
