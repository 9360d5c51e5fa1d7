#include "strata/schema/schema_info.h"

#include <charconv>
#include <string>

namespace strata::schema {

namespace {

constexpr std::string_view kInstancePlaceholder = "__INSTANCE_NAME__";
constexpr std::pair<std::string_view, SchemaKind> kKinds[] = {
    {"abstractBase", SchemaKind::kAbstractBase},     {"abstractTyped", SchemaKind::kAbstractTyped},
    {"concreteTyped", SchemaKind::kConcreteTyped},   {"nonAppliedAPI", SchemaKind::kNonAppliedAPI},
    {"singleApplyAPI", SchemaKind::kSingleApplyAPI}, {"multipleApplyAPI", SchemaKind::kMultipleApplyAPI},
};

}  // namespace

std::string_view GetSchemaKindName(SchemaKind kind) {
  for (const auto& [name, known] : kKinds)
    if (known == kind) return name;
  return "abstractBase";
}

std::optional<SchemaKind> FindSchemaKind(std::string_view name) {
  for (const auto& [known, kind] : kKinds)
    if (known == name) return kind;
  return std::nullopt;
}

std::pair<Token, uint32_t> ParseFamilyAndVersion(Token identifier) {
  const std::string_view text = identifier.GetText();
  const size_t mark = text.rfind('_');
  if (mark == std::string_view::npos || mark == 0 || mark + 1 == text.size()) return {identifier, 0};
  const std::string_view digits = text.substr(mark + 1);
  uint32_t version = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  // "_0" and leading zeros are no versions: the plain name is the only way to write the first.
  if (error != std::errc() || end != digits.data() + digits.size() || digits[0] == '0')
    return {identifier, 0};
  return {Token(text.substr(0, mark)), version};
}

Token MakeIdentifier(Token family, uint32_t version) {
  return version == 0 ? family : Token(family.GetString() + '_' + std::to_string(version));
}

std::pair<Token, Token> ParseNameAndInstance(Token applied_schema) {
  const std::string_view text = applied_schema.GetText();
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {applied_schema, Token()};
  return {Token(text.substr(0, colon)), Token(text.substr(colon + 1))};
}

bool IsNameTemplate(Token name) {
  return name.GetText().find(kInstancePlaceholder) != std::string_view::npos;
}

Token MakeNameInstance(Token name_template, Token instance) {
  const std::string_view text = name_template.GetText();
  const size_t place = text.find(kInstancePlaceholder);
  if (place == std::string_view::npos) return name_template;
  std::string made(text.substr(0, place));
  made += instance.GetText();
  made += text.substr(place + kInstancePlaceholder.size());
  return Token(made);
}

}  // namespace strata::schema
