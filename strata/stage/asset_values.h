// Makes the asset paths inside a value whole: variable expressions evaluated, paths resolved from where they
// are written.
#pragma once

#include "strata/compose/layer_stack.h"
#include "strata/layer/registry.h"

namespace strata::stage {

// What becomes of an asset path: its place is found beside it, or it is rewritten to mean the same from
// anywhere.
enum class AssetPathMode : uint8_t { kResolve, kAnchor };

// Thread-safe as long as the stage's layers are only read.
class AssetPathResolver {
 public:
  // `home`: when anchoring, the variables that hold where the value goes; expressions that say the same there
  // stay.
  AssetPathResolver(const layer::LayerRegistry& registry, const asset::ResolverContext& context,
                    AssetPathMode mode = AssetPathMode::kResolve, const Dictionary* home = nullptr)
      : registry_(registry), context_(context), mode_(mode), home_(home) {}

  // In place: asset paths, arrays of them, and those inside dictionaries.
  void ResolveIn(Value& value, const layer::Layer& layer, const compose::LayerStack& stack) const;
  AssetPath Resolve(const AssetPath& path, const layer::Layer& layer, const compose::LayerStack& stack) const;

 private:
  const layer::LayerRegistry& registry_;
  const asset::ResolverContext& context_;
  AssetPathMode mode_;
  const Dictionary* home_;
};

// Whether `value` holds asset paths at all.
bool HoldsAssetPaths(const Value& value);

}  // namespace strata::stage
