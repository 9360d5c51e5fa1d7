// Makes the asset paths inside a value whole: variable expressions evaluated, paths resolved from where they
// are written.
#pragma once

#include "strata/compose/layer_stack.h"
#include "strata/layer/registry.h"

namespace strata::stage {

// Thread-safe as long as the stage's layers are only read.
class AssetPathResolver {
 public:
  AssetPathResolver(const layer::LayerRegistry& registry, const asset::ResolverContext& context)
      : registry_(registry), context_(context) {}

  // In place: asset paths, arrays of them, and those inside dictionaries.
  void ResolveIn(Value& value, const layer::Layer& layer, const compose::LayerStack& stack) const;
  AssetPath Resolve(const AssetPath& path, const layer::Layer& layer, const compose::LayerStack& stack) const;

 private:
  const layer::LayerRegistry& registry_;
  const asset::ResolverContext& context_;
};

// Whether `value` holds asset paths at all.
bool HoldsAssetPaths(const Value& value);

}  // namespace strata::stage
