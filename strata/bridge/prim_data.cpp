#include "strata/bridge/prim_data.h"

#include <algorithm>

#include "strata/bridge/names.h"
#include "strata/domain/model.h"
#include "strata/domain/xformable.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::RetainedContainerDataSource;

// -- transforms -------------------------------------------------------------------------------------------

class MatrixSource final : public scene::TypedSampledDataSource<Matrix4d> {
 public:
  MatrixSource(PrimSource source, domain::Xformable::Ops ops, std::vector<stage::Attribute> varying)
      : source_(std::move(source)), ops_(std::move(ops)), varying_(std::move(varying)) {}
  Matrix4d GetTypedValue(double offset) const override {
    return domain::Xformable(source_.prim)
        .GetLocalTransformation(ops_, source_.globals->GetStageTime(offset))
        .matrix;
  }
  // A transform moves along curves that its ops' samples do not show: the ends of the interval count too.
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    if (varying_.empty()) return false;
    std::vector<double> samples = stage::Attribute::GetUnionedTimeSamples(varying_);
    if (samples.size() < 2) return false;
    const double frame = source_.globals->GetTime();
    std::erase_if(samples, [&](double time) { return time - frame <= start || time - frame >= end; });
    if (!times) return true;
    times->assign(1, start);
    for (double time : samples) times->push_back(time - frame);
    times->push_back(end);
    return true;
  }

 private:
  PrimSource source_;
  domain::Xformable::Ops ops_;
  std::vector<stage::Attribute> varying_;
};

bool HasXform(const PrimSource& source) {
  const auto ops = domain::Xformable(source.prim).GetOrderedXformOps();
  return !ops.ops.empty() || ops.resets_stack;
}

class XformSource final : public scene::ContainerDataSource {
 public:
  XformSource(DataSourceHandle matrix, bool resets_stack)
      : matrix_(std::move(matrix)), resets_stack_(resets_stack) {}
  std::vector<Token> GetNames() const override {
    const Names& names = bridge::GetNames();
    return {names.matrix, names.resetXformStack};
  }
  DataSourceHandle Get(Token name) const override {
    const Names& names = bridge::GetNames();
    if (name == names.matrix) return matrix_;
    return name == names.resetXformStack ? scene::RetainBool(resets_stack_) : nullptr;
  }

 private:
  DataSourceHandle matrix_;
  bool resets_stack_;
};

DataSourceHandle GetXform(const PrimSource& source) {
  domain::Xformable::Ops ops = domain::Xformable(source.prim).GetOrderedXformOps();
  if (ops.ops.empty() && !ops.resets_stack) return nullptr;
  std::vector<stage::Attribute> varying;
  for (const domain::XformOp& op : ops.ops)
    if (stage::Attribute attribute = source.prim.GetAttribute(op.attribute);
        attribute.ValueMightBeTimeVarying())
      varying.push_back(std::move(attribute));
  if (!varying.empty()) source.globals->FlagAsTimeVarying(source.prim.GetPath(), GetNames().xform, varying);
  const bool resets_stack = ops.resets_stack;
  return scene::Make<const XformSource>(
      scene::Make<const MatrixSource>(source, std::move(ops), std::move(varying)), resets_stack);
}

// -- visibility and purpose ---------------------------------------------------------------------------------

bool HasVisibility(const PrimSource& source) {
  return source.prim.GetAttribute(GetNames().visibility).HasAuthoredValue();
}

// "inherited" says nothing: such a container is empty, so that what is above decides. All over the shutter a
// prim is as visible as it is at the frame.
DataSourceHandle GetVisibility(const PrimSource& source) {
  const Names& names = GetNames();
  stage::Attribute attribute = source.prim.GetAttribute(names.visibility);
  if (!attribute.HasAuthoredValue()) return nullptr;
  const bool varies = attribute.ValueMightBeTimeVarying();
  if (varies) source.globals->FlagAsTimeVarying(source.prim.GetPath(), names.visibility, {attribute});
  const auto value = attribute.GetAs<Token>(source.globals->GetStageTime(0));
  if (value != names.invisible) return RetainedContainerDataSource::New();
  return RetainedContainerDataSource::New({{names.visibility, scene::Retain(false)}});
}

Token GetScenePurpose(Token purpose) {
  return purpose == GetNames().default_ ? GetNames().geometry : purpose;
}

bool HasPurpose(const PrimSource& source) {
  return source.prim.GetAttribute(GetNames().purpose).HasAuthoredValue();
}

DataSourceHandle GetPurpose(const PrimSource& source) {
  if (!HasPurpose(source)) return nullptr;
  const Names& names = GetNames();
  const Token purpose = source.prim.GetAttribute(names.purpose).GetAs<Token>().value_or(names.default_);
  return RetainedContainerDataSource::New({{names.purpose, scene::Retain(GetScenePurpose(purpose))}});
}

// -- extents ------------------------------------------------------------------------------------------------

class ExtentCorner final : public scene::TypedSampledDataSource<Vec3d> {
 public:
  ExtentCorner(scene::SampledDataSourceHandle extent, size_t corner)
      : extent_(std::move(extent)), corner_(corner) {}
  Vec3d GetTypedValue(double offset) const override {
    const Value value = extent_->GetValue(offset);
    const auto* points = value.GetIf<Array<Vec3f>>();
    if (!points || corner_ >= points->GetSize()) return {};
    const Vec3f& point = (*points)[corner_];
    return {point[0], point[1], point[2]};
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    return extent_->GetContributingSampleTimes(start, end, times);
  }

 private:
  scene::SampledDataSourceHandle extent_;
  size_t corner_;
};

bool HasExtent(const PrimSource& source) {
  if (!source.prim.IsA(GetNames().Boundable)) return false;
  const stage::Attribute extent = source.prim.GetAttribute(GetNames().extent);
  if (extent.HasAuthoredValue()) return true;
  const stage::ComputedValues* computed = source.globals->GetComputed();
  if (!computed || !computed->ValuesMightVary(source.prim)) return false;
  const std::optional<Value> made = computed->GetValue(extent, source.globals->GetStageTime(0));
  return made && !made->IsEmpty();
}

DataSourceHandle GetExtent(const PrimSource& source) {
  return HasExtent(source) ? MakeExtent(source, GetNames().extent, 0, GetNames().extent) : nullptr;
}

bool HasExtentsHint(const PrimSource& source) {
  return source.prim.GetAttribute(GetNames().extentsHint).HasAuthoredValue();
}

DataSourceHandle GetExtentsHint(const PrimSource& source) {
  if (!HasExtentsHint(source)) return nullptr;
  const Names& names = GetNames();
  const auto hint =
      source.prim.GetAttribute(names.extentsHint).GetAs<Array<Vec3f>>(source.globals->GetStageTime(0));
  std::vector<RetainedContainerDataSource::Entry> purposes;
  size_t first = 0;
  for (Token purpose : {names.geometry, names.render, names.proxy, names.guide}) {
    if (!hint || first + 1 >= hint->GetSize()) break;
    purposes.emplace_back(purpose, MakeExtent(source, names.extentsHint, first, names.extentsHint));
    first += 2;
  }
  return RetainedContainerDataSource::New(std::move(purposes));
}

// -- where it comes from
// --------------------------------------------------------------------------------------

class PrimInfo final : public scene::ContainerDataSource {
 public:
  explicit PrimInfo(const PrimSource& source)
      : prim_(source.prim),
        is_former_(source.globals->GetDataForm() == DataForm::k2408),
        is_instance_(prim_.IsInstance() && !source.globals->IsTakenApart(prim_)) {}
  std::vector<Token> GetNames() const override {
    const Names& names = bridge::GetNames();
    std::vector<Token> all = {names.specifier, names.isLoaded};
    if (is_instance_) all.push_back(names.niPrototypePath);
    if (prim_.IsPrototype()) all.push_back(names.isNiPrototype);
    for (Token name : {names.typeName, names.apiSchemas, names.kind, names.variantSelections})
      if (Get(name)) all.push_back(name);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    const Names& names = bridge::GetNames();
    if (name == names.specifier) {
      static const DataSourceHandle kSpecifiers[] = {
          scene::Retain(Token("def")), scene::Retain(Token("over")), scene::Retain(Token("class"))};
      return kSpecifiers[static_cast<size_t>(prim_.GetSpecifier())];
    }
    if (name == names.isLoaded) return scene::RetainBool(prim_.IsLoaded());
    if (name == names.niPrototypePath)
      return is_instance_ ? scene::Retain(prim_.GetPrototype().GetPath()) : DataSourceHandle();
    if (name == names.isNiPrototype) return prim_.IsPrototype() ? scene::RetainBool(true) : nullptr;
    return is_former_ ? nullptr : GetAuthored(name);
  }

 private:
  static DataSourceHandle RetainUnlessEmpty(Token token) {
    return token.IsEmpty() ? DataSourceHandle() : scene::Retain(token);
  }
  DataSourceHandle GetAuthored(Token name) const {
    const Names& names = bridge::GetNames();
    if (name == names.typeName) return RetainUnlessEmpty(prim_.GetTypeName());
    if (name == names.kind) return RetainUnlessEmpty(prim_.GetMetadata(name).GetOr(Token()));
    if (name == names.apiSchemas) {
      const std::vector<Token> applied = prim_.GetAppliedSchemas();
      if (applied.empty()) return nullptr;
      return scene::Retain(Array<Token>(applied.begin(), applied.end()));
    }
    if (name != names.variantSelections) return nullptr;
    std::vector<RetainedContainerDataSource::Entry> selections;
    for (const stage::VariantSet& set : prim_.GetVariantSets())
      selections.emplace_back(set.name, RetainUnlessEmpty(prim_.GetVariantSelection(set.name)));
    return selections.empty() ? nullptr : RetainedContainerDataSource::New(std::move(selections));
  }

  stage::Prim prim_;
  bool is_former_;
  bool is_instance_;
};

DataSourceHandle GetPrimInfo(const PrimSource& source) {
  return scene::Make<const PrimInfo>(source);
}

DataSourceHandle GetOrigin(const PrimSource& source) {
  Path path = source.prim.GetPath();
  if (source.prim.IsInPrototype()) {
    // Where a prototype stands is arbitrary: prims in it come from places relative to it.
    stage::Prim prototype = source.prim;
    while (prototype && !prototype.IsPrototype()) prototype = prototype.GetParent();
    if (prototype) path = path.MakeRelative(prototype.GetPath());
  }
  return RetainedContainerDataSource::New({{GetNames().scenePath, scene::Retain(path)}});
}

bool HasModel(const PrimSource& source) {
  return source.prim.IsModel();
}

DataSourceHandle GetModel(const PrimSource& source) {
  if (!HasModel(source)) return nullptr;
  const Names& names = GetNames();
  std::vector<RetainedContainerDataSource::Entry> entries = {
      {names.modelPath, scene::Retain(source.prim.GetPath())}};
  const auto add = [&](Token name, Token key) {
    Value value = source.prim.GetMetadataByDictKey(names.assetInfo, key.GetText());
    if (!value.IsEmpty()) entries.emplace_back(name, scene::Retain(std::move(value)));
  };
  add(names.assetIdentifier, names.identifier);
  add(names.assetName, names.name);
  add(names.assetVersion, names.version);
  return RetainedContainerDataSource::New(std::move(entries));
}

// Components are drawn as their draw mode says unless they say otherwise.   (UsdGeomModelAPI)
bool IsAppliedComponent(const PrimSource& source) {
  const stage::Prim& prim = source.prim;
  if (!prim.IsModel() || prim.GetAttribute(GetNames().apply_draw_mode).HasAuthoredValue()) return false;
  // What OpenUSD 24.08 shows of models is what those with the schema say.
  if (source.globals->GetDataForm() == DataForm::k2408 && !prim.HasAPI(GetNames().GeomModelAPI)) return false;
  static const Token component("component");
  return domain::ModelAPI(prim).IsKind(component);
}

DataSourceHandle GetAppliedComponent(const PrimSource& source) {
  static const DataSourceHandle applied =
      RetainedContainerDataSource::New({{GetNames().applyDrawMode, scene::RetainBool(true)}});
  return IsAppliedComponent(source) ? applied : nullptr;
}

// Each answers null itself where the prim has no such part.
const Parts& GetBaseParts() {
  const Names& names = GetNames();
  static const Parts parts = {
      {names.prim_info, GetPrimInfo},
      {names.primOrigin, GetOrigin},
      {names.xform, GetXform, HasXform},
      {names.visibility, GetVisibility, HasVisibility},
      {names.purpose, GetPurpose, HasPurpose},
      {names.extent, GetExtent, HasExtent},
      {names.extentsHint, GetExtentsHint, HasExtentsHint},
      {names.model, GetModel, HasModel},
      {names.geomModel, GetAppliedComponent, IsAppliedComponent},
  };
  return parts;
}

}  // namespace

ContainerDataSourceHandle MakeExtent(const PrimSource& source, Token attribute, size_t first,
                                     const DataSourceLocator& locator) {
  const Names& names = GetNames();
  const auto extent = scene::SampledDataSource::Cast(MakeAttributeSource(source, attribute, locator));
  return RetainedContainerDataSource::New({{names.min, scene::Make<const ExtentCorner>(extent, first)},
                                           {names.max, scene::Make<const ExtentCorner>(extent, first + 1)}});
}

namespace {

class PrimData final : public scene::ContainerDataSource {
 public:
  PrimData(PrimSource source, const PrimvarMappings& mappings)
      : source_(std::move(source)), mappings_(mappings) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names;
    for (const Part& part : GetBaseParts())
      if (!part.has || part.has(source_)) names.push_back(part.name);
    names.push_back(bridge::GetNames().primvars);
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    if (name == bridge::GetNames().primvars) return MakePrimvars(source_, mappings_);
    for (const Part& part : GetBaseParts())
      if (part.name == name) return part.get(source_);
    return nullptr;
  }

 private:
  PrimSource source_;
  const PrimvarMappings& mappings_;
};

}  // namespace

ContainerDataSourceHandle MakePrimData(const PrimSource& source, const PrimvarMappings& mappings) {
  return scene::Make<const PrimData>(source, mappings);
}

namespace {

// Whether the order of a prim's ops names one, inverted or not.
bool IsInOrder(const stage::Prim& prim, std::string_view op) {
  const auto order = prim.GetAttribute(GetNames().xform_op_order).GetAs<Array<Token>>();
  return order &&
         std::any_of(order->begin(), order->end(), [&](Token each) { return each.GetText().ends_with(op); });
}

}  // namespace

scene::DataSourceLocatorSet InvalidatePrimData(const stage::Prim& prim, std::span<const Token> properties,
                                               PropertyChange change, const PrimvarMappings& mappings) {
  const Names& names = GetNames();
  scene::DataSourceLocatorSet dirty;
  for (Token property : properties) {
    const std::string_view text = property.GetText();
    if (property == names.visibility || property == names.purpose || property == names.extent ||
        property == names.extentsHint)
      dirty.Insert(property);
    else if (property == names.apply_draw_mode && prim.IsModel())
      dirty.Insert(scene::DataSourceLocator{names.geomModel, names.applyDrawMode});
    else if (property == names.xform_op_order || (text.starts_with("xformOp:") && IsInOrder(prim, text)))
      dirty.Insert(names.xform);
  }
  dirty.Insert(InvalidatePrimvars(properties, change, mappings));
  return dirty;
}

}  // namespace strata::bridge
