// Runs one workload in a fresh process and prints what it took as one JSON line: strata_bench --scenes DIR
// --only NAME.
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>
#include "strata/context/engine.h"
#include "strata/domain/bounds.h"
#include "strata/layer/fields.h"
#include "strata/layer/layer.h"
#include "strata/stage/stage.h"

namespace {

using strata::Diagnostics;
using strata::Path;
using strata::context::Engine;
using strata::layer::LayerPtr;
using strata::layer::SpecStore;

struct Bench {
  std::string scenes;
  unsigned threads = 1;
  std::unique_ptr<Engine>
      engine;  // made by the set-up, or in the timed part where start-up is what is measured
  std::vector<std::shared_ptr<void>> kept;
  size_t repeats = 1;  // of what is timed: figures are for one
};

// The answer of a workload, made after the clock has stopped; nothing when it failed (and said so on stderr).
using Check = std::function<std::string()>;
// The untimed set-up; returns the timed part.
using Workload = std::function<std::function<Check()>(Bench&)>;

void ReportErrors(const Diagnostics& diagnostics) {
  std::fputs(strata::RenderDiagnostics(diagnostics, strata::ColorMode::kPlain).c_str(), stderr);
}

std::unique_ptr<Engine> MakeEngine(const Bench& bench) {
  strata::context::EngineOptions options;
  options.thread_count = bench.threads;
  return std::make_unique<Engine>(std::move(options));
}

// Specs as usd-core counts them: targets and connections have one each.
size_t CountSpecs(const SpecStore& content) {
  const strata::layer::FieldNames& names = strata::layer::GetFieldNames();
  size_t count = 0;
  const auto count_targets = [&](const strata::Value* value) {
    const strata::PathListOp* op = value ? value->GetIf<strata::PathListOp>() : nullptr;
    if (!op) return;
    count += op->explicit_items.size() + op->added_items.size() + op->prepended_items.size() +
             op->appended_items.size();
  };
  content.VisitSpecs([&](Path, const SpecStore::SpecView& spec) {
    ++count;
    count_targets(spec.Find(names.targetPaths));
    count_targets(spec.Find(names.connectionPaths));
  });
  return count;
}

Workload OpenLayer(const char* file) {
  return [file](Bench& bench) {
    bench.engine = MakeEngine(bench);
    return [&bench, path = bench.scenes + "/" + file]() -> Check {
      Diagnostics diagnostics;
      LayerPtr layer = bench.engine->OpenLayer(path, {}, diagnostics);
      if (!layer) {
        ReportErrors(diagnostics);
        return nullptr;
      }
      return [layer] { return std::to_string(CountSpecs(layer->GetContent())); };
    };
  };
}

// A folder for what one run writes, gone with it.
std::string MakeScratchFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "strata_bench_XXXXXX").string();
  return mkdtemp(pattern.data());
}

// A layer in memory is written in another format. The check of text is its size, that of usdc its specs.
Workload ExportLayer(const char* source, const char* target) {
  return [source, target](Bench& bench) {
    bench.engine = MakeEngine(bench);
    Diagnostics diagnostics;
    const LayerPtr layer = bench.engine->OpenLayer(bench.scenes + "/" + source, {}, diagnostics);
    ReportErrors(diagnostics);
    return [&bench, layer, folder = MakeScratchFolder(), target]() -> Check {
      if (!layer) return nullptr;
      const std::string path = folder + "/" + target;
      strata::layer::ExportOptions options;
      options.executor = &bench.engine->GetExecutor();
      if (auto written = layer->Export(path, options); !written) {
        Diagnostics why;
        why.Add(written.TakeError());
        ReportErrors(why);
        return nullptr;
      }
      return [&bench, layer, folder, path] {
        std::string check;
        if (path.ends_with(".usda")) {
          check = std::to_string(std::filesystem::file_size(path));
        } else {
          Diagnostics problems;
          const LayerPtr again = bench.engine->OpenLayer(path, {}, problems);
          ReportErrors(problems);
          check = again ? std::to_string(CountSpecs(again->GetContent())) : "null";
        }
        std::filesystem::remove_all(folder);
        return check;
      };
    };
  };
}

// Where a scene lies; one converted to text serves where the binary file is not there.
std::string FindScene(const Bench& bench, const char* file) {
  std::string path = bench.scenes + "/" + file;
  if (!std::filesystem::exists(path)) path.back() = 'a';
  return path;
}

std::string DescribeStage(const strata::stage::Stage& stage) {
  return "[" + std::to_string(stage.GetUsedLayers().size()) + ", " + std::to_string(stage.GetPrimCount()) +
         "]";
}

strata::stage::StagePtr OpenStageAt(Bench& bench, const std::string& path,
                                    const strata::stage::OpenOptions& options = {}) {
  Diagnostics diagnostics;
  auto stage = bench.engine->OpenStage(path, options, diagnostics);
  if (stage) return *stage;
  ReportErrors(diagnostics);
  return nullptr;
}

Workload OpenStage(const char* file) {
  return [file](Bench& bench) {
    bench.engine = MakeEngine(bench);
    return [&bench, path = FindScene(bench, file)]() -> Check {
      const strata::stage::StagePtr stage = OpenStageAt(bench, path);
      if (!stage) return nullptr;
      return [stage] { return DescribeStage(*stage); };
    };
  };
}

// The same with every layer in memory already.
Workload ComposeStage(const char* file) {
  return [file](Bench& bench) {
    bench.engine = MakeEngine(bench);
    const std::string path = FindScene(bench, file);
    if (const strata::stage::StagePtr stage = OpenStageAt(bench, path))
      for (const LayerPtr& layer : stage->GetUsedLayers()) bench.kept.push_back(layer);
    return [&bench, path]() -> Check {
      const strata::stage::StagePtr stage = OpenStageAt(bench, path);
      if (!stage) return nullptr;
      return [stage] { return DescribeStage(*stage); };
    };
  };
}

// Every prim is counted by walking the stage and its prototypes.
Workload CountPrims(const char* file) {
  return [file](Bench& bench) {
    bench.engine = MakeEngine(bench);
    const strata::stage::StagePtr stage = OpenStageAt(bench, FindScene(bench, file));
    return [stage]() -> Check {
      if (!stage) return nullptr;
      size_t count = 0;
      for (const strata::stage::Prim& prim : stage->TraverseAll()) count += prim.IsPseudoRoot() ? 0 : 1;
      for (const strata::stage::Prim& prototype : stage->GetPrototypes())
        for (const strata::stage::Prim& prim :
             strata::stage::PrimRange(prototype, strata::stage::PrimPredicate::All()))
          count += prim ? 1 : 0;
      return [count] { return std::to_string(count); };
    };
  };
}

template <class T>
uint64_t SumWordsOf(const strata::Array<T>& array) {
  if constexpr (std::is_trivially_copyable_v<T> && sizeof(T) % sizeof(uint32_t) == 0) {
    const auto* bytes = reinterpret_cast<const char*>(array.GetData());
    uint64_t sum = 0;
    for (size_t i = 0; i < array.size() * sizeof(T); i += sizeof(uint32_t)) {
      uint32_t word;
      std::memcpy(&word, bytes + i, sizeof word);
      sum += word;
    }
    return sum;
  } else {
    return 0;
  }
}

uint64_t SumWords(const strata::Value& value) {
  using namespace strata;  // the table of types names them plainly
  switch (value.GetType()) {
#define X(name, type, text)       \
  case ValueType::k##name##Array: \
    return SumWordsOf(value.Get<Array<type>>());
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      return 0;
  }
}

// Opens a crate layer and reads every array: the sum of all their words of 32 bits.
std::function<Check()> ReadAllArrays(Bench& bench) {
  bench.engine = MakeEngine(bench);
  return [&bench]() -> Check {
    Diagnostics diagnostics;
    LayerPtr layer = bench.engine->OpenLayer(bench.scenes + "/mesh_crate.usdc", {}, diagnostics);
    if (!layer) {
      ReportErrors(diagnostics);
      return nullptr;
    }
    const strata::layer::FieldNames& names = strata::layer::GetFieldNames();
    uint64_t total = 0;
    const Path world("/World");
    for (const strata::Token child : layer->GetChildNames(world, names.primChildren)) {
      const Path prim = world.AppendChild(child);
      for (const strata::Token property : layer->GetChildNames(prim, names.properties)) {
        const strata::Value* value = layer->GetField(prim.AppendProperty(property), names.default_);
        if (value && value->IsArray()) total += SumWords(*value);
      }
    }
    return [layer, total] { return std::to_string(total); };
  };
}

std::vector<std::string> ListLibrary(const std::string& scenes) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scenes + "/library")) {
    const std::string extension = entry.path().extension();
    if (extension == ".usda" || extension == ".usdc") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Opens every file of the library, on all threads, and adds up what `count` says of each.
Workload ForLibrary(strata::layer::ReadScope scope, int64_t (*count)(const strata::layer::Layer&)) {
  return [scope, count](Bench& bench) {
    bench.engine = MakeEngine(bench);
    return [&bench, scope, count]() -> Check {
      const std::vector<std::string> files = ListLibrary(bench.scenes);
      std::atomic<int64_t> total = 0;
      std::atomic<bool> is_good = true;
      bench.engine->GetExecutor().ParallelFor(files.size(), 16, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          Diagnostics diagnostics;
          strata::layer::OpenOptions options;
          options.scope = scope;
          const LayerPtr layer = bench.engine->OpenLayer(files[i], options, diagnostics);
          if (layer)
            total += count(*layer);
          else
            is_good = false;
        }
      });
      if (!is_good) return nullptr;
      return [total = total.load()] { return std::to_string(total); };
    };
  };
}

// Five fields of the layer; what counts is the last frame of those whose default prim is "Asset".
int64_t CountMetadata(const strata::layer::Layer& layer) {
  const strata::layer::FieldNames& names = strata::layer::GetFieldNames();
  size_t held = 0;
  for (const strata::Token field : {names.upAxis, names.metersPerUnit, names.startTimeCode})
    held += !layer.GetMetadata(field).IsEmpty();
  const bool is_asset = layer.GetMetadata(names.defaultPrim).GetOr(strata::Token()) == "Asset";
  return held && is_asset ? static_cast<int64_t>(layer.GetMetadata(names.endTimeCode).GetOr(0.0)) : 0;
}

int64_t CountAssetChildren(const strata::layer::Layer& layer) {
  return static_cast<int64_t>(
      layer.GetChildNames(Path("/Asset"), strata::layer::GetFieldNames().primChildren).size());
}

// A stage that is told of every edit of its layers.
struct EditedStage {
  strata::stage::StagePtr stage;
  strata::compose::CacheEdits edits;

  void Listen() {
    for (const LayerPtr& layer : stage->GetUsedLayers())
      layer->AddChangeListener([this, layer](const auto&, const strata::layer::ChangeList& changes) {
        edits.layers.push_back({layer, changes});
      });
  }
  void Recompose() { stage->Recompose(std::exchange(edits, {})); }
  // /City/<group>/<placement>
  std::vector<strata::stage::Prim> GetPlacements() const {
    std::vector<strata::stage::Prim> prims;
    for (const strata::stage::Prim& group : stage->GetPrimAtPath(Path("/City")).GetChildren())
      for (const strata::stage::Prim& placement : group.GetChildren()) prims.push_back(placement);
    return prims;
  }
};

// `prepare` gets the open stage ready and returns the edit; `bench.repeats` is how often it edits.
Workload EditCity(std::function<std::function<Check()>(Bench&, std::shared_ptr<EditedStage>)> prepare) {
  return [prepare](Bench& bench) -> std::function<Check()> {
    bench.engine = MakeEngine(bench);
    auto edited = std::make_shared<EditedStage>();
    strata::stage::OpenOptions options;
    options.follow = strata::stage::OpenOptions::Follow::kNothing;  // it is told
    edited->stage = OpenStageAt(bench, FindScene(bench, "city/city.usda"), options);
    if (!edited->stage) return []() -> Check { return nullptr; };
    edited->Listen();
    return prepare(bench, edited);
  };
}

std::function<Check()> EditVariant(Bench& bench, std::shared_ptr<EditedStage> edited) {
  std::vector<Path> paths;
  const auto placements = edited->GetPlacements();
  for (size_t i = 5; i < placements.size() && paths.size() < 20; i += 50)
    paths.push_back(placements[i].GetPath());
  bench.repeats = paths.size();
  return [edited, paths]() -> Check {
    const LayerPtr& root = edited->stage->GetRootLayer();
    for (Path path : paths) {
      if (!root->HasSpec(path) && !root->CreatePrimSpec(path, strata::Specifier::kOver)) return nullptr;
      const strata::Token field = strata::layer::GetFieldNames().variantSelection;
      auto* known = root->GetFieldAs<strata::VariantSelectionMap>(path, field);
      strata::VariantSelectionMap selections = known ? *known : strata::VariantSelectionMap();
      selections["lod"] = "proxy";
      if (!root->SetField(path, field, strata::Value(selections))) return nullptr;
      edited->Recompose();
    }
    return [edited, paths] {
      size_t gone = 0;
      for (Path path : paths) {
        const Path module = path.AppendChild(strata::Token("Geom")).AppendChild(strata::Token("Module_3"));
        const strata::stage::Prim prim = edited->stage->GetPrimAtPath(module);
        gone += !prim || !prim.IsActive() ? 1 : 0;
      }
      return std::to_string(gone);
    };
  };
}

std::vector<Path> FindTranslates(const EditedStage& edited) {
  std::vector<Path> paths;
  for (const strata::stage::Prim& placement : edited.GetPlacements()) {
    if (paths.size() == 1000) break;
    paths.push_back(placement.GetPath()
                        .AppendChild(strata::Token("Geom"))
                        .AppendChild(strata::Token("Module_0"))
                        .AppendProperty(strata::Token("xformOp:translate")));
  }
  return paths;
}

bool SetValues(EditedStage& edited, const std::vector<Path>& paths, strata::Vec3d value) {
  const LayerPtr& root = edited.stage->GetRootLayer();
  for (Path path : paths) {
    if (!root->HasSpec(path)) {
      const strata::Token type = edited.stage->GetAttributeAtPath(path).GetTypeName();
      if (!root->CreateAttributeSpec(path, type)) return false;
    }
    if (!root->SetField(path, strata::layer::GetFieldNames().default_, strata::Value(value))) return false;
    edited.Recompose();
  }
  return true;
}

std::function<Check()> EditOverride(Bench& bench, std::shared_ptr<EditedStage> edited) {
  const std::vector<Path> paths = FindTranslates(*edited);
  bench.repeats = paths.size();
  return [edited, paths]() -> Check {
    if (!SetValues(*edited, paths, {1, 2, 3})) return nullptr;
    return [count = paths.size()] { return std::to_string(count); };
  };
}

std::function<Check()> EditValue(Bench& bench, std::shared_ptr<EditedStage> edited) {
  const std::vector<Path> paths = FindTranslates(*edited);
  bench.repeats = paths.size();
  if (!SetValues(*edited, paths, {1, 2, 3})) return []() -> Check { return nullptr; };
  return [edited, paths]() -> Check {
    if (!SetValues(*edited, paths, {4, 5, 6})) return nullptr;
    return [count = paths.size()] { return std::to_string(count); };
  };
}

std::function<Check()> EditAsset(Bench& bench, std::shared_ptr<EditedStage> edited) {
  LayerPtr layer;
  for (const LayerPtr& used : edited->stage->GetUsedLayers())
    if (used->GetResolvedPath() == FindScene(bench, "city/modules/module_3.usda")) layer = used;
  return [edited, layer]() -> Check {
    if (!layer || !layer->CreatePrimSpec(Path("/Module/Added"), strata::Specifier::kDef)) return nullptr;
    edited->Recompose();
    return [edited] {
      size_t count = 0;
      for (const strata::stage::Prim& placement : edited->GetPlacements())
        for (int k = 0; k < 5; ++k)
          count += edited->stage->GetPrimAtPath(
                       Path(placement.GetPath().GetString() + "/Geom/Module_" + std::to_string(k) + "/Added"))
                       ? 1
                       : 0;
      return std::to_string(count);
    };
  };
}

std::function<Check()> AddSublayer(Bench&, std::shared_ptr<EditedStage> edited) {
  return [edited]() -> Check {
    const LayerPtr& root = edited->stage->GetRootLayer();
    const strata::Token field = strata::layer::GetFieldNames().subLayers;
    strata::StringVector layers;
    if (auto* known = root->GetFieldAs<strata::StringVector>(Path::AbsoluteRoot(), field)) layers = *known;
    layers.insert(layers.begin(), "./late_edit.usda");
    if (!root->SetField(Path::AbsoluteRoot(), field, strata::Value(layers))) return nullptr;
    edited->Recompose();
    return [edited] {
      double sum = 0;
      for (const strata::stage::Prim& placement : edited->GetPlacements()) {
        const auto late =
            edited->stage->GetAttributeAtPath(placement.GetPath().AppendProperty(strata::Token("late")));
        const strata::Value value = late ? late.Get() : strata::Value();
        if (auto* number = value.GetIf<double>())
          sum += *number;
        else if (auto* single = value.GetIf<float>())
          sum += *single;
        else
          sum += value.GetOr(int32_t{0});
      }
      return std::to_string(sum);
    };
  };
}

std::function<Check()> MuteLayer(Bench& bench, std::shared_ptr<EditedStage> edited) {
  return [edited, path = FindScene(bench, "city/dressing.usda")]() -> Check {
    edited->edits.mute.push_back(path);
    edited->Recompose();
    return [edited] {
      size_t red = 0;
      for (const strata::stage::Prim& placement : edited->GetPlacements())
        red += placement.GetVariantSelection(strata::Token("color")) == strata::Token("red") ? 1 : 0;
      return std::to_string(red);
    };
  };
}

// The size of the world's box, for what a final render shows.
Workload ComputeBounds(const char* file) {
  return [file](Bench& bench) {
    bench.engine = MakeEngine(bench);
    const strata::stage::StagePtr stage = OpenStageAt(bench, FindScene(bench, file));
    bench.kept.push_back(stage);
    return [stage]() -> Check {
      if (!stage) return nullptr;
      strata::domain::BoundsOptions options;
      options.purposes = {strata::Token("default"), strata::Token("render"), strata::Token("proxy")};
      strata::domain::BoundsCache cache(*stage, options);
      const strata::Range3d range = cache.ComputeWorldBound(stage->GetPseudoRoot()).ComputeAlignedRange();
      return [range] {
        return fmt::format("[{:.3f}, {:.3f}, {:.3f}]", range.max[0] - range.min[0],
                           range.max[1] - range.min[1], range.max[2] - range.min[2]);
      };
    };
  };
}

// The same at 240 times.
std::function<Check()> ComputeBoundsOverTime(Bench& bench) {
  bench.engine = MakeEngine(bench);
  const strata::stage::StagePtr stage = OpenStageAt(bench, FindScene(bench, "anim.usdc"));
  bench.kept.push_back(stage);
  return [stage]() -> Check {
    if (!stage) return nullptr;
    strata::domain::BoundsOptions options;
    options.time = 1.0;
    strata::domain::BoundsCache cache(*stage, options);
    double width = 0;
    for (int time = 1; time <= 240; ++time) {
      cache.SetTime(static_cast<double>(time));
      const strata::Range3d range = cache.ComputeWorldBound(stage->GetPseudoRoot()).ComputeAlignedRange();
      width = range.max[0] - range.min[0];
    }
    return [width] { return fmt::format("{:.3f}", width); };
  };
}

// Start-up: the engine, an empty stage and one prim whose properties are asked for.
std::function<Check()> FirstStage(Bench& bench) {
  return [&bench]() -> Check {
    bench.engine = MakeEngine(bench);
    Diagnostics diagnostics;
    auto stage = bench.engine->NewStage({}, diagnostics);
    if (!stage) {
      ReportErrors(diagnostics);
      return nullptr;
    }
    const auto made =
        (*stage)->GetRootLayer()->CreatePrimSpec(Path("/A"), strata::Specifier::kDef, strata::Token("Xform"));
    if (!made) return nullptr;
    const size_t names = (*stage)->GetPrimAtPath(Path("/A")).GetPropertyNames().size();
    bench.kept.push_back(*stage);
    return [names] { return names < 1000 ? "1" : "0"; };
  };
}

std::function<Check()> ImportUsd(Bench& bench) {
  return [&bench]() -> Check {
    bench.engine = MakeEngine(bench);
    return [] { return std::string("0"); };
  };
}

const std::map<std::string, Workload> kWorkloads = {
    {"import_usd", ImportUsd},
    {"first_stage", FirstStage},
    {"mesh_usda_open", OpenLayer("mesh_text.usda")},
    {"prims_usda_open", OpenLayer("many_prims.usda")},
    {"mesh_usdc_open", OpenLayer("mesh_crate.usdc")},
    {"prims_usdc_open", OpenLayer("many_prims.usdc")},
    {"anim_usdc_open", OpenLayer("anim.usdc")},
    {"mesh_usdc_read_all", ReadAllArrays},
    {"point_instancer_open", OpenStage("instances/point_instancer.usdc")},
    {"anim_open", OpenStage("anim.usdc")},
    {"library_scan", ForLibrary(strata::layer::ReadScope::kMetadataOnly, CountMetadata)},
    {"library_open_all", ForLibrary(strata::layer::ReadScope::kAll, CountAssetChildren)},
    {"mesh_usda_to_usdc", ExportLayer("mesh_text.usda", "o.usdc")},
    {"mesh_usdc_to_usda", ExportLayer("mesh_crate.usdc", "o.usda")},
    {"prims_usda_to_usdc", ExportLayer("many_prims.usda", "o.usdc")},
    {"prims_usdc_to_usda", ExportLayer("many_prims.usdc", "o.usda")},
    {"prims_open", OpenStage("many_prims.usdc")},
    {"city_open", OpenStage("city/city.usda")},
    {"sublayers_open", OpenStage("sublayers/sublayers.usda")},
    {"instances_open", OpenStage("instances/instances.usdc")},
    {"deep_open", OpenStage("deep/deep.usda")},
    {"rig_open", OpenStage("rig/rig_shot.usda")},
    {"prims_compose", ComposeStage("many_prims.usdc")},
    {"city_compose", ComposeStage("city/city.usda")},
    {"sublayers_compose", ComposeStage("sublayers/sublayers.usda")},
    {"instances_compose", ComposeStage("instances/instances.usdc")},
    {"deep_compose", ComposeStage("deep/deep.usda")},
    {"rig_compose", ComposeStage("rig/rig_shot.usda")},
    {"prims_stats", CountPrims("many_prims.usdc")},
    {"city_stats", CountPrims("city/city.usda")},
    {"city_edit_variant", EditCity(EditVariant)},
    {"city_edit_override", EditCity(EditOverride)},
    {"city_edit_value", EditCity(EditValue)},
    {"city_edit_asset", EditCity(EditAsset)},
    {"city_add_sublayer", EditCity(AddSublayer)},
    {"city_mute_layer", EditCity(MuteLayer)},
    {"city_bbox", ComputeBounds("city/city.usda")},
    {"instances_bbox", ComputeBounds("instances/instances.usdc")},
    {"point_instancer_bbox", ComputeBounds("instances/point_instancer.usdc")},
    {"mesh_bbox", ComputeBounds("mesh_crate.usdc")},
    {"anim_bbox_240", ComputeBoundsOverTime},
};

double GetMemoryMegabytes(const char* key) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.rfind(key, 0) == 0) return std::strtod(line.c_str() + std::string(key).size(), nullptr) / 1024;
  return 0;
}

double GetCpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

int Run(const std::string& name, Bench& bench) {
  const auto found = kWorkloads.find(name);
  if (found == kWorkloads.end()) {
    std::fprintf(stderr, "strata_bench: the workload '%s' is not supported\n", name.c_str());
    return 2;
  }
  const std::function<Check()> timed = found->second(bench);
  const double rss_before = GetMemoryMegabytes("VmRSS:");
  const double cpu_start = GetCpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  const Check check = timed();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double cpu_seconds = GetCpuSeconds() - cpu_start;
  const double peak = GetMemoryMegabytes("VmHWM:");
  if (!check) {
    std::fprintf(stderr, "strata_bench: the workload '%s' failed\n", name.c_str());
    return 1;
  }
  std::printf(
      "{\"workload\": \"%s\", \"peer\": \"strata\", \"seconds\": %.9f, \"cpu_seconds\": %.9f, "
      "\"peak_rss_mb\": %.1f, "
      "\"rss_before_mb\": %.1f, \"threads\": %u, \"check\": %s}\n",
      name.c_str(), seconds.count() / static_cast<double>(bench.repeats),
      cpu_seconds / static_cast<double>(bench.repeats), peak, rss_before, bench.threads, check().c_str());
  std::fflush(stdout);
  _exit(0);  // letting go of the scene is not measured
}

}  // namespace

int main(int argc, char** argv) {
  Bench bench;
  bench.scenes = "scenes";
  std::string only;
  long threads = 0;
  bool list = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--scenes" && has_value)
      bench.scenes = argv[++i];
    else if (argument == "--only" && has_value)
      only = argv[++i];
    else if (argument == "--threads" && has_value)
      threads = std::strtol(argv[++i], nullptr, 10);
    else if (argument == "--list")
      list = true;
    else
      only.clear(), argc = 0;
  }
  if (list) {
    for (const auto& [name, workload] : kWorkloads) std::printf("%s\n", name.c_str());
    return 0;
  }
  if (only.empty()) {
    std::fputs("usage: strata_bench --scenes DIR --only NAME [--threads N] | --list\n", stderr);
    return 2;
  }
  bench.threads = threads > 0 ? static_cast<unsigned>(threads) : strata::GetDefaultThreadCount();
  return Run(only, bench);
}
