#include "strata/scene/material_overrides.h"

#include <algorithm>

#include <tsl/robin_map.h>

#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"
#include "strata/scene/schemas_material.h"

namespace strata::scene {

namespace {

// What is set of one node, by input.
using Inputs = std::vector<std::pair<Token, DataSourceHandle>>;
using Nodes = tsl::robin_map<Token, Inputs>;

void Put(Inputs& inputs, Token name, DataSourceHandle parameter) {
  const auto found = std::ranges::find(inputs, name, &Inputs::value_type::first);
  if (found == inputs.end())
    inputs.emplace_back(name, std::move(parameter));
  else
    found->second = std::move(parameter);
}

// The parameters that an override sets in one network.
Nodes FindSet(const MaterialNetworkSchema& network, const MaterialOverrideSchema& overridden) {
  Nodes nodes;
  const InterfaceValuesSchema values = overridden.GetInterfaceValues();
  const InterfaceParametersSchema interface = network.GetInterface().GetParameters();
  for (Token name : values.GetNames()) {
    const MaterialParameterSchema value = values.Get(name);
    if (!value.IsDefined()) continue;
    const InterfaceMappingsSchema mappings = interface.Get(name).GetMappings();
    for (size_t i = 0; i < mappings.GetNumElements(); ++i) {
      const InterfaceMappingSchema mapping = mappings.GetElement(i);
      if (const auto node = mapping.GetNodePath(), input = mapping.GetInputName(); node && input)
        Put(nodes[*node], *input, value.GetContainer());
    }
  }
  const ParameterValuesSchema parameters = overridden.GetParameterValues();
  for (Token node : parameters.GetNames()) {
    const NodeParametersSchema inputs = parameters.Get(node);
    for (Token input : inputs.GetNames())
      if (const MaterialParameterSchema value = inputs.Get(input); value.IsDefined())
        Put(nodes[node], input, value.GetContainer());
  }
  return nodes;
}

// A node's connections without those of some inputs.
class Unconnected final : public ContainerDataSource {
 public:
  Unconnected(ContainerDataSourceHandle connections, std::vector<Token> without)
      : connections_(std::move(connections)), without_(std::move(without)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names = connections_->GetNames();
    std::erase_if(names, [this](Token name) { return IsWithout(name); });
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    return IsWithout(name) ? nullptr : connections_->Get(name);
  }

 private:
  bool IsWithout(Token name) const { return std::ranges::find(without_, name) != without_.end(); }
  ContainerDataSourceHandle connections_;
  std::vector<Token> without_;
};

ContainerDataSourceHandle SetInputs(const MaterialNodeSchema& node, const Inputs& inputs) {
  std::vector<Token> names;
  std::vector<RetainedContainerDataSource::Entry> parameters, around;
  for (const auto& [name, parameter] : inputs) {
    names.push_back(name);
    parameters.emplace_back(name, parameter);
  }
  // Not laid over what was there name by name: a colour space belongs to the value that it came with.
  const ContainerDataSourceHandle set = RetainedContainerDataSource::New(std::move(parameters));
  const ContainerDataSourceHandle own = node.GetParameters().GetContainer();
  if (own)
    around.emplace_back(MaterialParametersSchema::GetSchemaToken(),
                        OverlayContainerDataSource::New(set, Make<const Unconnected>(own, names)));
  else
    around.emplace_back(MaterialParametersSchema::GetSchemaToken(), set);
  const Token connections = MaterialInputConnectionsSchema::GetSchemaToken();
  for (Token name : node.GetContainer()->GetNames()) {
    if (name == MaterialParametersSchema::GetSchemaToken()) continue;
    DataSourceHandle source = node.GetContainer()->Get(name);
    if (auto connected = ContainerDataSource::Cast(source); connected && name == connections)
      source = Make<const Unconnected>(std::move(connected), names);
    around.emplace_back(name, std::move(source));
  }
  return RetainedContainerDataSource::New(std::move(around));
}

// A network with what is set in it; what its nodes are is read when it is asked.
class SetNetwork final : public ContainerDataSource {
 public:
  SetNetwork(ContainerDataSourceHandle network, ContainerDataSourceHandle overridden)
      : network_(std::move(network)), overridden_(std::move(overridden)) {}
  std::vector<Token> GetNames() const override { return network_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    if (name != MaterialNodesSchema::GetSchemaToken()) return network_->Get(name);
    const MaterialNetworkSchema network(network_);
    const ContainerDataSourceHandle nodes = network.GetNodes().GetContainer();
    if (!nodes) return network_->Get(name);
    std::vector<RetainedContainerDataSource::Entry> set;
    for (const auto& [node, inputs] : FindSet(network, MaterialOverrideSchema(overridden_)))
      if (const MaterialNodeSchema known = network.GetNodes().Get(node); known.IsDefined())
        set.emplace_back(node, SetInputs(known, inputs));
    if (set.empty()) return nodes;
    std::vector<Token> names;
    for (const auto& [node, source] : set) names.push_back(node);
    return OverlayContainerDataSource::New(RetainedContainerDataSource::New(std::move(set)),
                                           Make<const Unconnected>(nodes, std::move(names)));
  }

 private:
  ContainerDataSourceHandle network_, overridden_;
};

// A material whose override is read when its networks are.
class OverriddenMaterial final : public ContainerDataSource {
 public:
  explicit OverriddenMaterial(ContainerDataSourceHandle prim) : prim_(std::move(prim)) {}
  std::vector<Token> GetNames() const override { return prim_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    DataSourceHandle found = prim_->Get(name);
    if (name != scene::GetNames().material) return found;
    auto networks = ContainerDataSource::Cast(found);
    const ContainerDataSourceHandle overridden = MaterialOverrideSchema::GetFromParent(prim_).GetContainer();
    if (!networks || !overridden) return found;
    return MapContainerDataSource::New(
        [overridden](const DataSourceHandle& network) -> DataSourceHandle {
          auto container = ContainerDataSource::Cast(network);
          return container ? Make<const SetNetwork>(std::move(container), overridden) : network;
        },
        std::move(networks));
  }

 private:
  ContainerDataSourceHandle prim_;
};

}  // namespace

ScenePrim MaterialOverridesSceneIndex::GetPrim(Path path) const {
  ScenePrim prim = GetInput().GetPrim(path);
  if (prim.data && prim.type == GetNames().material)
    prim.data = Make<const OverriddenMaterial>(std::move(prim.data));
  return prim;
}

void MaterialOverridesSceneIndex::ProcessChanges(const ChangeSet& changes) {
  static const Token kOverride = MaterialOverrideSchema::GetSchemaToken();
  ChangeSet out = changes;
  for (DirtiedPrim& dirtied : out.dirtied)
    if (dirtied.locators.Intersects(kOverride) &&
        GetInput().GetPrim(dirtied.path).type == GetNames().material)
      dirtied.locators.Insert(GetNames().material);
  Send(std::move(out), Form::kNormal);
}

}  // namespace strata::scene
