#include "strata/stage/clip_manifest.h"

#include <algorithm>
#include <map>

#include "strata/value/time_samples.h"

namespace strata::stage {

layer::LayerPtr MakeClipManifest(const std::vector<const layer::Layer*>& clips, Path clip_prim,
                                 std::string_view tag) {
  const layer::FieldNames& names = layer::GetFieldNames();
  std::map<Path, const layer::Layer*> declared;
  for (const layer::Layer* clip : clips) {
    if (!clip) continue;
    clip->GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
      if (spec.GetType() == layer::SpecType::kAttribute && spec.HasField(names.timeSamples) &&
          path.HasPrefix(clip_prim))
        declared.emplace(path, clip);
    });
  }
  layer::LayerPtr manifest = layer::Layer::CreateAnonymous(tag);
  const layer::Layer::ChangeBlock block(*manifest);
  for (const auto& [path, clip] : declared) {
    const Token* type = clip->GetFieldAs<Token>(path, names.typeName);
    const auto* variability = clip->GetFieldAs<Variability>(path, names.variability);
    // A path that no spec can stand at is declared by nobody.
    if (manifest->CreatePrimSpec(path.GetPrimPath(), Specifier::kOver))
      (void)manifest->CreateAttributeSpec(path, type ? *type : Token(),
                                          variability ? *variability : Variability::kVarying);
  }
  return manifest;
}

void BlockMissingSamples(layer::Layer& manifest, const std::vector<const layer::Layer*>& clips,
                         const TimePairs& active) {
  const layer::FieldNames& names = layer::GetFieldNames();
  std::vector<Path> declared;
  manifest.GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
    if (spec.GetType() == layer::SpecType::kAttribute) declared.push_back(path);
  });
  const layer::Layer::ChangeBlock block(manifest);
  for (Path path : declared) {
    for (const auto& [time, number] : active) {
      const auto place = static_cast<size_t>(number);
      const layer::Layer* clip = number >= 0 && place < clips.size() ? clips[place] : nullptr;
      const auto* samples = clip ? clip->GetFieldAs<TimeSamples>(path, names.timeSamples) : nullptr;
      if (!samples || samples->IsEmpty()) (void)manifest.SetTimeSample(path, time, Value(ValueBlock()));
    }
  }
}

layer::LayerPtr GenerateClipManifest(const compose::PrimIndex& index, std::string_view clip_set,
                                     layer::LayerRegistry& registry, const asset::ResolverContext& context,
                                     MissingSamples missing) {
  const std::vector<ClipDefinition> all = FindClipDefinitions(index, registry, context);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const ClipDefinition& one) { return one.name == clip_set; });
  if (found == all.end()) return nullptr;
  const layer::Layer* anchor = found->stack->GetEntries()[found->layer].layer.get();
  std::vector<layer::LayerPtr> held;
  std::vector<const layer::Layer*> clips;
  for (const std::string& path : found->asset_paths) {
    layer::OpenOptions options;
    options.context = context;
    Diagnostics remarks;
    held.push_back(registry.FindOrOpen(path, anchor, options, remarks));
    clips.push_back(held.back().get());
  }
  layer::LayerPtr manifest = MakeClipManifest(clips, found->prim_path, ".usda");
  manifest->SetRegistry(registry.shared_from_this());
  if (missing == MissingSamples::kBlocked) BlockMissingSamples(*manifest, clips, found->active);
  return manifest;
}

}  // namespace strata::stage
