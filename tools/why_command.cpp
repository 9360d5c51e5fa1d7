#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "strata/inspect/why.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct WhyCommand {
  StageOptions stage;
  std::string subject;
  std::string metadata;
  std::optional<double> time;
};

Style GetRoleStyle(std::string_view role) {
  if (role == "wins") return Style::kGreen;
  if (role == "contributes") return Style::kCyan;
  if (role == "blocks") return Style::kRed;
  return Style::kDim;
}

std::string DescribeWhere(const inspect::Place& place) {
  return place.line ? fmt::format("{}:{}:{}", place.layer_name, place.line, place.column) : place.layer_name;
}

std::string DescribeOffset(const LayerOffset& offset) {
  if (offset.IsIdentity()) return {};
  if (offset.scale == 1) return fmt::format(", time + {}", offset.offset);
  if (offset.offset == 0) return fmt::format(", time x {}", offset.scale);
  return fmt::format(", time x {} + {}", offset.scale, offset.offset);
}

std::string RenderHead(const inspect::WhyAnswer& answer, const Painter& paint) {
  std::string text = paint(Style::kBold, answer.path.GetString());
  if (!answer.field.IsEmpty()) text += paint(Style::kBold, fmt::format("  {}", answer.field.GetText()));
  std::string what = answer.subject;
  if (!answer.type_name.empty() && answer.subject != "prim") what = answer.type_name + " " + what;
  if (!answer.time.empty())
    what += answer.time == "default" ? ", at the default time" : ", at time " + answer.time;
  text += "  " + paint(Style::kDim, what) + "\n";
  if (!answer.resolved.empty()) text += "  = " + paint(Style::kGreen, answer.resolved) + "\n";
  text += "  " + answer.conclusion + "\n";
  if (!answer.variants.empty()) {
    text += "  variants:";
    for (const auto& [set, selection] : answer.variants) text += fmt::format(" {}={}", set, selection);
    text += "\n";
  }
  return text;
}

// Two lines an opinion: what and where, then through which arcs and why it has its role.
std::string RenderOpinions(const inspect::WhyAnswer& answer, const Painter& paint) {
  size_t where_width = 0;
  for (const auto& opinion : answer.opinions)
    where_width = std::max(where_width, DescribeWhere(opinion.place).size());
  const std::string indent(19, ' ');
  std::string text;
  for (size_t i = 0; i < answer.opinions.size(); ++i) {
    const inspect::WhyOpinion& opinion = answer.opinions[i];
    const bool is_faint = opinion.role == "hidden" || opinion.role == "not-asked";
    text += fmt::format("{:>4}  ", i + 1);
    text += PadTo(paint(GetRoleStyle(opinion.role), opinion.role), 13);
    text += PadTo(paint(Style::kYellow, DescribeWhere(opinion.place)), where_width + 2);
    std::string said = opinion.value;
    if (!opinion.field.IsEmpty()) said = fmt::format("{} = {}", opinion.field.GetText(), opinion.value);
    text += paint(is_faint ? Style::kDim : Style::kPlain, said) + "\n";
    text += indent + paint(Style::kMagenta, inspect::SummarizeArcs(opinion.place.arcs));
    text += paint(Style::kDim, fmt::format("{}  at <{}>  {}", DescribeOffset(opinion.place.layer_to_stage),
                                           opinion.place.path.GetString(), opinion.reason)) +
            "\n";
  }
  return text;
}

std::string RenderWhy(const inspect::WhyAnswer& answer, const Painter& paint) {
  std::string text = RenderHead(answer, paint) + "\n" + RenderOpinions(answer, paint);
  for (const inspect::ArcStep& step : answer.silent_arcs)
    text += paint(Style::kDim, fmt::format("      no opinion  {} to <{}> in {}", step.arc,
                                           step.path.GetString(), step.layer)) +
            "\n";
  for (const inspect::FormatArguments& arguments : answer.format_arguments)
    text += paint(Style::kDim, "      made for it  " + inspect::SummarizeFormatArguments(arguments)) + "\n";
  return text;
}

int Why(Session& session, const WhyCommand& options) {
  Result<Path> path = Path::Parse(options.subject);
  if (!path) {
    session.GetDiagnostics().Add(path.TakeError());
    return session.Finish("why", std::nullopt);
  }
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kRecord);
  if (!stage) return session.Finish("why", std::nullopt);
  inspect::WhyQuestion question;
  question.path = *path;
  question.metadata = Token(options.metadata);
  if (options.time) question.time = stage::Time(*options.time);
  Result<inspect::WhyAnswer> answer = inspect::ExplainWhy(*stage, question);
  if (!answer) {
    session.GetDiagnostics().Add(answer.TakeError());
    return session.Finish("why", std::nullopt);
  }
  if (session.GetOptions().output == OutputFormat::kJson) {
    JsonWriter writer;
    inspect::WriteWhy(writer, *answer);
    return session.Finish("why", writer.GetText());
  }
  return session.Finish("why", FitLines(RenderWhy(*answer, session.GetPainter()), GetTerminalWidth()));
}

}  // namespace

void AddWhy(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<WhyCommand>();
  CLI::App* command =
      app.add_subcommand("why", "Explain a prim, property or metadata field: every opinion, strongest first");
  AddStageOptions(*command, options->stage);
  command->add_option("SUBJECT", options->subject, "PATH or PATH.property")->required();
  command->add_option("-m,--metadata", options->metadata, "Explain this metadata field of the subject")
      ->type_name("FIELD");
  command->add_option("-t,--time", options->time, "The time code to ask at; the default time otherwise")
      ->type_name("T");
  command->footer(
      "Each opinion shows its role (wins, contributes, blocks, hidden, not-asked), layer:line:column, and "
      "what it says; then the\n"
      "arcs that bring it, its spec and the reason.\n\n"
      "Examples:\n"
      "  strata why shot.usda /World/Car                      which specs make this prim\n"
      "  strata why shot.usda /World/Car.size --time 12       who decides the value at frame 12\n"
      "  strata why shot.usda /World/Car -m kind              who decides a metadata field\n"
      "  strata why shot.usda / -m metersPerUnit              ... of the stage");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Why(session, *options); }; });
}

}  // namespace strata::tool
