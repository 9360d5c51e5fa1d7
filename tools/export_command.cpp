// `strata export`: a stage as a file for programs that do not read USD.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>

#ifdef STRATA_WITH_GLTF
#include "consumers/gltf/gltf_export.h"
#endif
#include "strata/base/files.h"
#include "strata/scene/resolving.h"
#include "tools/chain_options.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

inline constexpr DiagnosticCode kExportUnavailable{"tool.export-unavailable", Severity::kError,
                                                   "A file of a format cannot be written."};

struct ExportCommand {
  StageOptions stage;
  ChainChoice chain;
  std::string output;
  std::vector<double> times, frames;
  double step = 1;
  bool has_gpu_instances = false;
};

#ifdef STRATA_WITH_GLTF

constexpr double kMaxFrames = 100'000;

// The frames that are asked for: the first one, or all from one to another.
Result<std::vector<double>> ListTimes(const stage::Stage& stage, const ExportCommand& options) {
  if (options.frames.empty())
    return std::vector<double>{options.times.empty() ? GetFirstTime(stage) : options.times.front()};
  const double first = options.frames[0], last = options.frames[1];
  if (!(options.step > 0) || !(first <= last) || (last - first) / options.step > kMaxFrames)
    return Diagnostic(kExportUnavailable,
                      fmt::format("From frame {} to {} in steps of {} there are no frames, or too many.",
                                  first, last, options.step),
                      {}, "Ask for up to a hundred thousand frames, the first one first.");
  std::vector<double> times;
  for (size_t i = 0; first + static_cast<double>(i) * options.step <= last + options.step * 1e-6; ++i)
    times.push_back(first + static_cast<double>(i) * options.step);
  return times;
}

std::string Describe(const ExportCommand& options, const gltf::ExportCounts& counts, size_t size,
                     size_t frames, OutputFormat format) {
  if (format != OutputFormat::kJson)
    return fmt::format(
        "{}: {} bytes, {} nodes ({} animated over {} frames), {} meshes, {} materials, {} images, {} "
        "cameras, "
        "{} lights\n",
        options.output, size, counts.nodes, counts.animated_nodes, frames, counts.meshes, counts.materials,
        counts.images, counts.cameras, counts.lights);
  JsonWriter writer;
  writer.BeginObject().Key("file").String(options.output).Key("bytes").Number(size);
  writer.Key("frames").Number(frames).Key("nodes").Number(counts.nodes);
  writer.Key("animatedNodes").Number(counts.animated_nodes).Key("meshes").Number(counts.meshes);
  writer.Key("materials").Number(counts.materials).Key("images").Number(counts.images);
  writer.Key("cameras").Number(counts.cameras).Key("lights").Number(counts.lights).EndObject();
  return writer.GetText();
}

Result<std::string> Write(Session& session, const ExportCommand& options, const stage::StagePtr& stage) {
  gltf::ExportOptions asked;
  asked.is_binary = options.output.ends_with(".glb");
  asked.instances = options.has_gpu_instances ? gltf::InstanceForm::kGpu : gltf::InstanceForm::kNodes;
  asked.executor = &session.GetEngine().GetExecutor();
  STRATA_TRY(asked.times, ListTimes(*stage, options));
  ChainChoice choice = options.chain;
  for (const char* name : {"nurbs", "pinnedCurves", "tetMeshes", "implicitSurfaces", "materialOverrides"})
    if (scene::FindResolvingIndex(name)) choice.resolving.emplace_back(name);
  bridge::Chain chain = MakeChain(session, choice);
  asked.set_time = [&](double time) { chain.stage->SetTime(time); };
  asked.read_asset = [&](const std::string& resolved) -> Result<std::string> {
    STRATA_TRY(const std::shared_ptr<asset::Asset> asset,
               session.GetEngine().GetLayerRegistry()->GetResolver().Open(resolved));
    return asset->ReadAll(asked.max_bytes);
  };
  STRATA_CHECK(ShowStage(session, chain, stage));
  gltf::ExportCounts counts;
  STRATA_TRY(const std::string bytes,
             gltf::Export(chain.GetFinal(), asked, counts, session.GetDiagnostics()));
  STRATA_CHECK(ReplaceFile(options.output, bytes));
  return Describe(options, counts, bytes.size(), asked.times.size(), session.GetOptions().output);
}

#endif

int Run(Session& session, [[maybe_unused]] const ExportCommand& options) {
  const auto fail = [&](Diagnostic why) {
    session.GetDiagnostics().Add(std::move(why));
    return session.Finish("export", std::nullopt);
  };
#ifdef STRATA_WITH_GLTF
  if (!options.output.ends_with(".glb") && !options.output.ends_with(".gltf"))
    return fail(
        Diagnostic(kExportUnavailable,
                   fmt::format("The name \"{}\" is not of a format that can be written.", options.output), {},
                   "Name a file that ends in .glb or .gltf."));
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("export", std::nullopt);
  Result<std::string> answer = Write(session, options, stage);
  if (!answer) return fail(answer.TakeError());
  return session.Finish("export", *answer);
#else
  return fail(
      Diagnostic(kExportUnavailable, "This build of strata writes no glTF.", {},
                 "Install tinygltf (on Debian 12: apt-get install libtinygltf-dev) and build again."));
#endif
}

}  // namespace

void AddExport(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ExportCommand>();
  CLI::App* command = app.add_subcommand("export", "Write a stage as glTF");
  AddStageOptions(*command, options->stage);
  command->add_option("output", options->output, "The file to write, .glb or .gltf")
      ->required()
      ->type_name("FILE");
  command->add_option("--time", options->times, "The frame; else the start time code")
      ->type_name("T")
      ->expected(1);
  command->add_option("--frames", options->frames, "Animate from one frame to another")
      ->type_name("FIRST LAST")
      ->expected(2);
  command->add_option("--step", options->step, "Frames from one key to the next")->type_name("T");
  command->add_flag_callback(
      "--gpu-instancing", [options] { options->has_gpu_instances = true; },
      "All instances of a shape as one node (EXT_mesh_gpu_instancing); else each as its own");
  AddChainOptions(*command, options->chain);
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Run(session, *options); }; });
  command->footer(
      "Examples:\n"
      "  strata export shot.usda shot.glb                     as it is at its first frame\n"
      "  strata export shot.usda shot.gltf --frames 1 96      with what moves, as JSON");
}

}  // namespace strata::tool
