// UsdUtils: what strata/UsdUtils.py asks of the engine.
#include "python/core/reading.h"
#include "python/core/spec.h"
#include "python/core/usd.h"
#include "strata/pipeline/package.h"
#include "strata/pipeline/stitch.h"
#include "strata/stage/flatten_layer_stack.h"
#include "strata/stage/uninstance.h"

namespace strata::python {

namespace {

using layer::LayerPtr;

layer::LayerRegistry& Registry() {
  return *GetEngine().GetLayerRegistry();
}

nb::tuple Show(const pipeline::Dependencies& found) {
  nb::list uses;
  for (const pipeline::DependencyUse& use : found.uses)
    uses.append(nb::make_tuple(use.layer, use.at.authored, use.evaluated, use.identifier, use.resolved));
  return nb::make_tuple(found.layers, found.assets, found.unresolved, uses);
}

pipeline::DependencyOptions MakeOptions() {
  pipeline::DependencyOptions options;
  options.executor = &GetEngine().GetExecutor();
  return options;
}

// Of process(layer, path, path as authored, dependencies) -> (path, dependencies).
pipeline::DependencyOptions::Processor MakeProcessor(const nb::object& process) {
  return [&process](const LayerPtr& layer, const pipeline::AssetPathUse& use,
                    const pipeline::ProcessedPath& given) {
    const CallIntoPython call;
    const nb::object answer = process(layer, given.path, use.authored, given.dependencies);
    auto [path, dependencies] = nb::cast<std::pair<std::string, std::vector<std::string>>>(answer);
    return pipeline::ProcessedPath{std::move(path), std::move(dependencies)};
  };
}

void BindDependencies(nb::module_& utils) {
  utils.def("_ExtractExternalReferences", [](const LayerPtr& layer, bool udim) {
    const auto how = udim ? pipeline::UdimPaths::kExpand : pipeline::UdimPaths::kKeep;
    const pipeline::ExternalReferences found = pipeline::ExtractExternalReferences(Registry(), *layer, how);
    return nb::make_tuple(found.sublayers, found.references, found.payloads);
  });
  utils.def("_ComputeAllDependencies", [](const LayerPtr& root) {
    Diagnostics remarks;
    pipeline::Dependencies found;
    {
      Reading reading;
      found = pipeline::ComputeAllDependencies(Registry(), root, MakeOptions(), remarks);
    }
    Warn(remarks);
    return Show(found);
  });
  utils.def("_ModifyAssetPaths", [](const LayerPtr& layer, const nb::callable& modify, bool keep_empty) {
    return layer::ModifyAssetPaths(
        *layer,
        [&](const layer::AssetPathUse& use) -> std::optional<std::string> {
          const nb::object changed = modify(use.authored);
          return changed.is_none() ? std::nullopt : std::optional(nb::cast<std::string>(changed));
        },
        keep_empty ? layer::EmptyElements::kKeep : layer::EmptyElements::kRemove);
  });
  utils.def("_CreatePackage",
            [](const LayerPtr& root, const FileArgument& path, const std::string& first_name) {
              Diagnostics remarks;
              pipeline::PackageOptions options;
              options.dependencies = MakeOptions();
              options.first_layer_name = first_name;
              std::optional<Diagnostic> failure;
              {
                Reading reading;
                auto made = pipeline::CreateNewUsdzPackage(Registry(), root, path, options, remarks);
                if (!made) failure = made.GetError();
              }
              Warn(remarks);
              if (failure) Raise(*failure);
            });
  utils.def(
      "_Localize",
      [](const LayerPtr& root, const FileArgument& folder, const nb::object& process) {
        Diagnostics remarks;
        std::optional<Diagnostic> failure;
        pipeline::DependencyOptions options = MakeOptions();
        if (!process.is_none()) options.processor = MakeProcessor(process);
        {
          Reading reading;
          auto planned = pipeline::PlanLocalization(Registry(), root, options, remarks);
          if (!planned) {
            failure = planned.GetError();
          } else if (auto written = pipeline::WriteLocalization(Registry(), *planned, folder); !written) {
            failure = written.GetError();
          }
        }
        Warn(remarks);
        if (failure) Raise(*failure);
      },
      "root"_a, "folder"_a, "process"_a.none());
  utils.def("_PackFiles",
            [](const FileArgument& path, const std::vector<std::pair<std::string, std::string>>& files) {
              auto zip = ValueOrRaise(asset::ZipWriter::Open(path));
              for (const auto& [name, place] : files)
                CheckOrRaise(zip->Add(name, *ValueOrRaise(Registry().GetResolver().Open(place))));
              CheckOrRaise(zip->Commit());
            });
  utils.def("_ExtractPackage", [](const FileArgument& path, const FileArgument& folder, bool replace) {
    Diagnostics remarks;
    const auto existing = replace ? pipeline::ExistingFiles::kReplace : pipeline::ExistingFiles::kRefuse;
    auto files =
        ValueOrRaise(pipeline::ExtractUsdzPackage(Registry().GetResolver(), path, folder, existing, remarks));
    Warn(remarks);
    return files;
  });
}

pipeline::StitchClipsOptions ReadClipOptions(const nb::object& start, const nb::object& end,
                                             const nb::object& interpolate, const nb::object& clip_set) {
  pipeline::StitchClipsOptions options;
  if (!start.is_none()) options.start_time_code = nb::cast<double>(start);
  if (!end.is_none()) options.end_time_code = nb::cast<double>(end);
  if (!interpolate.is_none() && nb::cast<bool>(interpolate))
    options.missing_values = pipeline::StitchClipsOptions::MissingValues::kInterpolate;
  if (!clip_set.is_none()) options.clip_set = nb::cast<std::string>(clip_set);
  return options;
}

void BindStitching(nb::module_& utils) {
  utils.def(
      "StitchLayers",
      [](const LayerPtr& strong, const LayerPtr& weak) { pipeline::StitchLayers(*strong, *weak); },
      "strongLayer"_a, "weakLayer"_a, "Adds to a layer what only the other one says.");
  utils.def("_StitchClipsTopology", [](const LayerPtr& topology, const std::vector<LayerPtr>& clips) {
    pipeline::StitchClipsTopology(*topology, clips);
  });
  utils.def("_StitchClipsManifest",
            [](const LayerPtr& manifest, const std::vector<LayerPtr>& clips, PathArgument prim) {
              pipeline::StitchClipsManifest(*manifest, clips, prim);
            });
  utils.def(
      "_StitchClips",
      [](const LayerPtr& result, const std::vector<std::string>& files, PathArgument prim,
         const nb::object& start, const nb::object& end, const nb::object& interpolate,
         const nb::object& clip_set) {
        Diagnostics remarks;
        CheckOrRaise(pipeline::StitchClips(*result, files, prim,
                                           ReadClipOptions(start, end, interpolate, clip_set), remarks));
        Warn(remarks);
      },
      "result"_a, "files"_a, "prim"_a, "start"_a.none(), "end"_a.none(), "interpolate"_a.none(),
      "clipSet"_a.none());
  utils.def(
      "_StitchClipsTemplate",
      [](const LayerPtr& result, const std::string& topology, const std::string& manifest, PathArgument prim,
         const std::string& path, double start, double end, double stride, std::optional<double> offset,
         const nb::object& interpolate, const nb::object& clip_set) {
        const pipeline::ClipTemplate clips{path, start, end, stride, offset};
        CheckOrRaise(
            pipeline::StitchClipsTemplate(*result, topology, manifest, prim, clips,
                                          ReadClipOptions(nb::none(), nb::none(), interpolate, clip_set)));
      },
      "result"_a, "topology"_a, "manifest"_a, "prim"_a, "path"_a, "start"_a, "end"_a, "stride"_a,
      "offset"_a.none(), "interpolate"_a.none(), "clipSet"_a.none());
  utils.def("GenerateClipTopologyName", &pipeline::GenerateClipTopologyName, "rootLayerName"_a);
  utils.def("GenerateClipManifestName", &pipeline::GenerateClipManifestName, "rootLayerName"_a);
}

void BindStageOperations(nb::module_& utils) {
  utils.def(
      "_FlattenLayerStack",
      [](const StageObjectPtr& s, const nb::object& resolve, const std::string& tag) {
        stage::FlattenLayerStackOptions options;
        options.tag = tag;
        if (!resolve.is_none())
          options.resolve_asset_path = [&](const layer::Layer& layer, const compose::LayerStack& stack,
                                           const std::string& authored) {
            for (const compose::LayerStack::Entry& entry : stack.GetEntries())
              if (entry.layer.get() == &layer) return nb::cast<std::string>(resolve(entry.layer, authored));
            return authored;
          };
        return stage::FlattenLayerStack(*s->stage->GetRootLayerStack(), GetEngine().GetLayerRegistry(),
                                        options);
      },
      "stage"_a, "resolve"_a.none(), "tag"_a);
  utils.def(
      "UninstancePrimAtPath",
      [](const StageObjectPtr& s, PathArgument path) {
        stage::Editor editor = s->Edit();
        auto prim = stage::UninstancePrimAtPath(*s->stage, editor, path);
        return MakePrim(prim ? *prim : stage::Prim());
      },
      "stage"_a, "path"_a, "Makes a prim inside instances one that can be edited.");
}

}  // namespace

void BindUtils(nb::module_& core) {
  nb::module_ utils = MakeModule(core, "UsdUtils", "Operations over whole scenes.");
  BindDependencies(utils);
  BindStitching(utils);
  BindStageOperations(utils);
}

}  // namespace strata::python
