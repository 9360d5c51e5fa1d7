#include "strata/bridge/attribute_source.h"

#include <algorithm>
#include <cmath>

namespace strata::bridge {

namespace {

class AttributeSource final : public scene::SampledDataSource {
 public:
  AttributeSource(stage::Attribute attribute, StageGlobalsPtr globals, Convert convert, bool varies)
      : attribute_(std::move(attribute)), globals_(std::move(globals)), convert_(convert), varies_(varies) {}

  Value GetValue(double shutter_offset) const override {
    const stage::Time time = globals_->GetStageTime(shutter_offset);
    Value value;
    bool is_computed = false;
    if (const stage::ComputedValues* computed = globals_->GetComputed())
      is_computed = Take(computed->GetValue(attribute_, time), value);
    if (!is_computed) value = attribute_.Get(time);
    if (const ValueTypeName* type = attribute_.GetValueTypeName()) {
      // Who reads the scene relies on the type: what was authored with another one counts as nothing.
      if (value.GetType() != type->type) value = type->fallback;
    }
    return convert_ ? convert_(value) : value;
  }

  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    const double frame = globals_->GetTime();
    if (const stage::ComputedValues* computed = globals_->GetComputed(); computed && start < end)
      if (auto found = computed->GetValueTimes(attribute_, frame + start, frame + end)) {
        for (double& time : *found) time -= frame;
        if (times) *times = *std::move(found);
        return true;
      }
    return varies_ && GetSampleTimes({attribute_}, globals_->GetTime(), start, end, times);
  }

 private:
  static bool Take(std::optional<Value> made, Value& value) {
    if (made) value = *std::move(made);
    return made.has_value();
  }
  stage::Attribute attribute_;
  StageGlobalsPtr globals_;
  Convert convert_;
  bool varies_;
};

}  // namespace

scene::DataSourceHandle MakeAttributeSource(const PrimSource& source, Token attribute,
                                            const scene::DataSourceLocator& locator, Convert convert) {
  stage::Attribute found = source.prim.GetAttribute(attribute);
  const bool varies = found.ValueMightBeTimeVarying();
  if (varies) source.globals->FlagAsTimeVarying(source.prim.GetPath(), locator, {found});
  return scene::Make<const AttributeSource>(std::move(found), source.globals, convert, varies);
}

scene::DataSourceHandle MakeUnflaggedAttributeSource(const PrimSource& source, Token attribute) {
  stage::Attribute found = source.prim.GetAttribute(attribute);
  const bool varies = found.ValueMightBeTimeVarying();
  return scene::Make<const AttributeSource>(std::move(found), source.globals, nullptr, varies);
}

bool GetSampleTimes(const std::vector<stage::Attribute>& attributes, double frame, double start, double end,
                    std::vector<double>* times) {
  std::vector<double> samples = stage::Attribute::GetUnionedTimeSamples(attributes);
  if (samples.size() < 2) return false;
  for (double& sample : samples) sample -= frame;
  std::vector<double> contributing = scene::ClipSampleTimes(samples, start, end);
  // Before the first sample there is none to stand for the interval's beginning.
  if (!contributing.empty() && contributing.front() > start && std::isfinite(start))
    contributing.insert(contributing.begin(), start);
  if (contributing.size() < 2) return false;
  if (times) *times = std::move(contributing);
  return true;
}

}  // namespace strata::bridge
