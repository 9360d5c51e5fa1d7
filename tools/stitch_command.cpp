#include "strata/pipeline/stitch.h"

#include <CLI/CLI.hpp>

#include "tools/commands.h"

namespace strata::tool {

namespace {

struct StitchOptions {
  std::vector<std::string> layers;
  std::string output;
};

struct ClipOptions {
  std::vector<std::string> clips;
  std::string output, prim;
  pipeline::StitchClipsOptions stitch;
};

int Fail(Session& session, std::string_view command, Diagnostic why) {
  session.GetDiagnostics().Add(std::move(why));
  return session.Finish(command, std::nullopt);
}

int FinishWithFile(Session& session, std::string_view command, const std::string& file) {
  JsonWriter writer;
  writer.BeginObject().Key("output").String(file).EndObject();
  return session.Finish(
      command, session.GetOptions().output == OutputFormat::kJson ? writer.GetText() : std::string());
}

int Stitch(Session& session, const StitchOptions& options) {
  const layer::LayerPtr stitched = session.GetEngine().GetLayerRegistry()->CreateAnonymous("stitched.usda");
  for (size_t i = 0; i < options.layers.size(); ++i) {
    const layer::LayerPtr layer = session.OpenLayer(options.layers[i], layer::OpenOptions::SourceMaps::kNone);
    if (!layer) return session.Finish("stitch", std::nullopt);
    if (i == 0)
      stitched->TransferContent(*layer);
    else
      pipeline::StitchLayers(*stitched, *layer);
  }
  Result<void> written = stitched->Export(options.output, session.MakeExportOptions());
  if (!written) return Fail(session, "stitch", written.TakeError());
  return FinishWithFile(session, "stitch", options.output);
}

int StitchClips(Session& session, const ClipOptions& options) {
  auto result = session.GetEngine().GetLayerRegistry()->CreateNew(options.output);
  if (!result) return Fail(session, "stitchclips", result.TakeError());
  Result<void> done = pipeline::StitchClips(**result, options.clips, Path(options.prim), options.stitch,
                                            session.GetDiagnostics());
  if (!done) return Fail(session, "stitchclips", done.TakeError());
  return FinishWithFile(session, "stitchclips", options.output);
}

}  // namespace

void AddStitch(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<StitchOptions>();
  CLI::App* command = app.add_subcommand("stitch", "Merge layers into one, the first the strongest");
  command->add_option("LAYER", options->layers, "Layers, strongest first")->required();
  command->add_option("-o,--output", options->output, "The layer to write")->required()->type_name("FILE");
  command->footer(
      "Time samples are united; sublayers stay those of the first layer.\n\n"
      "Examples:\n  strata stitch frame.1.usd frame.2.usd -o frames.usd");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Stitch(session, *options); }; });
}

void AddStitchClips(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ClipOptions>();
  CLI::App* command =
      app.add_subcommand("stitchclips", "Make layers into value clips that follow each other");
  command->add_option("CLIP", options->clips, "Layers, each playing from its startTimeCode on")->required();
  command->add_option("-o,--output", options->output, "The layer that plays them")
      ->required()
      ->type_name("FILE");
  command->add_option("--clip-path", options->prim, "The prim below which clips hold values")
      ->required()
      ->type_name("PATH");
  command->add_option("--clip-set", options->stitch.clip_set, "Name of the clip set");
  command->add_option("--start", options->stitch.start_time_code, "startTimeCode of the result");
  command->add_option("--end", options->stitch.end_time_code, "endTimeCode of the result");
  command->add_flag_callback(
      "--interpolate-missing",
      [options] {
        options->stitch.missing_values = pipeline::StitchClipsOptions::MissingValues::kInterpolate;
      },
      "Where a clip holds no value, go from one before to one behind");
  command->footer(
      "A topology and a manifest are written beside the output.\n\n"
      "Examples:\n  strata stitchclips p.1.usd p.2.usd p.3.usd -o p.usd --clip-path /World/Points");
  command->callback([options, &chosen] {
    chosen = [options](Session& session) { return StitchClips(session, *options); };
  });
}

}  // namespace strata::tool
