#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "strata/pipeline/pipeline.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct PackOptions {
  std::string input, output;
  bool only_lists = false;
  bool only_checks = false;
  bool allows_zip64 = false;
};

struct UnpackOptions {
  std::string package, folder;
  bool replaces = false;
};

const asset::Resolver& GetResolver(Session& session) {
  return session.GetEngine().GetLayerRegistry()->GetResolver();
}

int Fail(Session& session, std::string_view command, Diagnostic why) {
  session.GetDiagnostics().Add(std::move(why));
  return session.Finish(command, std::nullopt);
}

std::string FormatEntries(const std::vector<pipeline::PackageEntry>& entries, OutputFormat format) {
  if (format == OutputFormat::kText) {
    std::string text = "     offset         size      crc  name\n";
    for (const pipeline::PackageEntry& entry : entries) {
      text += fmt::format("{:>11}  {:>11}  {:08x}  {}{}{}\n", entry.data_offset, entry.size, entry.crc32,
                          entry.name, entry.is_stored ? "" : "  (compressed or encrypted)",
                          entry.is_usable || entry.name.ends_with('/') ? "" : "  (left out)");
    }
    return text;
  }
  JsonWriter writer;
  writer.BeginArray();
  for (const pipeline::PackageEntry& entry : entries) {
    writer.BeginObject().Key("name").String(entry.name);
    writer.Key("offset").Unsigned(entry.data_offset).Key("size").Unsigned(entry.size);
    writer.Key("crc32").Unsigned(entry.crc32).Key("stored").Bool(entry.is_stored);
    writer.Key("usable").Bool(entry.is_usable).EndObject();
  }
  writer.EndArray();
  return writer.TakeText();
}

int List(Session& session, const PackOptions& options) {
  auto entries = pipeline::ListPackage(GetResolver(session), options.input, session.GetDiagnostics());
  if (!entries) return Fail(session, "pack", entries.TakeError());
  return session.Finish("pack", FormatEntries(*entries, session.GetOptions().output));
}

int Check(Session& session, const PackOptions& options) {
  const size_t before = session.GetDiagnostics().GetAll().size();
  const Result<void> checked =
      pipeline::ValidatePackage(GetResolver(session), options.input, session.GetDiagnostics());
  if (!checked) return Fail(session, "pack", checked.GetError());
  const size_t faults = session.GetDiagnostics().GetAll().size() - before;
  const bool is_json = session.GetOptions().output == OutputFormat::kJson;
  const int code =
      session.Finish("pack", is_json ? fmt::format("{{\"faults\":{}}}", faults)
                                     : fmt::format("{}: {}\n", options.input,
                                                   faults == 0 ? "ok" : fmt::format("{} faults", faults)));
  return faults == 0 ? code : kFailed;
}

int Pack(Session& session, const PackOptions& options) {
  if (options.only_lists) return List(session, options);
  if (options.only_checks) return Check(session, options);
  const layer::LayerPtr root = session.OpenLayer(options.input, layer::OpenOptions::SourceMaps::kNone);
  if (!root) return session.Finish("pack", std::nullopt);
  pipeline::PackageOptions package;
  package.dependencies.executor = &session.GetEngine().GetExecutor();
  if (options.allows_zip64) package.zip.zip64 = asset::ZipWriterOptions::Zip64::kAllow;
  auto packed = pipeline::CreateNewUsdzPackage(*session.GetEngine().GetLayerRegistry(), root, options.output,
                                               package, session.GetDiagnostics());
  if (!packed) return Fail(session, "pack", packed.TakeError());
  return session.Finish("pack", FormatLocalization(*packed, options.output, session.GetOptions().output));
}

int Unpack(Session& session, const UnpackOptions& options) {
  auto written = pipeline::ExtractUsdzPackage(
      GetResolver(session), options.package, options.folder,
      options.replaces ? pipeline::ExistingFiles::kReplace : pipeline::ExistingFiles::kRefuse,
      session.GetDiagnostics());
  if (!written) return Fail(session, "unpack", written.TakeError());
  if (session.GetOptions().output == OutputFormat::kText)
    return session.Finish("unpack", fmt::format("{}: {} files\n", options.folder, written->size()));
  JsonWriter writer;
  writer.BeginObject().Key("output").String(options.folder).Key("files").BeginArray();
  for (const std::string& name : *written) writer.String(name);
  writer.EndArray().EndObject();
  return session.Finish("unpack", writer.TakeText());
}

}  // namespace

void AddPack(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<PackOptions>();
  CLI::App* command =
      app.add_subcommand("pack", "Put a scene and all it needs into a usdz package; list or check one");
  command->add_option("ROOT", options->input, "Root layer; with --list and --check, a package")->required();
  CLI::Option* output =
      command->add_option("-o,--output", options->output, "The package to write")->type_name("FILE");
  CLI::Option* list =
      command->add_flag("--list", options->only_lists, "List the files of a package")->excludes(output);
  command->add_flag("--check", options->only_checks, "Check a package: layout, types of files, checksums")
      ->excludes(output)
      ->excludes(list);
  command->add_flag("--zip64", options->allows_zip64,
                    "Allow more than 4 GiB; OpenUSD does not open such packages");
  command->footer(
      "Paths are rewritten only where they would not find their file in the package.\n\n"
      "Examples:\n"
      "  strata pack shot.usda -o shot.usdz\n"
      "  strata pack --list shot.usdz\n"
      "  strata pack --check shot.usdz");
  command->callback([options, &chosen] {
    if (options->output.empty() && !options->only_lists && !options->only_checks)
      throw CLI::RequiredError("--output, --list or --check");
    chosen = [options](Session& session) { return Pack(session, *options); };
  });
}

void AddUnpack(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<UnpackOptions>();
  CLI::App* command = app.add_subcommand("unpack", "Write the files of a usdz package into a folder");
  command->add_option("PACKAGE", options->package, "The package")->required();
  command->add_option("-o,--output", options->folder, "The folder, made when it is not there")
      ->required()
      ->type_name("DIR");
  command->add_flag("--force", options->replaces, "Replace files that are there already");
  command->footer("Examples:\n  strata unpack shot.usdz -o shot/");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Unpack(session, *options); }; });
}

}  // namespace strata::tool
