// The command line: global options, subcommands, and one exit.

#include <charconv>
#include <cstdio>
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "strata/base/debug.h"
#include "strata/base/files.h"
#include "strata/base/trace.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

// "max_arc_depth=2000".
void SetBudgetFrom(const std::string& text, Budgets& budgets) {
  const size_t equals = text.find('=');
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const char* const digits = equals == std::string::npos ? end : text.data() + equals + 1;
  const auto [rest, error] = std::from_chars(digits, end, value);
  if (digits == end || error != std::errc() || rest != end)
    throw CLI::ValidationError("--budget", "'" + text + "' is not a NAME=N with a whole number");
  if (SetBudget(budgets, text.substr(0, equals), value)) return;
  std::string names;
  for (const std::string_view name : GetBudgetNames()) names += "\n  " + std::string(name);
  throw CLI::ValidationError("--budget", "no budget '" + text.substr(0, equals) + "' can hold " +
                                             text.substr(equals + 1) + "; there are" + names);
}

void AddGlobalOptions(CLI::App& app, CommonOptions& options) {
  app.add_flag_callback(
      "--json", [&options] { options.output = OutputFormat::kJson; },
      "Answer as one JSON object: command, ok, diagnostics, answer");
  const std::map<std::string, ColorChoice> choices{
      {"auto", ColorChoice::kAuto}, {"always", ColorChoice::kAlways}, {"never", ColorChoice::kNever}};
  app.add_option("--color", options.color, "auto (on a terminal, unless NO_COLOR is set), always or never")
      ->transform(CLI::CheckedTransformer(choices).description(""))
      ->type_name("WHEN");
  app.add_option("--threads", options.threads, "Threads to use; STRATA_THREADS or all processors otherwise")
      ->check(CLI::Range(1u, 1024u).description(""))
      ->type_name("N");
  app.add_option("--search-path", options.search_paths,
                 "Where to look for assets, before PXR_AR_DEFAULT_SEARCH_PATH; may be repeated")
      ->allow_extra_args(false)
      ->type_name("DIR");
  app.add_option_function<std::vector<std::string>>(
         "--budget",
         [&options](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) SetBudgetFrom(text, options.budgets);
         },
         "Set a limit on what inputs may ask for, as diagnostics name it: max_arc_depth=2000; may be "
         "repeated")
      ->allow_extra_args(false)
      ->type_name("NAME=N");
  app.add_option("--trace", options.trace_path, "Write a Chrome trace of this run")->type_name("FILE");
  app.add_flag("--strict", options.is_strict, "Exit with 1 when there is an answer but the input has errors");
}

// The topics that the rooms declare where they use them.
constexpr std::pair<const char*, const char*> kDebugTopics[] = {
    {"layer.open", "Every layer read, and from where."},
};

void PrintDebugTopics() {
  std::string text = "STRATA_DEBUG takes these, separated by commas; a trailing * matches the rest:\n";
  for (const auto& [name, summary] : kDebugTopics) text += std::string("  ") + name + "  " + summary + "\n";
  WriteToStandardOutput(text);
}

int RunTraced(const CommonOptions& options, const Action& action) {
  if (!options.trace_path.empty()) StartTrace();
  int code;
  {
    Session session(options);
    code = action(session);
  }
  if (options.trace_path.empty()) return code;
  const Result<void> written = ReplaceFile(options.trace_path, StopTraceAsJson());
  if (written) return code;
  std::fputs(RenderDiagnostic(written.GetError(), DecideColor(options.color, 2)).c_str(), stderr);
  return kFailed;
}

int Main(int argc, char** argv) {
  CLI::App app("Strata: read, compose and explain OpenUSD scenes.", "strata");
  CommonOptions options;
  Action chosen;
  app.set_version_flag("--version", "strata " STRATA_VERSION);
  app.add_flag_callback(
      "--debug-topics",
      [] {
        PrintDebugTopics();
        throw CLI::Success();
      },
      "List what STRATA_DEBUG=topic,prefix.* can switch on");
  app.require_subcommand(1);
  app.fallthrough();
  AddGlobalOptions(app, options);
  AddTree(app, chosen);
  AddWhy(app, chosen);
  AddGraph(app, chosen);
  AddFlatten(app, chosen);
  AddSquash(app, chosen);
  AddSample(app, chosen);
  AddCat(app, chosen);
  AddStat(app, chosen);
  AddDeps(app, chosen);
  AddPack(app, chosen);
  AddUnpack(app, chosen);
  AddStitch(app, chosen);
  AddStitchClips(app, chosen);
  AddMove(app, chosen);
  AddRemove(app, chosen);
  AddLocalize(app, chosen);
  AddCheck(app, chosen);
  AddMetrics(app, chosen);
  AddScene(app, chosen);
  AddRender(app, chosen);
  AddExport(app, chosen);
  AddCompute(app, chosen);
  AddAssemble(app, chosen);
  AddSchema(app, chosen);
  AddCompletions(app, chosen);
  app.footer(
      "Examples:\n"
      "  strata tree shot.usda\n"
      "  strata why shot.usda /World/Car.size --time 12\n"
      "  strata flatten shot.usda -o flat.usda\n\n"
      "Exit codes: 0 answered; 1 no answer, or errors with --strict; 2 the command line is wrong;\n"
      "3 no answer, because a file named on the command line does not exist.\n"
      "Environment: STRATA_THREADS, STRATA_DEBUG=topic,...; PXR_PLUGINPATH_NAME, "
      "PXR_AR_DEFAULT_SEARCH_PATH,\n"
      "PXR_WORK_THREAD_LIMIT, PCP_OVERRIDE_INSTANCEABLE as in OpenUSD; NO_COLOR, COLUMNS.\n"
      "`strata COMMAND --help` says more about each.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kAnswered : kUsage;
  }
  SetDebugSink([](std::string_view topic, std::string_view text) {
    std::fprintf(stderr, "[%.*s] %.*s\n", static_cast<int>(topic.size()), topic.data(),
                 static_cast<int>(text.size()), text.data());
  });
  return RunTraced(options, chosen);
}

}  // namespace

}  // namespace strata::tool

int main(int argc, char** argv) {
  return strata::tool::Main(argc, argv);
}
