// What Usd.ClipsAPI asks of the engine: manifests.
#include "python/core/arguments.h"
#include "python/core/engine.h"
#include "python/core/usd.h"
#include "strata/stage/clip_manifest.h"

namespace strata::python {

void BindClips(nb::module_& usd) {
  usd.def("_GenerateClipManifest",
          [](const PrimObject& p, const std::string& clip_set, bool blocks_missing) -> layer::LayerPtr {
            const compose::PrimIndexPtr index = Check(p).GetPrimIndex();
            if (!index) return nullptr;
            const stage::Stage& stage = *p.prim.GetStage();
            return stage::GenerateClipManifest(
                *index, clip_set, *stage.GetLayerRegistry(), stage.GetPathResolverContext(),
                blocks_missing ? stage::MissingSamples::kBlocked : stage::MissingSamples::kLeftOut);
          });
  usd.def("_MakeClipManifest", [](const std::vector<layer::LayerPtr>& clips, PathArgument clip_prim) {
    std::vector<const layer::Layer*> layers;
    for (const layer::LayerPtr& clip : clips) layers.push_back(clip.get());
    layer::LayerPtr manifest = stage::MakeClipManifest(layers, clip_prim, ".usda");
    manifest->SetRegistry(GetEngine().GetLayerRegistry());
    return manifest;
  });
}

}  // namespace strata::python
