// Everything that the schemas of a prim give it: properties, fallbacks, metadata, applied schemas.
// (UsdPrimDefinition)
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/layer/spec_store.h"
#include "strata/value/value.h"

namespace strata::schema {

// A property that a schema declares.
struct PropertyDefinition {
  layer::SpecType type = layer::SpecType::kAttribute;  // kAttribute or kRelationship
  Token type_name;                                     // of attributes
  Variability variability = Variability::kVarying;
  Value fallback;                                 // empty: none
  std::vector<layer::SpecStore::Field> metadata;  // allowedTokens, displayName, ...; not the documentation
  std::string documentation;

  const Value* FindMetadata(Token field) const;  // null when absent
};
using PropertyDefinitionPtr = std::shared_ptr<const PropertyDefinition>;

// Immutable and thread-safe. Made by a Registry.
class PrimDefinition {
 public:
  // The concrete or abstract schema type; empty for API schemas alone.
  Token GetSchemaType() const { return lineage_.empty() ? Token() : lineage_.front(); }
  // Whether that type is `schema` or derives from it.
  bool IsA(Token schema) const;
  // Whether `schema` is applied, built-in ones included; of a multiple-apply schema under any instance name
  // ("CollectionAPI") or under one ("CollectionAPI:lightLink").
  bool HasAPI(Token schema) const;

  const PropertyDefinition* FindProperty(Token name) const;              // null when the schemas have none
  const std::vector<Token>& GetPropertyNames() const { return names_; }  // in element order
  // Built-in ones first, each followed by those that it brings; what nobody knows is left out.
  const std::vector<Token>& GetAppliedSchemas() const { return applied_; }
  const std::vector<layer::SpecStore::Field>& GetMetadata() const { return metadata_; }
  const std::string& GetDocumentation() const { return documentation_; }

 private:
  friend class DefinitionBuilder;
  std::vector<Token> lineage_;  // the schema type, then its bases
  std::vector<Token> names_;
  std::vector<Token> applied_;
  tsl::robin_map<Token, PropertyDefinitionPtr> properties_;
  std::vector<layer::SpecStore::Field> metadata_;
  std::string documentation_;
};
using PrimDefinitionPtr = std::shared_ptr<const PrimDefinition>;

}  // namespace strata::schema
