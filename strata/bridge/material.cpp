#include "strata/bridge/material.h"

#include <algorithm>
#include <map>

#include <tsl/robin_map.h>

#include "strata/bridge/attribute_source.h"
#include "strata/bridge/color_spaces.h"
#include "strata/bridge/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::RetainedContainerDataSource;
using Entries = std::vector<RetainedContainerDataSource::Entry>;

constexpr std::string_view kInputs = "inputs:";
constexpr std::string_view kOutputs = "outputs:";
constexpr size_t kMaxNodes = 100000;
constexpr size_t kMaxSources = 10000;  // attributes that one input leads to, over all nodes between

bool IsInput(Token property) {
  return property.GetText().starts_with(kInputs);
}
bool IsOutput(Token property) {
  return property.GetText().starts_with(kOutputs);
}
Token GetBaseName(Token property) {
  const std::string_view text = property.GetText();
  return Token(text.substr(text.starts_with(kInputs) ? kInputs.size() : kOutputs.size()));
}

bool IsNode(const stage::Prim& prim) {
  return bool(prim) && !prim.IsA(GetNames().NodeGraph) && !prim.IsA(GetNames().Material);
}

// The attributes at the other end of an input or output: outputs of shaders, and inputs that have a value of
// their own.   (UsdShadeUtils::GetValueProducingAttributes)
class ProducerSearch {
 public:
  explicit ProducerSearch(const stage::Prim& owner) : stage_(owner.GetStage()) {}

  std::vector<stage::Attribute> Find(const stage::Attribute& start) {
    Visit(start);
    return std::move(found_);
  }

 private:
  void Visit(const stage::Attribute& attribute) {
    // What lies on the way from the start: coming back to it is a cycle, which leads nowhere.
    if (std::ranges::find(on_the_way_, attribute.GetPath()) != on_the_way_.end() ||
        on_the_way_.size() > kMaxDepth || ++steps_ > kMaxSources)
      return;
    if (IsOutput(attribute.GetName()) && IsNode(attribute.GetPrim())) {
      Add(attribute);
      return;
    }
    on_the_way_.push_back(attribute.GetPath());
    bool leads_on = false;
    for (Path target : attribute.GetConnections()) {
      if (!target.IsPrimProperty()) continue;
      stage::Attribute next = stage_->GetAttributeAtPath(target);
      if (!next.IsDefined() || (!IsInput(next.GetName()) && !IsOutput(next.GetName()))) continue;
      leads_on = true;
      Visit(next);
    }
    on_the_way_.pop_back();
    if (!leads_on && attribute.HasAuthoredValue()) Add(attribute);
  }

  void Add(const stage::Attribute& attribute) {
    if (std::ranges::find(found_, attribute) == found_.end()) found_.push_back(attribute);
  }

  static constexpr size_t kMaxDepth = 256;
  const stage::Stage* stage_;
  std::vector<Path> on_the_way_;
  std::vector<stage::Attribute> found_;
  size_t steps_ = 0;
};

// One network: the nodes that its terminals lead to.
class NetworkBuilder {
 public:
  NetworkBuilder(PrimSource source, Token context) : source_(std::move(source)), context_(context) {}

  void AddTerminal(Token terminal, const stage::Prim& node, Token output) {
    const Names& names = GetNames();
    terminals_.emplace_back(
        terminal, RetainedContainerDataSource::New({{names.upstreamNodePath, scene::Retain(NameNode(node))},
                                                    {names.upstreamNodeOutputName, scene::Retain(output)}}));
    waiting_.push_back(node);
    while (!waiting_.empty() && nodes_.size() < kMaxNodes) {
      const stage::Prim next = waiting_.back();
      waiting_.pop_back();
      if (visited_.emplace(next.GetPath(), true).second) AddNode(next);
    }
  }

  // The light itself as a node.
  void SetLight(Token shader_id) { light_shader_id_ = shader_id; }

  ContainerDataSourceHandle Finish() {
    const Names& names = GetNames();
    if (!IsLight()) AddInterfaces();
    Entries mappings;
    const bool is_former = source_.globals->GetDataForm() == DataForm::k2408;
    for (auto& [input, uses] : interface_) {
      DataSourceHandle list = scene::RetainedVectorDataSource::New(std::move(uses));
      mappings.emplace_back(input, is_former ? list : MakeInterfaceParameter(input, list));
    }
    Entries entries = {{names.nodes, RetainedContainerDataSource::New(std::move(nodes_))},
                       {names.terminals, RetainedContainerDataSource::New(std::move(terminals_))}};
    if (is_former)
      entries.emplace_back(names.interfaceMappings, RetainedContainerDataSource::New(std::move(mappings)));
    else if (!mappings.empty())
      entries.emplace_back(names.interface, MakeInterface(std::move(mappings)));
    return RetainedContainerDataSource::New(std::move(entries));
  }

 private:
  bool IsLight() const { return !light_shader_id_.IsEmpty(); }

  // Below the material by its place there, else by its path.
  Token NameNode(const stage::Prim& node) const {
    const Path path = node.GetPath(), top = source_.prim.GetPath();
    if (IsLight() || !path.HasPrefix(top) || path == top) return Token(path.GetString());
    return Token(path.MakeRelative(top).GetString());
  }

  Token GetIdentifier(const stage::Prim& node) const {
    const Token attribute = IsLight() && node == source_.prim ? light_shader_id_ : GetNames().info_id;
    return node.GetAttribute(attribute).GetAs<Token>().value_or(Token());
  }

  DataSourceHandle MakeParameter(const stage::Attribute& input, const stage::Attribute& value) {
    const Names& names = GetNames();
    const PrimSource at{value.GetPrim(), source_.globals};
    stage::Attribute varying = value;
    if (value.ValueMightBeTimeVarying()) {
      const DataSourceLocator place{names.nodes, NameNode(input.GetPrim()), names.parameters,
                                    GetBaseName(input.GetName()), names.value};
      for (Token context : {context_, names.all_contexts})
        source_.globals->FlagAsTimeVarying(source_.prim.GetPath(),
                                           place.Prepend(context).Prepend(names.material), {varying});
    }
    const Token space = source_.globals->GetDataForm() == DataForm::k2408
                            ? value.GetMetadata(names.colorSpace).GetOr(Token())
                            : FindColorSpace(value);
    Entries entries = {{names.value, MakeUnflaggedAttributeSource(at, value.GetName())},
                       {names.colorSpace, scene::Retain(space)}};
    if (source_.globals->GetDataForm() != DataForm::k2408)
      entries.emplace_back(names.typeName, scene::Retain(value.GetTypeName()));
    return RetainedContainerDataSource::New(std::move(entries));
  }

  void AddNode(const stage::Prim& node) {
    const Names& names = GetNames();
    Entries parameters, connections;
    for (Token property : node.GetAuthoredPropertyNames()) {
      if (!IsInput(property)) continue;
      const stage::Attribute input = node.GetAttribute(property);
      if (!input.IsDefined()) continue;
      std::vector<DataSourceHandle> upstream;
      for (const stage::Attribute& producer : ProducerSearch(node).Find(input)) {
        if (IsOutput(producer.GetName())) {
          const stage::Prim from = producer.GetPrim();
          upstream.push_back(RetainedContainerDataSource::New(
              {{names.upstreamNodePath, scene::Retain(NameNode(from))},
               {names.upstreamNodeOutputName, scene::Retain(GetBaseName(producer.GetName()))}}));
          waiting_.push_back(from);
        } else {
          parameters.emplace_back(GetBaseName(property), MakeParameter(input, producer));
        }
      }
      if (!upstream.empty())
        connections.emplace_back(GetBaseName(property),
                                 scene::RetainedVectorDataSource::New(std::move(upstream)));
    }
    Entries entries = {{names.parameters, RetainedContainerDataSource::New(std::move(parameters))},
                       {names.inputConnections, RetainedContainerDataSource::New(std::move(connections))},
                       {names.nodeIdentifier, scene::Retain(GetIdentifier(node))}};
    if (IsLight() && node == source_.prim)
      entries.emplace_back(names.renderContextNodeIdentifiers, MakeContextIdentifiers(node));
    nodes_.emplace_back(NameNode(node), RetainedContainerDataSource::New(std::move(entries)));
  }

  // What people are shown of an input of the material.
  DataSourceHandle MakeInterfaceParameter(Token input, DataSourceHandle mappings) const {
    const Names& names = GetNames();
    const stage::Attribute attribute =
        source_.prim.GetAttribute(Token(std::string(kInputs) + input.GetString()));
    Entries entries = {{names.mappings, std::move(mappings)}};
    for (Token text : {names.displayGroup, names.displayName})
      if (const std::string said = attribute.GetMetadata(text).GetOr(std::string()); !said.empty())
        entries.emplace_back(text, scene::Retain(Token(said)));
    return RetainedContainerDataSource::New(std::move(entries));
  }

  // The material's inputs in their own order, and what they lead to.
  ContainerDataSourceHandle MakeInterface(Entries parameters) const {
    const Names& names = GetNames();
    Array<Token> order;
    for (Token property : source_.prim.GetPropertyNames())
      if (IsInput(property) && std::ranges::any_of(parameters, [&](const auto& entry) {
            return entry.first == GetBaseName(property);
          }))
        order.PushBack(GetBaseName(property));
    return RetainedContainerDataSource::New(
        {{names.parameters, RetainedContainerDataSource::New(std::move(parameters))},
         {names.parameterOrder, scene::Retain(std::move(order))}});
  }

  // What renderers call the light: attributes such as "ri:light:shaderId".
  ContainerDataSourceHandle MakeContextIdentifiers(const stage::Prim& light) const {
    const std::string ending = ":" + light_shader_id_.GetString();
    Entries entries;
    for (Token property : light.GetAuthoredPropertyNames()) {
      const std::string_view text = property.GetText();
      if (!text.ends_with(ending)) continue;
      entries.emplace_back(Token(text.substr(0, text.size() - ending.size())),
                           scene::Retain(light.GetAttribute(property).GetAs<Token>().value_or(Token())));
    }
    return RetainedContainerDataSource::New(std::move(entries));
  }

  // Inputs of nodes that are connected to inputs of the material itself, in the order of the stage.
  void AddInterfaces() {
    const Path top = source_.prim.GetPath();
    for (const stage::Prim& node :
         stage::PrimRange(source_.prim, stage::PrimPredicate::Default(), stage::PrimRange::Start::kSkip)) {
      if (!visited_.contains(node.GetPath())) continue;
      for (Token property : node.GetAuthoredPropertyNames()) {
        if (!IsInput(property)) continue;
        const stage::Attribute input = node.GetAttribute(property);
        for (Path target : input.GetConnections())
          if (target.IsPrimProperty() && target.GetParent() == top && IsInput(target.GetNameToken()))
            AddInterface(GetBaseName(target.GetNameToken()), input);
      }
    }
  }

  void AddInterface(Token name, const stage::Attribute& input) {
    const Names& names = GetNames();
    auto found = std::ranges::find_if(interface_, [&](const auto& entry) { return entry.first == name; });
    if (found == interface_.end()) found = interface_.insert(interface_.end(), {name, {}});
    found->second.push_back(
        RetainedContainerDataSource::New({{names.nodePath, scene::Retain(NameNode(input.GetPrim()))},
                                          {names.inputName, scene::Retain(GetBaseName(input.GetName()))}}));
  }

  PrimSource source_;
  Token context_;
  Token light_shader_id_;
  std::vector<stage::Prim> waiting_;
  tsl::robin_map<Path, bool> visited_;
  Entries nodes_, terminals_;
  std::vector<std::pair<Token, std::vector<DataSourceHandle>>> interface_;
};

// An output of a material by render context and terminal: "ri:surface".
struct MaterialOutput {
  Token context, terminal;
  Token attribute;
};

std::vector<MaterialOutput> FindOutputs(const stage::Prim& material) {
  std::vector<MaterialOutput> outputs;
  for (Token property : material.GetAuthoredPropertyNames()) {
    if (!IsOutput(property)) continue;
    const stage::Attribute output = material.GetAttribute(property);
    if (!output.IsDefined() || output.GetConnections().empty()) continue;
    const std::string name = GetBaseName(property).GetString();
    const size_t colon = name.find(':');
    if (colon == std::string::npos)
      outputs.push_back({Token(), Token(name), property});
    else
      outputs.push_back({Token(name.substr(0, colon)), Token(name.substr(colon + 1)), property});
  }
  return outputs;
}

// The networks of a material, each made when it is asked for.
class MaterialSource final : public scene::ContainerDataSource {
 public:
  explicit MaterialSource(PrimSource source) : source_(std::move(source)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> contexts;
    for (const MaterialOutput& output : FindOutputs(source_.prim))
      if (std::ranges::find(contexts, output.context) == contexts.end()) contexts.push_back(output.context);
    return contexts;
  }
  DataSourceHandle Get(Token context) const override {
    NetworkBuilder builder(source_, context);
    bool is_there = false;
    for (const MaterialOutput& output : FindOutputs(source_.prim)) {
      if (output.context != context) continue;
      is_there = true;
      for (Path target : source_.prim.GetAttribute(output.attribute).GetConnections()) {
        const stage::Prim node = source_.prim.GetStage()->GetPrimAtPath(target.GetPrimPath());
        if (!node || !target.IsPrimProperty() || !IsOutput(target.GetNameToken())) continue;
        builder.AddTerminal(output.terminal, node, GetBaseName(target.GetNameToken()));
      }
    }
    return is_there ? builder.Finish() : nullptr;
  }

 private:
  PrimSource source_;
};

// The network of a light, or of its filter: itself, and what its inputs lead to.
class LightMaterialSource final : public scene::ContainerDataSource {
 public:
  LightMaterialSource(PrimSource source, Token terminal, Token shader_id)
      : source_(std::move(source)), terminal_(terminal), shader_id_(shader_id) {}
  std::vector<Token> GetNames() const override { return {Token()}; }
  DataSourceHandle Get(Token context) const override {
    if (!context.IsEmpty()) return nullptr;
    NetworkBuilder builder(source_, Token());
    builder.SetLight(shader_id_);
    builder.AddTerminal(terminal_, source_.prim, terminal_);
    return builder.Finish();
  }

 private:
  PrimSource source_;
  Token terminal_, shader_id_;
};

}  // namespace

ContainerDataSourceHandle MakeMaterial(const PrimSource& source) {
  return scene::Make<const MaterialSource>(source);
}

ContainerDataSourceHandle MakeLightMaterial(const PrimSource& source, Token terminal, Token shader_id) {
  return scene::Make<const LightMaterialSource>(source, terminal, shader_id);
}

}  // namespace strata::bridge
