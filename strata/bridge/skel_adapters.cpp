// Skeletons, what moves them, and what they move.   (UsdSkelImaging)
#include "strata/bridge/names.h"
#include "strata/bridge/parts.h"
#include "strata/bridge/prim_data.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceLocatorSet;
using scene::RetainedContainerDataSource;

// A type whose attributes are in one container, beside the data that all prims have.
class SkelAdapter final : public BaseAdapter {
 public:
  SkelAdapter(Token name, std::initializer_list<const char*> attributes) : parts_{name, {}} {
    for (const char* attribute : attributes) parts_.parts.push_back({Token(attribute), Token(attribute)});
  }
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    return scene::OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{parts_.locator.GetFirstElement(), MakeAttributeParts(source, parts_)}}),
        BaseAdapter::GetData(source));
  }
  DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                  PropertyChange change) const override {
    constexpr std::string_view kInbetweens = "inbetweens:";
    DataSourceLocatorSet dirty = BaseAdapter::Invalidate(prim, properties, change);
    for (const Token property : properties) {
      for (const AttributePart& part : parts_.parts)
        if (part.attribute == property) dirty.Insert(parts_.locator.Append(part.name));
      if (property.GetText().starts_with(kInbetweens)) dirty.Insert(parts_.locator);
    }
    return dirty;
  }

 private:
  AttributeParts parts_;
};

// Bindings hold below it.
class SkelRootAdapter final : public BaseAdapter {
 public:
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    static const ContainerDataSourceHandle root = RetainedContainerDataSource::New(
        {{GetNames().skelBinding,
          RetainedContainerDataSource::New({{GetNames().hasSkelRoot, scene::RetainBool(true)}})}});
    return scene::OverlayContainerDataSource::New(root, BaseAdapter::GetData(source));
  }
};

// What a relationship leads to, said even where it leads nowhere: then nothing above counts.
void AddTarget(const stage::Prim& prim, const char* relationship, Token name,
               std::vector<RetainedContainerDataSource::Entry>& entries) {
  const stage::Relationship found = prim.GetRelationship(Token(relationship));
  if (!found.HasAuthoredTargets()) return;
  const std::vector<Path> targets = found.GetForwardedTargets();
  entries.emplace_back(name, scene::Retain(targets.empty() ? Path() : targets.front()));
}

class SkelBindingAdapter final : public APISchemaAdapter {
 public:
  ContainerDataSourceHandle GetData(const PrimSource& source, Token) const override {
    return RetainedContainerDataSource::New(
        {{GetNames().skelBinding, MakeLive([prim = source.prim] {
            std::vector<RetainedContainerDataSource::Entry> entries;
            AddTarget(prim, "skel:skeleton", GetNames().skeleton, entries);
            AddTarget(prim, "skel:animationSource", GetNames().animationSource, entries);
            return RetainedContainerDataSource::New(std::move(entries));
          })}});
  }
  DataSourceLocatorSet Invalidate(const stage::Prim&, Token, std::span<const Token> properties,
                                  PropertyChange) const override {
    for (const Token property : properties)
      if (property.GetText().starts_with("skel:") || property.GetText().starts_with("primvars:skel:"))
        return DataSourceLocatorSet(GetNames().skelBinding);
    return {};
  }
};

}  // namespace

void AddSkelAdapters(AdapterRegistry& registry) {
  const Names& names = GetNames();
  const auto add = [&](const char* type, Token name, std::initializer_list<const char*> attributes) {
    registry.AddPrimAdapter(Token(type), std::make_shared<SkelAdapter>(name, attributes));
  };
  add("Skeleton", names.skeleton, {"joints", "jointNames", "bindTransforms", "restTransforms"});
  add("SkelAnimation", names.skelAnimation,
      {"joints", "translations", "rotations", "scales", "blendShapes", "blendShapeWeights"});
  add("BlendShape", names.skelBlendShape, {"offsets", "normalOffsets", "pointIndices"});
  registry.AddPrimAdapter(Token("SkelRoot"), std::make_shared<SkelRootAdapter>());
  registry.AddAPISchemaAdapter(Token("SkelBindingAPI"), std::make_shared<SkelBindingAdapter>());
}

}  // namespace strata::bridge
