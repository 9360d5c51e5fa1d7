#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <map>

#include "strata/pipeline/pipeline.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct DepsOptions {
  std::string root;
  bool shows_uses = false;
  bool keeps_packages_whole = false;
};

struct LocalizeOptions {
  std::string root, folder;
};

pipeline::DependencyOptions MakeOptions(Session& session) {
  pipeline::DependencyOptions options;
  options.executor = &session.GetEngine().GetExecutor();
  return options;
}

std::string FormatPlace(const pipeline::DependencyUse& use) {
  std::string text =
      fmt::format("{} <{}> {}", use.layer->GetIdentifier(), use.at.spec.GetString(), use.at.field.GetText());
  if (!use.at.place.empty()) text += fmt::format(" ({})", use.at.place);
  return text;
}

std::string FormatText(const pipeline::Dependencies& dependencies, const DepsOptions& options) {
  std::string text;
  if (options.shows_uses) {
    for (const pipeline::DependencyUse& use : dependencies.uses) {
      text += fmt::format("{} @{}@\n  in {}\n", GetKindName(use.at.kind), use.at.authored, FormatPlace(use));
      for (const std::string& resolved : use.resolved) text += fmt::format("  is {}\n", resolved);
      if (use.resolved.empty()) text += "  is nowhere\n";
    }
    return text;
  }
  const auto list = [&text](std::string_view title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    text += fmt::format("{} {}\n", names.size(), title);
    for (const std::string& name : names) text += fmt::format("  {}\n", name);
  };
  std::vector<std::string> layers;
  for (const layer::LayerPtr& layer : dependencies.layers) layers.push_back(layer->GetIdentifier());
  list(layers.size() == 1 ? "layer" : "layers", layers);
  list(dependencies.assets.size() == 1 ? "other asset" : "other assets", dependencies.assets);
  list("unresolved", dependencies.unresolved);
  return text;
}

void WriteStrings(JsonWriter& writer, std::string_view key, const std::vector<std::string>& texts) {
  writer.Key(key).BeginArray();
  for (const std::string& text : texts) writer.String(text);
  writer.EndArray();
}

std::string FormatJson(const pipeline::Dependencies& dependencies) {
  JsonWriter writer;
  writer.BeginObject().Key("layers").BeginArray();
  for (const layer::LayerPtr& layer : dependencies.layers) writer.String(layer->GetIdentifier());
  writer.EndArray();
  WriteStrings(writer, "assets", dependencies.assets);
  WriteStrings(writer, "unresolved", dependencies.unresolved);
  writer.Key("uses").BeginArray();
  for (const pipeline::DependencyUse& use : dependencies.uses) {
    writer.BeginObject();
    writer.Key("layer").String(use.layer->GetIdentifier());
    writer.Key("path").String(use.at.spec.GetString());
    writer.Key("field").String(use.at.field.GetText());
    if (!use.at.place.empty()) writer.Key("place").String(use.at.place);
    writer.Key("kind").String(GetKindName(use.at.kind));
    writer.Key("authored").String(use.at.authored);
    if (use.evaluated != use.at.authored) writer.Key("evaluated").String(use.evaluated);
    writer.Key("identifier").String(use.identifier);
    WriteStrings(writer, "resolved", use.resolved);
    writer.EndObject();
  }
  writer.EndArray().EndObject();
  return writer.TakeText();
}

int Deps(Session& session, const DepsOptions& options) {
  const layer::LayerPtr root = session.OpenLayer(options.root, layer::OpenOptions::SourceMaps::kNone);
  if (!root) return session.Finish("deps", std::nullopt);
  pipeline::DependencyOptions follow = MakeOptions(session);
  if (options.keeps_packages_whole) follow.packages = pipeline::DependencyOptions::Packages::kKeepWhole;
  const pipeline::Dependencies dependencies = pipeline::ComputeAllDependencies(
      *session.GetEngine().GetLayerRegistry(), root, follow, session.GetDiagnostics());
  const bool is_json = session.GetOptions().output == OutputFormat::kJson;
  return session.Finish("deps", is_json ? FormatJson(dependencies) : FormatText(dependencies, options));
}

int Localize(Session& session, const LocalizeOptions& options) {
  const layer::LayerPtr root = session.OpenLayer(options.root, layer::OpenOptions::SourceMaps::kNone);
  if (!root) return session.Finish("localize", std::nullopt);
  layer::LayerRegistry& registry = *session.GetEngine().GetLayerRegistry();
  auto plan = pipeline::PlanLocalization(registry, root, MakeOptions(session), session.GetDiagnostics());
  Result<void> written =
      plan ? pipeline::WriteLocalization(registry, *plan, options.folder) : plan.TakeError();
  if (!written) {
    session.GetDiagnostics().Add(written.TakeError());
    return session.Finish("localize", std::nullopt);
  }
  return session.Finish("localize", FormatLocalization(*plan, options.folder, session.GetOptions().output));
}

}  // namespace

std::string FormatLocalization(const pipeline::Localization& localization, const std::string& output,
                               OutputFormat format) {
  if (format == OutputFormat::kText)
    return fmt::format("{}: {} files, root layer {}\n", output, localization.files.size(),
                       localization.files.front().place);
  JsonWriter writer;
  writer.BeginObject().Key("output").String(output).Key("files").BeginArray();
  for (const pipeline::LocalizedFile& file : localization.files) {
    writer.BeginObject().Key("place").String(file.place).Key("source").String(file.source);
    writer.Key("rewritten").Bool(file.content.has_value()).EndObject();
  }
  writer.EndArray().EndObject();
  return writer.TakeText();
}

void AddDeps(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<DepsOptions>();
  CLI::App* command =
      app.add_subcommand("deps", "List all that a scene needs: layers, textures, clips, packages");
  command->add_option("ROOT", options->root, "Root layer")->required();
  command->add_flag("--uses", options->shows_uses, "Where each asset path stands, and what it names");
  command->add_flag("--whole-packages", options->keeps_packages_whole, "Do not look into packages");
  command->footer(
      "All variants are followed, whichever are selected. With --json the uses are always given.\n\n"
      "Examples:\n"
      "  strata deps shot.usda\n"
      "  strata deps shot.usda --uses");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Deps(session, *options); }; });
}

void AddLocalize(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<LocalizeOptions>();
  CLI::App* command =
      app.add_subcommand("localize", "Copy a scene and all it needs into one folder, paths rewritten to fit");
  command->add_option("ROOT", options->root, "Root layer")->required();
  command->add_option("-o,--output", options->folder, "The folder, made when it is not there")
      ->required()
      ->type_name("DIR");
  command->footer("Examples:\n  strata localize shot.usda -o delivery/");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Localize(session, *options); }; });
}

}  // namespace strata::tool
