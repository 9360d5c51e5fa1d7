// The sublayers of one layer stack as one layer, with arcs kept.   (UsdUtilsFlattenLayerStack)
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "strata/compose/layer_stack.h"
#include "strata/layer/registry.h"

namespace strata::stage {

struct FlattenLayerStackOptions {
  std::string tag = "flattened.usda";  // of the anonymous layer that is made
  // What to write for an asset path that `layer` authors. Null: it is evaluated and anchored, so that it
  // means the same from anywhere. Called by one thread.
  std::function<std::string(const layer::Layer& layer, const compose::LayerStack& stack,
                            const std::string& authored)>
      resolve_asset_path;
};

// An anonymous layer that says what the whole stack says, in the time of its root layer: references,
// payloads, variants and other arcs are kept, sublayers are gone. The stronger opinion wins; dictionaries,
// list ops and edits of arrays are combined. Metadata of the layer are those of all layers together.
layer::LayerPtr FlattenLayerStack(const compose::LayerStack& stack,
                                  const std::shared_ptr<layer::LayerRegistry>& registry,
                                  const FlattenLayerStackOptions& options = {});

}  // namespace strata::stage
