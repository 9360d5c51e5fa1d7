#include "strata/domain/shader_registry.h"

#include <algorithm>

#include "strata/asset/asset.h"
#include "strata/domain/connectable.h"
#include "strata/domain/embedded_nodes.h"
#include "strata/format/text/text.h"

namespace strata::domain {

namespace {

const ShaderProperty* Find(const std::vector<ShaderProperty>& properties, Token name) {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const ShaderProperty& p) { return p.name == name; });
  return found == properties.end() ? nullptr : &*found;
}

ShaderProperty ReadProperty(const layer::SpecStore::SpecView& spec, Token name) {
  const layer::FieldNames& names = layer::GetFieldNames();
  ShaderProperty property;
  property.name = name;
  if (const Value* type = spec.Find(names.typeName)) property.type_name = type->GetOr(Token());
  if (const Value* fallback = spec.Find(names.default_)) property.fallback = *fallback;
  if (const Value* connectability = spec.Find(Token("connectability")))
    property.is_connectable = connectability->GetOr(Token()) != "interfaceOnly";
  if (const Value* options = spec.Find(names.allowedTokens)) {
    const auto tokens = options->GetOr(Array<Token>());
    property.options.assign(tokens.begin(), tokens.end());
  }
  return property;
}

}  // namespace

const ShaderProperty* ShaderNode::FindInput(Token name) const {
  return Find(inputs, name);
}
const ShaderProperty* ShaderNode::FindOutput(Token name) const {
  return Find(outputs, name);
}

ShaderRegistry::ShaderRegistry() {
  Diagnostics none;  // the build put the text here, and a test reads all of it
  AddNodes(std::string(GetEmbeddedShaderNodes()), "nodes.usda", layer::FieldRegistry::GetBuiltIn(), none);
}

const std::shared_ptr<const ShaderRegistry>& ShaderRegistry::GetBuiltIn() {
  static const std::shared_ptr<const ShaderRegistry> built_in = std::make_shared<ShaderRegistry>();
  return built_in;
}

void ShaderRegistry::AddNodes(std::string text, const std::string& file, const layer::FieldRegistry& fields,
                              Diagnostics& remarks) {
  layer::SpecStore content;
  layer::ReadOptions options;
  options.fields = &fields;
  Diagnostics of_text;
  const auto asset = asset::MakeMemoryAsset(std::move(text));
  const bool is_read = format::text::MakeUsdaFormat()->Read(*asset, file, options, content, of_text);
  for (const Diagnostic& remark : of_text.GetAll())
    remarks.Add(Diagnostic(kShaderNodesUnusable, remark.message, remark.location, remark.hint));
  if (!is_read) return;
  const Value* roots = content.GetField(Path::AbsoluteRoot(), layer::GetFieldNames().primChildren);
  const TokenVector* names = roots ? roots->GetIf<TokenVector>() : nullptr;
  if (!names) return;
  for (Token name : *names) AddNode(content, Path::AbsoluteRoot().AppendChild(name));
}

void ShaderRegistry::AddNode(const layer::SpecStore& content, Path prim) {
  const layer::FieldNames& names = layer::GetFieldNames();
  const layer::SpecStore::SpecView spec = content.Find(prim);
  const Value* type = spec.Find(names.typeName);
  if (!type || type->GetOr(Token()) != "Shader") return;
  auto node = std::make_unique<ShaderNode>();
  node->identifier = prim.GetNameToken();
  const Value* custom = spec.Find(names.customData);
  const Dictionary* data = custom ? custom->GetIf<Dictionary>() : nullptr;
  const auto take = [&](const char* key, Token& to) {
    const Value* value = data ? data->Find(key) : nullptr;
    if (value) to = Token(value->GetOr(std::string()));
  };
  take("identifier", node->identifier);
  take("sourceType", node->source_type);
  take("context", node->context);
  take("family", node->family);
  take("role", node->role);
  if (FindByIdentifierAndType(node->identifier, node->source_type)) return;
  const Value* children = spec.Find(names.properties);
  const TokenVector* properties = children ? children->GetIf<TokenVector>() : nullptr;
  for (Token name : properties ? *properties : TokenVector()) {
    const auto [base, kind] = ParseShadeName(name);
    if (kind == ShadeAttributeType::kInvalid) continue;
    auto& list = kind == ShadeAttributeType::kInput ? node->inputs : node->outputs;
    list.push_back(ReadProperty(content.Find(prim.AppendProperty(name)), base));
  }
  const auto less = [](const ShaderProperty& a, const ShaderProperty& b) {
    return TokenTextLess()(a.name, b.name);
  };
  std::sort(node->inputs.begin(), node->inputs.end(), less);
  std::sort(node->outputs.begin(), node->outputs.end(), less);
  by_identifier_[node->identifier].push_back(node.get());
  nodes_.push_back(std::move(node));
}

const ShaderNode* ShaderRegistry::FindByIdentifier(Token identifier) const {
  const auto found = by_identifier_.find(identifier);
  return found == by_identifier_.end() ? nullptr : found->second.front();
}

const ShaderNode* ShaderRegistry::FindByIdentifierAndType(Token identifier, Token source_type) const {
  const auto found = by_identifier_.find(identifier);
  if (found == by_identifier_.end()) return nullptr;
  for (const ShaderNode* node : found->second)
    if (node->source_type == source_type) return node;
  return nullptr;
}

std::vector<Token> ShaderRegistry::GetIdentifiers() const {
  std::vector<Token> identifiers;
  for (const auto& [identifier, nodes] : by_identifier_) identifiers.push_back(identifier);
  std::sort(identifiers.begin(), identifiers.end(), TokenTextLess());
  return identifiers;
}

std::vector<Token> ShaderRegistry::GetSourceTypes() const {
  std::vector<Token> types;
  for (const auto& node : nodes_)
    if (std::find(types.begin(), types.end(), node->source_type) == types.end())
      types.push_back(node->source_type);
  std::sort(types.begin(), types.end(), TokenTextLess());
  return types;
}

}  // namespace strata::domain
