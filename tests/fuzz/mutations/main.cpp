// Opens, composes, traverses and exports mutations of small scenes. Each text in the folder is taken as text,
// as a crate file and as a package with it and the others; one is changed at a time, the others are there
// for it to name. Each mutation ends within five seconds and in memory that follows from its size, and it is
// a layer or says why not.
//
//   mutate_scenes [--count N] [--first I] [--keep FOLDER] FOLDER    N mutations of each file
//   mutate_scenes [--again FILE] FOLDER                                           one that was kept
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "strata/asset/asset.h"
#include "strata/asset/zip_writer.h"
#include "strata/base/files.h"
#include "strata/context/engine.h"
#include "strata/format/crate/crate.h"
#include "strata/format/text/text.h"
#include "strata/layer/layer.h"
#include "strata/stage/flatten.h"
#include "strata/stage/stage.h"
#include "strata/value/time_samples.h"
#include "tests/fuzz/mutations/limits.h"
#include "tests/fuzz/mutators/mutators.h"

namespace {

using namespace strata;
using layer::SpecStore;

constexpr unsigned kMostSeconds = 5;
constexpr uint64_t kMostMemoryTimes = 10, kMemoryOfAnyFile = uint64_t{64} << 20;

struct SceneFile {
  std::string name, bytes;  // the name as the other files have it
};

struct Options {
  uint64_t count = 100, first = 0;
  std::string keep = ".", again, folder;
};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string ToCrate(const std::string& text) {
  SpecStore content;
  Diagnostics diagnostics;
  if (!format::text::MakeUsdaFormat()->Read(*asset::MakeMemoryAsset(text), "scene", {}, content,
                                            diagnostics)) {
    std::fputs(RenderDiagnostics(diagnostics, ColorMode::kPlain).c_str(), stderr);
    std::exit(2);
  }
  return format::crate::WriteCrateToString(content, {}).ValueOr({});
}

// The first text as a crate file, then all of them as text.
std::string ToPackage(const SceneFile& root, const std::vector<SceneFile>& texts) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("strata_mutate_" + std::to_string(getpid()));
  auto writer = asset::ZipWriter::Open(path);
  if (!writer || !(*writer)->Add("root.usdc", ToCrate(root.bytes))) std::exit(2);
  for (const SceneFile& text : texts)
    if (!(*writer)->Add(text.name, text.bytes)) std::exit(2);
  if (!(*writer)->Commit()) std::exit(2);
  std::string bytes = ReadFile(path);
  std::filesystem::remove(path);
  return bytes;
}

std::vector<SceneFile> ReadTexts(const std::string& folder) {
  std::vector<SceneFile> texts;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".usda")
      texts.push_back({entry.path().filename().string(), ReadFile(entry.path())});
  std::sort(texts.begin(), texts.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return texts;
}

std::vector<SceneFile> MakeFiles(const std::vector<SceneFile>& texts) {
  std::vector<SceneFile> files = texts;
  for (const SceneFile& text : texts) {
    const std::string stem = text.name.substr(0, text.name.size() - 5);
    files.push_back({stem + ".usdc", ToCrate(text.bytes)});
    files.push_back({stem + ".usdz", ToPackage(text, texts)});
  }
  return files;
}

// Changes what lies in a package rather than its records, mostly.
void ChangePackage(std::string& bytes, Random& random) {
  const size_t crate = bytes.find("PXR-USDC");
  if (random.Below(3) == 0 || crate == std::string::npos) return ChangeBytes(bytes, random, 0);
  const size_t at = crate + random.Below(bytes.size() - crate);
  for (uint64_t times = 1 + random.Below(6); times != 0; --times) {
    const size_t near = std::min<size_t>(at + random.Below(64), bytes.size() - 1);
    bytes[near] = static_cast<char>(random.Below(2) ? random.Next() : bytes[near] ^ 1 << random.Below(8));
  }
}

std::string Mutate(const SceneFile& file, uint64_t index) {
  Random random(index * 1'000'003 + file.name.size() + static_cast<unsigned char>(file.name[0]));
  std::string bytes = file.bytes;
  for (uint64_t times = random.Below(3) ? 1 : 2; times != 0; --times) {
    if (file.name.ends_with(".usda"))
      ChangeText(bytes, random);
    else if (file.name.ends_with(".usdc"))
      ChangeCrate(bytes, random);
    else
      ChangePackage(bytes, random);
  }
  return bytes;
}

uint64_t CountBytes(const Value& value) {
  if (const auto* samples = value.GetIf<TimeSamples>()) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < samples->GetSize(); ++i) bytes += CountBytes(samples->GetValue(i));
    return bytes;
  }
  return sizeof(Value) + value.GetArraySize() * 16;
}

// What the layers of a stage hold.
uint64_t CountDecoded(const stage::Stage& stage) {
  uint64_t bytes = 0;
  for (const layer::LayerPtr& layer : stage.GetUsedLayers())
    layer->GetContent().VisitSpecs([&](Path, const SpecStore::SpecView& spec) {
      bytes += 64;
      for (const SpecStore::Field& field : spec) bytes += CountBytes(field.value);
    });
  return bytes;
}

void VisitStage(const stage::Stage& stage) {
  size_t met = 0;
  for (const stage::Prim& prim : stage.TraverseAll()) {
    met += prim.GetAllMetadata().size();
    for (const stage::Attribute& attribute : prim.GetAttributes()) {
      for (const stage::Time time : {stage::Time::Default(), stage::Time(1.0), stage::Time(7.25)})
        met += !attribute.Get(time).IsEmpty();
      met += attribute.GetConnections().size() + attribute.GetAllMetadata().size();
    }
    for (const stage::Relationship& relationship : prim.GetRelationships())
      met += relationship.GetTargets().size();
  }
  met += stage.GetPrototypes().size();
  if (met == SIZE_MAX) std::puts("");
}

enum class Outcome { kOpened, kRefused };

Outcome Run(const std::vector<SceneFile>& texts, const std::string& name, const std::string& bytes) {
  const auto memory = std::make_shared<asset::MemoryResolver>(nullptr);
  for (const SceneFile& text : texts) memory->Put("/scene/" + text.name, text.bytes);
  const std::string path = "/scene/" + name;
  memory->Put(path, bytes);
  context::EngineOptions options;
  options.resolver = memory;
  options.thread_count = 1;
  const context::Engine engine(std::move(options));
  Diagnostics diagnostics;
  auto stage = engine.OpenStage(path, {}, diagnostics);
  if (!stage) {
    if (stage.GetError().message.empty()) limits::Stop("it is refused without a reason");
    return Outcome::kRefused;
  }
  VisitStage(**stage);
  if (const auto text = (*stage)->GetRootLayer()->ExportToString(); !text && text.GetError().message.empty())
    limits::Stop("its text is refused without a reason");
  const layer::LayerPtr flat = stage::Flatten(**stage);
  if (const auto text = flat->ExportToString(); !text && text.GetError().message.empty())
    limits::Stop("its flat text is refused without a reason");
  const uint64_t allowed = kMostMemoryTimes * (bytes.size() + CountDecoded(**stage)) + kMemoryOfAnyFile;
  if (limits::GetPeakBytes() > allowed) limits::Stop("it takes more memory than its content accounts for");
  return Outcome::kOpened;
}

bool ParseOptions(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--count" && has_value)
      options.count = std::strtoull(argv[++i], nullptr, 10);
    else if (argument == "--first" && has_value)
      options.first = std::strtoull(argv[++i], nullptr, 10);
    else if (argument == "--keep" && has_value)
      options.keep = argv[++i];
    else if (argument == "--again" && has_value)
      options.again = argv[++i];
    else if (!argument.starts_with('-') && options.folder.empty())
      options.folder = argument;
    else
      return false;
  }
  return !options.folder.empty();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!ParseOptions(argc, argv, options)) {
    std::fputs("usage: mutate_scenes [--count N] [--first I] [--keep FOLDER] [--again FILE] FOLDER\n",
               stderr);
    return 2;
  }
  const std::vector<SceneFile> texts = ReadTexts(options.folder);
  limits::SetKeepFolder(options.keep);
  if (!options.again.empty()) {
    const std::filesystem::path path = options.again;
    const Outcome outcome = Run(texts, "again" + path.extension().string(), ReadFile(path));
    std::puts(outcome == Outcome::kOpened ? "opened" : "refused");
    return 0;
  }
  uint64_t opened = 0, refused = 0, most = 0;
  for (const SceneFile& file : MakeFiles(texts)) {
    for (uint64_t i = options.first; i < options.first + options.count; ++i) {
      const std::string bytes = Mutate(file, i);
      limits::Begin(bytes, "mutation_" + std::to_string(i) + '_' + file.name, kMostSeconds);
      Run(texts, file.name, bytes) == Outcome::kOpened ? ++opened : ++refused;
      limits::End();
      most = std::max(most, limits::GetPeakBytes());
    }
    std::printf("%s: %llu mutations\n", file.name.c_str(), static_cast<unsigned long long>(options.count));
    std::fflush(stdout);
  }
  std::printf("%llu opened, %llu refused, at most %llu kB of memory\n",
              static_cast<unsigned long long>(opened), static_cast<unsigned long long>(refused),
              static_cast<unsigned long long>(most >> 10));
  return 0;
}
