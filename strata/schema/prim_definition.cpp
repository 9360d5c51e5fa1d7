#include "strata/schema/prim_definition.h"

#include <algorithm>

namespace strata::schema {

const Value* PropertyDefinition::FindMetadata(Token field) const {
  for (const layer::SpecStore::Field& known : metadata)
    if (known.name == field) return &known.value;
  return nullptr;
}

bool PrimDefinition::IsA(Token schema) const {
  return std::find(lineage_.begin(), lineage_.end(), schema) != lineage_.end();
}

bool PrimDefinition::HasAPI(Token schema) const {
  const std::string_view text = schema.GetText();
  const bool names_instance = text.find(':') != std::string_view::npos;
  return std::any_of(applied_.begin(), applied_.end(), [&](Token applied) {
    if (applied == schema) return true;
    if (names_instance) return false;
    const std::string_view name = applied.GetText();
    return name.size() > text.size() && name[text.size()] == ':' && name.starts_with(text);
  });
}

const PropertyDefinition* PrimDefinition::FindProperty(Token name) const {
  const auto found = properties_.find(name);
  return found == properties_.end() ? nullptr : found->second.get();
}

}  // namespace strata::schema
