// `strata compute` and `strata assemble`: what is computed from a stage, why, and how its parts' units
// differ.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>

#include "strata/compute/compute.h"
#include "strata/compute/metrics_shapes.h"
#include "strata/domain/bounds.h"
#include "strata/domain/xformable.h"
#include "strata/format/text/text.h"
#include "strata/inspect/summarize.h"
#include "strata/inspect/tree.h"
#include "strata/stage/editor.h"
#include "tools/commands.h"
#include "tools/metrics_options.h"

namespace strata::tool {

namespace {

inline constexpr DiagnosticCode kOutputUnknown{"tool.output-unknown", Severity::kError,
                                               "A prim has no computed output of a name."};

using compute::Datum;

struct ComputeCommand {
  StageOptions stage;
  std::string path;
  std::string output = "world.xform";
  std::optional<double> time;
  bool explains = false;
  bool is_below = false;
  MetricsChoice metrics;
  std::vector<std::string> kernels;
  std::vector<std::string> plugins;  // plugInfo files
  std::vector<std::string> orders;   // "first,then": modifiers
};

struct AssembleCommand {
  StageOptions stage;
  MetricsChoice metrics;
  std::string output;
  bool bakes = false;
  bool lists_dimensions = false;
};

std::string DescribeMatrix(const Matrix4d& m) {
  return format::text::FormatValue(Value(m));
}

std::string DescribeDomain(const compute::MetricDomain& domain) {
  return fmt::format("{} m, {} kg, {} up", domain.meters_per_unit, domain.kilograms_per_unit,
                     domain.up_axis.GetText());
}

std::string Describe(const Datum& datum) {
  constexpr size_t kWidth = 60;  // of what is there to be seen, and not to be read back
  if (datum.IsEmpty()) return "nothing";
  if (const auto* transform = datum.GetIf<stage::ComputedTransform>())
    return DescribeMatrix(transform->matrix) + (transform->resets_stack ? " resetting the stack" : "");
  if (const auto* domain = datum.GetIf<compute::MetricDomain>()) return DescribeDomain(*domain);
  if (const auto* settings = datum.GetIf<compute::SimulationSettings>())
    return inspect::SummarizeValue(Value(settings->parameters), kWidth);
  if (const auto* shape = datum.GetIf<compute::SimulatedShape>())
    return fmt::format("{} points", shape->points.GetSize());
  if (const auto* simulated = datum.GetIf<compute::SimulationAnswer>()) {
    std::string names;
    for (const auto& [name, value] : simulated->values)
      names += fmt::format("{}{}: {}", names.empty() ? "" : ", ", name.GetText(),
                           inspect::SummarizeValue(value, kWidth));
    return names;
  }
  if (const auto* samples = datum.GetIf<compute::Samples>())
    return fmt::format("{} to {}, {:.4g} of the way", Describe(Datum(samples->lower)),
                       Describe(Datum(samples->upper)), samples->fraction);
  if (const auto* units = datum.GetIf<compute::PrimUnits>()) return DescribeDomain(units->prim.domain);
  if (const auto* shape = datum.GetIf<compute::ShapeChange>())
    return DescribeDomain(shape->domain) +
           (shape->change.length == 1 ? "" : fmt::format(", scaled by {}", shape->change.length)) +
           (shape->change.turn == compute::UnitChange::Turn::kNone ? "" : ", turned about X");
  if (const auto* frame = datum.GetIf<compute::GeoFrame>()) {
    const compute::Geodetic& at = frame->tangent.GetOrigin();
    return fmt::format("frame at ({}, {}, {})", at.latitude, at.longitude, at.height);
  }
  if (const auto* crs = datum.GetIf<compute::Crs>())
    return (crs->prim.IsEmpty() ? "no system" : "<" + crs->prim.GetString() + ">") +
           (crs->converter ? "" : ", unresolved: " + crs->why);
  return datum.GetValue().IsEmpty() ? "an object" : format::text::FormatValue(datum.GetValue());
}

std::unique_ptr<compute::System> MakeSystem(Session& session, const stage::StagePtr& stage,
                                            const compute::MetricsOptions& metrics,
                                            const ComputeCommand& command = {}) {
  auto library = std::make_shared<compute::SimulationLibrary>();
  for (const std::string& folder : command.kernels) compute::AddKernelFolder(*library, folder);
  auto registry = std::make_shared<compute::Registry>();
  if (auto added = compute::AddStandardComputations(*registry, metrics, std::move(library)); !added) {
    session.GetDiagnostics().Add(added.TakeError());
    return nullptr;
  }
  compute::LoadComputationOrders(command.plugins, *registry, session.GetDiagnostics());
  for (const std::string& order : command.orders)
    if (const size_t comma = order.find(','); comma != std::string::npos)
      registry->Order(Token(order.substr(0, comma)), Token(order.substr(comma + 1)));
  return std::make_unique<compute::System>(stage, std::move(registry));
}

struct Asked {
  compute::System& system;
  stage::Time time;
};

// Which layer says an attribute's value.
std::string DescribeSource(const Asked& asked, Path attribute) {
  const stage::ResolveInfo info =
      asked.system.GetStage()->GetAttributeAtPath(attribute).GetResolveInfo(asked.time);
  if (!info.layer) return std::string(stage::GetResolveSourceName(info.source));
  return fmt::format("{} <{}>", info.layer->GetDisplayName(), info.spec_path.GetString());
}

// What an input is where it is neither an attribute nor the output of a prim. Empty: nothing to be told.
std::string NamePlainInput(const compute::Input& input) {
  using Kind = compute::Input::Kind;
  switch (input.kind) {
    case Kind::kStageMetadata:
      return "stage " + input.name.GetString();
    case Kind::kMetadata:
      return "metadata " + input.name.GetString();
    case Kind::kTime:
      return "time";
    case Kind::kConstant:
      return "constant";
    default:
      return {};
  }
}

// How an output comes about, and those of other prims that it needs, down to what is authored.
void ExplainText(const Asked& asked, const compute::ValueKey& key, size_t depth, std::string& text) {
  constexpr size_t kDeepest = 12;
  compute::Network& network = asked.system.GetNetwork();
  compute::Network::Node* node =
      network.Find(asked.system.GetStage()->GetPrimAtPath(key.provider), key.output);
  if (!node || depth > kDeepest) return;
  const std::string indent(depth * 2, ' ');
  text += fmt::format("{}{} of {}\n", indent, key.output.GetText(), key.provider.GetString());
  size_t number = 0;
  for (const auto& step : network.Explain(*node, asked.time)) {
    text += fmt::format("{}  {}. {}{}: {}   [{} calls, {:.1f} us]\n", indent, ++number, step.name.GetText(),
                        step.module.empty() ? "" : " (" + step.module + ")", Describe(step.answer),
                        step.evaluations, static_cast<double>(step.nanoseconds) / 1000);
    for (const auto& source : step.sources) {
      if (!source.attribute.IsEmpty() && !source.answers.empty())
        text += fmt::format("{}     {} = {}   by {}\n", indent, source.attribute.GetName(),
                            Describe(source.answers.front()), DescribeSource(asked, source.attribute));
      else if (const std::string name = NamePlainInput(source.input);
               !name.empty() && !source.answers.empty())
        text += fmt::format("{}     {} = {}\n", indent, name, Describe(source.answers.front()));
      for (const compute::ValueKey& computed : source.computed) ExplainText(asked, computed, depth + 3, text);
    }
  }
}

void ExplainJson(const Asked& asked, const compute::ValueKey& key, size_t depth, JsonWriter& writer) {
  constexpr size_t kDeepest = 12;
  compute::Network& network = asked.system.GetNetwork();
  compute::Network::Node* node =
      network.Find(asked.system.GetStage()->GetPrimAtPath(key.provider), key.output);
  writer.BeginObject()
      .Key("prim")
      .String(key.provider.GetString())
      .Key("output")
      .String(key.output.GetText());
  writer.Key("steps").BeginArray();
  if (node && depth <= kDeepest)
    for (const auto& step : network.Explain(*node, asked.time)) {
      writer.BeginObject().Key("name").String(step.name.GetText()).Key("module").String(step.module);
      writer.Key("value").String(Describe(step.answer));
      writer.Key("calls").Number(static_cast<double>(step.evaluations));
      writer.Key("nanoseconds").Number(static_cast<double>(step.nanoseconds));
      writer.Key("inputs").BeginArray();
      for (const auto& source : step.sources) {
        if (!source.attribute.IsEmpty() && !source.answers.empty())
          writer.BeginObject()
              .Key("attribute")
              .String(source.attribute.GetString())
              .Key("value")
              .String(Describe(source.answers.front()))
              .Key("by")
              .String(DescribeSource(asked, source.attribute))
              .EndObject();
        else if (const std::string name = NamePlainInput(source.input);
                 !name.empty() && !source.answers.empty())
          writer.BeginObject()
              .Key("input")
              .String(name)
              .Key("value")
              .String(Describe(source.answers.front()))
              .EndObject();
        for (const compute::ValueKey& computed : source.computed)
          ExplainJson(asked, computed, depth + 1, writer);
      }
      writer.EndArray().EndObject();
    }
  writer.EndArray().EndObject();
}

// Nothing where the prim has no such output.
std::optional<std::string> Answer(const Asked& asked, const stage::Prim& prim, const std::string& output) {
  const Token name(output);
  if (output == "world.xform")
    return DescribeMatrix(domain::XformCache(asked.time, &asked.system).GetLocalToWorldTransform(prim));
  if (output == "xform") {
    const domain::LocalTransform local =
        domain::XformCache(asked.time, &asked.system).GetLocalTransformation(prim);
    return Describe(Datum::Of(stage::ComputedTransform{local.matrix, local.resets_stack}));
  }
  if (output == "world.bound") {
    domain::BoundsOptions options;
    options.time = asked.time;
    options.computed = &asked.system;
    const Range3d box =
        domain::BoundsCache(*asked.system.GetStage(), options).ComputeWorldBound(prim).ComputeAlignedRange();
    if (box.IsEmpty()) return "nothing";
    return fmt::format("{} to {}", format::text::FormatValue(Value(box.min)),
                       format::text::FormatValue(Value(box.max)));
  }
  const Datum answer = asked.system.Compute(prim, name, asked.time);
  if (!answer.IsEmpty()) return Describe(answer);
  const stage::Attribute attribute = prim.GetAttribute(name);
  if (!attribute.IsDefined()) return std::nullopt;
  const Value value = asked.system.GetValue(attribute, asked.time).value_or(attribute.Get(asked.time));
  return value.IsEmpty() ? "nothing" : format::text::FormatValue(value);
}

// One line for each prim at and below that something is computed of.
std::string ListBelow(const Asked& asked, const stage::Prim& root, const std::string& output, bool is_json) {
  std::string text;
  JsonWriter writer;
  writer.BeginObject();
  const auto is_of_stage = [](const compute::Registry::Publication* publication) {
    return std::ranges::find(compute::GetGeoStageOutputs(), publication->output,
                             &compute::GeoStageOutput::output) != compute::GetGeoStageOutputs().end();
  };
  for (const stage::Prim& prim :
       stage::PrimRange(root, stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse))) {
    if (prim.IsPseudoRoot() || !asked.system.MightCompute(prim)) continue;
    // What scenes hold of frames on the Earth is the stage's.
    const auto published = asked.system.FindPublished(prim);
    if (!published.empty() && std::ranges::all_of(published, is_of_stage)) continue;
    const std::optional<std::string> answer = Answer(asked, prim, output);
    if (!answer) continue;
    text += fmt::format("{} {}\n", prim.GetPath().GetString(), *answer);
    writer.Key(prim.GetPath().GetString()).String(*answer);
  }
  writer.EndObject();
  return is_json ? std::string(writer.GetText()) : text;
}

int Compute(Session& session, const ComputeCommand& options) {
  const auto metrics = MakeMetricsOptions(session, options.metrics);
  if (!metrics) return session.Finish("compute", std::nullopt);
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("compute", std::nullopt);
  const auto system = MakeSystem(session, stage, *metrics, options);
  if (!system) return session.Finish("compute", std::nullopt);
  const stage::Prim prim = stage->GetPrimAtPath(Path(options.path));
  if (!prim) {
    session.GetDiagnostics().Add(
        Diagnostic(inspect::kTreeRootUnknown, fmt::format("The stage has no prim at <{}>.", options.path),
                   {options.stage.root, options.path, 0, 0, 0}, "`strata tree` lists the prims."));
    return session.Finish("compute", std::nullopt);
  }
  if (Diagnostics unresolved = compute::FindUnresolvedPlaces(*system); !unresolved.GetAll().empty()) {
    session.GetDiagnostics().Append(unresolved);
    return session.Finish("compute", std::nullopt);
  }
  const Asked asked{*system, options.time ? stage::Time(*options.time) : stage::Time::Default()};
  if (options.is_below) {
    std::string list =
        ListBelow(asked, prim, options.output, session.GetOptions().output == OutputFormat::kJson);
    session.GetDiagnostics().Append(system->GetDiagnostics());
    return session.Finish("compute", list);
  }
  const std::optional<std::string> answer = Answer(asked, prim, options.output);
  session.GetDiagnostics().Append(system->GetDiagnostics());
  if (!answer) {
    session.GetDiagnostics().Add(Diagnostic(
        kOutputUnknown, fmt::format("<{}> has no output \"{}\".", options.path, options.output),
        {options.stage.root, options.path, 0, 0, 0},
        "Ask for world.xform, xform, world.bound, a computation such as geo:frame or metrics:domain, or an "
        "attribute."));
    return session.Finish("compute", std::nullopt);
  }
  const compute::ValueKey key{prim.GetPath(),
                              Token(options.output == "world.bound" ? "world.xform" : options.output)};
  if (session.GetOptions().output == OutputFormat::kJson) {
    JsonWriter writer;
    writer.BeginObject().Key("prim").String(options.path).Key("output").String(options.output);
    writer.Key("value").String(*answer);
    if (options.explains) {
      writer.Key("explanation");
      ExplainJson(asked, key, 0, writer);
    }
    writer.EndObject();
    return session.Finish("compute", std::string(writer.GetText()));
  }
  std::string text = *answer + "\n";
  if (options.explains) ExplainText(asked, key, 0, text);
  return session.Finish("compute", text);
}

int ListDimensions(Session& session, const compute::MetricsOptions& metrics) {
  const compute::DimensionRegistry& registry =
      metrics.dimensions ? *metrics.dimensions : compute::DimensionRegistry::GetBuiltIn();
  std::string text;
  JsonWriter writer;
  writer.BeginObject();
  for (const auto& entry : registry.GetAll()) {
    const std::string name = entry.schema.GetString() + "." + entry.attribute;
    const std::string condition = entry.dimension.condition.IsEmpty()
                                      ? ""
                                      : fmt::format(" where {}", entry.dimension.condition.GetText());
    text += PadTo(name, 72) + " " + entry.dimension.GetText() + condition + "\n";
    writer.Key(name).String(entry.dimension.GetText() + condition);
  }
  writer.EndObject();
  return session.Finish(
      "assemble", session.GetOptions().output == OutputFormat::kJson ? std::string(writer.GetText()) : text);
}

std::string DescribeCorrective(const compute::MetricsReport::Boundary& boundary) {
  const compute::TransformChange& change = boundary.transform;
  std::string text;
  const auto add = [&](std::string part) { text += (text.empty() ? "" : ", ") + part; };
  if (change.corrective.length != 1) add(fmt::format("scaled by {}", change.corrective.length));
  if (change.corrective.turn != compute::UnitChange::Turn::kNone) add("turned about X");
  if (change.has_length_by_hand) add("scaled by hand");
  if (change.has_axis_by_hand) add("turned by hand");
  if (boundary.looks_corrected) add("has a scale that looks like a corrective");
  return text.empty() ? "nothing to correct by a transform" : text;
}

std::string FormatReport(const compute::MetricsReport& report) {
  std::string text = fmt::format("stage: {}\n", DescribeDomain(report.of_stage));
  if (report.boundaries.empty() && report.divergences.empty()) text += "Everything is in these units.\n";
  for (const auto& each : report.boundaries)
    text += fmt::format("{}: {} in {}: {}\n", each.prim.GetString(), DescribeDomain(each.of_prim),
                        DescribeDomain(each.of_parent), DescribeCorrective(each));
  for (const auto& each : report.divergences)
    text +=
        fmt::format("{} ({}): {} by {}, in a prim of {}: {}\n", each.attribute.GetString(), each.dimension,
                    DescribeDomain(each.of_value), std::filesystem::path(each.layer).filename().string(),
                    DescribeDomain(each.of_prim), compute::GetActionName(each.action));
  return text;
}

void WriteDomain(JsonWriter& writer, const char* key, const compute::MetricDomain& domain) {
  writer.Key(key)
      .BeginObject()
      .Key("metersPerUnit")
      .Number(domain.meters_per_unit)
      .Key("kilogramsPerUnit")
      .Number(domain.kilograms_per_unit)
      .Key("upAxis")
      .String(domain.up_axis.GetText())
      .EndObject();
}

std::string WriteReport(const compute::MetricsReport& report) {
  JsonWriter writer;
  writer.BeginObject();
  WriteDomain(writer, "stage", report.of_stage);
  writer.Key("boundaries").BeginArray();
  for (const auto& each : report.boundaries) {
    writer.BeginObject().Key("prim").String(each.prim.GetString());
    WriteDomain(writer, "domain", each.of_prim);
    WriteDomain(writer, "parent", each.of_parent);
    writer.Key("corrective").String(DescribeCorrective(each)).EndObject();
  }
  writer.EndArray().Key("divergences").BeginArray();
  for (const auto& each : report.divergences) {
    writer.BeginObject().Key("attribute").String(each.attribute.GetString());
    writer.Key("dimension").String(each.dimension).Key("layer").String(each.layer);
    WriteDomain(writer, "value", each.of_value);
    WriteDomain(writer, "prim", each.of_prim);
    writer.Key("action").String(compute::GetActionName(each.action)).EndObject();
  }
  writer.EndArray().EndObject();
  return std::string(writer.GetText());
}

// A new layer over the root layer, with everything written down.
int Bake(Session& session, const AssembleCommand& options, const compute::MetricsOptions& metrics) {
  const auto fail = [&](Diagnostic why) {
    session.GetDiagnostics().Add(std::move(why));
    return session.Finish("assemble", std::nullopt);
  };
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("assemble", std::nullopt);
  const auto system = MakeSystem(session, stage, metrics);
  if (!system) return session.Finish("assemble", std::nullopt);
  // In the session layer first, where nothing is stronger; from there into the file.
  auto target = stage->GetEditTargetForLocalLayer(stage->GetSessionLayer());
  stage::Editor editor(*stage, target);
  const auto count = compute::BakeMetrics(*system, editor, session.GetDiagnostics(), metrics);
  if (!count) return fail(count.GetError());
  if (auto written = compute::ExportBaked(*stage, options.output, session.MakeExportOptions()); !written)
    return fail(written.TakeError());
  if (session.GetOptions().output == OutputFormat::kJson) {
    JsonWriter writer;
    writer.BeginObject().Key("prims").Number(static_cast<double>(*count)).Key("file").String(options.output);
    writer.EndObject();
    return session.Finish("assemble", std::string(writer.GetText()));
  }
  return session.Finish("assemble", fmt::format("{} prims written to {}\n", *count, options.output));
}

int Assemble(Session& session, const AssembleCommand& options) {
  const auto metrics = MakeMetricsOptions(session, options.metrics);
  if (!metrics) return session.Finish("assemble", std::nullopt);
  if (options.lists_dimensions) return ListDimensions(session, *metrics);
  if (options.bakes) return Bake(session, options, *metrics);
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("assemble", std::nullopt);
  const auto system = MakeSystem(session, stage, *metrics);
  if (!system) return session.Finish("assemble", std::nullopt);
  const compute::MetricsReport report =
      compute::CollectMetricsReport(*system, stage::Time::Default(), *metrics);
  session.GetDiagnostics().Append(system->GetDiagnostics());
  return session.Finish("assemble", session.GetOptions().output == OutputFormat::kJson
                                        ? WriteReport(report)
                                        : FormatReport(report));
}

}  // namespace

void AddCompute(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ComputeCommand>();
  CLI::App* command = app.add_subcommand("compute", "Compute an output of a prim, and say how it came about");
  AddStageOptions(*command, options->stage);
  command->add_option("path", options->path, "The prim")->required()->type_name("PATH");
  command
      ->add_option("--output", options->output,
                   "world.xform, xform, world.bound, an attribute, or a computation by its output")
      ->type_name("NAME");
  command->add_option("--time", options->time, "The frame; else the default time")->type_name("T");
  command->add_flag("--explain", options->explains, "Inputs, order, who says what, and what it cost");
  command->add_flag("--below", options->is_below,
                    "Of each prim at and below the path that something is computed of");
  command
      ->add_option("--kernels", options->kernels,
                   "Simulate by the compiled kernels of a folder, whose code is run; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FOLDER");
  command
      ->add_option("--plugins", options->plugins,
                   "plugInfo files that declare the order of computations; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command
      ->add_option("--order", options->orders,
                   "Which of two modifiers comes first, whatever others say; may be repeated")
      ->allow_extra_args(false)
      ->check([](const std::string& order) {
        const size_t comma = order.find(',');
        return comma == 0 || comma == std::string::npos || comma + 1 == order.size()
                   ? std::string("write two names with a comma between them")
                   : std::string();
      })
      ->type_name("FIRST,THEN");
  AddMetricsOptions(*command, options->metrics);
  command->footer(
      "Examples:\n"
      "  strata compute rails.usda /Root/Curve                       its world transform\n"
      "  strata compute rails.usda /Root/Curve --explain             and where that comes from\n"
      "  strata compute shot.usda /World/Ball --output radius        the radius in the prim's units");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Compute(session, *options); }; });
}

void AddAssemble(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<AssembleCommand>();
  CLI::App* command =
      app.add_subcommand("assemble", "List where parts of a scene are in other units, or write it out");
  AddStageOptions(*command, options->stage);
  AddMetricsOptions(*command, options->metrics);
  command->add_flag("--list-dimensions", options->lists_dimensions,
                    "What attributes measure; the scene is not read");
  CLI::Option* bake = command->add_flag("--bake", options->bakes,
                                        "Write a layer over the scene in which everything is in its units");
  CLI::Option* output =
      command->add_option("-o,--output", options->output, "With --bake: the layer")->type_name("FILE");
  bake->needs(output);
  output->needs(bake);
  command->footer(
      "Examples:\n"
      "  strata assemble shot.usda                        what differs, and what becomes of it\n"
      "  strata assemble shot.usda --bake -o baked.usda   for programs that compute nothing");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Assemble(session, *options); }; });
}

}  // namespace strata::tool
