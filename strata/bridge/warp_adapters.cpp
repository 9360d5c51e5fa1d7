// What prims say of their simulation, under the names that Hydra's sample of it gave it.
#include <algorithm>

#include "strata/bridge/adapter.h"
#include "strata/bridge/parts.h"
#include "strata/compute/simulation.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::DataSourceHandle;

struct WarpNames {
  Token warp_computation{"warpComputation"}, source_file{"warp:sourceFile"},
      dependents{"warp:dependentPrims"};
  std::string_view parameters = "warp:params:";
};
const WarpNames& GetWarpNames() {
  static const WarpNames names;
  return names;
}

Dictionary FindParameters(const PrimSource& source) {
  return compute::ReadSimulationParameters(source.prim, source.globals->GetStageTime(0));
}

// Members are there where something is said.
const Parts& GetWarpParts() {
  static const Parts parts = {
      {Token("sourceFile"),
       [](const PrimSource& source) -> DataSourceHandle {
         const WarpNames& names = GetWarpNames();
         return MakeAttributeSource(source, names.source_file, {names.warp_computation, Token("sourceFile")});
       },
       [](const PrimSource& source) {
         return source.prim.GetAttribute(GetWarpNames().source_file).HasAuthoredValue();
       }},
      {Token("dependentPrims"),
       [](const PrimSource& source) -> DataSourceHandle {
         return scene::Retain(
             PathVector(source.prim.GetRelationship(GetWarpNames().dependents).GetForwardedTargets()));
       },
       [](const PrimSource& source) {
         return !source.prim.GetRelationship(GetWarpNames().dependents).GetForwardedTargets().empty();
       }},
      {Token("simulationParams"),
       [](const PrimSource& source) -> DataSourceHandle { return scene::Retain(FindParameters(source)); },
       [](const PrimSource& source) { return !FindParameters(source).entries.empty(); }},
  };
  return parts;
}

class WarpAdapter final : public APISchemaAdapter {
 public:
  scene::ContainerDataSourceHandle GetData(const PrimSource& source, Token) const override {
    return scene::RetainedContainerDataSource::New(
        {{GetWarpNames().warp_computation, MakeParts(source, GetWarpParts())}});
  }
  scene::DataSourceLocatorSet Invalidate(const stage::Prim&, Token, std::span<const Token> properties,
                                         PropertyChange) const override {
    const WarpNames& names = GetWarpNames();
    scene::DataSourceLocatorSet dirty;
    if (std::ranges::any_of(properties, [&](Token property) {
          return property == names.source_file || property == names.dependents ||
                 property.GetText().starts_with(names.parameters);
        }))
      dirty.Insert(names.warp_computation);
    return dirty;
  }
};

}  // namespace

void AddWarpAdapters(AdapterRegistry& registry) {
  const auto adapter = std::make_shared<const WarpAdapter>();
  for (const char* schema : {"OmniWarpComputationAPI", "WarpComputationAPI"})
    registry.AddAPISchemaAdapter(Token(schema), adapter);
}

}  // namespace strata::bridge
