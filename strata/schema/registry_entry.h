// What the registry holds for one schema type; for the files of this room.
#pragma once

#include <optional>
#include <string_view>

#include "strata/schema/registry.h"
#include "strata/schema/schema_text.h"

namespace strata::schema {

struct Registry::Entry {
  SchemaInfo info;
  std::string_view text;  // of a built-in schema: its class, read when first asked for
  mutable std::optional<SchemaBody> body;
  mutable PrimDefinitionPtr definition;
  mutable bool is_being_defined = false;
};

// Composes definitions from the schemas of a registry. REQUIRES: the registry's mutex is held.
class DefinitionBuilder {
 public:
  DefinitionBuilder(const Registry& registry, int depth)
      : registry_(registry), depth_(depth), made_(std::make_shared<PrimDefinition>()) {}

  void CopyFrom(const PrimDefinition& definition);
  void AddSchema(const Registry::Entry& entry);
  void AddAppliedSchema(Token name);
  PrimDefinitionPtr Finish();

 private:
  void AddOwnProperties(const Registry::Entry& entry);
  void AddBuiltInSchemas(const Registry::Entry& entry);
  void AddOverrides(const std::vector<std::pair<Token, PropertyDefinitionPtr>>& overrides);
  void AddWeaker(Token name, const PropertyDefinitionPtr& property);
  bool FitsVersions(const std::vector<Token>& schemas) const;

  const Registry& registry_;
  const int depth_;
  std::shared_ptr<PrimDefinition> made_;
};

}  // namespace strata::schema
