#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "strata/inspect/statistics.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct StatCommand {
  StageOptions stage;
  bool is_layer_only = false;
};

void RenderTotal(std::string& text, std::string_view name, uint64_t count, const Painter& paint) {
  if (count)
    text += PadTo(fmt::format("  {}", name), 30) + paint(Style::kBold, fmt::format("{:>12}", count)) + "\n";
}

// The most frequent first; names in order where equal.
void RenderCounts(std::string& text, std::string_view title, const inspect::Counts& counts,
                  const Painter& paint) {
  if (counts.by_name.empty()) return;
  std::vector<std::pair<std::string, uint64_t>> rows(counts.by_name.begin(), counts.by_name.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  text += paint(Style::kCyan, title) + "\n";
  for (const auto& [name, count] : rows) RenderTotal(text, name, count, paint);
}

std::string RenderStage(const inspect::StageStatistics& s, const Painter& paint) {
  std::string text = paint(Style::kBold, s.root_layer) + "\n";
  RenderTotal(text, "layers", s.layers, paint);
  RenderTotal(text, "specs in layers", s.specs_in_layers, paint);
  RenderTotal(text, "prims", s.prims, paint);
  RenderTotal(text, "instances", s.instances, paint);
  RenderTotal(text, "prototypes", s.prototypes, paint);
  RenderTotal(text, "prims in prototypes", s.prims_in_prototypes, paint);
  RenderTotal(text, "models", s.models, paint);
  RenderTotal(text, "attributes", s.attributes, paint);
  RenderTotal(text, "time-varying attributes", s.time_varying_attributes, paint);
  RenderTotal(text, "relationships", s.relationships, paint);
  RenderTotal(text, "deepest prim", s.deepest, paint);
  RenderTotal(text, "composition errors", s.composition_errors, paint);
  RenderCounts(text, "prims by type", s.prims_by_type, paint);
  RenderCounts(text, "prims by kind", s.prims_by_kind, paint);
  RenderCounts(text, "arcs with opinions", s.arcs_by_type, paint);
  RenderCounts(text, "attributes by type", s.properties_by_type, paint);
  return text;
}

std::string RenderLayer(const inspect::LayerStatistics& s, const Painter& paint) {
  std::string text = paint(Style::kBold, s.identifier) + "  " + s.format + "\n";
  RenderTotal(text, "specs", s.specs, paint);
  RenderTotal(text, "time samples", s.time_samples, paint);
  RenderTotal(text, "array elements", s.array_elements, paint);
  RenderCounts(text, "specs by type", s.specs_by_type, paint);
  RenderCounts(text, "values by type", s.values_by_type, paint);
  return text;
}

int StatLayer(Session& session, const StatCommand& options) {
  const layer::LayerPtr layer = session.OpenLayer(options.stage.root, layer::OpenOptions::SourceMaps::kNone);
  if (!layer) return session.Finish("stat", std::nullopt);
  const inspect::LayerStatistics statistics = inspect::CountLayer(*layer);
  if (session.GetOptions().output != OutputFormat::kJson)
    return session.Finish("stat",
                          FitLines(RenderLayer(statistics, session.GetPainter()), GetTerminalWidth()));
  JsonWriter writer;
  inspect::WriteLayerStatistics(writer, statistics);
  return session.Finish("stat", writer.GetText());
}

int Stat(Session& session, const StatCommand& options) {
  if (options.is_layer_only) return StatLayer(session, options);
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("stat", std::nullopt);
  const inspect::StageStatistics statistics = inspect::CountStage(*stage);
  if (session.GetOptions().output != OutputFormat::kJson)
    return session.Finish("stat",
                          FitLines(RenderStage(statistics, session.GetPainter()), GetTerminalWidth()));
  JsonWriter writer;
  inspect::WriteStageStatistics(writer, statistics);
  return session.Finish("stat", writer.GetText());
}

}  // namespace

void AddStat(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<StatCommand>();
  CLI::App* command = app.add_subcommand("stat", "Count what a stage or a layer holds");
  AddStageOptions(*command, options->stage);
  command->add_flag("--layer", options->is_layer_only, "Count the one layer, without composing");
  command->footer(
      "Examples:\n"
      "  strata stat shot.usda                       layers, prims, arcs, instances, properties\n"
      "  strata stat shot.usda --layer               specs and values of the file alone");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Stat(session, *options); }; });
}

}  // namespace strata::tool
