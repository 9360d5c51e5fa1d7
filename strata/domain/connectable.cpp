#include "strata/domain/connectable.h"

#include <algorithm>
#include <string>

namespace strata::domain {

namespace {

using stage::Attribute;
using stage::Prim;

constexpr std::string_view kInputs = "inputs:", kOutputs = "outputs:";
// Networks are shallow; a longer way is a circle or a trap.
constexpr size_t kMaxSteps = 4096;

const schema::Registry* FindSchemas(const Prim& prim) {
  return prim ? prim.GetStage()->GetOpenOptions().schemas.get() : nullptr;
}

bool MakesConnectable(const schema::Registry& schemas, Token identifier) {
  for (const schema::SchemaInfo* info = schemas.Find(identifier); info; info = schemas.Find(info->base))
    if (info->is_connectable) return true;
  return false;
}

// A way through containers, each attribute entered once.
class ProducerSearch {
 public:
  explicit ProducerSearch(ValueProducers which) : which_(which) {}

  // Whether it leads to something. Where connections lead to nothing, the attribute's own value counts.
  bool Follow(const Attribute& attribute) {
    if (++steps_ > kMaxSteps ||
        std::find(entered_.begin(), entered_.end(), attribute.GetPath()) != entered_.end())
      return false;
    entered_.push_back(attribute.GetPath());
    bool leads_somewhere = false;
    for (const ConnectionSource& source : Connectable::GetConnectedSources(attribute))
      leads_somewhere |= Enter(source);
    entered_.pop_back();
    if (leads_somewhere || which_ != ValueProducers::kAll || !attribute.HasAuthoredValue())
      return leads_somewhere;
    Add(attribute);
    return true;
  }
  std::vector<Attribute> found;

 private:
  bool Enter(const ConnectionSource& source) {
    if (Connectable(source.source).IsContainer()) return Follow(source.GetAttribute());
    if (source.source_type != ShadeAttributeType::kOutput) return false;
    Add(source.GetAttribute());
    return true;
  }
  void Add(const Attribute& attribute) {
    if (std::find(found.begin(), found.end(), attribute) == found.end()) found.push_back(attribute);
  }

  ValueProducers which_;
  std::vector<Path> entered_;
  size_t steps_ = 0;
};

}  // namespace

std::pair<Token, ShadeAttributeType> ParseShadeName(Token full_name) {
  const std::string_view text = full_name.GetText();
  if (text.starts_with(kInputs) && text.size() > kInputs.size())
    return {Token(text.substr(kInputs.size())), ShadeAttributeType::kInput};
  if (text.starts_with(kOutputs) && text.size() > kOutputs.size())
    return {Token(text.substr(kOutputs.size())), ShadeAttributeType::kOutput};
  return {full_name, ShadeAttributeType::kInvalid};
}

Token MakeShadeName(Token base_name, ShadeAttributeType type) {
  if (type == ShadeAttributeType::kInvalid) return base_name;
  std::string name(type == ShadeAttributeType::kInput ? kInputs : kOutputs);
  return Token(name + base_name.GetString());
}

bool Connectable::IsValid() const {
  const schema::Registry* schemas = FindSchemas(prim_);
  if (!schemas) return false;
  if (MakesConnectable(*schemas, prim_.GetSchemaType())) return true;
  for (Token applied : prim_.GetAppliedSchemas())
    if (MakesConnectable(*schemas, schema::ParseNameAndInstance(applied).first)) return true;
  return false;
}

bool Connectable::IsContainer() const {
  return IsValid() && !prim_.IsA(Token("Shader"));
}

std::vector<Attribute> Connectable::Get(ShadeAttributeType type) const {
  std::vector<Attribute> attributes;
  for (const Attribute& attribute : prim_.GetAttributes())
    if (ParseShadeName(attribute.GetName()).second == type) attributes.push_back(attribute);
  return attributes;
}

std::vector<ConnectionSource> Connectable::GetConnectedSources(const Attribute& attribute,
                                                               std::vector<Path>* invalid) {
  std::vector<ConnectionSource> sources;
  const stage::Stage* stage = attribute.GetStage();
  if (!stage) return sources;
  for (Path path : attribute.GetConnections()) {
    const auto [name, type] = path.IsPrimProperty() ? ParseShadeName(path.GetNameToken())
                                                    : std::pair(Token(), ShadeAttributeType::kInvalid);
    if (type == ShadeAttributeType::kInvalid || !stage->GetAttributeAtPath(path).IsDefined()) {
      if (invalid) invalid->push_back(path);
      continue;
    }
    sources.push_back({stage->GetPrimAtPath(path.GetPrimPath()), name, type});
  }
  return sources;
}

std::vector<Attribute> GetValueProducingAttributes(const Attribute& attribute, ValueProducers which) {
  ProducerSearch search(which);
  search.Follow(attribute);
  return std::move(search.found);
}

bool Shader::IsValid() const {
  return prim_.IsA(Token("Shader"));
}

Token Shader::GetImplementationSource() const {
  const Token source = prim_.GetAttribute(Token("info:implementationSource")).Get().GetOr(Token());
  return source == "sourceAsset" || source == "sourceCode" ? source : Token("id");
}

Token Shader::GetShaderId() const {
  if (GetImplementationSource() != "id") return {};
  return prim_.GetAttribute(Token("info:id")).Get().GetOr(Token());
}

std::vector<Token> Shader::GetSourceTypes() const {
  std::vector<Token> types;
  const std::string ending = ':' + GetImplementationSource().GetString();
  if (ending == ":id") return types;
  for (Token name : prim_.GetPropertyNames()) {
    const std::string_view text = name.GetText();
    constexpr std::string_view kInfo = "info:";
    if (!text.starts_with(kInfo) || !text.ends_with(ending)) continue;
    types.emplace_back(text.size() > kInfo.size() + ending.size()
                           ? text.substr(kInfo.size(), text.size() - kInfo.size() - ending.size())
                           : std::string_view());
  }
  return types;
}

std::optional<ConnectionSource> ComputeMaterialSource(const Prim& material, Token output,
                                                      const std::vector<Token>& render_contexts) {
  std::vector<Token> contexts = render_contexts;
  if (std::find(contexts.begin(), contexts.end(), Token()) == contexts.end()) contexts.emplace_back();
  for (Token context : contexts) {
    const std::string name =
        context.IsEmpty() ? output.GetString() : context.GetString() + ':' + output.GetString();
    const Attribute attribute =
        material.GetAttribute(MakeShadeName(Token(name), ShadeAttributeType::kOutput));
    if (!attribute.IsDefined()) continue;
    for (const Attribute& producer :
         GetValueProducingAttributes(attribute, ValueProducers::kShaderOutputsOnly)) {
      const auto [base, type] = ParseShadeName(producer.GetName());
      return ConnectionSource{producer.GetPrim(), base, type};
    }
  }
  return std::nullopt;
}

}  // namespace strata::domain
