// What a stage says of rendering: settings, products, variables and passes; and procedurals and particles.
#include <algorithm>

#include "strata/bridge/names.h"
#include "strata/bridge/parts.h"
#include "strata/bridge/prim_data.h"
#include "strata/bridge/render_settings.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;
using scene::RetainedContainerDataSource;

// A prim whose properties stand under one name, with what renderers have of their own beside them.
struct RenderShape {
  Token type;       // in the scene
  Token container;  // of the data
  std::vector<Token> attributes;
  struct Targets {
    Token relationship;
    enum class Count : uint8_t { kOne, kAll } count;
  };
  std::vector<Targets> targets;
  // Which attributes are there though nobody authored them.
  enum class Unauthored : uint8_t { kShown, kLeftOut } unauthored = Unauthored::kShown;
};

// Of renderers' own: authored, in a namespace, and nothing of what prims have in common.
bool IsNamespacedSetting(std::string_view property) {
  if (property.find(':') == std::string_view::npos) return false;
  for (std::string_view of_all : {"xformOp:", "primvars:", "collection:", "userProperties:", "ui:"})
    if (property.starts_with(of_all)) return false;
  return true;
}

class NamespacedSettings final : public scene::ContainerDataSource {
 public:
  NamespacedSettings(PrimSource source, Token around) : source_(std::move(source)), around_(around) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names;
    for (Token property : source_.prim.GetAuthoredPropertyNames())
      if (IsNamespacedSetting(property.GetText()) && source_.prim.GetAttribute(property).HasAuthoredValue())
        names.push_back(property);
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    if (!IsNamespacedSetting(name.GetText()) || !source_.prim.GetAttribute(name).HasAuthoredValue())
      return nullptr;
    return MakeAttributeSource(source_, name, {around_, GetRenderNames().namespacedSettings, name});
  }

 private:
  PrimSource source_;
  Token around_;
};

class RenderContainer final : public scene::ContainerDataSource {
 public:
  RenderContainer(PrimSource source, const RenderShape& shape) : source_(std::move(source)), shape_(shape) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names;
    for (Token attribute : shape_.attributes)
      if (IsThere(attribute)) names.push_back(attribute);
    for (const auto& each : shape_.targets)
      if (!FindTargets(each.relationship).empty()) names.push_back(each.relationship);
    names.push_back(GetRenderNames().namespacedSettings);
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    if (name == GetRenderNames().namespacedSettings)
      return scene::Make<const NamespacedSettings>(source_, shape_.container);
    for (const auto& each : shape_.targets) {
      if (each.relationship != name) continue;
      PathVector targets = FindTargets(name);
      if (targets.empty()) return nullptr;
      if (each.count == RenderShape::Targets::Count::kOne) return scene::Retain(targets.front());
      return scene::Retain(std::move(targets));
    }
    const bool is_attribute = std::ranges::find(shape_.attributes, name) != shape_.attributes.end();
    return is_attribute && IsThere(name) ? MakeAttributeSource(source_, name, {shape_.container, name})
                                         : nullptr;
  }

 private:
  bool IsThere(Token attribute) const {
    return shape_.unauthored == RenderShape::Unauthored::kShown ||
           source_.prim.GetAttribute(attribute).HasAuthoredValue();
  }
  PathVector FindTargets(Token relationship) const {
    return source_.prim.GetRelationship(relationship).GetForwardedTargets();
  }
  PrimSource source_;
  const RenderShape& shape_;
};

class RenderAdapter final : public BaseAdapter {
 public:
  explicit RenderAdapter(RenderShape shape) : shape_(std::move(shape)) {}
  Token GetImagingType(const stage::Prim&) const override { return shape_.type; }
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    return scene::OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{shape_.container, scene::Make<const RenderContainer>(source, shape_)}}),
        BaseAdapter::GetData(source));
  }
  DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                  PropertyChange change) const override {
    DataSourceLocatorSet dirty = BaseAdapter::Invalidate(prim, properties, change);
    for (Token property : properties) {
      const bool is_own = std::ranges::find(shape_.attributes, property) != shape_.attributes.end() ||
                          std::ranges::find(shape_.targets, property, &RenderShape::Targets::relationship) !=
                              shape_.targets.end();
      if (is_own)
        dirty.Insert(DataSourceLocator{shape_.container, property});
      else if (IsNamespacedSetting(property.GetText()))
        dirty.Insert(
            change == PropertyChange::kResync
                ? DataSourceLocator{shape_.container, GetRenderNames().namespacedSettings}
                : DataSourceLocator{shape_.container, GetRenderNames().namespacedSettings, property});
    }
    return dirty;
  }

 private:
  RenderShape shape_;
};

// A procedural is of the type of the system that runs it; one that names none runs nowhere.
class ProceduralAdapter final : public BaseAdapter {
 public:
  Token GetImagingType(const stage::Prim& prim) const override {
    static const Token kSystem("proceduralSystem"), kInert("inertGenerativeProcedural");
    const Token system = prim.GetAttribute(kSystem).GetAs<Token>().value_or(Token());
    return system.IsEmpty() ? kInert : system;
  }
  DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                  PropertyChange change) const override {
    for (Token property : properties)
      if (property.GetText() == "proceduralSystem") return DataSourceLocatorSet(GetRepopulateLocator());
    return BaseAdapter::Invalidate(prim, properties, change);
  }
};

// Particles: what each has is a primvar of its own name, in full precision where that is authored.
class ParticleAdapter final : public BaseAdapter {
 public:
  Token GetImagingType(const stage::Prim&) const override { return GetType(); }
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    static const Token kKernel("kernelType");
    return scene::OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{GetType(),
              RetainedContainerDataSource::New({{kKernel, scene::Retain(FindKernel(source.prim))}})}}),
        BaseAdapter::GetData(source));
  }

 protected:
  const PrimvarMappings& GetMappings() const override {
    static const PrimvarMappings mappings = [] {
      PrimvarMappings made;
      for (const char* name :
           {"positions", "orientations", "scales", "opacities", "radiance:sphericalHarmonicsCoefficients"}) {
        const Token primvar(name);
        made.push_back({primvar, primvar, {}, PrimvarMapping::Emptiness::kIsNothing});
        made.push_back({primvar, Token(std::string(name) + "h"), {}});
      }
      return made;
    }();
    return mappings;
  }

 private:
  static const Token& GetType() {
    static const Token type("particleField");
    return type;
  }
  // "gaussianEllipsoid" of ParticleFieldKernelGaussianEllipsoidAPI.
  static Token FindKernel(const stage::Prim& prim) {
    constexpr std::string_view kPrefix = "ParticleFieldKernel", kSuffix = "API";
    for (Token applied : prim.GetAppliedSchemas()) {
      std::string_view name = applied.GetText();
      if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix) || name == "ParticleFieldKernelBaseAPI")
        continue;
      std::string kernel(name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size()));
      kernel.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(kernel.front())));
      return Token(kernel);
    }
    return {};
  }
};

std::vector<Token> ToTokens(std::initializer_list<const char*> names) {
  return std::vector<Token>(names.begin(), names.end());
}

}  // namespace

void AddRenderAdapters(AdapterRegistry& registry) {
  using Count = RenderShape::Targets::Count;
  const RenderNames& names = GetRenderNames();
  const auto add = [&](const char* type, RenderShape shape) {
    registry.AddPrimAdapter(Token(type), std::make_shared<RenderAdapter>(std::move(shape)));
  };
  std::vector<Token> of_products(names.of_products.begin(), names.of_products.end());
  std::vector<Token> of_settings = of_products;
  of_settings.insert(of_settings.end(),
                     {names.includedPurposes, names.materialBindingPurposes, names.renderingColorSpace});
  add("RenderSettings", {names.renderSettings,
                         names.stage_settings,
                         std::move(of_settings),
                         {{names.camera, Count::kOne}, {names.products, Count::kAll}}});
  // What a product does not say it has from the settings.
  of_products.insert(of_products.end(), {names.productType, names.productName});
  add("RenderProduct", {names.renderProduct,
                        names.stage_product,
                        std::move(of_products),
                        {{names.camera, Count::kOne}, {names.orderedVars, Count::kAll}},
                        RenderShape::Unauthored::kLeftOut});
  add("RenderVar",
      {names.renderVar, names.stage_var, {names.dataType, names.sourceName, names.sourceType}, {}});
  add("RenderPass", {names.renderPass,
                     names.renderPass,
                     ToTokens({"passType", "command", "fileName"}),
                     {{Token("renderSource"), Count::kOne}, {Token("inputPasses"), Count::kAll}}});
  registry.AddPrimAdapter(Token("GenerativeProcedural"), std::make_shared<ProceduralAdapter>());
  for (const char* type : {"ParticleField", "ParticleField3DGaussianSplat"})
    registry.AddPrimAdapter(Token(type), std::make_shared<ParticleAdapter>());
}

}  // namespace strata::bridge
