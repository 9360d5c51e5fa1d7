#include "strata/pipeline/stitch.h"

#include <algorithm>

#include "strata/layer/children.h"
#include "strata/layer/editor.h"
#include "strata/layer/fields.h"
#include "strata/stage/metadata.h"
#include "strata/value/time_samples.h"

namespace strata::pipeline {

namespace {

const layer::FieldNames& Names() {
  return layer::GetFieldNames();
}

Value UniteSamples(const TimeSamples& strong, const TimeSamples& weak) {
  TimeSamples united = weak;
  for (size_t i = 0; i < strong.GetSize(); ++i) united.Set(strong.GetTime(i), strong.GetValue(i));
  return Value(std::move(united));
}

Value PickNumber(const Value& strong, const Value& weak, bool smaller) {
  const double a = strong.GetOr(0.0), b = weak.GetOr(0.0);
  return Value(smaller ? std::min(a, b) : std::max(a, b));
}

// Both layers have the field.
Value Combine(Token field, bool is_root, const Value& strong, const Value& weak) {
  const layer::FieldNames& names = Names();
  if (field == names.specifier) return strong == Value(Specifier::kOver) ? weak : strong;
  if (field == names.typeName) return strong.GetOr(Token()).IsEmpty() ? weak : strong;
  const bool numbers = strong.Holds<double>() && weak.Holds<double>();
  if (is_root && numbers && (field == names.startTimeCode || field == names.startFrame))
    return PickNumber(strong, weak, true);
  if (is_root && numbers && (field == names.endTimeCode || field == names.endFrame))
    return PickNumber(strong, weak, false);
  if (strong.Holds<TimeSamples>() && weak.Holds<TimeSamples>())
    return UniteSamples(strong.Get<TimeSamples>(), weak.Get<TimeSamples>());
  if (strong.Holds<VariantSelectionMap>() && weak.Holds<VariantSelectionMap>()) {
    VariantSelectionMap both = strong.Get<VariantSelectionMap>();
    both.insert(weak.Get<VariantSelectionMap>().begin(), weak.Get<VariantSelectionMap>().end());
    return Value(std::move(both));
  }
  if (strong.Holds<Dictionary>() || layer::IsChildrenField(field) || !stage::IsCombining(strong)) {
    Value both = strong.Holds<Dictionary>() ? stage::CombineFieldValues(strong, weak) : Value();
    return both.IsEmpty() ? strong : both;
  }
  Value both = stage::CombineFieldValues(strong, weak);
  return both.IsEmpty() ? strong : both;
}

Value UniteNames(const Value* strong, const Value& weak) {
  const TokenVector* added = weak.GetIf<TokenVector>();
  TokenVector names = strong ? strong->GetOr(TokenVector()) : TokenVector();
  if (!added) return strong ? *strong : weak;
  for (Token name : *added)
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return Value(std::move(names));
}

}  // namespace

void StitchLayers(layer::Layer& strong, const layer::Layer& weak, const StitchField& choose) {
  const layer::FieldNames& names = Names();
  layer::SpecStore content = strong.GetContent().Clone();
  const layer::SpecStore& added = weak.GetContent();
  std::vector<Path> open{Path::AbsoluteRoot()};
  while (!open.empty()) {
    const Path path = open.back();
    open.pop_back();
    const layer::SpecStore::SpecView from = added.Find(path);
    if (!from) continue;
    const layer::SpecType there = content.GetType(path);
    if (there != layer::SpecType::kUnknown && there != from.GetType()) continue;
    const bool is_root = from.GetType() == layer::SpecType::kPseudoRoot;
    const layer::SpecStore::SpecIndex spec = content.Create(path, from.GetType());
    for (const layer::SpecStore::Field& field : from) {
      if (field.name == names.subLayers || field.name == names.subLayerOffsets) continue;
      const Value* own = content.GetField(spec, field.name);
      if (layer::IsChildrenField(field.name)) {
        content.SetField(spec, field.name, UniteNames(own, field.value));
        continue;
      }
      std::optional<Value> chosen;
      if (choose) chosen = choose(path, field.name, own, &field.value);
      if (!chosen) chosen = own ? Combine(field.name, is_root, *own, field.value) : field.value;
      content.SetField(spec, field.name, std::move(*chosen));
    }
    for (const layer::Child& child : layer::ListChildren(added, path))
      open.push_back(layer::GetChildPath(path, child));
  }
  layer::LayerEditor(strong).ReplaceAll(std::move(content));
}

}  // namespace strata::pipeline
