// A whole stage as one layer.   (UsdStage::Flatten)
#pragma once

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
layer::LayerPtr Flatten(const Stage& stage, const FlattenOptions& options = {});

}  // namespace strata::stage
