// What is known of one schema type besides its properties: its name, kind, base and where it may be applied.
// (UsdSchemaRegistry::SchemaInfo)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "strata/base/token.h"

namespace strata::schema {

enum class SchemaKind : uint8_t {
  kAbstractBase,      // a root of the hierarchy: Typed, APISchemaBase
  kAbstractTyped,     // a base that no prim has as its type: Imageable
  kConcreteTyped,     // a type that prims can have: Mesh
  kNonAppliedAPI,     // an interface only: ModelAPI
  kSingleApplyAPI,    // applied to a prim once: MaterialBindingAPI
  kMultipleApplyAPI,  // applied under instance names: CollectionAPI:lightLink
};
std::string_view GetSchemaKindName(SchemaKind kind);  // "concreteTyped", as plugInfo files spell it
std::optional<SchemaKind> FindSchemaKind(std::string_view name);

struct SchemaInfo {
  Token identifier;      // "Mesh", "Capsule_1": what files and metadata name
  Token type_name;       // "UsdGeomMesh": the class that OpenUSD or a plugin has for it
  Token base;            // identifier; empty above Typed and APISchemaBase
  Token library;         // "usdGeom"
  Token family;          // identifier without the version: "Capsule"
  uint32_t version = 0;  // of the family
  SchemaKind kind = SchemaKind::kAbstractBase;
  bool computes_extent = false;               // prims of the type can give their extent
  bool is_connectable = false;                // prims of the type have inputs and outputs to connect
  std::vector<Token> can_only_apply_to;       // of API schemas; empty: any prim
  std::vector<Token> auto_apply_to;           // schemas that have it without saying so
  std::vector<Token> allowed_instance_names;  // of multiple-apply schemas; empty: any

  bool IsTyped() const { return kind == SchemaKind::kAbstractTyped || kind == SchemaKind::kConcreteTyped; }
  bool IsAppliedAPI() const {
    return kind == SchemaKind::kSingleApplyAPI || kind == SchemaKind::kMultipleApplyAPI;
  }
};

// "Capsule_1" is version 1 of the family "Capsule"; a name without such an end is version 0 of itself.
std::pair<Token, uint32_t> ParseFamilyAndVersion(Token identifier);
Token MakeIdentifier(Token family, uint32_t version);

// "CollectionAPI:lightLink" is the schema "CollectionAPI" under the instance name "lightLink".
std::pair<Token, Token> ParseNameAndInstance(Token applied_schema);

// Property names of multiple-apply schemas hold "__INSTANCE_NAME__" where the instance name goes.
bool IsNameTemplate(Token name);
Token MakeNameInstance(Token name_template, Token instance);

}  // namespace strata::schema
