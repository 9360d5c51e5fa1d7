// Lights and light filters: what they are, and the network of which they are the node.
#include "strata/bridge/material.h"
#include "strata/bridge/names.h"
#include "strata/bridge/prim_data.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;
using scene::RetainedContainerDataSource;

class TypedAdapter final : public BaseAdapter {
 public:
  explicit TypedAdapter(Token type) : type_(type) {}
  Token GetImagingType(const stage::Prim&) const override { return type_; }

 private:
  Token type_;
};

PathVector GetTargets(const PrimSource& source, Token relationship) {
  return source.prim.GetRelationship(relationship).GetForwardedTargets();
}

const Parts& GetLightParts() {
  const Names& names = GetNames();
  static const Parts parts = {
      {names.filters,
       [](const PrimSource& source) -> DataSourceHandle {
         return scene::Retain(GetTargets(source, GetNames().light_filters));
       }},
      {names.isLight, [](const PrimSource&) -> DataSourceHandle { return scene::Retain(true); }},
      {names.materialSyncMode,
       [](const PrimSource& source) -> DataSourceHandle {
         const Names& names = GetNames();
         return MakeAttributeSource(source, names.light_material_sync_mode,
                                    {names.light, names.materialSyncMode});
       }},
      {names.portals,
       [](const PrimSource& source) -> DataSourceHandle {
         return scene::Retain(GetTargets(source, GetNames().portals));
       },
       [](const PrimSource& source) { return source.prim.HasRelationship(GetNames().portals); }},
  };
  return parts;
}

bool IsShading(Token property) {
  return property.GetText().starts_with("inputs:") || property.GetText().ends_with(":shaderId");
}

class LightAdapter final : public APISchemaAdapter {
 public:
  ContainerDataSourceHandle GetData(const PrimSource& source, Token) const override {
    const Names& names = GetNames();
    return RetainedContainerDataSource::New(
        {{names.light, MakeParts(source, GetLightParts())},
         {names.material, MakeLightMaterial(source, names.light, names.light_shader_id)}});
  }
  DataSourceLocatorSet Invalidate(const stage::Prim&, Token, std::span<const Token> properties,
                                  PropertyChange) const override {
    const Names& names = GetNames();
    DataSourceLocatorSet dirty;
    for (Token property : properties) {
      if (IsShading(property)) {
        dirty.Insert(names.material);
        dirty.Insert(names.light);
      } else if (property.GetText().starts_with("light:") || property == names.portals) {
        dirty.Insert(names.light);
      }
    }
    return dirty;
  }
};

class LightFilterAdapter final : public BaseAdapter {
 public:
  Token GetImagingType(const stage::Prim&) const override { return GetNames().lightFilter; }
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    const Names& names = GetNames();
    return scene::OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{names.material, MakeLightMaterial(source, names.lightFilter, names.light_filter_shader_id)}}),
        BaseAdapter::GetData(source));
  }
  DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                  PropertyChange change) const override {
    DataSourceLocatorSet dirty = BaseAdapter::Invalidate(prim, properties, change);
    for (Token property : properties)
      if (IsShading(property)) dirty.Insert(GetNames().material);
    return dirty;
  }
};

}  // namespace

void AddLightAdapters(AdapterRegistry& registry) {
  const std::pair<const char*, const char*> kTypes[] = {
      {"SphereLight", "sphereLight"},     {"RectLight", "rectLight"},    {"DistantLight", "distantLight"},
      {"DiskLight", "diskLight"},         {"DomeLight", "domeLight"},    {"DomeLight_1", "domeLight"},
      {"CylinderLight", "cylinderLight"}, {"PluginLight", "pluginLight"}};
  for (const auto& [type, imaging_type] : kTypes)
    registry.AddPrimAdapter(Token(type), std::make_shared<TypedAdapter>(Token(imaging_type)));
  for (const char* type : {"LightFilter", "PluginLightFilter"})
    registry.AddPrimAdapter(Token(type), std::make_shared<LightFilterAdapter>());
  registry.AddAPISchemaAdapter(Token("LightAPI"), std::make_shared<LightAdapter>());
}

}  // namespace strata::bridge
