#include "tools/metrics_options.h"

#include <CLI/CLI.hpp>

#include "strata/base/files.h"

namespace strata::tool {

void AddMetricsOptions(CLI::App& command, MetricsChoice& choice, CLI::Option* needed) {
  CLI::Option* options[] = {
      command
          .add_option("--unauthored", choice.unauthored,
                      "What layers mean that say no units: what leads to them (inherit), centimetres "
                      "(fallback), or nothing (error)")
          ->check(CLI::IsMember({"inherit", "fallback", "error"}).description(""))
          ->type_name("HOW"),
      command.add_option("--fallbacks", choice.fallbacks, "What fallbacks of schemas are in: prim or stage")
          ->check(CLI::IsMember({"prim", "stage"}).description(""))
          ->type_name("WHOSE"),
      command
          .add_option("--mode", choice.mode,
                      "What is changed of shapes in other units than their prim: their values, or the prim's "
                      "transform (transforms)")
          ->check(CLI::IsMember({"values", "transforms"}).description(""))
          ->type_name("WHAT"),
      command.add_option("--dimensions", choice.dimensions, "More lines of dimensions; may be repeated")
          ->allow_extra_args(false)
          ->type_name("FILE")};
  if (!needed) return;
  for (CLI::Option* option : options) option->needs(needed);
}

std::optional<compute::MetricsOptions> MakeMetricsOptions(Session& session, const MetricsChoice& choice) {
  compute::MetricsOptions options;
  if (choice.unauthored == "fallback") options.unauthored = compute::UnauthoredMetrics::kUsdFallback;
  if (choice.unauthored == "error") options.unauthored = compute::UnauthoredMetrics::kError;
  if (choice.fallbacks == "stage") options.fallbacks = compute::FallbackDomain::kStage;
  if (choice.mode == "transforms") options.mode = compute::MetricsMode::kTransforms;
  if (choice.dimensions.empty()) return options;
  auto dimensions = std::make_shared<compute::DimensionRegistry>();
  for (const std::string& file : choice.dimensions) {
    const auto text = ReadWholeFile(file);
    if (!text) {
      session.GetDiagnostics().Add(text.GetError());
      return std::nullopt;
    }
    dimensions->AddText(*text, file, session.GetDiagnostics());
  }
  options.dimensions = std::move(dimensions);
  return options;
}

}  // namespace strata::tool
