// Cameras.
#include <algorithm>
#include <cmath>

#include "strata/bridge/names.h"
#include "strata/bridge/parts.h"
#include "strata/bridge/prim_data.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;

// Scenes have planes in double precision.
Value ConvertPlanes(const Value& value) {
  const auto* planes = value.GetIf<Array<Vec4f>>();
  if (!planes) return Value(Array<Vec4d>());
  Array<Vec4d> converted;
  for (const Vec4f& plane : *planes) converted.PushBack({plane[0], plane[1], plane[2], plane[3]});
  return Value(std::move(converted));
}

// Stages have lengths of a camera's own in tenths of their unit.
Value ConvertTenths(const Value& value) {
  return Value(static_cast<float>(value.GetOr(0.0f) * 0.1));
}

const Token& GetLinearExposureScale() {
  static const Token name("linearExposureScale");
  return name;
}

// Attributes that are called otherwise in scenes; of OpenUSD 24.08 they have the stage's names.
const std::vector<std::pair<Token, Token>>& GetRenamed() {
  static const std::vector<std::pair<Token, Token>> renamed = {
      {Token("shutterOpen"), Token("shutter:open")},
      {Token("shutterClose"), Token("shutter:close")},
  };
  return renamed;
}

// What the exposure of a picture is made of.
const std::vector<std::pair<Token, Token>>& GetExposures() {
  static const std::vector<std::pair<Token, Token>> exposures = {
      {Token("exposure"), Token("exposure")},
      {Token("exposureTime"), Token("exposure:time")},
      {Token("exposureIso"), Token("exposure:iso")},
      {Token("exposureFStop"), Token("exposure:fStop")},
      {Token("exposureResponsivity"), Token("exposure:responsivity")},
  };
  return exposures;
}

AttributeParts MakeCameraParts(DataForm form) {
  AttributeParts parts{DataSourceLocator(GetNames().camera), {}};
  const auto add = [&](Token name, Token attribute, Convert convert = nullptr) {
    parts.parts.push_back({name, attribute, convert});
  };
  for (const char* name : {"projection", "clippingRange", "fStop", "focusDistance", "exposure", "stereoRole"})
    add(Token(name), Token(name));
  for (const auto& [name, attribute] : GetRenamed())
    add(form == DataForm::k2408 ? attribute : name, attribute);
  for (const char* name : {"horizontalAperture", "verticalAperture", "horizontalApertureOffset",
                           "verticalApertureOffset", "focalLength"})
    add(Token(name), Token(name), ConvertTenths);
  add(Token("clippingPlanes"), Token("clippingPlanes"), ConvertPlanes);
  if (form != DataForm::k2408)
    for (const auto& [name, attribute] : GetExposures())
      if (name != attribute) add(name, attribute);
  return parts;
}

const AttributeParts& GetCameraParts(DataForm form) {
  static const AttributeParts newest = MakeCameraParts(DataForm::kNewest),
                              former = MakeCameraParts(DataForm::k2408);
  return form == DataForm::k2408 ? former : newest;
}

// How much brighter a picture is than what is seen.   (UsdGeomCamera::ComputeLinearExposureScale)
class LinearExposureScale final : public scene::TypedSampledDataSource<float> {
 public:
  explicit LinearExposureScale(PrimSource source) : source_(std::move(source)) {
    for (const auto& [name, attribute] : GetExposures()) {
      stage::Attribute found = source_.prim.GetAttribute(attribute);
      if (found.ValueMightBeTimeVarying()) varying_.push_back(std::move(found));
    }
    if (!varying_.empty())
      source_.globals->FlagAsTimeVarying(source_.prim.GetPath(),
                                         {GetNames().camera, GetLinearExposureScale()}, varying_);
  }
  float GetTypedValue(double offset) const override {
    const stage::Time time = source_.globals->GetStageTime(offset);
    const auto get = [&](const char* name, float otherwise) {
      return source_.prim.GetAttribute(Token(name)).GetAs<float>(time).value_or(otherwise);
    };
    const float stop = get("exposure:fStop", 1), sensitivity = get("exposure:iso", 100) / 100;
    return get("exposure:time", 1) * sensitivity * std::exp2(get("exposure", 0)) *
           get("exposure:responsivity", 1) / (stop * stop);
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    return !varying_.empty() && GetSampleTimes(varying_, source_.globals->GetTime(), start, end, times);
  }

 private:
  PrimSource source_;
  std::vector<stage::Attribute> varying_;
};

class CameraContainer final : public scene::ContainerDataSource {
 public:
  explicit CameraContainer(PrimSource source) : source_(std::move(source)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names = MakeAttributeParts(source_, GetParts())->GetNames();
    if (HasExposureScale()) names.push_back(GetLinearExposureScale());
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    if (name == GetLinearExposureScale() && HasExposureScale())
      return scene::Make<const LinearExposureScale>(source_);
    return MakeAttributeParts(source_, GetParts())->Get(name);
  }

 private:
  const AttributeParts& GetParts() const { return GetCameraParts(source_.globals->GetDataForm()); }
  bool HasExposureScale() const { return source_.globals->GetDataForm() != DataForm::k2408; }
  PrimSource source_;
};

class CameraAdapter final : public BaseAdapter {
 public:
  Token GetImagingType(const stage::Prim&) const override { return GetNames().camera; }
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    return scene::OverlayContainerDataSource::New(
        scene::RetainedContainerDataSource::New(
            {{GetNames().camera, scene::Make<const CameraContainer>(source)}}),
        BaseAdapter::GetData(source));
  }
  // In both forms, whichever is shown: names that nobody reads are dirtied for nobody.
  DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                  PropertyChange change) const override {
    DataSourceLocatorSet dirty = BaseAdapter::Invalidate(prim, properties, change);
    for (Token property : properties)
      for (DataForm form : {DataForm::kNewest, DataForm::k2408})
        for (const AttributePart& part : GetCameraParts(form).parts)
          if (part.attribute == property) dirty.Insert(DataSourceLocator{GetNames().camera, part.name});
    for (const auto& [name, attribute] : GetExposures())
      if (std::ranges::find(properties, attribute) != properties.end())
        dirty.Insert(DataSourceLocator{GetNames().camera, GetLinearExposureScale()});
    return dirty;
  }
};

}  // namespace

void AddCameraAdapters(AdapterRegistry& registry) {
  registry.AddPrimAdapter(Token("Camera"), std::make_shared<CameraAdapter>());
}

}  // namespace strata::bridge
