// Layers that say which attributes clips speak of.   (UsdClipsAPI::GenerateClipManifest)
#pragma once

#include <utility>
#include <vector>

#include "strata/layer/layer.h"
#include "strata/stage/clips.h"

namespace strata::stage {

// Declares each attribute that has time samples at or below `clip_prim` in some clip, as the first of them
// does, in path order. Null clips are passed over. The result is anonymous and needs no file.
layer::LayerPtr MakeClipManifest(const std::vector<const layer::Layer*>& clips, Path clip_prim,
                                 std::string_view tag);

// Blocks each attribute of the manifest where a clip begins that has no samples of it: `active` has the times
// with the numbers of the clips.
void BlockMissingSamples(layer::Layer& manifest, const std::vector<const layer::Layer*>& clips,
                         const TimePairs& active);

enum class MissingSamples : uint8_t { kLeftOut, kBlocked };
// Of the set of clips that a prim authors under a name, its layers opened through the registry; those that
// cannot be opened have no samples. Null where there is no such set.
layer::LayerPtr GenerateClipManifest(const compose::PrimIndex& index, std::string_view clip_set,
                                     layer::LayerRegistry& registry, const asset::ResolverContext& context,
                                     MissingSamples missing);

}  // namespace strata::stage
