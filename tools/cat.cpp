#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "strata/format/crate/writer.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct CatOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::string format;
  std::string usd_format;
  std::string usdc_version;
  bool only_checks = false;
};

bool WriteLayer(Session& session, const layer::Layer& layer, const CatOptions& options, std::string& text) {
  if (!options.output.empty()) {
    layer::ExportOptions exporting = session.MakeExportOptions();
    exporting.format = Token(options.format);
    if (!options.usd_format.empty()) exporting.arguments[layer::kFormatArgument] = options.usd_format;
    if (!options.usdc_version.empty())
      exporting.arguments[format::crate::kVersionArgument] = options.usdc_version;
    Result<void> written = layer.Export(options.output, exporting);
    if (!written) session.GetDiagnostics().Add(written.TakeError());
    return written.HasValue();
  }
  Result<std::string> exported = layer.ExportToString();
  if (!exported) {
    session.GetDiagnostics().Add(exported.TakeError());
    return false;
  }
  text += *exported;
  return true;
}

// Whether all values of a layer can be read; those of crate files are not looked at before.
bool CheckValues(Session& session, const layer::Layer& layer, const CatOptions& options) {
  if (options.only_checks) {
    layer.GetContent().VisitSpecs([](Path, const layer::SpecStore::SpecView& spec) {
      for (const layer::SpecStore::Field& field : spec) (void)field;
    });
  }
  const Diagnostics problems = layer.GetContent().GetReadProblems();
  session.GetDiagnostics().Append(problems);
  return !problems.HasErrors();
}

int Cat(Session& session, const CatOptions& options) {
  const bool is_json = session.GetOptions().output == OutputFormat::kJson;
  size_t failures = 0;
  std::string text;
  JsonWriter writer;
  writer.BeginArray();
  for (const std::string& input : options.inputs) {
    const layer::LayerPtr layer = session.OpenLayer(input, layer::OpenOptions::SourceMaps::kNone);
    std::string exported;
    const bool is_well = layer && (options.only_checks || WriteLayer(session, *layer, options, exported)) &&
                         CheckValues(session, *layer, options);
    failures += !is_well;
    if (is_json) {
      writer.BeginObject();
      writer.Key("input").String(input);
      writer.Key("ok").Bool(is_well);
      if (layer) writer.Key("specs").Unsigned(layer->GetContent().GetSpecCount());
      if (!exported.empty()) writer.Key("text").String(exported);
      writer.EndObject();
    } else if (options.only_checks && is_well) {
      text += fmt::format("{}: ok, {} specs\n", input, layer->GetContent().GetSpecCount());
    } else {
      text += exported;
    }
  }
  writer.EndArray();
  if (failures == options.inputs.size() && !is_json) return session.Finish("cat", std::nullopt);
  const int code = session.Finish("cat", is_json ? writer.GetText() : text);
  return failures ? kFailed : code;
}

}  // namespace

void AddCat(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<CatOptions>();
  CLI::App* command =
      app.add_subcommand("cat", "Print layers as text, convert them, or check that they can be read");
  command->add_option("LAYER", options->inputs, "Layers to read")->required();
  CLI::Option* output =
      command->add_option("-o,--output", options->output, "Write here, in the format of the extension")
          ->type_name("FILE");
  command
      ->add_option("--format", options->format, "Write in this format, whatever the extension of FILE says")
      ->check(CLI::IsMember({"usda", "usdc"}))
      ->needs(output);
  command
      ->add_option("--usd-format", options->usd_format,
                   "What a FILE that ends in .usd is written as: usdc unless said otherwise")
      ->check(CLI::IsMember({"usda", "usdc"}))
      ->needs(output);
  command
      ->add_option(
          "--usdc-version", options->usdc_version,
          "The oldest version of usdc to write, 0.8 (the default) to 0.16; a newer one is written where "
          "the content needs it")
      ->type_name("VERSION")
      ->needs(output);
  command->add_flag("--check", options->only_checks, "Read, report every error, print no content")
      ->excludes(output);
  command->footer(
      "Examples:\n"
      "  strata cat shot.usda                        the layer as Strata would write it\n"
      "  strata cat shot.usda -o tidy.usda           rewrite it\n"
      "  strata cat shot.usda -o shot.usdc           convert it\n"
      "  strata cat --check *.usda                   all errors of all files; exit code 1 if there is any");
  command->callback([options, &chosen] {
    if (!options->output.empty() && options->inputs.size() != 1)
      throw CLI::ValidationError("--output", "takes exactly one LAYER");
    chosen = [options](Session& session) { return Cat(session, *options); };
  });
}

}  // namespace strata::tool
