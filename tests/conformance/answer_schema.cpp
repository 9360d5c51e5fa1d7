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

}  // namespace

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
