#include "strata/bridge/primvars.h"

#include <algorithm>

#include "strata/bridge/attribute_source.h"
#include "strata/bridge/color_spaces.h"
#include "strata/bridge/names.h"
#include "strata/layer/fields.h"
#include "strata/scene/retained.h"
#include "strata/stage/stage_impl.h"

namespace strata::bridge {

namespace {

constexpr std::string_view kPrefix = "primvars:";
constexpr std::string_view kIndices = ":indices";

// What values of a type stand for.
Token GetRole(const ValueTypeName* type) {
  const Names& names = GetNames();
  if (!type) return {};
  switch (type->role) {
    case Role::kPoint:
      return names.point;
    case Role::kNormal:
      return names.normal;
    case Role::kVector:
      return names.vector;
    case Role::kColor:
      return names.color;
    case Role::kTextureCoordinate:
      return names.textureCoordinate;
    case Role::kPointIndex:
      return names.pointIndex;
    case Role::kEdgeIndex:
      return names.edgeIndex;
    case Role::kFaceIndex:
      return names.faceIndex;
    default:
      return {};
  }
}

scene::ContainerDataSourceHandle MakePrimvar(const PrimSource& source, Token name, Token attribute,
                                             Token default_interpolation, bool may_be_indexed) {
  const Names& names = GetNames();
  const stage::Attribute found = source.prim.GetAttribute(attribute);
  const Token authored = found.HasAuthoredMetadata(names.interpolation)
                             ? found.GetMetadata(names.interpolation).GetOr(Token())
                             : Token();
  const scene::DataSourceLocator locator{names.primvars, name};
  std::vector<scene::RetainedContainerDataSource::Entry> entries = {
      {names.interpolation, scene::Retain(authored.IsEmpty() ? default_interpolation : authored)},
      {names.role, scene::Retain(GetRole(found.GetValueTypeName()))}};
  if (source.globals->GetDataForm() != DataForm::k2408) {
    if (const int32_t size = found.GetMetadata(names.elementSize).GetOr(int32_t{1}); size > 1)
      entries.emplace_back(names.elementSize, scene::Retain(size));
    if (const Token space = FindColorSpace(found); !space.IsEmpty())
      entries.emplace_back(names.colorSpace, scene::Retain(space));
  }
  const Token indices(attribute.GetString() + std::string(kIndices));
  if (may_be_indexed && source.prim.GetAttribute(indices).HasAuthoredValue()) {
    entries.emplace_back(names.indexedPrimvarValue,
                         MakeAttributeSource(source, attribute, locator.Append(names.indexedPrimvarValue)));
    entries.emplace_back(names.indices, MakeAttributeSource(source, indices, locator.Append(names.indices)));
  } else {
    entries.emplace_back(names.primvarValue,
                         MakeAttributeSource(source, attribute, locator.Append(names.primvarValue)));
  }
  return scene::RetainedContainerDataSource::New(std::move(entries));
}

// Calls visit(name) for what layers say of the prim's properties, in no promised order, some more than once.
template <class Visit>
void VisitAuthoredProperties(const stage::Prim& prim, Visit&& visit) {
  const stage::PrimAccess access(prim);
  const compose::PrimIndex* index = access ? access.Index() : nullptr;
  if (!index) return;
  const Token field = layer::GetFieldNames().properties;
  for (const compose::SpecSite& site : index->GetSpecStack())
    if (const auto* properties = site.entry->layer->GetFieldAs<TokenVector>(site.path, field))
      for (const Token property : *properties) visit(property);
}

// "primvars:st" is st; "primvars:st:indices" is none, nor what begins with it.
Token GetPrimvarName(Token property) {
  const std::string_view text = property.GetText();
  if (!text.starts_with(kPrefix) || text.ends_with(kIndices) || text.size() == kPrefix.size()) return {};
  return Token(text.substr(kPrefix.size()));
}

class Primvars final : public scene::ContainerDataSource {
 public:
  Primvars(PrimSource source, const PrimvarMappings& mappings)
      : source_(std::move(source)), mappings_(mappings) {}

  std::vector<Token> GetNames() const override {
    std::vector<Token> names;
    VisitAuthoredProperties(source_.prim, [&](Token property) {
      if (const Token name = GetPrimvarName(property);
          !name.IsEmpty() && source_.prim.GetAttribute(property).HasAuthoredValue() &&
          std::ranges::find(names, name) == names.end())
        names.push_back(name);
    });
    for (const PrimvarMapping& mapping : mappings_)
      if (std::ranges::find(names, mapping.primvar) == names.end() && HasMapped(mapping))
        names.push_back(mapping.primvar);
    return names;
  }

  scene::DataSourceHandle Get(Token name) const override {
    const Token property(std::string(kPrefix) + name.GetString());
    if (!GetPrimvarName(property).IsEmpty() && source_.prim.GetAttribute(property).HasAuthoredValue())
      return MakePrimvar(source_, name, property, bridge::GetNames().constant, true);
    // Of several attributes for one primvar the first that is authored counts.
    for (const PrimvarMapping& mapping : mappings_)
      if (mapping.primvar == name && HasMapped(mapping))
        return MakePrimvar(
            source_, name, mapping.attribute,
            mapping.interpolation.IsEmpty() ? bridge::GetNames().vertex : mapping.interpolation, false);
    return nullptr;
  }

 private:
  bool HasMapped(const PrimvarMapping& mapping) const {
    const stage::Attribute attribute = source_.prim.GetAttribute(mapping.attribute);
    if (!attribute.HasAuthoredValue()) return IsSimulated(attribute);
    if (mapping.emptiness == PrimvarMapping::Emptiness::kCounts) return true;
    const std::vector<double> times = attribute.GetTimeSamples();
    return attribute.Get(times.empty() ? stage::Time::Default() : stage::Time(times.front())).GetArraySize() >
           0;
  }

  // What nobody authored can be made by who moves the prim.
  bool IsSimulated(const stage::Attribute& attribute) const {
    const stage::ComputedValues* computed = source_.globals->GetComputed();
    if (!computed || !computed->ValuesMightVary(source_.prim)) return false;
    const std::optional<Value> made = computed->GetValue(attribute, source_.globals->GetStageTime(0));
    return made && !made->IsEmpty();
  }

  PrimSource source_;
  const PrimvarMappings& mappings_;
};

}  // namespace

const PrimvarMappings& GetNoMappings() {
  static const PrimvarMappings none;
  return none;
}

scene::ContainerDataSourceHandle MakePrimvars(const PrimSource& source, const PrimvarMappings& mappings) {
  return scene::Make<const Primvars>(source, mappings);
}

scene::DataSourceLocatorSet InvalidatePrimvars(std::span<const Token> properties, PropertyChange change,
                                               const PrimvarMappings& mappings) {
  const Names& names = GetNames();
  scene::DataSourceLocatorSet dirty;
  for (Token property : properties) {
    std::string_view text = property.GetText();
    Token primvar;
    for (const PrimvarMapping& mapping : mappings)
      if (mapping.attribute == property) primvar = mapping.primvar;
    if (text.starts_with(kPrefix)) {
      if (text.ends_with(kIndices)) text.remove_suffix(kIndices.size());
      primvar = Token(text.substr(kPrefix.size()));
    }
    if (primvar.IsEmpty()) continue;
    if (change == PropertyChange::kResync)
      dirty.Insert(names.primvars);
    else
      dirty.Insert(scene::DataSourceLocator{names.primvars, primvar});
  }
  return dirty;
}

}  // namespace strata::bridge
