#include "strata/schema/schema_text.h"

#include <algorithm>

#include "strata/asset/asset.h"
#include "strata/format/text/text.h"

namespace strata::schema {

namespace {

bool IsOverride(const layer::SpecStore::SpecView& spec) {
  const Value* custom_data = spec.Find(layer::GetFieldNames().customData);
  const Dictionary* entries = custom_data ? custom_data->GetIf<Dictionary>() : nullptr;
  const Value* mark = entries ? entries->Find("apiSchemaOverride") : nullptr;
  return mark && mark->GetOr(false);
}

// What the definition of a property says beside its metadata.
bool TakeStructure(Token field, const Value& value, PropertyDefinition& definition) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (field == names.typeName) {
    definition.type_name = value.GetOr(Token());
  } else if (field == names.variability) {
    definition.variability = value.GetOr(definition.variability);
  } else if (field == names.default_) {
    if (!value.IsBlock()) definition.fallback = value;
  } else if (field == names.documentation) {
    definition.documentation = value.GetOr(std::string());
  } else {
    return field == names.custom || field == names.comment;
  }
  return true;
}

void AddBriefDocumentation(const std::string& documentation, std::vector<layer::SpecStore::Field>& metadata) {
  if (documentation.empty()) return;
  const Token field = layer::GetFieldNames().customData;
  for (const layer::SpecStore::Field& known : metadata)
    if (known.name == field) return;
  Dictionary brief;
  brief.entries.emplace("userDocBrief", Value(documentation));
  metadata.emplace_back(field, Value(std::move(brief)));
}

PropertyDefinitionPtr ReadProperty(const layer::SpecStore::SpecView& spec, BriefDocumentation brief) {
  auto definition = std::make_shared<PropertyDefinition>();
  definition->type = spec.GetType();
  if (definition->type == layer::SpecType::kRelationship) definition->variability = Variability::kUniform;
  for (const auto& [field, value] : spec)
    if (!TakeStructure(field, value, *definition)) definition->metadata.emplace_back(field, value);
  if (brief == BriefDocumentation::kMade)
    AddBriefDocumentation(definition->documentation, definition->metadata);
  return definition;
}

bool IsSchemaStructure(Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  return field == names.specifier || field == names.typeName || field == names.properties ||
         field == names.primChildren || field == names.comment || field == names.inheritPaths ||
         field == names.propertyOrder;
}

}  // namespace

SchemaBody ReadSchemaBody(const layer::SpecStore& content, Token identifier, BriefDocumentation brief) {
  const layer::FieldNames& names = layer::GetFieldNames();
  const Path path = Path::AbsoluteRoot().AppendChild(identifier);
  SchemaBody body;
  const layer::SpecStore::SpecView prim = content.Find(path);
  for (const auto& [field, value] : prim) {
    if (field == names.documentation) {
      body.documentation = value.GetOr(std::string());
    } else if (field == names.apiSchemas) {
      body.has_built_in_schemas = true;
      if (const TokenListOp* schemas = value.GetIf<TokenListOp>())
        body.built_in_schemas = schemas->GetAppliedItems();
    } else if (!IsSchemaStructure(field)) {
      body.metadata.emplace_back(field, value);
    }
  }
  if (brief == BriefDocumentation::kMade) AddBriefDocumentation(body.documentation, body.metadata);
  const Value* children = prim.Find(names.properties);
  const TokenVector* properties = children ? children->GetIf<TokenVector>() : nullptr;
  if (!properties) return body;
  for (Token name : *properties) {
    const layer::SpecStore::SpecView spec = content.Find(path.AppendProperty(name));
    if (spec.GetType() != layer::SpecType::kAttribute && spec.GetType() != layer::SpecType::kRelationship)
      continue;
    (IsOverride(spec) ? body.overrides : body.properties).emplace_back(name, ReadProperty(spec, brief));
  }
  return body;
}

bool ReadSchemaText(std::string text, const std::string& file, const layer::FieldRegistry& fields,
                    layer::SpecStore& content, Diagnostics& remarks) {
  layer::ReadOptions options;
  options.fields = &fields;
  const std::shared_ptr<asset::Asset> asset = asset::MakeMemoryAsset(std::move(text));
  return format::text::MakeUsdaFormat()->Read(*asset, file, options, content, remarks);
}

}  // namespace strata::schema
