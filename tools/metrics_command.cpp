#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "strata/domain/metrics_editing.h"
#include "strata/inspect/tree.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct MetricsCommand {
  StageOptions stage;
  std::string root = "/";
  bool shows_all = false;
  bool migrates = false;
  std::string output;
};

std::string DescribeSource(const domain::MetricSource& source) {
  switch (source.origin) {
    case domain::MetricOrigin::kPrim:
      return source.attribute.GetString();
    case domain::MetricOrigin::kStageMetadata:
      return source.layer->GetDisplayName();
    case domain::MetricOrigin::kFallback:
      return "fallback";
  }
  return {};
}

std::string DescribeValue(const Value& value) {
  if (const auto* number = value.GetIf<double>()) return fmt::format("{}", *number);
  if (const auto* time = value.GetIf<TimeCode>()) return fmt::format("{}", time->value);
  return value.GetOr(Token()).GetString();
}

void WriteMetric(JsonWriter& writer, const domain::MetricDefinition& definition,
                 const domain::MetricValue& metric) {
  writer.Key(definition.attribute.GetText());
  writer.BeginObject();
  writer.Key("value");
  if (const auto* number = metric.value.GetIf<double>()) {
    writer.Number(*number);
  } else if (const auto* time = metric.value.GetIf<TimeCode>()) {
    writer.Number(time->value);
  } else {
    writer.String(metric.value.GetOr(Token()).GetText());
  }
  writer.Key("origin");
  writer.String(domain::GetMetricOriginName(metric.source.origin));
  if (metric.source.origin != domain::MetricOrigin::kFallback) {
    writer.Key("by");
    writer.String(DescribeSource(metric.source));
  }
  writer.EndObject();
}

// One line a metric; prims that say nothing themselves are left out unless asked for.
int List(Session& session, const MetricsCommand& options) {
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("metrics", std::nullopt);
  domain::MetricsCache cache(*stage);
  const auto& definitions = cache.GetTable().GetAll();
  const Painter paint = session.GetPainter();
  const bool is_json = session.GetOptions().output == OutputFormat::kJson;
  std::string text;
  JsonWriter writer;
  writer.BeginArray();
  const stage::Prim start = stage->GetPrimAtPath(Path(options.root));
  if (!start) {
    session.GetDiagnostics().Add(
        Diagnostic(inspect::kTreeRootUnknown, fmt::format("The stage has no prim at <{}>.", options.root),
                   {options.stage.root, options.root, 0, 0, 0}, "`strata tree` lists the prims."));
    return session.Finish("metrics", std::nullopt);
  }
  for (const stage::Prim& prim :
       stage::PrimRange(start, stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse))) {
    if (prim.IsPseudoRoot()) continue;
    bool is_shown = options.shows_all || prim.GetPath() == start.GetPath() || prim.GetPath().IsRootPrim();
    for (uint32_t i = 0; i < definitions.size() && !is_shown; ++i)
      is_shown = cache.Compute(prim, i).source.GetPrimPath() == prim.GetPath();
    if (!is_shown) continue;
    text += paint(Style::kBold, prim.GetPath().GetString()) + "\n";
    writer.BeginObject();
    writer.Key("path");
    writer.String(prim.GetPath().GetString());
    for (uint32_t i = 0; i < definitions.size(); ++i) {
      const domain::MetricValue& metric = cache.Compute(prim, i);
      if (metric.value.IsEmpty()) continue;
      text += PadTo(fmt::format("  {}", definitions[i].attribute.GetText()), 20) + " " +
              PadTo(DescribeValue(metric.value), 12) + " " +
              paint(Style::kDim, DescribeSource(metric.source)) + "\n";
      WriteMetric(writer, definitions[i], metric);
    }
    writer.EndObject();
  }
  writer.EndArray();
  session.GetDiagnostics().Append(cache.GetRemarks());
  return session.Finish("metrics",
                        is_json ? std::string(writer.GetText()) : FitLines(text, GetTerminalWidth()));
}

int Migrate(Session& session, const MetricsCommand& options) {
  const layer::LayerPtr layer = session.OpenLayer(options.stage.root, layer::OpenOptions::SourceMaps::kNone);
  if (!layer) return session.Finish("metrics", std::nullopt);
  const auto changed = domain::MigrateStageMetadata(*layer);
  Result<void> written = changed ? Result<void>() : Result<void>(changed.GetError());
  if (written && !options.output.empty()) {
    written = layer->Export(options.output, session.MakeExportOptions());
  } else if (written && !changed->empty()) {
    layer::SaveOptions save;
    written = layer->Save(save);
  }
  if (!written) {
    session.GetDiagnostics().Add(written.TakeError());
    return session.Finish("metrics", std::nullopt);
  }
  if (session.GetOptions().output == OutputFormat::kJson) {
    JsonWriter writer;
    writer.BeginArray();
    for (Path path : *changed) writer.String(path.GetString());
    writer.EndArray();
    return session.Finish("metrics", std::string(writer.GetText()));
  }
  std::string text;
  for (Path path : *changed) text += path.GetString() + "\n";
  if (changed->empty()) text = "Nothing to migrate.\n";
  return session.Finish("metrics", text);
}

}  // namespace

void AddMetrics(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<MetricsCommand>();
  CLI::App* command =
      app.add_subcommand("metrics", "List units, up axes, time ranges and colour spaces, and who says them");
  AddStageOptions(*command, options->stage);
  command->add_option("--root", options->root, "The prim to begin with")->type_name("PATH");
  command->add_flag("--all", options->shows_all, "Prims that say nothing themselves, too");
  command->add_flag("--migrate", options->migrates,
                    "Write the layer's stage metadata as schemas on its defined root prims");
  command->add_option("-o,--output", options->output, "With --migrate: where to write instead")
      ->type_name("FILE");
  command->footer(
      "Examples:\n"
      "  strata metrics shot.usda                     root prims, and every prim that says a metric\n"
      "  strata metrics asset.usda --migrate -o new.usda");
  command->callback([options, &chosen] {
    chosen = [options](Session& session) {
      return options->migrates ? Migrate(session, *options) : List(session, *options);
    };
  });
}

}  // namespace strata::tool
