#include "strata/bridge/adapter.h"

#include "strata/bridge/prim_data.h"

namespace strata::bridge {

const scene::DataSourceLocator& GetRepopulateLocator() {
  static const scene::DataSourceLocator locator(Token("stageSceneIndexRepopulate"));
  return locator;
}

scene::DataSourceLocatorSet PrimAdapter::InvalidateFromDescendant(const stage::Prim&, const stage::Prim&,
                                                                  std::span<const Token>,
                                                                  PropertyChange) const {
  return {};
}

std::shared_ptr<AdapterRegistry> AdapterRegistry::MakeExtended() {
  auto registry = std::make_shared<AdapterRegistry>();
  AddGeometryAdapters(*registry);
  AddCameraAdapters(*registry);
  AddInstancerAdapters(*registry);
  AddLightAdapters(*registry);
  AddMaterialAdapters(*registry);
  AddBindingAdapters(*registry);
  AddGeospatialAdapters(*registry);
  AddWarpAdapters(*registry);
  AddRenderAdapters(*registry);
  AddColorSpaceAdapters(*registry);
  return registry;
}

std::shared_ptr<const AdapterRegistry> AdapterRegistry::GetBuiltIn() {
  static const std::shared_ptr<const AdapterRegistry> registry = MakeExtended();
  return registry;
}

const PrimAdapter& AdapterRegistry::FindPrimAdapter(Token type) const {
  static const BaseAdapter base;
  const auto found = prims_.find(type);
  return found == prims_.end() ? base : *found->second;
}

const APISchemaAdapter* AdapterRegistry::FindAPISchemaAdapter(Token schema) const {
  const auto found = apis_.find(schema);
  return found == apis_.end() ? nullptr : found->second.get();
}

}  // namespace strata::bridge
