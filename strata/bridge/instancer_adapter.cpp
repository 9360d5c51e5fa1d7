// Point instancers.
#include <algorithm>

#include "strata/bridge/names.h"
#include "strata/bridge/prim_data.h"
#include "strata/domain/point_instancer.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;
using scene::RetainedContainerDataSource;

// Indices beyond the prototypes still have their vectors, so that what is missing shows; but not without end.
constexpr size_t kMaxMissingPrototypes = 4096;

const PrimvarMappings& GetMappingsOfInstancers() {
  const Names& names = GetNames();
  static const PrimvarMappings mappings = {
      {names.instance_translations, names.positions, names.instance},
      // Full precision counts where it is authored.
      {names.instance_rotations, names.orientationsf, names.instance, PrimvarMapping::Emptiness::kIsNothing},
      {names.instance_rotations, names.orientations, names.instance},
      {names.instance_scales, names.scales, names.instance},
      {names.velocities, names.velocities, names.instance},
      {names.accelerations, names.accelerations, names.instance},
      {names.angularVelocities, names.angularVelocities, names.instance},
  };
  return mappings;
}

// Flags an attribute that other data are made of.
void FlagIfVarying(const PrimSource& source, Token attribute, const DataSourceLocator& locator) {
  stage::Attribute found = source.prim.GetAttribute(attribute);
  if (found.ValueMightBeTimeVarying())
    source.globals->FlagAsTimeVarying(source.prim.GetPath(), locator, {std::move(found)});
}

// The instances of each prototype, at the frame.
class InstanceIndices final : public scene::VectorDataSource {
 public:
  explicit InstanceIndices(const PrimSource& source) {
    const Names& names = GetNames();
    FlagIfVarying(source, names.protoIndices, {names.instancerTopology, names.instanceIndices});
    const stage::Attribute attribute = source.prim.GetAttribute(names.protoIndices);
    const stage::Time time = source.globals->GetStageTime(0);
    const stage::ComputedValues* computed = source.globals->GetComputed();
    const std::optional<Value> simulated = computed ? computed->GetValue(attribute, time) : std::nullopt;
    const Value value = simulated ? *simulated : attribute.Get(time);
    const auto* indices = value.GetIf<Array<int32_t>>();
    if (!indices) return;
    const size_t prototypes = source.prim.GetRelationship(names.prototypes).GetForwardedTargets().size();
    for (size_t i = 0; i < indices->GetSize(); ++i) {
      const int32_t prototype = (*indices)[i];
      if (prototype < 0 || static_cast<size_t>(prototype) >= prototypes + kMaxMissingPrototypes) continue;
      if (by_prototype_.size() <= static_cast<size_t>(prototype))
        by_prototype_.resize(static_cast<size_t>(prototype) + 1);
      by_prototype_[static_cast<size_t>(prototype)].PushBack(static_cast<int32_t>(i));
    }
  }
  size_t GetNumElements() const override { return by_prototype_.size(); }
  DataSourceHandle GetElement(size_t element) const override {
    return element < by_prototype_.size() ? scene::Retain(by_prototype_[element]) : nullptr;
  }

 private:
  std::vector<Array<int32_t>> by_prototype_;
};

class MaskSource final : public scene::TypedSampledDataSource<Array<bool>> {
 public:
  explicit MaskSource(PrimSource source) : source_(std::move(source)) {
    const Names& names = GetNames();
    FlagIfVarying(source_, names.invisibleIds, {names.instancerTopology, names.mask});
  }
  Array<bool> GetTypedValue(double offset) const override {
    const std::vector<bool> mask =
        domain::PointInstancer(source_.prim).ComputeMask(source_.globals->GetStageTime(offset));
    return Array<bool>(mask.begin(), mask.end());
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    const stage::Attribute ids = source_.prim.GetAttribute(GetNames().invisibleIds);
    return ids.ValueMightBeTimeVarying() &&
           GetSampleTimes({ids}, source_.globals->GetTime(), start, end, times);
  }

 private:
  PrimSource source_;
};

const Parts& GetTopologyParts() {
  const Names& names = GetNames();
  static const Parts parts = {
      {names.prototypes,
       [](const PrimSource& source) -> DataSourceHandle {
         return scene::Retain(
             PathVector(source.prim.GetRelationship(GetNames().prototypes).GetForwardedTargets()));
       }},
      {names.instanceIndices,
       [](const PrimSource& source) -> DataSourceHandle {
         return scene::Make<const InstanceIndices>(source);
       }},
      {names.mask,
       [](const PrimSource& source) -> DataSourceHandle { return scene::Make<const MaskSource>(source); }},
  };
  return parts;
}

class PointInstancerAdapter final : public BaseAdapter {
 public:
  Token GetImagingType(const stage::Prim&) const override { return GetNames().instancer; }
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    return scene::OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{GetNames().instancerTopology, MakeParts(source, GetTopologyParts())}}),
        BaseAdapter::GetData(source));
  }
  DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                  PropertyChange change) const override {
    const Names& names = GetNames();
    DataSourceLocatorSet dirty = BaseAdapter::Invalidate(prim, properties, change);
    for (Token property : properties) {
      if (property == names.prototypes) dirty.Insert(names.instancerTopology);
      if (property == names.protoIndices)
        dirty.Insert(DataSourceLocator{names.instancerTopology, names.instanceIndices});
      if (property == names.invisibleIds || property == names.inactiveIds)
        dirty.Insert(DataSourceLocator{names.instancerTopology, names.mask});
    }
    return dirty;
  }

 protected:
  const PrimvarMappings& GetMappings() const override { return GetMappingsOfInstancers(); }
};

}  // namespace

void AddInstancerAdapters(AdapterRegistry& registry) {
  registry.AddPrimAdapter(Token("PointInstancer"), std::make_shared<PointInstancerAdapter>());
}

}  // namespace strata::bridge
