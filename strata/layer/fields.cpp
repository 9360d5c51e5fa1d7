#include "strata/layer/fields.h"

#include <utility>

#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"

namespace strata::layer {

const FieldNames& GetFieldNames() {
  static const FieldNames names;
  return names;
}

namespace {

enum Owner : uint8_t {
  kLayer = 1,
  kPrim = 2,  // variants too: they speak for their prim
  kAttribute = 4,
  kRelationship = 8,
  kVariantSet = 16,
  kTarget = 32,
  kProperty = kAttribute | kRelationship,
  kObject = kPrim | kProperty,
  kAnything = kLayer | kObject | kVariantSet | kTarget,
};

enum class Use : uint8_t { kStructure, kMetadata };

struct BuiltIn {
  const char* name;
  ValueType type;
  uint8_t owners;
  Use use;
  const char* display_group = "";
  const char* text_name = "";
};

// What usd-core 26.11 knows with all its plugins loaded, asked from its specs; the fallbacks that are not the
// type's own default value follow below.
constexpr BuiltIn kBuiltIns[] = {
    // The structure of scene description.
    {"specifier", ValueType::kSpecifier, kPrim, Use::kStructure},
    {"typeName", ValueType::kToken, kPrim | kAttribute, Use::kMetadata},
    {"custom", ValueType::kBool, kProperty, Use::kStructure},
    {"variability", ValueType::kVariability, kProperty, Use::kStructure},
    {"default", ValueType::kEmpty, kAttribute, Use::kStructure},
    {"timeSamples", ValueType::kTimeSamples, kAttribute, Use::kStructure},
    {"spline", ValueType::kSpline, kAttribute, Use::kStructure},
    {"connectionPaths", ValueType::kPathListOp, kAttribute, Use::kStructure},
    {"targetPaths", ValueType::kPathListOp, kRelationship, Use::kStructure},
    {"primChildren", ValueType::kTokenVector, kLayer | kPrim, Use::kStructure},
    {"properties", ValueType::kTokenVector, kPrim, Use::kStructure},
    {"variantSetChildren", ValueType::kTokenVector, kPrim, Use::kStructure},
    {"variantChildren", ValueType::kTokenVector, kVariantSet, Use::kStructure},
    {"connectionChildren", ValueType::kPathVector, kAttribute, Use::kStructure},
    {"targetChildren", ValueType::kPathVector, kRelationship, Use::kStructure},
    {"primOrder", ValueType::kTokenVector, kLayer | kPrim, Use::kStructure, "", "nameChildren"},
    {"propertyOrder", ValueType::kTokenVector, kPrim, Use::kStructure, "", "properties"},
    {"subLayers", ValueType::kStringVector, kLayer, Use::kStructure},
    {"subLayerOffsets", ValueType::kLayerOffsetVector, kLayer, Use::kStructure},
    {"layerRelocates", ValueType::kRelocates, kLayer, Use::kStructure, "", "relocates"},
    {"relocates", ValueType::kRelocates, kPrim, Use::kStructure},
    {"inheritPaths", ValueType::kPathListOp, kPrim, Use::kStructure, "", "inherits"},
    {"specializes", ValueType::kPathListOp, kPrim, Use::kStructure},
    {"references", ValueType::kReferenceListOp, kPrim, Use::kStructure},
    {"payload", ValueType::kPayloadListOp, kPrim, Use::kMetadata},
    {"variantSelection", ValueType::kVariantSelectionMap, kPrim, Use::kStructure, "", "variants"},
    {"variantSetNames", ValueType::kStringListOp, kPrim, Use::kStructure, "", "variantSets"},
    {"comment", ValueType::kString, kAnything, Use::kStructure},
    // Layers.
    {"colorConfiguration", ValueType::kAssetPath, kLayer, Use::kMetadata},
    {"colorManagementSystem", ValueType::kToken, kLayer, Use::kMetadata},
    {"customLayerData", ValueType::kDictionary, kLayer, Use::kMetadata},
    {"defaultPrim", ValueType::kToken, kLayer, Use::kMetadata},
    {"endFrame", ValueType::kDouble, kLayer, Use::kMetadata},
    {"endTimeCode", ValueType::kDouble, kLayer, Use::kMetadata},
    {"expressionVariables", ValueType::kDictionary, kLayer, Use::kMetadata},
    {"fallbackPrimTypes", ValueType::kDictionary, kLayer, Use::kMetadata},
    {"framePrecision", ValueType::kInt, kLayer, Use::kMetadata},
    {"framesPerSecond", ValueType::kDouble, kLayer, Use::kMetadata},
    {"hasOwnedSubLayers", ValueType::kBool, kLayer, Use::kMetadata},
    {"kilogramsPerUnit", ValueType::kDouble, kLayer, Use::kMetadata, "Stage"},
    {"metersPerUnit", ValueType::kDouble, kLayer, Use::kMetadata, "Stage"},
    {"owner", ValueType::kString, kLayer, Use::kMetadata},
    {"renderSettingsPrimPath", ValueType::kString, kLayer, Use::kMetadata},
    {"sessionOwner", ValueType::kString, kLayer, Use::kMetadata},
    {"startFrame", ValueType::kDouble, kLayer, Use::kMetadata},
    {"startTimeCode", ValueType::kDouble, kLayer, Use::kMetadata},
    {"timeCodesPerSecond", ValueType::kDouble, kLayer, Use::kMetadata},
    {"upAxis", ValueType::kToken, kLayer, Use::kMetadata, "Stage"},
    // Prims.
    {"active", ValueType::kBool, kPrim, Use::kMetadata},
    {"apiSchemas", ValueType::kTokenListOp, kPrim, Use::kMetadata},
    {"clipSets", ValueType::kStringListOp, kPrim, Use::kMetadata},
    {"clips", ValueType::kDictionary, kPrim, Use::kMetadata},
    {"displayGroupOrder", ValueType::kStringArray, kPrim, Use::kMetadata},
    {"inactiveIds", ValueType::kInt64ListOp, kPrim, Use::kMetadata},
    {"instanceable", ValueType::kBool, kPrim, Use::kMetadata},
    {"kind", ValueType::kToken, kPrim, Use::kMetadata},
    {"payloadAssetDependencies", ValueType::kAssetPathArray, kPrim, Use::kMetadata, "Pipeline"},
    {"prefixSubstitutions", ValueType::kDictionary, kPrim, Use::kMetadata},
    {"sdrMetadata", ValueType::kDictionary, kPrim | kAttribute, Use::kMetadata, "Shading"},
    {"suffixSubstitutions", ValueType::kDictionary, kPrim, Use::kMetadata},
    // Prims and properties.
    {"assetInfo", ValueType::kDictionary, kObject, Use::kMetadata},
    {"customData", ValueType::kDictionary, kObject, Use::kMetadata},
    {"displayName", ValueType::kString, kObject, Use::kMetadata},
    {"documentation", ValueType::kString, kLayer | kObject, Use::kMetadata, "", "doc"},
    {"hidden", ValueType::kBool, kObject, Use::kMetadata},
    {"permission", ValueType::kPermission, kObject, Use::kMetadata},
    {"prefix", ValueType::kString, kObject, Use::kMetadata},
    {"suffix", ValueType::kString, kObject, Use::kMetadata},
    {"symmetricPeer", ValueType::kString, kObject, Use::kMetadata, "Symmetry"},
    {"symmetryArguments", ValueType::kDictionary, kObject, Use::kMetadata, "Symmetry"},
    {"symmetryFunction", ValueType::kToken, kObject, Use::kMetadata, "Symmetry"},
    {"uiHints", ValueType::kDictionary, kObject, Use::kMetadata},
    // Properties.
    {"allowedTokens", ValueType::kTokenArray, kAttribute, Use::kMetadata},
    {"arraySizeConstraint", ValueType::kInt64, kAttribute, Use::kMetadata},
    {"bindMaterialAs", ValueType::kToken, kRelationship, Use::kMetadata, "Shading"},
    {"colorSpace", ValueType::kToken, kAttribute, Use::kMetadata},
    {"connectability", ValueType::kToken, kAttribute, Use::kMetadata, "Shading"},
    {"constraintTargetIdentifier", ValueType::kToken, kAttribute, Use::kMetadata},
    {"displayGroup", ValueType::kString, kProperty, Use::kMetadata},
    {"displayUnit", ValueType::kToken, kAttribute, Use::kStructure},
    {"elementSize", ValueType::kInt, kAttribute, Use::kMetadata, "Primvars"},
    {"interpolation", ValueType::kToken, kAttribute, Use::kMetadata, "Primvars"},
    {"limits", ValueType::kDictionary, kAttribute, Use::kMetadata},
    {"noLoadHint", ValueType::kBool, kRelationship, Use::kMetadata},
    {"outputName", ValueType::kToken, kRelationship, Use::kMetadata, "deprecated"},
    {"renderType", ValueType::kToken, kProperty, Use::kMetadata, "Rendering"},
    {"unauthoredValuesIndex", ValueType::kInt, kAttribute, Use::kMetadata, "Primvars"},
    {"weight", ValueType::kFloat, kAttribute, Use::kMetadata, "BlendShape"},
};

Value FallbackOf(std::string_view name, ValueType type) {
  if (name == "active") return Value(true);
  if (name == "specifier") return Value(Specifier::kOver);
  if (name == "framePrecision") return Value(int32_t{3});
  if (name == "framesPerSecond" || name == "timeCodesPerSecond") return Value(24.0);
  if (name == "kilogramsPerUnit") return Value(1.0);
  if (name == "metersPerUnit") return Value(0.01);
  if (name == "upAxis") return Value(Token("Y"));
  if (name == "connectability") return Value(Token("full"));
  if (name == "interpolation") return Value(Token("constant"));
  if (name == "elementSize") return Value(int32_t{1});
  if (name == "unauthoredValuesIndex") return Value(int32_t{-1});
  return MakeDefaultValue(type);
}

}  // namespace

Value MakeDefaultValue(ValueType type) {
  switch (type) {
#define X(name, held, text)       \
  case ValueType::k##name:        \
    return Value(held());         \
  case ValueType::k##name##Array: \
    return Value(Array<held>());
    STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, held)      \
  case ValueType::k##name: \
    return Value(held());
    STRATA_FIELD_TYPES(X)
#undef X
    default:
      return Value();
  }
}

FieldRegistry::FieldRegistry() {
  by_name_.reserve(std::size(kBuiltIns) * 2);
  by_text_name_.reserve(std::size(kBuiltIns) * 2);
  for (const BuiltIn& row : kBuiltIns) {
    FieldDefinition definition;
    definition.name = Token(row.name);
    definition.type = row.type;
    definition.fallback = FallbackOf(row.name, row.type);
    definition.is_metadata = row.use == Use::kMetadata;
    definition.on_layer = row.owners & kLayer;
    definition.on_prim = definition.on_variant = row.owners & kPrim;
    definition.on_attribute = row.owners & kAttribute;
    definition.on_relationship = row.owners & kRelationship;
    definition.on_variant_set = row.owners & kVariantSet;
    definition.display_group = Token(row.display_group);
    definition.text_name = row.text_name;
    Add(std::move(definition));
  }
}

const FieldRegistry& FieldRegistry::GetBuiltIn() {
  static const FieldRegistry built_in;
  return built_in;
}

const FieldDefinition* FieldRegistry::Find(Token name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second.get();
}

const FieldDefinition* FieldRegistry::FindByTextName(std::string_view text) const {
  auto found = by_text_name_.find(std::string(text));
  return found == by_text_name_.end() ? nullptr : found->second;
}

void FieldRegistry::Add(FieldDefinition definition) {
  if (definition.name.IsEmpty()) return;
  std::unique_ptr<FieldDefinition>& held = by_name_[definition.name];
  if (held) {  // a later definition of the same name replaces what is known, at the same address
    auto known = by_text_name_.find(GetTextName(*held));
    if (known != by_text_name_.end() && known->second == held.get()) by_text_name_.erase(known);
    *held = std::move(definition);
  } else {
    held = std::make_unique<FieldDefinition>(std::move(definition));
    all_.push_back(held.get());
  }
  by_text_name_.emplace(GetTextName(*held), held.get());  // the first of a name stays
}

const std::vector<const FieldDefinition*>& FieldRegistry::GetAll() const {
  return all_;
}

std::string FieldRegistry::GetTextName(const FieldDefinition& definition) {
  return definition.text_name.empty() ? definition.name.GetString() : definition.text_name;
}

bool IsChildrenField(Token field) {
  const FieldNames& names = GetFieldNames();
  return field == names.primChildren || field == names.properties || field == names.variantSetChildren ||
         field == names.variantChildren || field == names.targetChildren || field == names.connectionChildren;
}

bool IsAllowedOn(const FieldDefinition& definition, SpecType owner) {
  switch (owner) {
    case SpecType::kPseudoRoot:
      return definition.on_layer;
    case SpecType::kPrim:
      return definition.on_prim;
    case SpecType::kVariant:
      return definition.on_variant;
    case SpecType::kVariantSet:
      return definition.on_variant_set;
    case SpecType::kAttribute:
      return definition.on_attribute;
    case SpecType::kRelationship:
      return definition.on_relationship;
    default:
      return true;
  }
}

}  // namespace strata::layer
