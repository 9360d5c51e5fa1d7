#include "strata/inspect/statistics.h"

#include <algorithm>
#include <set>

#include "strata/value/time_samples.h"

namespace strata::inspect {

namespace {

void WriteCounts(JsonWriter& writer, std::string_view key, const Counts& counts) {
  writer.Key(key).BeginObject();
  for (const auto& [name, count] : counts.by_name) writer.Key(name).Unsigned(count);
  writer.EndObject();
}

void CountValue(const Value& value, LayerStatistics& statistics) {
  ++statistics.values_by_type.by_name[std::string(GetTypeText(value.GetType()))];
  statistics.array_elements += value.GetArraySize();
}

void CountPrim(const stage::Prim& prim, StageStatistics& statistics) {
  statistics.active += prim.IsActive();
  statistics.loaded += prim.IsLoaded();
  statistics.defined += prim.IsDefined();
  statistics.abstract += prim.IsAbstract();
  statistics.models += prim.IsModel();
  statistics.instances += prim.IsInstance();
  statistics.deepest = std::max<uint64_t>(statistics.deepest, prim.GetPath().GetElementCount());
  const Token type = prim.GetTypeName();
  ++statistics.prims_by_type.by_name[type.IsEmpty() ? "(none)" : type.GetString()];
  if (const Token kind = prim.GetKind(); !kind.IsEmpty())
    ++statistics.prims_by_kind.by_name[kind.GetString()];
  if (const compose::PrimIndexPtr index = prim.GetPrimIndex())
    for (uint32_t i = 1; i < index->GetNodeCount(); ++i)
      if (const compose::NodeRef node = index->GetNode(i); !node.IsDueToAncestor() && node.HasSpecs())
        ++statistics.arcs_by_type.by_name[std::string(compose::GetArcName(node.GetArcType()))];
  for (const stage::Attribute& attribute : prim.GetAuthoredAttributes()) {
    ++statistics.attributes;
    ++statistics.properties_by_type.by_name[attribute.GetTypeName().GetString()];
    statistics.time_varying_attributes += attribute.ValueMightBeTimeVarying();
  }
  statistics.relationships += prim.GetAuthoredRelationships().size();
}

}  // namespace

uint64_t Counts::GetTotal() const {
  uint64_t total = 0;
  for (const auto& [name, count] : by_name) total += count;
  return total;
}

LayerStatistics CountLayer(const layer::Layer& layer) {
  const layer::FieldNames& names = layer::GetFieldNames();
  LayerStatistics statistics;
  statistics.identifier = layer.GetIdentifier();
  if (layer.GetFileFormat()) statistics.format = layer.GetFileFormat()->GetId().GetString();
  layer.GetContent().VisitSpecs([&](Path, const layer::SpecStore::SpecView& spec) {
    ++statistics.specs;
    ++statistics.specs_by_type.by_name[std::string(layer::GetSpecTypeName(spec.GetType()))];
    if (const Value* value = spec.Find(names.default_)) CountValue(*value, statistics);
    if (const Value* value = spec.Find(names.timeSamples)) {
      if (const auto* samples = value->GetIf<TimeSamples>()) {
        statistics.time_samples += samples->GetSize();
        for (size_t i = 0; i < samples->GetSize(); ++i) CountValue(samples->GetValue(i), statistics);
      }
    }
  });
  return statistics;
}

void WriteLayerStatistics(JsonWriter& writer, const LayerStatistics& statistics) {
  writer.BeginObject();
  writer.Key("identifier").String(statistics.identifier);
  writer.Key("format").String(statistics.format);
  writer.Key("specs").Unsigned(statistics.specs);
  writer.Key("timeSamples").Unsigned(statistics.time_samples);
  writer.Key("arrayElements").Unsigned(statistics.array_elements);
  WriteCounts(writer, "specsByType", statistics.specs_by_type);
  WriteCounts(writer, "valuesByType", statistics.values_by_type);
  writer.EndObject();
}

StageStatistics CountStage(const stage::Stage& stage) {
  StageStatistics statistics;
  statistics.root_layer = stage.GetRootLayer()->GetIdentifier();
  for (const layer::LayerPtr& layer : stage.GetUsedLayers()) {
    ++statistics.layers;
    statistics.specs_in_layers += layer->GetContent().GetSpecCount();
  }
  for (const stage::Prim& prim : stage.TraverseAll()) {
    if (prim.IsPseudoRoot()) continue;
    ++statistics.prims;
    CountPrim(prim, statistics);
  }
  for (const stage::Prim& prototype : stage.GetPrototypes()) {
    ++statistics.prototypes;
    for (const stage::Prim& prim : stage::PrimRange(prototype, stage::PrimPredicate::All())) {
      ++statistics.prims_in_prototypes;
      CountPrim(prim, statistics);
    }
  }
  statistics.composition_errors = stage.GetCompositionErrors().size();
  return statistics;
}

void WriteStageStatistics(JsonWriter& writer, const StageStatistics& s) {
  writer.BeginObject();
  writer.Key("rootLayer").String(s.root_layer);
  const std::pair<const char*, uint64_t> totals[] = {{"layers", s.layers},
                                                     {"specsInLayers", s.specs_in_layers},
                                                     {"prims", s.prims},
                                                     {"prototypes", s.prototypes},
                                                     {"primsInPrototypes", s.prims_in_prototypes},
                                                     {"instances", s.instances},
                                                     {"active", s.active},
                                                     {"loaded", s.loaded},
                                                     {"defined", s.defined},
                                                     {"abstract", s.abstract},
                                                     {"models", s.models},
                                                     {"attributes", s.attributes},
                                                     {"relationships", s.relationships},
                                                     {"timeVaryingAttributes", s.time_varying_attributes},
                                                     {"compositionErrors", s.composition_errors},
                                                     {"deepest", s.deepest}};
  for (const auto& [key, count] : totals) writer.Key(key).Unsigned(count);
  WriteCounts(writer, "primsByType", s.prims_by_type);
  WriteCounts(writer, "primsByKind", s.prims_by_kind);
  WriteCounts(writer, "arcsByType", s.arcs_by_type);
  WriteCounts(writer, "propertiesByType", s.properties_by_type);
  writer.EndObject();
}

}  // namespace strata::inspect
