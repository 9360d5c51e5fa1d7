// Topology, manifest and root layer of a sequence of clips.
#include <algorithm>
#include <filesystem>
#include <set>

#include "strata/layer/children.h"
#include "strata/layer/fields.h"
#include "strata/pipeline/stitch.h"
#include "strata/value/time_samples.h"

namespace strata::pipeline {

namespace {

namespace fs = std::filesystem;
using MissingValues = StitchClipsOptions::MissingValues;

Diagnostic Refuse(std::string message, std::string hint) {
  return Diagnostic(kClipsNotStitched, std::move(message), {}, std::move(hint));
}

std::string InsertBeforeExtension(const std::string& path, const char* part) {
  fs::path file(path);
  const std::string extension = file.extension().string();
  return file.replace_extension().string() + part + extension;
}

// As seen from the folder of `from`: "./clip.1.usd".
std::string MakeRelative(const std::string& file, const std::string& from) {
  const std::string relative = fs::absolute(file)
                                   .lexically_normal()
                                   .lexically_relative(fs::absolute(from).parent_path())
                                   .generic_string();
  if (relative.empty()) return file;
  return relative.starts_with("..") ? relative : "./" + relative;
}

double GetNumber(const layer::Layer& layer, Token field, double otherwise) {
  const Value* value = layer.GetField(Path::AbsoluteRoot(), field);
  return value ? CastValue(*value, ValueType::kDouble).GetOr(otherwise) : otherwise;
}

struct Range {
  double start = 0, end = 0;
};
Range GetRange(const layer::Layer& clip) {
  const layer::FieldNames& names = layer::GetFieldNames();
  const double start = GetNumber(clip, names.startTimeCode, 0);
  return {start, GetNumber(clip, names.endTimeCode, start)};
}

// The root layer's frame: its range, its topology, and the clip set on the prim.
Result<void> WriteRoot(layer::Layer& result, Path clip_prim, const std::string& topology, Range range,
                       const StitchClipsOptions& options, Dictionary set) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (options.missing_values == MissingValues::kInterpolate)
    set.entries["interpolateMissingClipValues"] = Value(true);
  set.entries["primPath"] = Value(clip_prim.GetString());
  const Path root = Path::AbsoluteRoot();
  layer::Layer::ChangeBlock block(result);
  STRATA_CHECK(result.CreatePrimSpec(clip_prim, Specifier::kOver));
  Dictionary sets;
  if (const auto* authored = result.GetFieldAs<Dictionary>(clip_prim, names.clips)) sets = *authored;
  sets.entries[options.clip_set] = Value(std::move(set));
  STRATA_CHECK(result.SetField(clip_prim, names.clips, Value(std::move(sets))));
  StringVector sublayers;
  if (const auto* authored = result.GetFieldAs<StringVector>(root, names.subLayers)) sublayers = *authored;
  if (std::find(sublayers.begin(), sublayers.end(), topology) == sublayers.end()) {
    sublayers.insert(sublayers.begin(), topology);
    LayerOffsetVector offsets;
    if (const auto* has = result.GetFieldAs<LayerOffsetVector>(root, names.subLayerOffsets)) offsets = *has;
    offsets.insert(offsets.begin(), LayerOffset());
    STRATA_CHECK(result.SetField(root, names.subLayers, Value(sublayers)));
    if (offsets.size() == sublayers.size())
      STRATA_CHECK(result.SetField(root, names.subLayerOffsets, Value(std::move(offsets))));
  }
  STRATA_CHECK(
      result.SetField(root, names.startTimeCode, Value(options.start_time_code.value_or(range.start))));
  return result.SetField(root, names.endTimeCode, Value(options.end_time_code.value_or(range.end)));
}

Result<std::vector<layer::LayerPtr>> OpenClips(layer::LayerRegistry& registry,
                                               const std::vector<std::string>& files, Path clip_prim,
                                               Diagnostics& diagnostics) {
  std::vector<layer::LayerPtr> clips;
  bool has_prim = false;
  for (const std::string& file : files) {
    layer::LayerPtr clip = registry.FindOrOpen(file, nullptr, {}, diagnostics);
    if (!clip) return Refuse("The clip " + file + " does not open.", "Name files that are layers.");
    has_prim = has_prim || clip->GetSpecType(clip_prim) == layer::SpecType::kPrim;
    clips.push_back(std::move(clip));
  }
  if (clips.empty()) return Refuse("There are no clips.", "Name at least one file.");
  if (!has_prim)
    return Refuse("No clip has a prim at <" + clip_prim.GetString() + ">.",
                  "Name the prim below which the clips hold values.");
  return clips;
}

}  // namespace

std::string GenerateClipTopologyName(const std::string& root_layer) {
  return InsertBeforeExtension(root_layer, ".topology");
}
std::string GenerateClipManifestName(const std::string& root_layer) {
  return InsertBeforeExtension(root_layer, ".manifest");
}

void StitchClipsTopology(layer::Layer& topology, const std::vector<layer::LayerPtr>& clips) {
  const Token samples = layer::GetFieldNames().timeSamples;
  auto without_samples = [samples](Path, Token field, const Value*, const Value*) {
    return field == samples ? std::optional<Value>(Value()) : std::nullopt;
  };
  layer::Layer::ChangeBlock block(topology);
  for (const layer::LayerPtr& clip : clips) StitchLayers(topology, *clip, without_samples);
}

void StitchClipsManifest(layer::Layer& manifest, const std::vector<layer::LayerPtr>& clips, Path clip_prim) {
  const layer::FieldNames& names = layer::GetFieldNames();
  layer::Layer::ChangeBlock block(manifest);
  for (const layer::LayerPtr& clip : clips) {
    for (Path path : layer::ListSpecTree(clip->GetContent(), clip_prim)) {
      const layer::SpecStore::SpecView spec = clip->GetContent().Find(path);
      if (spec.GetType() != layer::SpecType::kAttribute || !spec.HasField(names.timeSamples)) continue;
      if (manifest.HasSpec(path)) continue;
      const Value* type = spec.Find(names.typeName);
      // Attributes inside variants have no place in clips.
      if (path.ContainsPrimVariantSelection() ||
          !manifest.CreatePrimSpec(path.GetPrimPath(), Specifier::kOver))
        continue;
      (void)manifest.CreateAttributeSpec(path, type ? type->GetOr(Token()) : Token());
    }
  }
}

Result<void> StitchClips(layer::Layer& result, const std::vector<std::string>& clip_files, Path clip_prim,
                         const StitchClipsOptions& options, Diagnostics& diagnostics) {
  const std::string& file = result.GetResolvedPath();
  const auto& registry = result.GetRegistry();
  if (file.empty() || !registry)
    return Refuse("The layer for the result has no file.", "Make it with a file name.");
  if (!clip_prim.IsAbsolute() || !clip_prim.IsPrim())
    return Refuse("<" + clip_prim.GetString() + "> is not the path of a prim.",
                  "Give an absolute prim path.");
  STRATA_TRY(const std::vector<layer::LayerPtr> clips,
             OpenClips(*registry, clip_files, clip_prim, diagnostics));

  Range range = GetRange(*clips.front());
  Array<Vec2d> active, times;
  Array<AssetPath> paths;
  std::set<double> mapped;
  auto map_time = [&](double time) {
    if (mapped.insert(time).second) times.PushBack(Vec2d{time, time});
  };
  for (size_t i = 0; i < clips.size(); ++i) {
    const Range of_clip = GetRange(*clips[i]);
    range = {std::min(range.start, of_clip.start), std::max(range.end, of_clip.end)};
    active.PushBack(Vec2d{of_clip.start, static_cast<double>(i)});
    map_time(of_clip.start);
    map_time(of_clip.end);
    paths.PushBack(AssetPath(MakeRelative(clips[i]->GetResolvedPath(), file)));
  }
  const std::string topology_file = GenerateClipTopologyName(file),
                    manifest_file = GenerateClipManifestName(file);
  layer::LayerPtr topology = layer::Layer::CreateAnonymous(fs::path(topology_file).filename().string());
  layer::LayerPtr manifest = layer::Layer::CreateAnonymous(fs::path(manifest_file).filename().string());
  topology->SetRegistry(registry);
  manifest->SetRegistry(registry);
  StitchClipsTopology(*topology, clips);
  StitchClipsManifest(*manifest, clips, clip_prim);

  Dictionary set;
  set.entries["active"] = Value(std::move(active));
  set.entries["times"] = Value(std::move(times));
  set.entries["assetPaths"] = Value(std::move(paths));
  set.entries["manifestAssetPath"] = Value(AssetPath(MakeRelative(manifest_file, file)));
  STRATA_CHECK(
      WriteRoot(result, clip_prim, MakeRelative(topology_file, file), range, options, std::move(set)));
  STRATA_CHECK(topology->Export(topology_file));
  STRATA_CHECK(manifest->Export(manifest_file));
  return result.Save();
}

Result<void> StitchClipsTemplate(layer::Layer& result, const std::string& topology,
                                 const std::string& manifest, Path clip_prim, const ClipTemplate& clips,
                                 const StitchClipsOptions& options) {
  if (!(clips.stride > 0) || !(clips.end >= clips.start))
    return Refuse("The template " + clips.asset_path + " has no frames.",
                  "Give a stride above zero and an end that is not before the start.");
  if (clips.active_offset && std::abs(*clips.active_offset) > clips.stride)
    return Refuse("The active offset of " + clips.asset_path + " is longer than its stride.",
                  "Give an offset within one stride.");
  Dictionary set;
  set.entries["templateAssetPath"] = Value(clips.asset_path);
  set.entries["templateStartTime"] = Value(clips.start);
  set.entries["templateEndTime"] = Value(clips.end);
  set.entries["templateStride"] = Value(clips.stride);
  if (clips.active_offset) set.entries["templateActiveOffset"] = Value(*clips.active_offset);
  set.entries["manifestAssetPath"] = Value(AssetPath(manifest));
  return WriteRoot(result, clip_prim, topology, {clips.start, clips.end}, options, std::move(set));
}

}  // namespace strata::pipeline
