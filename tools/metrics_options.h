// The options of everything that computes in which units the parts of a scene are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "strata/compute/metrics_assembly.h"
#include "tools/session.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace strata::tool {

struct MetricsChoice {
  std::string unauthored = "inherit";
  std::string fallbacks = "prim";
  std::string mode = "values";
  std::vector<std::string> dimensions;  // files
};

// `needed` is the option without which these mean nothing; null: none.
void AddMetricsOptions(CLI::App& command, MetricsChoice& choice, CLI::Option* needed = nullptr);
// Nothing where a file cannot be read, which is among the session's diagnostics then.
std::optional<compute::MetricsOptions> MakeMetricsOptions(Session& session, const MetricsChoice& choice);

}  // namespace strata::tool
