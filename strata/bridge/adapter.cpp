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

namespace {

// OpenUSD 24.08 showed nothing of skeletons without a plugin.
std::shared_ptr<AdapterRegistry> MakeFormer() {
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

}  // namespace

std::shared_ptr<AdapterRegistry> AdapterRegistry::MakeExtended() {
  std::shared_ptr<AdapterRegistry> registry = MakeFormer();
  AddSkelAdapters(*registry);
  return registry;
}

std::shared_ptr<const AdapterRegistry> AdapterRegistry::GetBuiltIn(DataForm form) {
  static const std::shared_ptr<const AdapterRegistry> newest = MakeExtended(), former = MakeFormer();
  return form == DataForm::k2408 ? former : newest;
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
