// Reads questions, one JSON object a line, and writes an answer to each.
#include "tests/compare/steps.h"

#include <iostream>

#include "strata/asset/asset.h"
#include "strata/format/text/text.h"
#include "strata/schema/registry.h"

namespace strata::compare {

namespace {

Json Open(Bench& bench, const Json& step) {
  stage::OpenOptions options;
  if (step.value("load", "all") == "none") options.load = stage::LoadPolicy::kLoadNone;
  if (step.value("interpolation", "linear") == "held")
    options.interpolation = stage::InterpolationType::kHeld;
  if (step.value("schemas", false)) options.schemas = schema::Registry::GetBuiltIn();
  if (step.contains("fallbacks"))
    options.variant_fallbacks = step["fallbacks"].get<std::map<std::string, std::vector<std::string>>>();
  Diagnostics diagnostics;
  if (step.contains("session"))
    options.session = bench.registry->FindOrOpen(step["session"], nullptr, {}, diagnostics);
  auto stage = stage::Stage::Open(bench.registry, step.at("root").get<std::string>(), options, diagnostics);
  if (!stage) return {{"error", stage.GetError().message}};
  bench.stage = *stage;
  return {{"ok", true}};
}

Json Do(Bench& bench, const Json& step) {
  const std::string what = step.at("do");
  if (what == "open") return Open(bench, step);
  if (what == "resolve") return Resolve(bench, step);
  if (what == "resolve_parts") return ResolveParts(bench, step);
  if (what == "namespace") return EditNamespace(bench, step);
  if (what == "edit") return EditStage(bench, step);
  if (what == "export") return ExportLayers(bench);
  if (what == "flatten_stack") return FlattenStack(bench);
  if (what == "flatten") return FlattenStage(bench);
  if (what == "members") return ListMembers(bench, step);
  if (what == "arcs") return ListArcs(bench);
  if (what == "stitch") return Stitch(bench, step);
  return {{"error", "no such step: " + what}};
}

Json Answer(const Json& question) {
  Bench bench;
  bench.registry = layer::LayerRegistry::Create(
      asset::MakeFileResolver(), std::make_shared<layer::FieldRegistry>(), {format::text::MakeUsdaFormat()});
  Json answers = Json::array();
  for (const Json& step : question.at("steps")) answers.push_back(Do(bench, step));
  return answers;
}

}  // namespace

}  // namespace strata::compare

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto question = strata::compare::Json::parse(line);
    std::cout << strata::compare::Answer(question).dump(-1, ' ', false,
                                                        nlohmann::json::error_handler_t::replace)
              << '\n'
              << std::flush;
  }
  return 0;
}
