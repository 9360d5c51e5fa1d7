// Times what a running scene does, each workload on scenes it makes itself, and prints one JSON line for
// each: strata_scene_bench [--only NAME] [--scenes DIR]. With DIR, stages made by
// ../shared/bench/make_scenes.py too.
#include <fmt/format.h>
#include <time.h>

#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "strata/bridge/bridge.h"
#include "strata/context/engine.h"
#include "strata/scene/names.h"
#include "strata/scene/scene.h"

#include "tests/bench/scene_bench.h"

namespace {

using namespace strata;
using bench::Report;
using scene::DataSourceLocator;
using scene::RetainedContainerDataSource;
using scene::RetainedSceneIndex;

double GetCpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

size_t sink = 0;  // what is computed is used

// Cubes below groups below one root, each with a transform of its own.
std::shared_ptr<RetainedSceneIndex> MakeCubes(size_t groups, size_t cubes) {
  const scene::Names& names = scene::GetNames();
  Matrix4d matrix = Matrix4d::Identity();
  matrix[3][0] = 1;
  const auto data = RetainedContainerDataSource::New(
      {{names.xform, RetainedContainerDataSource::New({{names.matrix, scene::Retain(matrix)}})}});
  std::vector<RetainedSceneIndex::Entry> entries = {{Path("/World"), {}, data}};
  for (size_t g = 0; g < groups; ++g) {
    const Path group = Path("/World").AppendChild(Token("g" + std::to_string(g)));
    entries.push_back({group, {}, data});
    for (size_t c = 0; c < cubes; ++c)
      entries.push_back({group.AppendChild(Token("c" + std::to_string(c))), Token("cube"), data});
  }
  auto cubes_scene = std::make_shared<RetainedSceneIndex>();
  cubes_scene->AddPrims(std::move(entries));
  return cubes_scene;
}

scene::FlatteningSceneIndex::Providers GetProviders() {
  return {{scene::GetNames().xform, scene::MakeXformFlattening()}};
}

void PullTransforms(const scene::SceneIndex& index, const std::vector<Path>& paths) {
  for (Path path : paths)
    if (index.GetDataSource(path, scene::GetNames().xform)) ++sink;
}

class Counter final : public scene::SceneIndexObserver {
 public:
  void ApplyChanges(const scene::SceneIndex&, const scene::ChangeSet& changes) override {
    count += changes.added.size() + changes.removed.size() + changes.dirtied.size();
  }
  size_t count = 0;
};

void Locators() {
  std::vector<DataSourceLocator> names;
  for (int i = 0; i < 16; ++i) names.push_back(DataSourceLocator::Parse("primvars/n" + std::to_string(i)));
  scene::DataSourceLocatorSet even, odd;
  for (size_t i = 0; i < 16; ++i) (i % 2 ? odd : even).Insert(names[i]);
  constexpr size_t kRounds = 2000000;
  Report("locator_set_intersects_8x8", kRounds, [&] {
    for (size_t i = 0; i < kRounds; ++i) sink += even.Intersects(odd);
  });
  Report("locator_set_insert", kRounds, [&] {
    for (size_t i = 0; i < kRounds / 16; ++i) {
      scene::DataSourceLocatorSet set;
      for (const DataSourceLocator& name : names) set.Insert(name);
      sink += set.GetSize();
    }
  });
}

void Flattening() {
  const auto cubes = MakeCubes(1000, 200);
  const std::vector<Path> paths = scene::CollectPrimPaths(*cubes);
  auto flattening = std::make_shared<scene::FlatteningSceneIndex>(cubes, GetProviders());
  Counter counter;
  flattening->AddObserver(counter);
  const std::vector<scene::DirtiedPrim> root = {{Path("/World"), DataSourceLocator(scene::GetNames().xform)}};
  Report("dirty_root_of_unread_200k", paths.size(), [&] { cubes->DirtyPrims(root); });
  Report("flatten_xform_cold", paths.size(), [&] { PullTransforms(*flattening, paths); });
  Report("flatten_xform_warm", paths.size(), [&] { PullTransforms(*flattening, paths); });
  Report("dirty_root_of_read_200k", paths.size(), [&] { cubes->DirtyPrims(root); });
  PullTransforms(*flattening, paths);
  std::vector<scene::DirtiedPrim> edits;
  for (size_t i = 0; i < 10000; ++i)
    edits.push_back({paths[2 + i * 20], DataSourceLocator(scene::GetNames().xform)});
  Report("edits_10k_in_one_change", edits.size(), [&] { cubes->DirtyPrims(edits); });
  Report("remove_200k", paths.size(), [&] { cubes->RemovePrims({Path("/World")}); });
  flattening->RemoveObserver(counter);
  sink += counter.count;
}

void Merging() {
  constexpr size_t kInputs = 10000;
  std::vector<scene::MergingSceneIndex::Input> inputs;
  std::vector<const scene::SceneIndex*> scenes;
  for (size_t i = 0; i < kInputs; ++i) {
    auto input = std::make_shared<RetainedSceneIndex>();
    const Path root = Path::AbsoluteRoot().AppendChild(Token("input" + std::to_string(i)));
    input->AddPrims({{root.AppendChild(Token("prim")), Token("mesh"), nullptr}});
    inputs.push_back({input, root});
    scenes.push_back(input.get());
  }
  scene::MergingSceneIndex merging;
  Counter counter;
  merging.AddObserver(counter);
  Report("merge_insert_10k_inputs", kInputs, [&] { (void)merging.AddInputScenes(inputs); });
  Report("merge_remove_10k_inputs", kInputs, [&] { merging.RemoveInputScenes(scenes); });
  merging.RemoveObserver(counter);
}

void Dependencies() {
  constexpr size_t kPrims = 100000;
  auto prims = std::make_shared<RetainedSceneIndex>();
  std::vector<RetainedSceneIndex::Entry> entries;
  const auto name = [](size_t i) { return Path("/World").AppendChild(Token("p" + std::to_string(i))); };
  for (size_t i = 0; i < kPrims; ++i) {
    const auto depend = [&](size_t on) {
      return scene::MakeDependency({name(on), DataSourceLocator(Token("x")), DataSourceLocator(Token("y"))});
    };
    entries.push_back({name(i),
                       {},
                       RetainedContainerDataSource::New(
                           {{scene::GetNames().dependencies,
                             RetainedContainerDataSource::New({{Token("a"), depend((i + 1) % kPrims)},
                                                               {Token("b"), depend((i * 7) % kPrims)}})}})});
  }
  prims->AddPrims(std::move(entries));
  scene::DependencyForwardingSceneIndex forwarding(prims);
  Report("learn_200k_dependencies", kPrims, [&] {
    for (size_t i = 0; i < kPrims; ++i) sink += bool(forwarding.GetPrim(name(i)));
  });
  Report("remove_100k_with_200k_dependencies", kPrims, [&] { prims->RemovePrims({Path("/World")}); });
}

void Stage(const std::string& scenes) {
  context::Engine engine(context::EngineOptions{});
  Diagnostics diagnostics;
  auto stage = engine.OpenStage(scenes + "/many_prims.usdc", {}, diagnostics);
  if (!stage) return;
  bridge::Chain chain = bridge::MakeChain();
  Counter counter;
  chain.stage->AddObserver(counter);
  const size_t count = (*stage)->GetPrimCount();
  Report("populate_chain_of_many_prims", count, [&] { chain.stage->SetStage(*stage); });
  const std::vector<Path> paths = scene::CollectPrimPaths(*chain.GetFinal());
  const scene::Names& names = scene::GetNames();
  Report("pull_final_xform_visibility_purpose_primvars", paths.size(), [&] {
    for (Path path : paths) {
      const scene::ScenePrim prim = chain.GetFinal()->GetPrim(path);
      for (Token name : {names.xform, names.visibility, names.purpose})
        if (prim.data && prim.data->Get(name)) ++sink;
      if (const auto primvars =
              scene::ContainerDataSource::Cast(prim.data ? prim.data->Get(names.primvars) : nullptr))
        sink += primvars->GetNames().size();
    }
  });
  Report("set_time_of_static_stage", 1, [&] { chain.stage->SetTime(17); });
  chain.stage->RemoveObserver(counter);
}

}  // namespace

namespace strata::bench {

void Report(const char* name, size_t count, const std::function<void()>& work) {
  const double start = GetCpuSeconds();
  work();
  const double seconds = GetCpuSeconds() - start;
  std::printf(
      "{\"workload\": \"%s\", \"cpu_seconds\": %.6f, \"count\": %zu, \"per_second\": %.0f, \"ns_each\": "
      "%.1f}\n",
      name, seconds, count, static_cast<double>(count) / seconds, seconds * 1e9 / static_cast<double>(count));
  std::fflush(stdout);
}

}  // namespace strata::bench

int main(int argc, char** argv) {
  std::string only, scenes;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string(argv[i]) == "--only") only = argv[i + 1];
    if (std::string(argv[i]) == "--scenes") scenes = argv[i + 1];
  }
  const std::map<std::string, std::function<void()>> workloads = {
      {"locators", Locators},         {"flattening", Flattening}, {"merging", Merging},
      {"dependencies", Dependencies}, {"times", bench::RunTimes}, {"chains", bench::RunChains}};
  for (const auto& [name, run] : workloads)
    if (only.empty() || only == name) run();
  if (!scenes.empty() && (only.empty() || only == "stage")) Stage(scenes);
  return sink == 0;
}
