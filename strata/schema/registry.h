// The schema types that are known, and the definitions of prims composed from them.   (UsdSchemaRegistry)
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/layer/fields.h"
#include "strata/schema/kinds.h"
#include "strata/schema/prim_definition.h"
#include "strata/schema/schema_info.h"

namespace strata::schema {

inline constexpr DiagnosticCode kSchemaUnusable{"schema.unusable", Severity::kWarning,
                                                "A schema, or a file of schemas, cannot be used."};

inline constexpr DiagnosticCode kSchemaUnknown{"schema.unknown", Severity::kError, "No schema has a name."};

struct SchemaBody;

// The schemas of OpenUSD, extended at run time. What it gives by pointer or reference lives as long as it
// does. Knowing a schema is cheap; its properties are read when first asked for.
class Registry {
 public:
  Registry();  // the built-in ones
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  static std::shared_ptr<const Registry> GetBuiltIn();

  // -- filling it: not while others read --------------------------------------------------------------

  // Adds schemas whose classes are in usda text such as usdGenSchema writes: class prims at the root, named
  // by their identifiers, properties of bases repeated. A schema of a known name is left as it is. `file`
  // names the text in remarks; empty text gives schemas without properties.
  void AddSchemas(std::vector<SchemaInfo> infos, const std::string& text, const std::string& file,
                  const layer::FieldRegistry& fields, Diagnostics& remarks);
  // Makes an API schema known as applying itself to prims of the given schemas, and of those derived.
  void AddAutoApply(Token api_schema, const std::vector<Token>& to);
  void AddKind(Token kind, Token base) { kinds_.Add(kind, base); }

  // -- asking -----------------------------------------------------------------------------------------

  const KindRegistry& GetKinds() const { return kinds_; }
  const SchemaInfo* Find(Token identifier) const;                 // null when unknown
  const SchemaInfo* FindByTypeName(Token type_name) const;        // "UsdGeomMesh"
  std::vector<const SchemaInfo*> GetAll() const;                  // sorted by identifier
  std::vector<const SchemaInfo*> FindFamily(Token family) const;  // the newest version first
  bool IsConcrete(Token identifier) const;
  // Whether `identifier` is `base` or derives from it.
  bool IsA(Token identifier, Token base) const;
  // What a schema alone gives: of typed ones with everything of their bases, of multiple-apply ones with
  // "__INSTANCE_NAME__" in the names. Null when unknown.
  PrimDefinitionPtr FindDefinition(Token identifier) const;

  // What a prim of this type with these API schemas has. Types that are unknown or abstract count as none.
  // Null when nothing is left. Costs a search of the schemas when the combination is new.
  PrimDefinitionPtr BuildDefinition(Token type_name, std::span<const Token> applied_schemas) const;

 private:
  friend class DefinitionBuilder;
  struct Entry;
  void AddIndex(std::string_view text);
  void AddEntry(SchemaInfo info, std::string_view text);
  void MendBases(Diagnostics& remarks, const std::string& file);
  const Entry* FindEntry(Token identifier) const;
  const SchemaBody& GetBody(const Entry& entry) const;                 // REQUIRES: mutex_
  std::vector<Token> GetBuiltInSchemas(Token identifier) const;        // REQUIRES: mutex_
  PrimDefinitionPtr GetDefinition(Token identifier, int depth) const;  // REQUIRES: mutex_

  KindRegistry kinds_;
  std::unordered_map<Token, std::unique_ptr<Entry>> entries_;
  std::unordered_map<Token, Token> by_type_name_;
  std::vector<Token> auto_applied_;  // API schemas that apply themselves to others, sorted by family
  mutable std::mutex mutex_;         // guards what entries learn when asked, and composed_
  mutable std::unordered_map<std::string, PrimDefinitionPtr> composed_;
};

// Those of a registry; null: the built-in ones.
inline const KindRegistry& GetKinds(const std::shared_ptr<const Registry>& registry) {
  return registry ? registry->GetKinds() : KindRegistry::GetBuiltIn();
}

}  // namespace strata::schema
