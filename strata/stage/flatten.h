// A whole stage as one layer: as OpenUSD flattens it, and as AOUSD's compliance rubric (4.4) compares it.
#pragma once

#include <span>

#include "strata/base/result.h"
#include "strata/layer/layer.h"

namespace strata::stage {

class Stage;

struct FlattenOptions {
  enum class SourceComment : uint8_t {
    kAdd,
    kOmit
  } source_comment = SourceComment::kAdd;  // in the documentation field
};

// An anonymous layer with what the stage says: no arcs, times those of the stage, asset paths anchored.
// Instances stay instances: prototypes become root prims /Flattened_Prototype_N that internal references
// bring back.
// (UsdStage::Flatten)
layer::LayerPtr Flatten(const Stage& stage, const FlattenOptions& options = {});

// The same without any instancing: each instance has its own copy of what it shared. The layer holds the
// prims and properties that somebody speaks of, with exactly the fields that are authored.
layer::LayerPtr Squash(const Stage& stage);

// What the stage answers: also the properties of schemas, the fallbacks of metadata, and of each attribute
// its value at the default time and, where its opinions may differ in time, its values at `times`: sorted,
// of the stage, each once. No value is a block; splines are gone.
layer::LayerPtr Sample(const Stage& stage, std::span<const double> times);

}  // namespace strata::stage
