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

bool IsLight(const Prim& prim) {
  const std::vector<Token> applied = prim.GetAppliedSchemas();
  return std::find(applied.begin(), applied.end(), Token("LightAPI")) != applied.end();
}

// Its inputs may take what its own insides give.
bool TakesFromInside(const Prim& prim) {
  return prim.IsA(Token("Material")) || prim.IsA(Token("LightFilter"));
}

bool IsForInterfaces(const Attribute& input) {
  return input.GetMetadata(Token("connectability")).GetOr(Token()) == "interfaceOnly";
}

bool CanConnectInput(const Prim& prim, const Prim& source, ShadeAttributeType source_type) {
  if (IsLight(prim)) return true;
  const Prim container = prim.GetParent();
  const bool is_contained = Connectable(container).IsContainer();
  if (source_type == ShadeAttributeType::kInput) return is_contained && source == container;
  if (TakesFromInside(prim)) return source.GetParent() == prim;
  return is_contained && source.GetParent() == container;
}

bool CanConnectOutput(const Prim& prim, const Prim& source, ShadeAttributeType source_type) {
  if (!Connectable(prim).IsContainer() || prim.IsA(Token("LightFilter"))) return false;
  if (IsLight(prim)) return source_type == ShadeAttributeType::kOutput;
  if (source_type == ShadeAttributeType::kInput) return source == prim && !prim.IsA(Token("Material"));
  return source.GetParent() == prim;
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

bool Connectable::RequiresEncapsulation() const {
  return IsValid() && !IsLight(prim_);
}

bool Connectable::CanConnect(const Attribute& attribute, const Attribute& source) {
  const Prim& prim = attribute.GetPrim();
  const ShadeAttributeType type = ParseShadeName(attribute.GetName()).second;
  const ShadeAttributeType source_type = ParseShadeName(source.GetName()).second;
  if (type == ShadeAttributeType::kInvalid || source_type == ShadeAttributeType::kInvalid ||
      !source.IsDefined() || !Connectable(prim).IsValid())
    return false;
  if (type == ShadeAttributeType::kOutput) return CanConnectOutput(prim, source.GetPrim(), source_type);
  if (IsForInterfaces(attribute) && (source_type != ShadeAttributeType::kInput || !IsForInterfaces(source)))
    return false;
  return CanConnectInput(prim, source.GetPrim(), source_type);
}

bool Connectable::IsConnectionFromBaseMaterial(const Attribute& attribute) {
  const compose::PrimIndexPtr index = attribute.GetPrim().GetPrimIndex();
  if (!index) return false;
  for (const compose::SpecSite site : index->GetSpecStack()) {
    const layer::SpecStore& content = site.entry->layer->GetContent();
    const Path path = site.path.AppendProperty(attribute.GetName());
    if (!content.GetField(path, Token("connectionPaths"))) continue;
    for (compose::NodeRef node = site.node; node && !node.IsRoot(); node = node.GetParent())
      if (node.GetArcType() == compose::ArcType::kSpecialize) return true;
    return false;
  }
  return false;
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
    if (text.size() > kInfo.size() + ending.size())
      types.emplace_back(text.substr(kInfo.size(), text.size() - kInfo.size() - ending.size()));
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
