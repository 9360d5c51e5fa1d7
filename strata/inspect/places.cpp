#include "strata/inspect/places.h"

#include <fmt/format.h>

namespace strata::inspect {

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
