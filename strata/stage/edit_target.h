// Where edits of a stage go: a layer, and how the stage's paths and times read there.   (UsdEditTarget)
#pragma once

#include "strata/compose/map_function.h"
#include "strata/compose/prim_index.h"
#include "strata/layer/layer.h"

namespace strata::stage {

// A value. The default one leads nowhere and tests false.
class EditTarget {
 public:
  EditTarget() = default;
  // A layer of the stage's own stack. `layer_to_stage` is its offset there.
  explicit EditTarget(layer::LayerPtr layer, LayerOffset layer_to_stage = {});
  // Through an arc: opinions go to where `node` stands, in a layer of its layer stack.
  EditTarget(layer::LayerPtr layer, compose::NodeRef node);
  // Into a variant of a prim: `variant` is a path such as /A{v=x}, in a layer of the stage's own stack.
  static EditTarget ForLocalDirectVariant(layer::LayerPtr layer, Path variant);

  explicit operator bool() const { return layer_ != nullptr; }
  const layer::LayerPtr& GetLayer() const { return layer_; }
  const compose::MapFunction& GetMapFunction() const { return map_; }  // from the layer to the stage
  // Where the layer would speak of the object at `scene_path`; empty when it cannot.
  Path MapToSpecPath(Path scene_path) const;
  const LayerOffset& GetLayerToStage() const { return map_.GetTimeOffset(); }
  friend bool operator==(const EditTarget& a, const EditTarget& b) {
    return a.layer_ == b.layer_ && a.map_ == b.map_ && a.site_ == b.site_;
  }

 private:
  layer::LayerPtr layer_;
  compose::MapFunction map_;
  Path site_;  // with variant selections, which maps leave out; empty when there are none
};

}  // namespace strata::stage
