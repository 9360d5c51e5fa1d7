#include <CLI/CLI.hpp>

#include "strata/stage/flatten_layer_stack.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct FlattenCommand {
  StageOptions stage;
  std::string output;
  stage::FlattenOptions flatten;
  bool only_stack = false;
};

int Flatten(Session& session, const FlattenCommand& options) {
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("flatten", std::nullopt);
  const layer::LayerPtr flat =
      options.only_stack ? stage::FlattenLayerStack(*stage->GetRootLayerStack(), stage->GetLayerRegistry())
                         : stage->Flatten(options.flatten);
  const bool is_json = session.GetOptions().output == OutputFormat::kJson;
  JsonWriter writer;
  writer.BeginObject().Key("specs").Unsigned(flat->GetContent().GetSpecCount());
  if (!options.output.empty()) {
    if (Result<void> written = flat->Export(options.output, session.MakeExportOptions()); !written) {
      session.GetDiagnostics().Add(written.TakeError());
      return session.Finish("flatten", std::nullopt);
    }
    writer.Key("output").String(options.output).EndObject();
    return session.Finish("flatten", is_json ? writer.GetText() : std::string());
  }
  Result<std::string> text = flat->ExportToString();
  if (!text) {
    session.GetDiagnostics().Add(text.TakeError());
    return session.Finish("flatten", std::nullopt);
  }
  writer.Key("text").String(*text).EndObject();
  return session.Finish("flatten", is_json ? writer.GetText() : *text);
}

}  // namespace

void AddFlatten(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<FlattenCommand>();
  CLI::App* command =
      app.add_subcommand("flatten", "Write the composed stage as one layer that needs no other");
  AddStageOptions(*command, options->stage);
  command
      ->add_option("-o,--output", options->output,
                   "Write here, in the format of the extension; standard output otherwise")
      ->type_name("FILE");
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

}  // namespace strata::tool
