// The options of everything that reads a stage as a running scene, and the chain they ask for.
#pragma once

#include <string>
#include <vector>

#include "strata/bridge/chain.h"
#include "tools/metrics_options.h"
#include "tools/session.h"

namespace CLI {
class App;
}

namespace strata::tool {

struct ChainChoice {
  std::vector<std::string> plugins;  // plugInfo files
  std::vector<std::string> resolving;
  std::string scope;  // the subtree that is drawn; empty: all
  std::string renderer;
  bool is_like_openusd = false;
  bool is_at_rest = false;
  bool is_computed = false;
  MetricsChoice metrics;                       // of what is computed
  std::vector<std::string> kernels;            // folders of compiled ones
  std::shared_ptr<scene::SceneChecks> checks;  // null: nothing is checked
};

void AddChainOptions(CLI::App& command, ChainChoice& choice);
// What cannot be used is among the session's diagnostics.
bridge::Chain MakeChain(Session& session, const ChainChoice& choice);
// Lets the chain show a stage. Refused where the scene says that all of its coordinate reference systems must
// be resolved, and what is computed cannot do it; all such prims are then among the session's diagnostics.
Result<void> ShowStage(Session& session, bridge::Chain& chain, const stage::StagePtr& stage);
// What was noted while the chain was read and changed.
void ReportChecks(Session& session, const ChainChoice& choice);
// The stage's start time code, where it says one.
double GetFirstTime(const stage::Stage& stage);

}  // namespace strata::tool
