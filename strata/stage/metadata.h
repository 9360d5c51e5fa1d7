// How opinions about a field of a prim or property become one value; used by the files of this room.
#pragma once

#include <vector>

#include "strata/compose/compose.h"
#include "strata/layer/fields.h"
#include "strata/stage/asset_values.h"
#include "strata/stage/resolve_info.h"

namespace strata::stage {

// One spec of the object asked about.
struct FieldSite {
  compose::SpecSite site;  // node and layer
  Path path;               // of the spec: the prim's, or its property's
  layer::SpecStore::SpecView spec;
};

// What a layer says of a property of the prim at `prim`. Makes no path where it says nothing.
inline layer::SpecStore::SpecView FindPropertySpec(const layer::SpecStore& content, Path prim,
                                                   Token property) {
  const auto owner = content.FindIndex(prim);
  if (owner == layer::SpecStore::kNoSpec) return {};
  const auto spec = content.FindProperty(owner, property);
  return spec == layer::SpecStore::kNoSpec ? layer::SpecStore::SpecView() : content.ViewOf(spec);
}

// The specs of a prim, or of one of its properties, strongest first. Nothing for a null index.
std::vector<FieldSite> FindPrimSites(const compose::PrimIndex* index);
std::vector<FieldSite> FindPropertySites(const compose::PrimIndex* index, Token property);

// What the specs of a property say together, where no schema does.
layer::SpecType FindPropertyType(const std::vector<FieldSite>& sites);  // kUnknown: nobody says
Variability ComposeVariability(const std::vector<FieldSite>& sites);
Token ComposeTypeName(const std::vector<FieldSite>& sites);

// AOUSD 12.2.1: over, class and def, where a class that a direct inherit brings yields to other opinions.
Specifier ComposeSpecifier(const compose::PrimIndex& index);
std::vector<Token> ComposeAppliedSchemas(const compose::PrimIndex& index);

// The strongest value; dictionaries merged, list ops and path expressions combined; in the stage's time,
// asset paths resolved. Empty when nobody speaks.
Value ComposeField(const std::vector<FieldSite>& sites, Token field, const AssetPathResolver& resolver,
                   const Value* fallback);
bool IsFieldAuthored(const std::vector<FieldSite>& sites, Token field);

// Names of fields that describe an object rather than the structure of layers, sorted by text, each once.
enum class FieldOwner : uint8_t { kStage, kPrim, kProperty };
std::vector<Token> ListMetadataFields(const std::vector<FieldSite>& sites, FieldOwner owner);

// What a field is where nobody speaks: of the schemas, else of the field itself. Null: nothing.
const Value* FindFieldFallback(const layer::FieldRegistry& registry, Token field, FieldOwner owner,
                               const std::vector<layer::SpecStore::Field>* of_schema);
// The metadata of a spec of that type that is something where nobody speaks; some may be named twice.
std::vector<Token> ListFallbackFields(const layer::FieldRegistry& registry, layer::SpecType type,
                                      FieldOwner owner,
                                      const std::vector<layer::SpecStore::Field>* of_schema);

Opinions ListFieldOpinions(compose::PrimIndexPtr index, const std::vector<FieldSite>& sites, Token field,
                           const AssetPathResolver& resolver, const Value* fallback);

// `strong` over `weak` where both combine: dictionaries, list ops, path expressions. Empty when `strong`
// alone decides.
Value CombineFieldValues(const Value& strong, const Value& weak);
bool IsCombining(const Value& value);

}  // namespace strata::stage
