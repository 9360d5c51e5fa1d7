// Layers merged into one, and sequences of layers made into value clips.   (UsdUtilsStitchLayers,
// UsdUtilsStitchClips)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "strata/layer/registry.h"

namespace strata::pipeline {

inline constexpr DiagnosticCode kClipsNotStitched{"pipeline.clips-not-stitched", Severity::kError,
                                                  "Layers cannot be made into value clips."};

// What a field of a spec becomes where both layers, or one of them, have it: a value, an empty one to leave
// it out, or nothing to do as StitchLayers does. Either value may be null.
using StitchField =
    std::function<std::optional<Value>(Path spec, Token field, const Value* strong, const Value* weak)>;

// Adds to `strong` what only `weak` says, in one transaction. Time samples are united, the stronger sample at
// equal times; dictionaries and list ops are combined; the time range grows over both. Sublayers stay those
// of `strong`. Specs of another kind at the same path stay out, with all below them.
void StitchLayers(layer::Layer& strong, const layer::Layer& weak, const StitchField& choose = nullptr);

struct StitchClipsOptions {
  std::string clip_set = "default";
  std::optional<double> start_time_code, end_time_code;  // of the result; else what the clips say
  enum class MissingValues : uint8_t { kBlock, kInterpolate } missing_values = MissingValues::kBlock;
};

// Everything that the clips say but time samples: what a stage needs beside them.
void StitchClipsTopology(layer::Layer& topology, const std::vector<layer::LayerPtr>& clips);
// The attributes at or below `clip_prim` that have time samples in some clip.
void StitchClipsManifest(layer::Layer& manifest, const std::vector<layer::LayerPtr>& clips, Path clip_prim);

// Makes `result`, which must have a file, a layer that plays the clips on `clip_prim` one after the other,
// each from its startTimeCode on. Writes the topology and the manifest beside it and saves it. On any error
// no file is touched that was there before.
Result<void> StitchClips(layer::Layer& result, const std::vector<std::string>& clip_files, Path clip_prim,
                         const StitchClipsOptions& options, Diagnostics& diagnostics);

// Frames that a template such as "./clip.#.usd" stands for.
struct ClipTemplate {
  std::string asset_path;
  double start = 0, end = 0, stride = 1;
  std::optional<double> active_offset;
};
// The same for clips that a template names: edits `result` alone. `topology` and `manifest` are asset paths
// as `result` is to name them.
Result<void> StitchClipsTemplate(layer::Layer& result, const std::string& topology,
                                 const std::string& manifest, Path clip_prim, const ClipTemplate& clips,
                                 const StitchClipsOptions& options);

// "shot.usd" -> "shot.topology.usd", "shot.manifest.usd"
std::string GenerateClipTopologyName(const std::string& root_layer);
std::string GenerateClipManifestName(const std::string& root_layer);

}  // namespace strata::pipeline
