// Workloads on layers: opened, read, written.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <type_traits>

#include "strata/layer/fields.h"
#include "tests/bench/bench.h"

namespace strata::bench {
namespace {

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
      layer::ExportOptions options;
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

template <class T>
uint64_t SumWordsOf(const Array<T>& array) {
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

uint64_t SumWords(const Value& value) {
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
    const layer::FieldNames& names = layer::GetFieldNames();
    uint64_t total = 0;
    const Path world("/World");
    for (const Token child : layer->GetChildNames(world, names.primChildren)) {
      const Path prim = world.AppendChild(child);
      for (const Token property : layer->GetChildNames(prim, names.properties)) {
        const Value* value = layer->GetField(prim.AppendProperty(property), names.default_);
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
Workload ForLibrary(layer::ReadScope scope, int64_t (*count)(const layer::Layer&)) {
  return [scope, count](Bench& bench) {
    bench.engine = MakeEngine(bench);
    return [&bench, scope, count]() -> Check {
      const std::vector<std::string> files = ListLibrary(bench.scenes);
      std::atomic<int64_t> total = 0;
      std::atomic<bool> is_good = true;
      bench.engine->GetExecutor().ParallelFor(files.size(), 16, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          Diagnostics diagnostics;
          layer::OpenOptions options;
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
int64_t CountMetadata(const layer::Layer& layer) {
  const layer::FieldNames& names = layer::GetFieldNames();
  size_t held = 0;
  for (const Token field : {names.upAxis, names.metersPerUnit, names.startTimeCode})
    held += !layer.GetMetadata(field).IsEmpty();
  const bool is_asset = layer.GetMetadata(names.defaultPrim).GetOr(Token()) == "Asset";
  return held && is_asset ? static_cast<int64_t>(layer.GetMetadata(names.endTimeCode).GetOr(0.0)) : 0;
}

int64_t CountAssetChildren(const layer::Layer& layer) {
  return static_cast<int64_t>(
      layer.GetChildNames(Path("/Asset"), layer::GetFieldNames().primChildren).size());
}

std::function<Check()> ImportUsd(Bench& bench) {
  return [&bench]() -> Check {
    bench.engine = MakeEngine(bench);
    return [] { return std::string("0"); };
  };
}

}  // namespace

void AddLayerWorkloads(Workloads& workloads) {
  workloads.insert({
      {"import_usd", ImportUsd},
      {"mesh_usda_open", OpenLayer("mesh_text.usda")},
      {"prims_usda_open", OpenLayer("many_prims.usda")},
      {"mesh_usdc_open", OpenLayer("mesh_crate.usdc")},
      {"prims_usdc_open", OpenLayer("many_prims.usdc")},
      {"anim_usdc_open", OpenLayer("anim.usdc")},
      {"mesh_usdc_read_all", ReadAllArrays},
      {"library_scan", ForLibrary(layer::ReadScope::kMetadataOnly, CountMetadata)},
      {"library_open_all", ForLibrary(layer::ReadScope::kAll, CountAssetChildren)},
      {"mesh_usda_to_usdc", ExportLayer("mesh_text.usda", "o.usdc")},
      {"mesh_usdc_to_usda", ExportLayer("mesh_crate.usdc", "o.usda")},
      {"prims_usda_to_usdc", ExportLayer("many_prims.usda", "o.usdc")},
      {"prims_usdc_to_usda", ExportLayer("many_prims.usdc", "o.usda")},
  });
}

}  // namespace strata::bench
