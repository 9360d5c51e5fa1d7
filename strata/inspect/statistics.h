// How much there is of everything in a layer or a stage.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "strata/base/json_writer.h"
#include "strata/stage/stage.h"

namespace strata::inspect {

struct Counts {
  std::map<std::string, uint64_t> by_name;  // sorted
  uint64_t GetTotal() const;
};

struct LayerStatistics {
  std::string identifier;
  std::string format;
  uint64_t specs = 0;
  Counts specs_by_type;
  Counts values_by_type;  // defaults and time samples, by value type
  uint64_t time_samples = 0;
  uint64_t array_elements = 0;
};
LayerStatistics CountLayer(const layer::Layer& layer);
void WriteLayerStatistics(JsonWriter& writer, const LayerStatistics& statistics);

struct StageStatistics {
  std::string root_layer;
  uint64_t layers = 0, specs_in_layers = 0;
  uint64_t prims = 0;  // instance proxies and prototypes not counted
  uint64_t prototypes = 0, prims_in_prototypes = 0, instances = 0;
  uint64_t active = 0, loaded = 0, defined = 0, abstract = 0, models = 0;
  uint64_t attributes = 0, relationships = 0, time_varying_attributes = 0;
  uint64_t composition_errors = 0;
  Counts prims_by_type, prims_by_kind, arcs_by_type, properties_by_type;
  uint64_t deepest = 0;  // elements of the longest prim path
};
StageStatistics CountStage(const stage::Stage& stage);
void WriteStageStatistics(JsonWriter& writer, const StageStatistics& statistics);

}  // namespace strata::inspect
