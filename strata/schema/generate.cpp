#include "strata/schema/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/format/text/text.h"

namespace strata::schema {

namespace {

// The C++ type of values of an attribute's type name; empty for names nobody knows.
std::string FindCppType(Token type_name) {
  const ValueTypeName* type = FindValueTypeName(type_name);
  if (!type) return {};
  std::string element;
  switch (GetElementType(type->type)) {
#define X(name, cpp, text) \
  case ValueType::k##name: \
    element = #cpp;        \
    break;
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      return {};
  }
  // Strata's own types begin with a capital.
  if (element.front() >= 'A' && element.front() <= 'Z') element = "strata::" + element;
  return IsArrayType(type->type) ? "strata::Array<" + element + ">" : element;
}

// "primvars:displayColor" as "PrimvarsDisplayColor"; what cannot stand in a name begins a new word.
std::string MakeClassName(std::string_view text) {
  std::string name;
  bool begins_word = true;
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && !(c >= '0' && c <= '9') && c != '_') {
      begins_word = true;
      continue;
    }
    if (name.empty() && !is_letter) name = "X";
    name += begins_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins_word = false;
  }
  return name.empty() ? "X" : name;
}

constexpr std::string_view kInstance = "__INSTANCE_NAME__";

std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string FlattenLines(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  std::replace(out.begin(), out.end(), '\r', ' ');
  return out;
}

// Bases before what derives from them, else by name; each once, unknown ones left out.
class Order {
 public:
  Order(const Registry& registry, const std::vector<Token>& identifiers) : registry_(registry) {
    std::set<Token, TokenTextLess> asked(identifiers.begin(), identifiers.end());
    for (Token identifier : asked) Add(identifier, asked);
  }
  std::vector<const SchemaInfo*> all;
  bool Has(Token identifier) const { return added_.contains(identifier); }

 private:
  void Add(Token identifier, const std::set<Token, TokenTextLess>& asked) {
    // From the topmost base down, without recursion.
    std::vector<const SchemaInfo*> lineage;
    for (const SchemaInfo* info = registry_.Find(identifier); info; info = registry_.Find(info->base))
      if (asked.contains(info->identifier)) lineage.push_back(info);
    for (size_t i = lineage.size(); i-- > 0;)
      if (added_.insert(lineage[i]->identifier).second) all.push_back(lineage[i]);
  }
  const Registry& registry_;
  std::set<Token, TokenTextLess> added_;
};

// The properties of a view: all of the definition, or those beyond the base's when there is a base class.
std::vector<Token> ListProperties(const Registry& registry, const SchemaInfo& info, bool has_base_class) {
  const PrimDefinitionPtr definition = registry.FindDefinition(info.identifier);
  if (!definition) return {};
  std::vector<Token> names = definition->GetPropertyNames();
  const PrimDefinitionPtr base = has_base_class ? registry.FindDefinition(info.base) : nullptr;
  if (base) std::erase_if(names, [&](Token name) { return base->FindProperty(name) != nullptr; });
  return names;
}

std::string MakeCppNameExpression(Token property) {
  const std::string_view text = property.GetText();
  const size_t at = text.find(kInstance);
  if (at == std::string_view::npos) return fmt::format("strata::Token(\"{}\")", Escape(text));
  return fmt::format("strata::Token(\"{}\" + instance_.GetString() + \"{}\")", Escape(text.substr(0, at)),
                     Escape(text.substr(at + kInstance.size())));
}

std::string StripInstance(Token property) {
  std::string text = property.GetString();
  const size_t at = text.find(kInstance);
  if (at != std::string::npos) text.erase(at, kInstance.size());
  return text;
}

void AddCppProperty(std::string& text, const PropertyDefinition& property, Token name) {
  const std::string method = MakeClassName(StripInstance(name)), token = MakeCppNameExpression(name);
  if (!property.documentation.empty()) text += fmt::format("  // {}\n", FlattenLines(property.documentation));
  if (property.type == layer::SpecType::kRelationship) {
    text += fmt::format(
        "  strata::stage::Relationship Get{}Rel() const {{ return prim_.GetRelationship({}); }}\n", method,
        token);
    return;
  }
  text += fmt::format("  strata::stage::Attribute Get{}Attr() const {{ return prim_.GetAttribute({}); }}\n",
                      method, token);
  const std::string type = FindCppType(property.type_name);
  if (type.empty()) return;
  text += fmt::format(
      "  std::optional<{}> Get{}(strata::stage::Time time = strata::stage::Time::Default()) const {{\n"
      "    return Get{}Attr().GetAs<{}>(time);\n  }}\n",
      type, method, method, type);
}

void AddCppClass(std::string& text, const Registry& registry, const SchemaInfo& info, const Order& order) {
  const bool has_base_class = info.IsTyped() && order.Has(info.base);
  const bool is_multiple = info.kind == SchemaKind::kMultipleApplyAPI;
  const std::string name = MakeClassName(info.identifier.GetText());
  const PrimDefinitionPtr definition = registry.FindDefinition(info.identifier);
  if (definition && !definition->GetDocumentation().empty())
    text += fmt::format("// {}\n", FlattenLines(definition->GetDocumentation()));
  text += fmt::format("class {}{} {{\n public:\n", name,
                      has_base_class ? " : public " + MakeClassName(info.base.GetText()) : "");
  text += fmt::format("  static constexpr const char* kSchema{} = \"{}\";\n", name,
                      Escape(info.identifier.GetText()));
  if (is_multiple) {
    text += fmt::format(
        "  {}(strata::stage::Prim prim, strata::Token instance)\n"
        "      : prim_(std::move(prim)), instance_(instance) {{}}\n",
        name);
  } else if (has_base_class) {
    text += fmt::format("  explicit {}(strata::stage::Prim prim) : {}(std::move(prim)) {{}}\n", name,
                        MakeClassName(info.base.GetText()));
  } else {
    text += fmt::format("  explicit {}(strata::stage::Prim prim) : prim_(std::move(prim)) {{}}\n", name);
  }
  const std::string schema = is_multiple
                                 ? fmt::format("std::string(kSchema{}) + ':' + instance_.GetString()", name)
                                 : fmt::format("kSchema{}", name);
  text += fmt::format("  bool IsValid() const {{ return prim_.{}(strata::Token({})); }}\n",
                      info.IsTyped() ? "IsA" : "HasAPI", schema);
  if (!has_base_class) text += "  const strata::stage::Prim& GetPrim() const { return prim_; }\n";
  for (Token property : ListProperties(registry, info, has_base_class))
    AddCppProperty(text, *definition->FindProperty(property), property);
  if (!has_base_class) text += "\n protected:\n  strata::stage::Prim prim_;\n";
  if (is_multiple) text += "  strata::Token instance_;\n";
  text += "};\n\n";
}

void AddPythonProperty(std::string& text, const PropertyDefinition& property, Token name) {
  const std::string method = MakeClassName(StripInstance(name));
  const std::string_view full = name.GetText();
  const size_t at = full.find(kInstance);
  const std::string expression =
      at == std::string_view::npos
          ? fmt::format("\"{}\"", Escape(full))
          : fmt::format("\"{}\" + self._instance + \"{}\"", Escape(full.substr(0, at)),
                        Escape(full.substr(at + kInstance.size())));
  const bool is_relationship = property.type == layer::SpecType::kRelationship;
  text += fmt::format("\n    def Get{}{}(self):\n", method, is_relationship ? "Rel" : "Attr");
  if (!property.documentation.empty())
    text += fmt::format("        \"\"\"{}\"\"\"\n", Escape(FlattenLines(property.documentation)));
  text += fmt::format("        return self._prim.Get{}({})\n", is_relationship ? "Relationship" : "Attribute",
                      expression);
}

}  // namespace

std::vector<Token> GetOwnPropertyNames(const Registry& registry, Token identifier) {
  const SchemaInfo* info = registry.Find(identifier);
  return info ? ListProperties(registry, *info, true) : std::vector<Token>();
}

std::string GenerateCppViews(const Registry& registry, const std::vector<Token>& identifiers,
                             const GenerateOptions& options) {
  const Order order(registry, identifiers);
  std::string text =
      "// Typed views of prims, made by `strata schema`.\n// clang-format off\n#pragma once\n\n#include "
      "<optional>\n#include <string>\n"
      "#include <utility>\n\n#include \"strata/stage/stage.h\"\n\n";
  text += fmt::format("namespace {} {{\n\n", options.name_space);
  for (const SchemaInfo* info : order.all) AddCppClass(text, registry, *info, order);
  return text + fmt::format("}}  // namespace {}\n", options.name_space);
}

std::string GeneratePythonViews(const Registry& registry, const std::vector<Token>& identifiers) {
  const Order order(registry, identifiers);
  std::string text = "\"\"\"Typed views of prims, made by `strata schema`.\"\"\"\n";
  for (const SchemaInfo* info : order.all) {
    const bool has_base_class = info->IsTyped() && order.Has(info->base);
    const bool is_multiple = info->kind == SchemaKind::kMultipleApplyAPI;
    const PrimDefinitionPtr definition = registry.FindDefinition(info->identifier);
    text += fmt::format("\n\nclass {}{}:\n", MakeClassName(info->identifier.GetText()),
                        has_base_class ? "(" + MakeClassName(info->base.GetText()) + ")" : "");
    if (definition && !definition->GetDocumentation().empty())
      text += fmt::format("    \"\"\"{}\"\"\"\n\n", Escape(FlattenLines(definition->GetDocumentation())));
    text += fmt::format("    SCHEMA = \"{}\"\n", Escape(info->identifier.GetText()));
    if (!has_base_class) {
      text += fmt::format("\n    def __init__(self, prim{}):\n        self._prim = prim\n{}",
                          is_multiple ? ", instance" : "",
                          is_multiple ? "        self._instance = instance\n" : "");
      text += "\n    def GetPrim(self):\n        return self._prim\n";
    }
    for (Token property : ListProperties(registry, *info, has_base_class))
      AddPythonProperty(text, *definition->FindProperty(property), property);
  }
  return text;
}

std::string GenerateDocumentation(const Registry& registry, const std::vector<Token>& identifiers) {
  const Order order(registry, identifiers);
  std::string text = "# Schemas\n";
  for (const SchemaInfo* info : order.all) {
    const PrimDefinitionPtr definition = registry.FindDefinition(info->identifier);
    text += fmt::format("\n## {}\n\n", info->identifier.GetText());
    if (definition && !definition->GetDocumentation().empty())
      text += definition->GetDocumentation() + "\n\n";
    text += fmt::format("{} of `{}`", GetSchemaKindName(info->kind), info->library.GetText());
    if (!info->base.IsEmpty()) text += fmt::format(", derived from `{}`", info->base.GetText());
    std::string with;
    for (Token applied : definition ? definition->GetAppliedSchemas() : std::vector<Token>())
      if (applied != info->identifier) with += fmt::format(" `{}`", applied.GetText());
    if (!with.empty()) text += ", with" + with;
    text += ".\n";
    const std::vector<Token> properties = ListProperties(registry, *info, order.Has(info->base));
    if (properties.empty()) continue;
    text += "\n| property | type | fallback | |\n|---|---|---|---|\n";
    for (Token name : properties) {
      const PropertyDefinition& property = *definition->FindProperty(name);
      const bool is_relationship = property.type == layer::SpecType::kRelationship;
      std::string fallback = property.fallback.IsEmpty() ? "" : format::text::FormatValue(property.fallback);
      std::replace(fallback.begin(), fallback.end(), '|', '/');
      text += fmt::format("| `{}` | {}{} | {} | {} |\n", name.GetText(),
                          property.variability == Variability::kUniform && !is_relationship ? "uniform " : "",
                          is_relationship ? "relationship" : property.type_name.GetText(),
                          fallback.empty() ? "" : "`" + FlattenLines(fallback) + "`",
                          FlattenLines(property.documentation));
    }
  }
  return text;
}

}  // namespace strata::schema
