// Answers about one schema type: what the registry knows of it, and what a prim that has it gets.
#include "strata/schema/schema.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

std::string NameKind(schema::SchemaKind kind) {
  std::string name(schema::GetSchemaKindName(kind));
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

Json NameTokens(const std::vector<Token>& tokens) {
  Json names = Json::array();
  for (Token token : tokens) names.push_back(token.GetString());
  return names;
}

Json DescribeProperty(const schema::PropertyDefinition& property) {
  if (property.type == layer::SpecType::kRelationship) return {{"relationship", true}};
  Json described = {{"typeName", property.type_name.GetString()},
                    {"variability", property.variability == Variability::kUniform ? "Uniform" : "Varying"}};
  if (!property.fallback.IsEmpty()) described["fallback"] = ToJson(property.fallback);
  for (const char* field : {"allowedTokens", "displayName", "displayGroup"})
    if (const Value* value = property.FindMetadata(Token(field))) described[field] = ToJson(*value);
  return described;
}

// Every field of a property, as usd-core's prim definitions list them; documentation is everybody's own.
Json ListFields(const schema::PropertyDefinition& property) {
  Json fields = {{"custom", false},
                 {"variability", property.variability == Variability::kUniform ? "Uniform" : "Varying"}};
  if (property.type == layer::SpecType::kAttribute) fields["typeName"] = property.type_name.GetString();
  if (!property.fallback.IsEmpty()) {
    fields["default"] = ToJson(property.fallback);
    const ValueTypeName* declared = FindValueTypeName(property.type_name);
    fields["hasDeclaredType"] = declared && declared->type == property.fallback.GetType();
  }
  for (const layer::SpecStore::Field& field : property.metadata)
    if (field.name != layer::GetFieldNames().customData) fields[field.name.GetString()] = ToJson(field.value);
  return fields;
}

}  // namespace

Json AnswerDefinition(const Json& question) {
  std::vector<Token> applied;
  for (const Json& name : question.at("applied")) applied.emplace_back(name.get<std::string>());
  const Token type(question.at("type").get<std::string>());
  const auto registry = schema::Registry::GetBuiltIn();
  const schema::PrimDefinitionPtr definition = question.value("composed", false)
                                                   ? registry->BuildDefinition(type, applied)
                                                   : registry->FindDefinition(type);
  Json answer = {{"names", Json::array()}, {"applied", Json::array()}, {"properties", Json::object()}};
  if (!definition) return answer;
  answer["names"] = NameTokens(definition->GetPropertyNames());
  answer["applied"] = NameTokens(definition->GetAppliedSchemas());
  for (Token name : definition->GetPropertyNames()) {
    const schema::PropertyDefinition& property = *definition->FindProperty(name);
    answer["properties"][name.GetString()] = ListFields(property);
  }
  return answer;
}

Json AnswerSchema(const Json& question) {
  const auto registry = schema::Registry::GetBuiltIn();
  const Token identifier(question.at("type").get<std::string>());
  const schema::SchemaInfo* info = registry->Find(identifier);
  if (!info) throw NotAnswered("no schema is called " + identifier.GetString());
  Json answer = {{"kind", NameKind(info->kind)},
                 {"bases", info->base.IsEmpty() ? Json::array() : NameTokens({info->base})},
                 {"library", info->library.GetString()},
                 {"canOnlyApplyTo", NameTokens(info->can_only_apply_to)},
                 {"autoApplyTo", NameTokens(info->auto_apply_to)}};
  if (question.value("named", false)) {  // what the corpus has no place for
    answer["typeName"] = info->type_name.GetString();
    answer["family"] = info->family.GetString();
    answer["version"] = info->version;
  }
  // The corpus describes what prims and appliers of a schema get: of bases alone it has no definition.
  if (info->kind != schema::SchemaKind::kConcreteTyped && !info->IsAppliedAPI()) return answer;
  const schema::PrimDefinitionPtr definition = registry->FindDefinition(identifier);
  answer["builtinAPISchemas"] = NameTokens(definition->GetAppliedSchemas());
  answer["properties"] = Json::object();
  for (Token name : definition->GetPropertyNames())
    answer["properties"][name.GetString()] = DescribeProperty(*definition->FindProperty(name));
  return answer;
}

}  // namespace strata::conformance
