// Times computations on scenes made here, and prints one JSON line for each:
// strata_compute_bench [PLACES [THREADS]]; without PLACES of 1,476 and of a million.
#include <fmt/format.h>
#include <malloc.h>
#include <time.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "strata/base/executor.h"
#include "strata/compute/compute.h"
#include "strata/format/text/text.h"
#include "strata/stage/editor.h"

namespace {

using namespace strata;

double GetSeconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Of several rounds the least: what disturbs a round makes it longer, never shorter.
void Report(const std::string& name, size_t count, const std::function<void()>& work,
            const std::function<void()>& prepare = nullptr) {
  double seconds = 0, wall_seconds = 0;
  for (int round = 0; round < (prepare ? 20 : 1); ++round) {
    if (prepare) prepare();
    const double start = GetSeconds(CLOCK_PROCESS_CPUTIME_ID), wall_start = GetSeconds(CLOCK_MONOTONIC);
    work();
    const double taken = GetSeconds(CLOCK_PROCESS_CPUTIME_ID) - start;
    const double wall_taken = GetSeconds(CLOCK_MONOTONIC) - wall_start;
    if (!round || taken < seconds) seconds = taken;
    if (!round || wall_taken < wall_seconds) wall_seconds = wall_taken;
  }
  fmt::print(
      "{{\"workload\": \"{}\", \"cpu_seconds\": {:.6f}, \"wall_seconds\": {:.6f}, \"count\": {}, "
      "\"ns_each\": {:.1f}, \"wall_ns_each\": {:.1f}}}\n",
      name, seconds, wall_seconds, count, seconds * 1e9 / static_cast<double>(count),
      wall_seconds * 1e9 / static_cast<double>(count));
  std::fflush(stdout);
}

double sink = 0;

void Geodesy() {
  constexpr size_t kPlaces = 1000000;
  const compute::TangentFrame frame({53.49, 10.2, 49});
  Report("places_of_the_closed_form", kPlaces, [&] {
    for (size_t i = 0; i < kPlaces; ++i)
      sink += frame.ToEastNorthUp({53.4 + static_cast<double>(i) * 1e-7, 10.1, 5})[0];
  });
}

void Places(size_t count, unsigned threads) {
  std::string text =
      "#usda 1.0\n(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\ndef Xform \"F\" (\n    prepend apiSchemas "
      "= "
      "[\"OmniWGS84ReferencePositionAPI\"]\n)\n{\n    double3 "
      "omni:geospatial:wgs84:reference:referencePosition = (53.49, 10.2, 49)\n";
  for (size_t i = 0; i < count; ++i)
    text += fmt::format(
        "    def Xform \"P{}\" (\n        prepend apiSchemas = [\"OmniWGS84LocalPositionAPI\"]\n    )\n    "
        "{{\n   "
        "     double3 omni:geospatial:wgs84:local:position = ({}, 10.2, 5)\n    }}\n",
        i, 53.4 + static_cast<double>(i) * 1e-7);
  text += "}\n";
  auto resolver = std::make_shared<asset::MemoryResolver>(asset::MakeFileResolver());
  resolver->Put("root.usda", text);
  const auto registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                                     {format::text::MakeUsdaFormat()});
  Executor executor(threads);
  stage::OpenOptions options;
  if (threads > 1) options.executor = &executor;
  options.schemas = schema::Registry::GetBuiltIn();
  Diagnostics remarks;
  const auto stage = stage::Stage::Open(registry, "root.usda", options, remarks);
  const auto computations = compute::MakeStandardRegistry();
  if (!stage || !computations) std::exit(1);
  compute::System system(*stage, *computations);
  std::vector<compute::ValueKey> keys;
  for (const stage::Prim& prim : (*stage)->GetPrimAtPath(Path("/F")).GetChildren())
    keys.push_back({prim.GetPath(), compute::GetOutputs().xform});
  const auto request = system.MakeRequest(keys);
  const auto compute = [&] {
    for (const compute::Datum& datum : request->Compute(0.0)) sink += datum.IsEmpty() ? 0 : 1;
  };
  const size_t held = mallinfo2().uordblks;
  Report(fmt::format("compile_and_compute_{}_places", count), count, compute);
  fmt::print("{{\"workload\": \"memory_of_{}_places\", \"bytes_each\": {}}}\n", count,
             (mallinfo2().uordblks - held) / count);
  Report(fmt::format("ask_again_for_{}_places", count), count, compute);
  stage::Editor editor(**stage);
  const Path reference("/F.omni:geospatial:wgs84:reference:referencePosition");
  const Path one("/F/P7.omni:geospatial:wgs84:local:position");
  Report(fmt::format("tell_of_a_frame_edit_to_{}_places", count), count,
         [&] { (void)editor.Set(reference, Vec3d{53.5, 10.2, 49}); });
  double latitude = 53.5;
  Report(fmt::format("recompute_{}_places", count), count, compute,
         [&] { (void)editor.Set(reference, Vec3d{latitude += 1e-6, 10.2, 49}); });
  // One by one, as scenes and caches of transforms ask.
  const std::vector<stage::Prim> prims = (*stage)->GetPrimAtPath(Path("/F")).GetChildren();
  std::atomic<size_t> without = 0;
  const auto ask = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i)
      if (!system.GetLocalTransform(prims[i], 0.0)) ++without;
  };
  Report(
      fmt::format("recompute_{}_places_one_by_one", count), count,
      [&] { executor.ParallelFor(count, 256, ask); },
      [&] { (void)editor.Set(reference, Vec3d{latitude += 1e-6, 10.2, 49}); });
  sink += static_cast<double>(without);
  compute::Network::Node* node =
      system.GetNetwork().Find((*stage)->GetPrimAtPath(Path("/F/P7")), compute::GetOutputs().xform);
  Report(
      "recompute_one_place", 1, [&] { sink += system.GetNetwork().Evaluate(*node, 0.0).IsEmpty(); },
      [&] { (void)editor.Set(one, Vec3d{latitude += 1e-6, 10.2, 49}); });
}

}  // namespace

int main(int argc, char** argv) {
  Geodesy();
  const unsigned threads = argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)) : 1;
  if (argc > 1) {
    Places(std::strtoull(argv[1], nullptr, 10), threads);
  } else {
    Places(1476, threads);
    Places(1000000, threads);
  }
  return sink == 0;
}
