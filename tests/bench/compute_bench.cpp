// Times computations on scenes made here, and prints one JSON line for each: strata_compute_bench [PLACES].
#include <fmt/format.h>
#include <malloc.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "strata/compute/compute.h"
#include "strata/format/text/text.h"
#include "strata/stage/editor.h"

namespace {

using namespace strata;

double GetCpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Of several rounds the least: what disturbs a round makes it longer, never shorter.
void Report(const std::string& name, size_t count, const std::function<void()>& work,
            const std::function<void()>& prepare = nullptr) {
  double seconds = 0;
  for (int round = 0; round < (prepare ? 20 : 1); ++round) {
    if (prepare) prepare();
    const double start = GetCpuSeconds();
    work();
    const double taken = GetCpuSeconds() - start;
    if (!round || taken < seconds) seconds = taken;
  }
  std::printf("{\"workload\": \"%s\", \"cpu_seconds\": %.6f, \"count\": %zu, \"ns_each\": %.1f}\n",
              name.c_str(), seconds, count, seconds * 1e9 / static_cast<double>(count));
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

void Places(size_t count) {
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
  stage::OpenOptions options;
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
  compute::Network::Node* node =
      system.GetNetwork().Find((*stage)->GetPrimAtPath(Path("/F/P7")), compute::GetOutputs().xform);
  Report(
      "recompute_one_place", 1, [&] { sink += system.GetNetwork().Evaluate(*node, 0.0).IsEmpty(); },
      [&] { (void)editor.Set(one, Vec3d{latitude += 1e-6, 10.2, 49}); });
}

}  // namespace

int main(int argc, char** argv) {
  Geodesy();
  Places(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1476);
  return sink == 0;
}
