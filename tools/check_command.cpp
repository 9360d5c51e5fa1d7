#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <map>

#include "strata/base/files.h"
#include "strata/validate/validate.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

using validate::Finding;
using validate::FindingType;
using validate::Validator;

struct CheckCommand {
  StageOptions stage;
  std::vector<std::string> only, without;
  std::string format = "text", output, baseline, write_baseline, fail_on = "error";
  bool lists = false, fixes = false, shows_all = false;
};

// Of findings of one kind, how many the text shows unless all are asked for.
constexpr size_t kShownOfAKind = 12;

std::string DescribeSites(const Finding& finding) {
  std::string text;
  for (const validate::Site& site : finding.sites) {
    if (!text.empty()) text += ", ";
    if (!site.layer.empty()) text += site.layer;
    if (!site.path.IsEmpty())
      text += fmt::format("{}<{}>", site.layer.empty() ? "" : " ", site.path.GetString());
  }
  return text;
}

Style ChooseStyle(FindingType type) {
  return type == FindingType::kError     ? Style::kRed
         : type == FindingType::kWarning ? Style::kYellow
                                         : Style::kBlue;
}

std::string RenderFindings(const std::vector<Finding>& findings, size_t accepted, size_t most_of_a_kind,
                           const Painter& paint) {
  std::string text;
  size_t counts[3] = {};
  std::map<std::string, size_t> of_kind;
  for (const Finding& finding : findings) {
    ++counts[static_cast<size_t>(finding.type)];
    if (++of_kind[finding.GetIdentifier()] > most_of_a_kind) continue;
    text += paint(ChooseStyle(finding.type),
                  fmt::format("{}[{}]", validate::GetFindingTypeName(finding.type), finding.GetIdentifier()));
    text += ": " + finding.message + "\n" + paint(Style::kDim, " --> " + DescribeSites(finding)) + "\n";
    if (!finding.remedy.empty()) text += "hint: " + finding.remedy + "\n";
  }
  for (const auto& [identifier, number] : of_kind)
    if (number > most_of_a_kind)
      text += fmt::format("... and {} more of {}; --all shows them\n", number - most_of_a_kind, identifier);
  const auto count = [](size_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  text += fmt::format("{}, {}, {}", count(counts[2], "error"), count(counts[1], "warning"),
                      count(counts[0], "remark"));
  if (accepted) text += fmt::format("; {} accepted", count(accepted, "finding"));
  return text + "\n";
}

int ListValidators(Session& session) {
  const auto all = validate::ValidatorRegistry::GetBuiltIn()->GetAll();
  JsonWriter writer;
  std::string text;
  writer.BeginArray();
  for (const Validator* validator : all) {
    writer.BeginObject().Key("name").String(validator->name.GetText());
    writer.Key("documentation").String(validator->documentation).Key("keywords").BeginArray();
    for (Token keyword : validator->keywords) writer.String(keyword.GetText());
    writer.EndArray().Key("fixers").BeginArray();
    for (const validate::Fixer& fixer : validator->fixers) writer.String(fixer.name.GetText());
    writer.EndArray().EndObject();
    text += session.GetPainter()(Style::kBold, validator->name.GetText()) +
            (validator->IsSuite() ? " (suite)" : "") + "\n  " + validator->documentation + "\n";
    for (const validate::Fixer& fixer : validator->fixers)
      text += fmt::format("  fixes: {}\n", fixer.description);
  }
  writer.EndArray();
  return session.Finish("check",
                        session.GetOptions().output == OutputFormat::kJson ? writer.TakeText() : text);
}

int Refuse(Session& session, Diagnostic why) {
  session.GetDiagnostics().Add(std::move(why));
  return session.Finish("check", std::nullopt);
}

// The findings that are not accepted; nothing, with the reason among the diagnostics, when the baseline
// cannot be read.
Result<std::vector<Finding>> FilterByBaseline(const std::string& path, std::vector<Finding> findings) {
  if (path.empty()) return findings;
  STRATA_TRY(const std::string text, ReadWholeFile(path));
  STRATA_TRY(const validate::Baseline baseline, validate::Baseline::Parse(text, path));
  return baseline.Filter(findings);
}

// Mends what can be mended, saves the layer, and looks again.
Result<size_t> MendAndSave(stage::Stage& stage, const std::vector<Finding>& findings,
                           Diagnostics& diagnostics) {
  stage::Editor editor(stage);
  const size_t mended =
      validate::Fix(findings, *validate::ValidatorRegistry::GetBuiltIn(), stage, editor, diagnostics).size();
  if (mended) STRATA_CHECK(stage.GetRootLayer()->Save());
  return mended;
}

int Check(Session& session, const CheckCommand& options) {
  if (options.lists) return ListValidators(session);
  const auto& registry = *validate::ValidatorRegistry::GetBuiltIn();
  auto selected = registry.Select(options.only);
  if (!selected) return Refuse(session, selected.TakeError());
  if (!options.without.empty()) {
    auto left_out = registry.Select(options.without);
    if (!left_out) return Refuse(session, left_out.TakeError());
    std::erase_if(*selected, [&](const Validator* validator) {
      return std::find(left_out->begin(), left_out->end(), validator) != left_out->end();
    });
  }
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("check", std::nullopt);
  // What composing had to say comes back as findings.
  session.GetDiagnostics().Clear();
  std::vector<Finding> all = validate::Validate(validate::StageScope(*stage), *selected);
  if (options.fixes) {
    auto mended = MendAndSave(*stage, all, session.GetDiagnostics());
    if (!mended) return Refuse(session, mended.TakeError());
    if (*mended) all = validate::Validate(validate::StageScope(*stage), *selected);
  }
  if (!options.write_baseline.empty()) {
    auto written = ReplaceFile(options.write_baseline, validate::Baseline(all).Write());
    if (!written) return Refuse(session, written.TakeError());
  }
  const size_t total = all.size();
  auto fresh = FilterByBaseline(options.baseline, std::move(all));
  if (!fresh) return Refuse(session, fresh.TakeError());
  const std::vector<Finding>& findings = *fresh;

  std::string text;
  if (options.format == "sarif") {
    text = validate::WriteSarif(findings, *selected, stage->GetRootLayer()->GetIdentifier(), STRATA_VERSION);
  } else if (options.format == "json" || session.GetOptions().output == OutputFormat::kJson) {
    JsonWriter writer;
    validate::WriteFindings(writer, findings);
    text = writer.TakeText();
    if (session.GetOptions().output != OutputFormat::kJson) text += "\n";
  } else {
    text = RenderFindings(findings, total - findings.size(), options.shows_all ? SIZE_MAX : kShownOfAKind,
                          session.GetPainter());
  }
  if (!options.output.empty()) {
    auto written = ReplaceFile(options.output, text);
    if (!written) return Refuse(session, written.TakeError());
    text.clear();
  }
  const int code = session.Finish("check", text);
  if (code != kAnswered || options.fail_on == "never") return code;
  const FindingType limit = options.fail_on == "warning" ? FindingType::kWarning
                            : options.fail_on == "info"  ? FindingType::kInfo
                                                         : FindingType::kError;
  const bool fails =
      std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.type >= limit; });
  return fails ? kFailed : kAnswered;
}

}  // namespace

void AddCheck(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<CheckCommand>();
  CLI::App* command = app.add_subcommand("check", "Validate a stage: OpenUSD's validators and Strata's own");
  AddStageOptions(*command, options->stage);
  command->get_option("STAGE")->required(false);
  const auto add_names = [&](const char* name, std::vector<std::string>& names, const char* text) {
    command->add_option(name, names, text)->allow_extra_args(false)->type_name("NAME");
  };
  add_names("--only", options->only, "Validators, suites or keywords to run; may be repeated");
  add_names("--without", options->without, "Validators, suites or keywords to leave out; may be repeated");
  command->add_option("--format", options->format, "text, json or sarif (2.1.0)")
      ->check(CLI::IsMember({"text", "json", "sarif"}).description(""))
      ->type_name("FORMAT");
  command->add_option("-o,--output", options->output, "Write the report to a file")->type_name("FILE");
  command->add_option("--baseline", options->baseline, "Leave out what this file accepts")->type_name("FILE");
  command->add_option("--write-baseline", options->write_baseline, "Accept all that is found from now on")
      ->type_name("FILE");
  command->add_option("--fail-on", options->fail_on, "Exit with 1 from: error, warning, info, or never")
      ->check(CLI::IsMember({"error", "warning", "info", "never"}).description(""))
      ->type_name("TYPE");
  command->add_flag("--fix", options->fixes, "Mend what can be mended in the root layer, and save it");
  command->add_flag("--all", options->shows_all,
                    "Show each finding in the text, however many of a kind there are");
  command->add_flag("--list", options->lists, "List the validators");
  command->footer(
      "Examples:\n"
      "  strata check shot.usda                            everything\n"
      "  strata check shot.usda --only strata              opinions without effect, lost references, "
      "metrics\n"
      "  strata check asset.usdz --only UsdzValidators\n"
      "  strata check shot.usda --format sarif -o shot.sarif --baseline accepted.json");
  command->callback([options, &chosen, command] {
    if (!options->lists && options->stage.root.empty()) throw CLI::RequiredError("STAGE");
    (void)command;
    chosen = [options](Session& session) { return Check(session, *options); };
  });
}

}  // namespace strata::tool
