#include "strata/pipeline/stitch.h"

#include <unistd.h>
#include <filesystem>
#include <fstream>

#include "doctest/doctest.h"
#include "strata/asset/asset.h"
#include "strata/format/text/text.h"

namespace strata::pipeline {

namespace {

namespace fs = std::filesystem;

std::shared_ptr<layer::LayerRegistry> MakeRegistry() {
  return layer::LayerRegistry::Create(asset::MakeFileResolver(), std::make_shared<layer::FieldRegistry>(),
                                      {format::text::MakeUsdaFormat()});
}
layer::LayerPtr Read(const std::shared_ptr<layer::LayerRegistry>& registry, const std::string& text) {
  Diagnostics remarks;
  return registry->ImportFromString("#usda 1.0\n" + text, "test.usda", remarks);
}
bool Has(const layer::Layer& layer, const std::string& part) {
  auto text = layer.ExportToString();
  return text && text->find(part) != std::string::npos;
}

// A folder of clips that goes away.
struct Folder {
  Folder() : path(fs::temp_directory_path() / ("strata_stitch_" + std::to_string(::getpid()))) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string Put(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << "#usda 1.0\n" << text;
    return (path / name).string();
  }
  fs::path path;
};
std::string Clip(int start, int end) {
  return "(\n    startTimeCode = " + std::to_string(start) + "\n    endTimeCode = " + std::to_string(end) +
         "\n)\ndef Xform \"W\"\n{\n    double q.timeSamples = { " + std::to_string(start) +
         ": 1 }\n    double d = 3\n}\n";
}

}  // namespace

TEST_CASE("what only the weaker layer says is added, and its samples between the stronger ones") {
  auto registry = MakeRegistry();
  auto strong = Read(registry,
                     "(\n    startTimeCode = 5\n    subLayers = [@./a.usda@]\n)\nover \"A\"\n{\n    double "
                     "x.timeSamples = { 1: 1, 2: 2 }\n    int k = 5\n}\n");
  auto weak =
      Read(registry,
           "(\n    startTimeCode = 1\n    subLayers = [@./b.usda@]\n)\ndef Xform \"A\"\n{\n    double "
           "x.timeSamples = { 2: 20, 3: 30 }\n    int k = 6\n    rel r = </A>\n}\ndef \"B\"\n{\n}\n");
  StitchLayers(*strong, *weak);
  CHECK(Has(*strong, "def Xform \"A\""));
  CHECK(Has(*strong, "1: 1,\n        2: 2,\n        3: 30,"));
  CHECK(Has(*strong, "int k = 5"));
  CHECK(Has(*strong, "rel r = </A>"));
  CHECK(Has(*strong, "def \"B\""));
  CHECK(Has(*strong, "startTimeCode = 1"));
  CHECK_FALSE(Has(*strong, "b.usda"));
  CHECK(strong->IsDirty());
}

TEST_CASE("a callback chooses values, or leaves them out") {
  auto registry = MakeRegistry();
  auto strong = Read(registry, "def \"A\"\n{\n    int k = 5\n}\n");
  auto weak = Read(registry, "def \"A\"\n{\n    int k = 6\n    int only = 1\n}\n");
  StitchLayers(*strong, *weak,
               [](Path path, Token field, const Value*, const Value* other) -> std::optional<Value> {
                 if (field != "default") return std::nullopt;
                 return path.GetName() == "k" ? *other : Value();
               });
  CHECK(Has(*strong, "int k = 6"));
  CHECK_FALSE(Has(*strong, "only = 1"));
}

TEST_CASE("clips become a layer that plays them, with topology and manifest beside it") {
  Folder folder;
  auto registry = MakeRegistry();
  const std::vector<std::string> clips{folder.Put("c.2.usda", Clip(5, 8)),
                                       folder.Put("c.1.usda", Clip(1, 4))};
  auto result = registry->CreateNew((folder.path / "shot.usda").string());
  REQUIRE(result);
  Diagnostics remarks;
  REQUIRE(StitchClips(**result, clips, Path("/W"), {}, remarks));
  CHECK(Has(**result, "double2[] active = [(5, 0), (1, 1)]"));
  CHECK(Has(**result, "double2[] times = [(5, 5), (8, 8), (1, 1), (4, 4)]"));
  CHECK(Has(**result, "asset[] assetPaths = [@./c.2.usda@, @./c.1.usda@]"));
  CHECK(Has(**result, "asset manifestAssetPath = @./shot.manifest.usda@"));
  CHECK(Has(**result, "startTimeCode = 1"));
  CHECK(Has(**result, "endTimeCode = 8"));
  auto topology = registry->FindOrOpen((folder.path / "shot.topology.usda").string(), nullptr, {}, remarks);
  REQUIRE(topology);
  CHECK(Has(*topology, "double d = 3"));
  CHECK_FALSE(Has(*topology, "timeSamples"));
  auto manifest = registry->FindOrOpen((folder.path / "shot.manifest.usda").string(), nullptr, {}, remarks);
  REQUIRE(manifest);
  CHECK(manifest->HasSpec(Path("/W.q")));
  CHECK_FALSE(manifest->HasSpec(Path("/W.d")));
}

TEST_CASE("clips without the prim are refused, and no file is written") {
  Folder folder;
  auto registry = MakeRegistry();
  const std::vector<std::string> clips{folder.Put("c.1.usda", Clip(1, 4))};
  auto result = registry->CreateNew((folder.path / "shot.usda").string());
  Diagnostics remarks;
  auto done = StitchClips(**result, clips, Path("/Nope"), {}, remarks);
  REQUIRE_FALSE(done);
  CHECK(done.GetError().code == &kClipsNotStitched);
  CHECK_FALSE(fs::exists(folder.path / "shot.topology.usda"));
}

TEST_CASE("a template is written as it is given, within its stride") {
  auto registry = MakeRegistry();
  auto result = registry->CreateAnonymous("root.usda");
  ClipTemplate frames{"./c.#.usda", 1, 3, 1, 0.5};
  StitchClipsOptions options;
  options.clip_set = "set";
  options.missing_values = StitchClipsOptions::MissingValues::kInterpolate;
  REQUIRE(StitchClipsTemplate(*result, "./t.usda", "./m.usda", Path("/W"), frames, options));
  CHECK(Has(*result, "dictionary set = {"));
  CHECK(Has(*result, "bool interpolateMissingClipValues = 1"));
  CHECK(Has(*result, "double templateActiveOffset = 0.5"));
  CHECK(Has(*result, "@./t.usda@"));
  frames.active_offset = 2;
  CHECK_FALSE(StitchClipsTemplate(*result, "./t.usda", "./m.usda", Path("/W"), frames, options));
}

}  // namespace strata::pipeline
