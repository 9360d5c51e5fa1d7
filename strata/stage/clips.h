// Values that come from a sequence of layers, each active for a while.   (value clips, AOUSD 12.3.4)
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "strata/compose/compose.h"
#include "strata/layer/registry.h"
#include "strata/stage/resolve_info.h"
#include "strata/value/time_samples.h"

namespace strata::stage {

using TimePairs = std::vector<std::pair<double, double>>;

// What a prim's metadata says of one set of clips; times outside clips are those of the layer that says when
// they are active.
struct ClipDefinition {
  std::string name;
  std::vector<std::string> asset_paths;  // explicit, or made from a template
  TimePairs active;                      // from this time on, the clip with this index
  TimePairs times;                       // time in the layer -> time in the clip; none: equal
  std::string manifest;                  // empty: one is made of what the clips hold
  Path prim_path;                        // of the anchor prim, in clips
  bool interpolate_missing = false;

  compose::LayerStackPtr stack;  // where it is authored, and is stronger than what
  uint32_t layer = 0;
  Path anchor;
  LayerOffset layer_to_stage;
};

// The definitions authored on a prim, composed over all its opinions. Malformed ones are left out.
std::vector<ClipDefinition> FindClipDefinitions(const compose::PrimIndex& index,
                                                const layer::LayerRegistry& registry,
                                                const asset::ResolverContext& context);

// One set of clips. Layers open when a value is first asked for. Thread-safe.
class ClipSet {
 public:
  ClipSet(ClipDefinition definition, std::shared_ptr<compose::LayerProvider> provider);

  // Whether opinions of the layer numbered `layer` of `stack` about the prim at `prim_path` are followed by
  // these clips.
  bool IsAnchoredAt(const compose::LayerStack& stack, uint32_t layer, Path prim_path) const {
    return definition_.stack.get() == &stack && definition_.layer == layer &&
           prim_path.HasPrefix(definition_.anchor);
  }
  const LayerOffset& GetLayerToStage() const { return definition_.layer_to_stage; }
  // Where the clips speak of `path`.
  Path ToClipPath(Path path) const { return path.ReplacePrefix(definition_.anchor, definition_.prim_path); }
  // Whether the clips speak of the attribute at `path` (in the anchor's namespace).
  bool Declares(Path path) const;
  enum class Limit : uint8_t { kAt, kLeft };
  Value Get(Path path, double time, Limit limit, InterpolationType interpolation) const;
  std::vector<double> ListTimes(Path path) const;  // sorted
  // Of the clip that is active at a time of the layer; null where it cannot be opened.
  layer::LayerPtr FindActiveLayer(double time) const;
  // `time` of the stage in the layer; where it is that of a sample, exactly the sample's.
  double ToLayerTime(Path path, const LayerOffset& layer_to_stage, double time) const;
  bool MightVary(Path path) const;
  // Whether the attribute's values are path expressions, which weaker ones may add to.
  bool HoldsExpressions(Path path) const;
  // Makes the manifest where none is authored: a layer that counts as used from then on.
  void PrepareManifest() const {
    if (definition_.manifest.empty()) OpenManifest();
  }
  void AppendOpenedLayers(std::vector<layer::LayerPtr>& layers) const;

 private:
  struct Clip {
    std::string asset_path;
    double authored_start = 0, start = 0, end = 0;  // [start, end)
    std::once_flag once;
    layer::LayerPtr layer;
  };
  layer::LayerPtr Open(const std::string& asset_path) const;
  const layer::Layer* OpenClip(Clip& clip) const;
  const layer::Layer* OpenManifest() const;
  layer::LayerPtr GenerateManifest() const;
  Clip& FindActive(double time) const;
  const TimeSamples* FindSamples(Clip& clip, Path clip_path) const;
  double ToClipTime(double time) const;
  LayerOffset GetClipToLayer(double time) const;
  Value ToLayer(Value value, double time) const;
  const Value* FindManifestDefault(Path clip_path) const;
  Value GetAtSample(Path path, double time, InterpolationType interpolation) const;
  void AppendMappedTimes(Clip& clip, Path clip_path, std::vector<double>& times) const;
  std::shared_ptr<const std::vector<double>> FindTimes(Path path) const;

  ClipDefinition definition_;
  std::shared_ptr<compose::LayerProvider> provider_;
  std::vector<std::unique_ptr<Clip>> clips_;
  mutable std::once_flag manifest_once_;
  mutable layer::LayerPtr manifest_;
  mutable std::mutex times_mutex_;
  mutable std::unordered_map<Path, std::shared_ptr<const std::vector<double>>> times_;  // by attribute
};
using ClipSets = std::vector<std::shared_ptr<const ClipSet>>;

// The clip sets that prims author, made on first demand. Thread-safe.
class ClipCache {
 public:
  ClipCache(std::shared_ptr<layer::LayerRegistry> registry, asset::ResolverContext context,
            std::shared_ptr<compose::LayerProvider> provider)
      : registry_(std::move(registry)), context_(std::move(context)), provider_(std::move(provider)) {}
  // Those authored on exactly this prim, strongest first.
  std::shared_ptr<const ClipSets> FindAuthored(const compose::PrimIndex& index);
  std::vector<layer::LayerPtr> GetOpenedLayers() const;  // unsorted

 private:
  std::shared_ptr<layer::LayerRegistry> registry_;
  asset::ResolverContext context_;
  std::shared_ptr<compose::LayerProvider> provider_;
  mutable std::mutex mutex_;
  std::unordered_map<Path, std::shared_ptr<const ClipSets>> sets_;  // by path of the index
};

}  // namespace strata::stage
