// Runs one workload in a fresh process and prints what it took as one JSON line: strata_bench --scenes DIR
// --only NAME.
#include "tests/bench/bench.h"

#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "strata/layer/fields.h"

namespace strata::bench {

void ReportErrors(const Diagnostics& diagnostics) {
  std::fputs(RenderDiagnostics(diagnostics, ColorMode::kPlain).c_str(), stderr);
}

std::unique_ptr<Engine> MakeEngine(const Bench& bench) {
  context::EngineOptions options;
  options.thread_count = bench.threads;
  return std::make_unique<Engine>(std::move(options));
}

size_t CountSpecs(const layer::SpecStore& content) {
  const layer::FieldNames& names = layer::GetFieldNames();
  size_t count = 0;
  const auto count_targets = [&](const Value* value) {
    const PathListOp* op = value ? value->GetIf<PathListOp>() : nullptr;
    if (!op) return;
    count += op->explicit_items.size() + op->added_items.size() + op->prepended_items.size() +
             op->appended_items.size();
  };
  content.VisitSpecs([&](Path, const layer::SpecStore::SpecView& spec) {
    ++count;
    count_targets(spec.Find(names.targetPaths));
    count_targets(spec.Find(names.connectionPaths));
  });
  return count;
}

std::string FindScene(const Bench& bench, const char* file) {
  std::string path = std::filesystem::absolute(bench.scenes + "/" + file);  // as layers resolve
  if (!std::filesystem::exists(path)) path.back() = 'a';
  return path;
}

std::string DescribeStage(const stage::Stage& stage) {
  return "[" + std::to_string(stage.GetUsedLayers().size()) + ", " + std::to_string(stage.GetPrimCount()) +
         "]";
}

stage::StagePtr OpenStageAt(Bench& bench, const std::string& path, const stage::OpenOptions& options) {
  Diagnostics diagnostics;
  auto stage = bench.engine->OpenStage(path, options, diagnostics);
  if (stage) return *stage;
  ReportErrors(diagnostics);
  return nullptr;
}

Workload OnStage(const char* file, std::function<Check(stage::Stage&)> action) {
  return [file, action](Bench& bench) {
    bench.engine = MakeEngine(bench);
    const stage::StagePtr stage = OpenStageAt(bench, FindScene(bench, file));
    return [stage, action]() -> Check { return stage ? action(*stage) : nullptr; };
  };
}

namespace {

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

Workloads ListWorkloads() {
  Workloads workloads;
  AddLayerWorkloads(workloads);
  AddStageWorkloads(workloads);
  AddValueWorkloads(workloads);
  AddEditWorkloads(workloads);
  return workloads;
}

int Run(const std::string& name, Bench& bench) {
  const Workloads workloads = ListWorkloads();
  const auto found = workloads.find(name);
  if (found == workloads.end()) {
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
      "\"rss_before_mb\": %.1f, \"threads\": %u, \"start\": %.6f, \"check\": %s}\n",
      name.c_str(), seconds.count() / static_cast<double>(bench.repeats),
      cpu_seconds / static_cast<double>(bench.repeats), peak, rss_before, bench.threads,
      std::chrono::duration<double>(start.time_since_epoch()).count(), check().c_str());
  std::fflush(stdout);
  _exit(0);  // letting go of the scene is not measured
}

}  // namespace
}  // namespace strata::bench

int main(int argc, char** argv) {
  using namespace strata::bench;
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
    for (const auto& [name, workload] : ListWorkloads()) std::printf("%s\n", name.c_str());
    return 0;
  }
  if (only.empty()) {
    std::fputs("usage: strata_bench --scenes DIR --only NAME [--threads N] | --list\n", stderr);
    return 2;
  }
  bench.threads = threads > 0 ? static_cast<unsigned>(threads) : strata::GetDefaultThreadCount();
  return Run(only, bench);
}
