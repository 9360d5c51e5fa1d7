#include "strata/inspect/places.h"

#include <fmt/format.h>

#include "strata/format/text/text.h"
#include "strata/value/time_samples.h"

namespace strata::inspect {

namespace {

constexpr size_t kShownElements = 4;
constexpr size_t kShownSamples = 3;

// Cuts at a character boundary.
std::string CutTo(std::string text, size_t width) {
  for (char& c : text)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  if (text.size() <= width) return text;
  size_t end = width > 3 ? width - 3 : 0;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

template <class T>
Value Head(const Array<T>& array) {
  return Array<T>(array.begin(), array.begin() + kShownElements);
}

std::string SummarizeArray(const Value& value) {
  Value head;
  switch (value.GetType()) {
#define X(name, type, text)                \
  case ValueType::k##name##Array:          \
    head = Head(value.Get<Array<type>>()); \
    break;
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      break;
  }
  std::string text = format::text::FormatValue(head);
  if (!text.empty() && text.back() == ']') text.pop_back();
  return fmt::format("{}, ... {} in all]", text, value.GetArraySize());
}

std::string SummarizeSamples(const TimeSamples& samples, size_t width) {
  std::string text = "{";
  const size_t shown = std::min(samples.GetSize(), kShownSamples);
  for (size_t i = 0; i < shown; ++i)
    text += fmt::format("{}{}: {}", i ? ", " : "", samples.GetTime(i),
                        SummarizeValue(samples.GetValue(i), width / 3));
  if (shown < samples.GetSize()) text += fmt::format(", ... {} samples", samples.GetSize());
  return text + "}";
}

}  // namespace

std::string SummarizeValue(const Value& value, size_t width) {
  if (value.IsEmpty()) return {};
  if (value.IsArray() && value.GetArraySize() > kShownElements) return CutTo(SummarizeArray(value), width);
  if (const auto* samples = value.GetIf<TimeSamples>())
    return CutTo(SummarizeSamples(*samples, width), width);
  return CutTo(format::text::FormatValue(value), width);
}

std::vector<ArcStep> DescribeArcs(const compose::NodeRef& node) {
  std::vector<ArcStep> steps;
  for (compose::NodeRef at = node; at && !at.IsRoot(); at = at.GetParent()) {
    ArcStep step;
    step.arc = compose::GetArcName(at.GetArcType());
    step.layer = at.GetLayerStack()->GetRootLayer()->GetDisplayName();
    step.path = at.GetPath();
    step.is_ancestral = at.IsDueToAncestor();
    step.is_implied = at.GetOrigin() && !(at.GetOrigin() == at.GetParent());
    steps.insert(steps.begin(), std::move(step));
  }
  return steps;
}

Place DescribePlace(const compose::NodeRef& node, const layer::Layer& layer, Path spec_path, Token field,
                    const LayerOffset& layer_to_stage) {
  Place place;
  place.layer = layer.GetIdentifier();
  place.layer_name = layer.GetDisplayName();
  place.path = spec_path;
  place.layer_to_stage = layer_to_stage;
  if (node) place.arcs = DescribeArcs(node);
  if (const layer::SourceMap* map = layer.GetSourceMap()) {
    const auto found = field.IsEmpty() ? map->FindSpec(spec_path) : map->FindField(spec_path, field);
    if (found) {
      place.line = found->line;
      place.column = found->column;
    }
  }
  return place;
}

std::string SummarizeArcs(const std::vector<ArcStep>& arcs) {
  if (arcs.empty()) return "local";
  std::string text;
  for (const ArcStep& step : arcs) {
    if (!text.empty()) text += " > ";
    text += step.arc;
    if (step.is_implied) text += " (implied)";
    if (step.is_ancestral) text += " (of an ancestor)";
  }
  return text;
}

void WritePlace(JsonWriter& writer, const Place& place) {
  writer.Key("layer").String(place.layer);
  writer.Key("path").String(place.path.GetString());
  if (place.line != 0) {
    writer.Key("line").Unsigned(place.line);
    writer.Key("column").Unsigned(place.column);
  }
  if (!place.layer_to_stage.IsIdentity())
    writer.Key("layerOffset")
        .BeginArray()
        .Number(place.layer_to_stage.offset)
        .Number(place.layer_to_stage.scale)
        .EndArray();
  writer.Key("arcs").BeginArray();
  for (const ArcStep& step : place.arcs) {
    writer.BeginObject();
    writer.Key("arc").String(step.arc);
    writer.Key("layer").String(step.layer);
    writer.Key("path").String(step.path.GetString());
    writer.Key("ancestral").Bool(step.is_ancestral);
    writer.Key("implied").Bool(step.is_implied);
    writer.EndObject();
  }
  writer.EndArray();
}

}  // namespace strata::inspect
