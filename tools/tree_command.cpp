#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "strata/inspect/tree.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct TreeCommand {
  StageOptions stage;
  std::string root = "/";
  inspect::TreeOptions tree;
};

std::string DescribeRow(const inspect::TreeRow& row, const Painter& paint) {
  const bool is_off = !row.is_active || !row.is_defined;
  std::string text = paint(is_off ? Style::kDim : Style::kBold, row.name);
  if (!row.type_name.empty()) text += " " + paint(Style::kCyan, row.type_name);
  if (!row.kind.empty()) text += " " + paint(Style::kDim, row.kind);
  if (!row.arcs.empty()) text += " " + paint(Style::kMagenta, fmt::format("<{}>", fmt::join(row.arcs, ", ")));
  if (!row.variants.empty()) {
    std::string sets;
    for (const auto& [set, selection] : row.variants)
      sets += fmt::format("{}{}={}", sets.empty() ? "" : ", ", set, selection.empty() ? "(none)" : selection);
    text += " " + paint(Style::kGreen, "{" + sets + "}");
  }
  if (row.is_instance) text += " " + paint(Style::kBlue, "instance of " + row.prototype.GetString());
  std::vector<std::string_view> remarks;
  if (row.specifier != "def" && row.depth > 0) remarks.push_back(row.specifier);
  if (!row.is_active) remarks.push_back("inactive");
  if (!row.is_loaded && row.is_active) remarks.push_back("not loaded");
  if (!remarks.empty()) text += " " + paint(Style::kYellow, fmt::format("({})", fmt::join(remarks, ", ")));
  if (row.hidden_children) text += paint(Style::kDim, fmt::format(" ... {} below", row.hidden_children));
  return text;
}

std::string RenderTree(const std::vector<inspect::TreeRow>& rows, const Painter& paint) {
  std::string text;
  std::vector<bool> is_last;  // per depth, on the way to the row
  for (const inspect::TreeRow& row : rows) {
    is_last.resize(row.depth + 1);
    is_last[row.depth] = row.is_last_sibling;
    std::string lead;
    for (uint32_t depth = 1; depth < row.depth; ++depth) lead += is_last[depth] ? "   " : "│  ";
    if (row.depth > 0) lead += row.is_last_sibling ? "└─ " : "├─ ";
    text += paint(Style::kDim, lead) + DescribeRow(row, paint) + "\n";
    std::string below;
    for (uint32_t depth = 1; depth <= row.depth; ++depth) below += is_last[depth] ? "   " : "│  ";
    for (const std::string& property : row.properties)
      text += paint(Style::kDim, below + "   ." + property) + "\n";
  }
  return text;
}

int Tree(Session& session, const TreeCommand& options) {
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("tree", std::nullopt);
  inspect::TreeOptions tree = options.tree;
  tree.root = Path(options.root);
  const std::vector<inspect::TreeRow> rows = inspect::ListTree(*stage, tree);
  if (rows.empty()) {
    SourceLocation where;
    where.file = stage->GetRootLayer()->GetIdentifier();
    where.path = options.root;
    session.GetDiagnostics().Add(
        Diagnostic(inspect::kTreeRootUnknown, fmt::format("The stage has no prim at <{}>.", options.root),
                   std::move(where), "List the whole stage with `strata tree STAGE`."));
    return session.Finish("tree", std::nullopt);
  }
  if (session.GetOptions().output == OutputFormat::kJson) {
    JsonWriter writer;
    inspect::WriteTree(writer, rows);
    return session.Finish("tree", writer.GetText());
  }
  return session.Finish("tree", FitLines(RenderTree(rows, session.GetPainter()), GetTerminalWidth()));
}

}  // namespace

void AddTree(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<TreeCommand>();
  CLI::App* command =
      app.add_subcommand("tree", "Show the prims of a stage: types, arcs, variants, instances");
  AddStageOptions(*command, options->stage);
  command->add_option("--root", options->root, "Begin at this prim")->type_name("PATH");
  command->add_option("--depth", options->tree.max_depth, "Levels to show below the root")->type_name("N");
  command->add_flag_callback(
      "-a,--all", [options] { options->tree.prims = inspect::TreeOptions::Prims::kAll; },
      "Inactive, undefined, unloaded and abstract prims too");
  command->add_flag_callback(
      "-p,--properties", [options] { options->tree.properties = inspect::TreeOptions::Properties::kList; },
      "Names of authored properties too");
  command->add_flag_callback(
      "--instance-proxies", [options] { options->tree.proxies = stage::InstanceProxies::kTraverse; },
      "What is below instances, in place, instead of prototypes");
  command->footer(
      "Examples:\n"
      "  strata tree shot.usda                       the prims a renderer sees\n"
      "  strata tree shot.usda --root /World -p      one branch, with property names\n"
      "  strata tree shot.usda --all --depth 2       everything, two levels deep\n"
      "  strata tree shot.usda --json | jq '.answer[].path'");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Tree(session, *options); }; });
}

}  // namespace strata::tool
