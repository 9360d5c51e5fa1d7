// API schemas: materials that prims are bound to, collections, coordinate systems, draw modes.
#include <algorithm>

#include "strata/bridge/adapter.h"
#include "strata/bridge/attribute_source.h"
#include "strata/bridge/collections.h"
#include "strata/bridge/names.h"
#include "strata/bridge/parts.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;
using scene::RetainedContainerDataSource;
using Entries = std::vector<RetainedContainerDataSource::Entry>;

constexpr std::string_view kBinding = "material:binding";
constexpr std::string_view kCollectionBinding = "material:binding:collection";

// -- material bindings --------------------------------------------------------------------------------------

Token GetStrength(const stage::Relationship& binding) {
  const Token strength = binding.GetMetadata(GetNames().bindMaterialAs).GetOr(Token());
  return strength == GetNames().strongerThanDescendants ? strength : GetNames().weakerThanDescendants;
}

// The purpose of "material:binding" (empty), "material:binding:full"; nothing for what is no direct binding.
std::optional<Token> GetDirectPurpose(std::string_view property) {
  if (property == kBinding) return Token();
  if (!property.starts_with(kBinding) || property[kBinding.size()] != ':' ||
      property.starts_with(kCollectionBinding))
    return std::nullopt;
  const std::string_view purpose = property.substr(kBinding.size() + 1);
  if (purpose.find(':') != std::string_view::npos) return std::nullopt;
  return Token(purpose);
}

// The purpose of "material:binding:collection:name" (empty) and "material:binding:collection:full:name".
std::optional<Token> GetCollectionPurpose(std::string_view property) {
  if (!property.starts_with(kCollectionBinding) || property.size() <= kCollectionBinding.size() + 1)
    return std::nullopt;
  const std::string_view rest = property.substr(kCollectionBinding.size() + 1);
  const size_t colon = rest.find(':');
  return colon == std::string_view::npos ? Token() : Token(rest.substr(0, colon));
}

ContainerDataSourceHandle MakeDirectBindings(const stage::Prim& prim) {
  const Names& names = GetNames();
  Entries purposes;
  for (Token property : prim.GetAuthoredPropertyNames()) {
    const std::optional<Token> purpose = GetDirectPurpose(property.GetText());
    if (!purpose) continue;
    const stage::Relationship binding = prim.GetRelationship(property);
    const std::vector<Path> targets = binding.GetForwardedTargets();
    if (targets.empty()) continue;
    purposes.emplace_back(*purpose, RetainedContainerDataSource::New(
                                        {{names.materialPath, scene::Retain(targets.front())},
                                         {names.bindingStrength, scene::Retain(GetStrength(binding))}}));
  }
  return RetainedContainerDataSource::New(std::move(purposes));
}

ContainerDataSourceHandle MakeCollectionBindings(const stage::Prim& prim) {
  const Names& names = GetNames();
  std::vector<std::pair<Token, std::vector<DataSourceHandle>>> by_purpose;
  for (Token property : prim.GetAuthoredPropertyNames()) {
    const std::optional<Token> purpose = GetCollectionPurpose(property.GetText());
    if (!purpose) continue;
    const stage::Relationship binding = prim.GetRelationship(property);
    const std::vector<Path> targets = binding.GetForwardedTargets();
    Path collection, material;
    for (Path target : targets) (target.IsPrimProperty() ? collection : material) = target;
    if (collection.IsEmpty() || material.IsEmpty()) continue;
    auto found = std::ranges::find_if(by_purpose, [&](const auto& entry) { return entry.first == *purpose; });
    if (found == by_purpose.end()) found = by_purpose.insert(by_purpose.end(), {*purpose, {}});
    found->second.push_back(
        RetainedContainerDataSource::New({{names.collectionPath, scene::Retain(collection)},
                                          {names.materialPath, scene::Retain(material)},
                                          {names.bindingStrength, scene::Retain(GetStrength(binding))}}));
  }
  Entries purposes;
  for (auto& [purpose, bindings] : by_purpose)
    purposes.emplace_back(purpose, scene::RetainedVectorDataSource::New(std::move(bindings)));
  return RetainedContainerDataSource::New(std::move(purposes));
}

// Null where nothing is bound.
ContainerDataSourceHandle MakeBindings(const stage::Prim& prim) {
  const Names& names = GetNames();
  bool has_direct = false, has_collection = false;
  for (Token property : prim.GetAuthoredPropertyNames()) {
    has_direct |= GetDirectPurpose(property.GetText()).has_value();
    has_collection |= GetCollectionPurpose(property.GetText()).has_value();
  }
  if (!has_direct && !has_collection) return nullptr;
  Entries entries;
  entries.emplace_back(names.directMaterialBindings, MakeDirectBindings(prim));
  if (has_collection) entries.emplace_back(names.collectionMaterialBindings, MakeCollectionBindings(prim));
  return RetainedContainerDataSource::New(std::move(entries));
}

class MaterialBindingAdapter final : public APISchemaAdapter {
 public:
  ContainerDataSourceHandle GetData(const PrimSource& source, Token) const override {
    return MakeLive([prim = source.prim] { return MakeBindings(prim); });
  }
  DataSourceLocatorSet Invalidate(const stage::Prim&, Token, std::span<const Token> properties,
                                  PropertyChange change) const override {
    DataSourceLocatorSet dirty;
    for (Token property : properties) {
      if (property.GetText().starts_with(kCollectionBinding)) {
        dirty.Insert(GetNames().collectionMaterialBindings);
        // There are direct bindings, though none, where collections are bound.
        if (change == PropertyChange::kResync) dirty.Insert(GetNames().directMaterialBindings);
      } else if (property.GetText().starts_with(kBinding))
        dirty.Insert(GetNames().directMaterialBindings);
    }
    return dirty;
  }
};

// -- collections
// ----------------------------------------------------------------------------------------------

class CollectionAdapter final : public APISchemaAdapter {
 public:
  ContainerDataSourceHandle GetData(const PrimSource& source, Token instance) const override {
    const Names& names = GetNames();
    if (instance.IsEmpty()) return nullptr;
    return RetainedContainerDataSource::New(
        {{names.collections,
          RetainedContainerDataSource::New(
              {{instance, MakeLive([prim = source.prim, instance] {
                  return RetainedContainerDataSource::New(
                      {{GetNames().membershipExpression,
                        scene::Retain(MakeMembershipExpression(domain::Collection(prim, instance)))}});
                })}})}});
  }
  DataSourceLocatorSet Invalidate(const stage::Prim&, Token instance, std::span<const Token> properties,
                                  PropertyChange) const override {
    const std::string prefix = "collection:" + instance.GetString();
    for (Token property : properties) {
      const std::string_view text = property.GetText();
      if (text.starts_with(prefix) && (text.size() == prefix.size() || text[prefix.size()] == ':'))
        return DataSourceLocatorSet(DataSourceLocator{GetNames().collections, instance});
    }
    return {};
  }
};

// -- coordinate systems
// -----------------------------------------------------------------------------------------

class CoordSysAdapter final : public APISchemaAdapter {
 public:
  ContainerDataSourceHandle GetData(const PrimSource& source, Token instance) const override {
    return MakeLive([prim = source.prim, instance]() -> ContainerDataSourceHandle {
      const Token binding("coordSys:" + instance.GetString() + ":binding");
      const std::vector<Path> targets = prim.GetRelationship(binding).GetForwardedTargets();
      if (targets.empty()) return nullptr;
      return RetainedContainerDataSource::New(
          {{GetNames().coordSysBinding,
            RetainedContainerDataSource::New({{instance, scene::Retain(targets.front())}})}});
    });
  }
  DataSourceLocatorSet Invalidate(const stage::Prim&, Token instance, std::span<const Token> properties,
                                  PropertyChange) const override {
    const std::string prefix = "coordSys:" + instance.GetString() + ":";
    for (Token property : properties)
      if (property.GetText().starts_with(prefix))
        return DataSourceLocatorSet(DataSourceLocator{GetNames().coordSysBinding, instance});
    return {};
  }
};

// -- draw modes
// ---------------------------------------------------------------------------------------------------

const AttributeParts& GetGeomModelParts() {
  static const AttributeParts parts = [] {
    AttributeParts made{GetNames().geomModel, {}};
    for (const char* name :
         {"drawMode", "applyDrawMode", "drawModeColor", "cardGeometry", "cardVisibility", "cardTextureXPos",
          "cardTextureYPos", "cardTextureZPos", "cardTextureXNeg", "cardTextureYNeg", "cardTextureZNeg"}) {
      std::string attribute = std::string("model:") + name;
      made.parts.push_back({Token(name), Token(attribute)});
    }
    return made;
  }();
  return parts;
}

class GeomModelAdapter final : public APISchemaAdapter {
 public:
  ContainerDataSourceHandle GetData(const PrimSource& source, Token) const override {
    return RetainedContainerDataSource::New(
        {{GetNames().geomModel, MakeAttributeParts(source, GetGeomModelParts())}});
  }
  DataSourceLocatorSet Invalidate(const stage::Prim&, Token, std::span<const Token> properties,
                                  PropertyChange) const override {
    DataSourceLocatorSet dirty;
    for (Token property : properties)
      for (const AttributePart& part : GetGeomModelParts().parts)
        if (part.attribute == property) dirty.Insert(DataSourceLocator{GetNames().geomModel, part.name});
    return dirty;
  }
};

}  // namespace

void AddBindingAdapters(AdapterRegistry& registry) {
  registry.AddAPISchemaAdapter(Token("MaterialBindingAPI"), std::make_shared<MaterialBindingAdapter>());
  registry.AddAPISchemaAdapter(Token("CollectionAPI"), std::make_shared<CollectionAdapter>());
  registry.AddAPISchemaAdapter(Token("CoordSysAPI"), std::make_shared<CoordSysAdapter>());
  registry.AddAPISchemaAdapter(Token("GeomModelAPI"), std::make_shared<GeomModelAdapter>());
}

}  // namespace strata::bridge
