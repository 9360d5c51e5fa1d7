// Materials, and the shaders and node graphs that belong to them.
#include "strata/bridge/material.h"
#include "strata/bridge/names.h"
#include "strata/bridge/prim_data.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceLocatorSet;

bool IsShading(Token property) {
  const std::string_view text = property.GetText();
  return text.starts_with("inputs:") || text.starts_with("outputs:") || text.starts_with("info:");
}

class MaterialAdapter final : public BaseAdapter {
 public:
  PopulationMode GetPopulationMode() const override { return PopulationMode::kRepresentsSelfAndDescendants; }
  Token GetImagingType(const stage::Prim&) const override { return GetNames().material; }
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    return scene::OverlayContainerDataSource::New(
        scene::RetainedContainerDataSource::New({{GetNames().material, MakeMaterial(source)}}),
        BaseAdapter::GetData(source));
  }
  DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                  PropertyChange change) const override {
    DataSourceLocatorSet dirty = BaseAdapter::Invalidate(prim, properties, change);
    for (Token property : properties)
      if (IsShading(property)) dirty.Insert(GetNames().material);
    return dirty;
  }
  DataSourceLocatorSet InvalidateFromDescendant(const stage::Prim&, const stage::Prim&,
                                                std::span<const Token>, PropertyChange) const override {
    return DataSourceLocatorSet(GetNames().material);
  }
};

class ShaderAdapter final : public PrimAdapter {
 public:
  PopulationMode GetPopulationMode() const override { return PopulationMode::kRepresentedByAncestor; }
  Token GetImagingType(const stage::Prim&) const override { return {}; }
  ContainerDataSourceHandle GetData(const PrimSource&) const override { return nullptr; }
  DataSourceLocatorSet Invalidate(const stage::Prim&, std::span<const Token>, PropertyChange) const override {
    return {};
  }
};

}  // namespace

void AddMaterialAdapters(AdapterRegistry& registry) {
  registry.AddPrimAdapter(Token("Material"), std::make_shared<MaterialAdapter>());
  for (const char* type : {"Shader", "NodeGraph"})
    registry.AddPrimAdapter(Token(type), std::make_shared<ShaderAdapter>());
}

}  // namespace strata::bridge
