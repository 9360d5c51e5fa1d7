// The chain over stages that are made here: times that move, instances, instancers in instancers.
#include <fmt/format.h>

#include "strata/bridge/bridge.h"
#include "strata/format/text/text.h"
#include "strata/scene/scene.h"
#include "tests/bench/scene_bench.h"

namespace strata::bench {

namespace {

using scene::DataSourceLocator;

stage::StagePtr OpenText(const std::string& text) {
  auto resolver = std::make_shared<asset::MemoryResolver>(asset::MakeFileResolver());
  resolver->Put("bench.usda", "#usda 1.0\n" + text);
  const auto registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                                     {format::text::MakeUsdaFormat()});
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  Diagnostics diagnostics;
  Result<stage::StagePtr> opened = stage::Stage::Open(registry, "bench.usda", options, diagnostics);
  return opened ? *opened : nullptr;
}

void ReadAll(const scene::SceneIndex& index, size_t& sink) {
  for (Path path : scene::CollectPrimPaths(index)) {
    const scene::ScenePrim prim = index.GetPrim(path);
    if (!prim.data) continue;
    for (Token name : prim.data->GetNames()) {
      const auto inside = scene::ContainerDataSource::Cast(prim.data->Get(name));
      for (Token below : inside ? inside->GetNames() : std::vector<Token>())
        if (inside->Get(below)) ++sink;
    }
  }
}

class Counter final : public scene::SceneIndexObserver {
 public:
  void ApplyChanges(const scene::SceneIndex&, const scene::ChangeSet& changes) override {
    told += changes.added.size() + changes.removed.size() + changes.dirtied.size();
  }
  size_t told = 0;
};

// A chain over a stage that was read once, with somebody who listens.
struct Running {
  explicit Running(const std::string& text) : stage(OpenText(text)), chain(bridge::MakeChain()) {
    chain.GetFinal()->AddObserver(counter);
    chain.stage->SetTime(10);
    chain.stage->SetStage(stage);
    ReadAll(*chain.GetFinal(), read);
    counter.told = 0;
  }
  ~Running() { chain.GetFinal()->RemoveObserver(counter); }
  stage::StagePtr stage;
  bridge::Chain chain;
  Counter counter;
  size_t read = 0;
};

std::string MakeMoving(size_t count, const char* samples) {
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += fmt::format(
        "def Xform \"p{}\"\n{{\n    double3 xformOp:translate.timeSamples = {{\n{}    }}\n    uniform "
        "token[] xformOpOrder = "
        "[\"xformOp:translate\"]\n}}\n",
        i, samples);
  return text;
}

void Times() {
  Running moving(MakeMoving(10000, "        1: (0, 0, 0),\n        100: (9, 0, 0),\n"));
  constexpr size_t kFrames = 10;
  Report("set_time_10k_varying_first", 10000, [&] { moving.chain.stage->SetTime(11); });
  fmt::print("{{\"workload\": \"set_time_10k_varying_first\", \"told\": {}}}\n", moving.counter.told);
  Report("set_time_10k_varying", kFrames * 10000, [&] {
    for (size_t i = 1; i <= kFrames; ++i) moving.chain.stage->SetTime(11 + static_cast<double>(i));
  });
  Running held(MakeMoving(10000, "        1: (0, 0, 0),\n        2: (9, 0, 0),\n"));
  held.chain.stage->SetTime(11);
  Report("set_time_10k_beyond_their_samples", 10000, [&] { held.chain.stage->SetTime(12); });
  fmt::print("{{\"workload\": \"set_time_10k_beyond_their_samples\", \"told\": {}}}\n", held.counter.told);
}

void Instances() {
  for (const size_t count : {size_t{125}, size_t{10000}, size_t{100000}}) {
    std::string text = "def Xform \"Model\"\n{\n    def Cube \"Box\"\n    {\n    }\n}\n";
    for (size_t i = 0; i < count; ++i)
      text += fmt::format(
          "def Xform \"I{}\" (\n    instanceable = true\n    references = </Model>\n)\n{{\n    double3 "
          "xformOp:translate = (0, 0, "
          "0)\n    uniform token[] xformOpOrder = [\"xformOp:translate\"]\n}}\n",
          i);
    Running running(text);
    const layer::LayerPtr layer = running.stage->GetRootLayer();
    const Path moved("/I7.xformOp:translate");
    const Token field = layer::GetFieldNames().default_;
    const std::string name = fmt::format("move_one_of_{}_instances", count);
    constexpr size_t kMoves = 20;
    (void)layer->SetField(moved, field, Value(Vec3d{1, 2, 3}));  // the first one finds memory to tidy up
    running.counter.told = 0;
    Report(name.c_str(), kMoves, [&] {
      for (size_t i = 0; i < kMoves; ++i)
        (void)layer->SetField(moved, field, Value(Vec3d{static_cast<double>(i), 0, 0}));
    });
    fmt::print("{{\"workload\": \"{}\", \"told\": {}}}\n", name, running.counter.told);
  }
}

void Instancers() {
  std::string text;
  constexpr size_t kInstancers = 1000, kPrototypes = 30;
  for (size_t i = 0; i < kInstancers; ++i) {
    text += fmt::format("def PointInstancer \"P{}\"\n{{\n    rel prototypes = [\n", i);
    for (size_t p = 0; p < kPrototypes; ++p) text += fmt::format("        </P{}/q{}>,\n", i, p);
    text += "    ]\n    int[] protoIndices = [0, 1]\n    point3f[] positions = [(0, 0, 0), (1, 0, 0)]\n";
    for (size_t p = 0; p < kPrototypes; ++p) text += fmt::format("    def Cube \"q{}\"\n    {{\n    }}\n", p);
    text += "}\n";
  }
  const stage::StagePtr stage = OpenText(text);
  auto chain = std::make_unique<bridge::Chain>(bridge::MakeChain());
  Counter counter;
  chain->GetFinal()->AddObserver(counter);
  Report("populate_1000_instancers_30k_prototypes", kInstancers * kPrototypes,
         [&] { chain->stage->SetStage(stage); });
  size_t sink = 0;
  Report("read_1000_instancers_30k_prototypes", kInstancers * kPrototypes,
         [&] { ReadAll(*chain->GetFinal(), sink); });
  chain->GetFinal()->RemoveObserver(counter);
  Report("tear_down_1000_instancers_30k_prototypes", kInstancers * kPrototypes, [&] { chain.reset(); });
}

}  // namespace

void RunTimes() {
  Times();
}

void RunChains() {
  Instances();
  Instancers();
}

}  // namespace strata::bench
