#include "strata/stage/namespace_editor.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tools/commands.h"

namespace strata::tool {

namespace {

using Step = stage::NamespacePlan::Step;

struct NamespaceOptions {
  StageOptions stage;
  std::string from, to;  // `to` is empty for deletions
  std::vector<std::string> dependent;
  bool is_dry_run = false;
  stage::NamespaceEditor::Relocates relocates = stage::NamespaceEditor::Relocates::kAuthor;
};

const char* GetVerb(Step::Kind kind) {
  switch (kind) {
    case Step::Kind::kMoveSpec:
      return "move";
    case Step::Kind::kDeleteSpec:
      return "delete";
    case Step::Kind::kSetField:
      return "set";
  }
  return "";
}

std::string FormatText(const stage::NamespacePlan& plan) {
  std::string text;
  for (const Step& step : plan.steps) {
    text +=
        fmt::format("{:<7}@{}@<{}>", GetVerb(step.kind), step.layer->GetIdentifier(), step.path.GetString());
    if (step.kind == Step::Kind::kMoveSpec) text += fmt::format(" to <{}>", step.to.GetString());
    if (step.kind == Step::Kind::kSetField) text += " " + step.field.GetString();
    text += "\n";
  }
  return text;
}

std::string FormatJson(const stage::NamespacePlan& plan, bool is_done) {
  JsonWriter writer;
  writer.BeginObject().Key("done").Bool(is_done).Key("steps").BeginArray();
  for (const Step& step : plan.steps) {
    writer.BeginObject().Key("what").String(GetVerb(step.kind));
    writer.Key("layer").String(step.layer->GetIdentifier()).Key("path").String(step.path.GetString());
    if (step.kind == Step::Kind::kMoveSpec) writer.Key("to").String(step.to.GetString());
    if (step.kind == Step::Kind::kSetField) writer.Key("field").String(step.field.GetString());
    writer.EndObject();
  }
  return writer.EndArray().EndObject().GetText();
}

Result<void> Ask(stage::NamespaceEditor& editor, Path from, Path to) {
  if (from.IsPrimProperty())
    return to.IsEmpty() ? editor.DeletePropertyAtPath(from) : editor.MovePropertyAtPath(from, to);
  return to.IsEmpty() ? editor.DeletePrimAtPath(from) : editor.MovePrimAtPath(from, to);
}

int Run(Session& session, std::string_view name, const NamespaceOptions& options) {
  const auto fail = [&](Diagnostic why) {
    session.GetDiagnostics().Add(std::move(why));
    return session.Finish(name, std::nullopt);
  };
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish(name, std::nullopt);
  std::vector<stage::StagePtr> stages{stage};
  stage::NamespaceEditor editor(*stage, options.relocates);
  for (const std::string& root : options.dependent) {
    StageOptions dependent = options.stage;
    dependent.root = root;
    dependent.session.clear();
    stages.push_back(session.OpenStage(dependent, layer::OpenOptions::SourceMaps::kNone));
    if (!stages.back()) return session.Finish(name, std::nullopt);
    editor.AddDependentStage(*stages.back());
  }
  Result<void> asked = Ask(editor, Path(options.from), Path(options.to));
  if (!asked) return fail(asked.TakeError());
  const stage::NamespacePlan plan = editor.Plan();
  for (const std::string& warning : plan.warnings)
    session.GetDiagnostics().Add(
        Diagnostic(stage::kLeftInPlace, warning, {}, "Move or delete what stays by hand."));
  if (!options.is_dry_run || !plan.CanApply()) {
    Result<stage::Transaction> done = editor.ApplyEdits();
    if (!done) return fail(done.TakeError());
    for (const stage::StagePtr& edited : stages)
      if (!edited->Save(session.GetDiagnostics())) return session.Finish(name, std::nullopt);
  }
  const bool is_json = session.GetOptions().output == OutputFormat::kJson;
  return session.Finish(name, is_json ? FormatJson(plan, !options.is_dry_run) : FormatText(plan));
}

void AddCommon(CLI::App& command, NamespaceOptions& options) {
  command.add_flag("--dry-run", options.is_dry_run, "Say what would change, and change nothing");
  command
      .add_option("--dependent", options.dependent,
                  "A stage that uses the same layers over arcs, and is to follow; may be repeated")
      ->allow_extra_args(false)
      ->type_name("STAGE");
}

}  // namespace

void AddMove(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<NamespaceOptions>();
  CLI::App* command =
      app.add_subcommand("mv", "Rename or move a prim or property, with everything that points to it");
  AddStageOptions(*command, options->stage);
  command->add_option("FROM", options->from, "Path of a prim or property")->required();
  command->add_option("TO", options->to, "Its new path")->required();
  AddCommon(*command, *options);
  command->add_flag_callback(
      "--no-relocates", [options] { options->relocates = stage::NamespaceEditor::Relocates::kRefuse; },
      "Refuse what can only be moved by a relocate");
  command->footer(
      "Edits all layers of the stage's layer stack: specs, targets, connections, arcs, relocates and "
      "default\n"
      "prims. What comes over references and other arcs is moved by a relocate in the root layer.\n\n"
      "Examples:\n"
      "  strata mv shot.usda /World/Car /World/Truck --dry-run\n"
      "  strata mv asset.usda /Car.width /Car.size --dependent shot.usda");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Run(session, "mv", *options); }; });
}

void AddRemove(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<NamespaceOptions>();
  CLI::App* command =
      app.add_subcommand("rm", "Delete a prim or property from a stage, with everything that points to it");
  AddStageOptions(*command, options->stage);
  command->add_option("PATH", options->from, "Path of a prim or property")->required();
  AddCommon(*command, *options);
  command->footer(
      "What comes over references and other arcs is deleted by a relocate to nowhere.\n\n"
      "Examples:\n  strata rm shot.usda /World/Car --dry-run");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Run(session, "rm", *options); }; });
}

}  // namespace strata::tool
