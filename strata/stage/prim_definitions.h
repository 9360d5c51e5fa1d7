// What the stage asks of schemas: the definition of a prim from its type and applied schemas. Implemented by
// `schema`.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "strata/layer/spec_store.h"
#include "strata/value/value.h"

namespace strata::stage {

// A property that a schema declares.
struct PropertyDefinition {
  layer::SpecType type = layer::SpecType::kAttribute;  // kAttribute or kRelationship
  Token type_name;                                     // of attributes
  Variability variability = Variability::kVarying;
  Value fallback;                                 // empty: none
  std::vector<layer::SpecStore::Field> metadata;  // documentation, allowedTokens, displayName, ...
};

// Everything a prim has before anyone speaks. Immutable, thread-safe.   (UsdPrimDefinition)
class PrimDefinition {
 public:
  virtual ~PrimDefinition() = default;
  virtual const PropertyDefinition* FindProperty(Token name) const = 0;  // null when the schemas have none
  virtual const std::vector<Token>& GetPropertyNames() const = 0;        // in element order
  virtual const std::vector<Token>& GetAppliedSchemas() const = 0;       // built-in ones included, in order
  virtual const std::vector<layer::SpecStore::Field>& GetMetadata() const = 0;
};
using PrimDefinitionPtr = std::shared_ptr<const PrimDefinition>;

// Thread-safe. Null answers mean that no schema is known.
class PrimDefinitions {
 public:
  virtual ~PrimDefinitions() = default;
  virtual PrimDefinitionPtr Find(Token type_name, std::span<const Token> applied_schemas) const = 0;
  virtual bool HasType(Token type_name) const = 0;
};

}  // namespace strata::stage
