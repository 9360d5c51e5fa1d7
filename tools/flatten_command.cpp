#include <CLI/CLI.hpp>

#include "strata/pipeline/time_code_range.h"
#include "strata/stage/flatten_layer_stack.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct FlattenCommand {
  StageOptions stage;
  std::string output;
  stage::FlattenOptions flatten;
  bool only_stack = false;
  std::vector<std::string> frame_specs;
};

// The layer as text, or in the file that the command line names.
int FinishWithLayer(Session& session, std::string_view command, const layer::Layer& flat,
                    const std::string& output) {
  const bool is_json = session.GetOptions().output == OutputFormat::kJson;
  JsonWriter writer;
  writer.BeginObject().Key("specs").Unsigned(flat.GetContent().GetSpecCount());
  if (!output.empty()) {
    if (Result<void> written = flat.Export(output, session.MakeExportOptions()); !written) {
      session.GetDiagnostics().Add(written.TakeError());
      return session.Finish(command, std::nullopt);
    }
    writer.Key("output").String(output).EndObject();
    return session.Finish(command, is_json ? writer.GetText() : std::string());
  }
  Result<std::string> text = flat.ExportToString();
  if (!text) {
    session.GetDiagnostics().Add(text.TakeError());
    return session.Finish(command, std::nullopt);
  }
  writer.Key("text").String(*text).EndObject();
  return session.Finish(command, is_json ? writer.GetText() : *text);
}

template <class Make>
int Run(Session& session, std::string_view command, const FlattenCommand& options, Make&& make) {
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish(command, std::nullopt);
  return FinishWithLayer(session, command, *make(*stage), options.output);
}

int Flatten(Session& session, const FlattenCommand& options) {
  return Run(session, "flatten", options, [&options](const stage::Stage& stage) {
    return options.only_stack ? stage::FlattenLayerStack(*stage.GetRootLayerStack(), stage.GetLayerRegistry())
                              : stage.Flatten(options.flatten);
  });
}

int Squash(Session& session, const FlattenCommand& options) {
  return Run(session, "squash", options, [](const stage::Stage& stage) { return stage::Squash(stage); });
}

int Sample(Session& session, const FlattenCommand& options) {
  std::vector<double> times;
  for (const std::string& spec : options.frame_specs) {
    Result<pipeline::TimeCodeRange> range = pipeline::TimeCodeRange::FromFrameSpec(spec);
    if (!range) {
      session.GetDiagnostics().Add(range.TakeError());
      return session.Finish("sample", std::nullopt);
    }
    const std::vector<double> more = range->List();
    times.insert(times.end(), more.begin(), more.end());
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return Run(session, "sample", options,
             [&times](const stage::Stage& stage) { return stage::Sample(stage, times); });
}

std::shared_ptr<FlattenCommand> AddOptions(CLI::App& command) {
  auto options = std::make_shared<FlattenCommand>();
  AddStageOptions(command, options->stage);
  command
      .add_option("-o,--output", options->output,
                  "Write here, in the format of the extension; standard output otherwise")
      ->type_name("FILE");
  return options;
}

}  // namespace

void AddFlatten(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("flatten", "Write the composed stage as one layer that needs no other");
  const auto options = AddOptions(*command);
  command->add_flag_callback(
      "--no-source-comment",
      [options] { options->flatten.source_comment = stage::FlattenOptions::SourceComment::kOmit; },
      "Do not name the root layer in the documentation field");
  command->add_flag("--layer-stack", options->only_stack,
                    "Merge the root layer and its sublayers alone: references and other arcs stay");
  command->footer(
      "Arcs are applied and gone; times are those of the stage; asset paths are made absolute. Instances "
      "stay instances.\n\n"
      "Examples:\n"
      "  strata flatten shot.usda                    to standard output\n"
      "  strata flatten shot.usda -o flat.usda --no-payloads\n"
      "  strata flatten shot.usda --layer-stack");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Flatten(session, *options); }; });
}

void AddSquash(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("squash", "Write the composed stage as one layer without arcs and instances");
  const auto options = AddOptions(*command);
  command->footer(
      "As `strata flatten`, but each instance gets its own copy of what it shared, and nothing is added: "
      "what\n"
      "the compliance rubric of the AOUSD core specification (4.4.1) compares.\n\n"
      "Examples:\n"
      "  strata squash shot.usda\n"
      "  strata squash shot.usda -o squashed.usdc");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Squash(session, *options); }; });
}

void AddSample(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("sample", "Write what a stage answers at some times, fallbacks included");
  const auto options = AddOptions(*command);
  command
      ->add_option("--times", options->frame_specs,
                   "Times of the stage: numbers, START:END or START:ENDxSTRIDE")
      ->type_name("T")
      ->required();
  command->footer(
      "As `strata squash`, with the properties that schemas give, the fallbacks of metadata, and of each "
      "attribute\nits default value and, where it may change, its values at the times: what the compliance "
      "rubric "
      "of the\nAOUSD core specification (4.4.2) compares. No value is written as None; splines are gone.\n\n"
      "Examples:\n"
      "  strata sample shot.usda --times 1 2.5 10\n"
      "  strata sample shot.usda --times 1:24 30:40x0.5 -o sampled.usdc");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Sample(session, *options); }; });
}

}  // namespace strata::tool
