#include "tools/chain_options.h"

#include <CLI/CLI.hpp>

#include "strata/bridge/bridge.h"
#include "strata/compute/compute.h"

namespace strata::tool {

void AddChainOptions(CLI::App& command, ChainChoice& choice) {
  command.add_flag_callback(
      "--like-openusd", [&choice] { choice.is_like_openusd = true; },
      "As OpenUSD's own chain behaves: nearest visibility wins, flattened transforms reset");
  command.add_flag_callback(
      "--at-rest", [&choice] { choice.is_at_rest = true; },
      "With points that skeletons would move left at rest");
  CLI::Option* computed = command.add_flag_callback(
      "--computed", [&choice] { choice.is_computed = true; },
      "With places on the Earth, metrics and simulations computed");
  AddMetricsOptions(command, choice.metrics, computed);
  command
      .add_option("--kernels", choice.kernels,
                  "Simulate by the compiled kernels of a folder, whose code is run; may be repeated")
      ->allow_extra_args(false)
      ->needs(computed)
      ->type_name("FOLDER");
  command.add_flag_callback(
      "--check", [&choice] { choice.checks = std::make_shared<scene::SceneChecks>(); },
      "Check that the scene indices, those of plugins among them, keep the promises of scenes");
  command
      .add_option("--plugins", choice.plugins,
                  "plugInfo files of scene index plugins, which stand at their phases")
      ->type_name("FILE");
  command.add_option("--renderer", choice.renderer, "The renderer for which plugins are chosen")
      ->type_name("NAME");
  command
      .add_option("--resolve", choice.resolving,
                  "Scene indices that turn data into what renderers draw, such as lightLinking")
      ->type_name("NAME")
      ->delimiter(',');
  command.add_option("--scope", choice.scope, "Draw the subtree at this prim alone")->type_name("PATH");
}

bridge::Chain MakeChain(Session& session, const ChainChoice& choice) {
  bridge::ChainOptions chain =
      choice.is_like_openusd ? bridge::ChainOptions::LikeOpenUSD() : bridge::ChainOptions();
  if (choice.is_at_rest) chain.skinning = bridge::ChainOptions::Skinning::kAtRest;
  if (choice.is_computed) {
    auto computations = std::make_shared<compute::Registry>();
    auto library = std::make_shared<compute::SimulationLibrary>();
    for (const std::string& folder : choice.kernels) compute::AddKernelFolder(*library, folder);
    const auto metrics = MakeMetricsOptions(session, choice.metrics);
    if (auto added = compute::AddStandardComputations(
            *computations, metrics.value_or(compute::MetricsOptions()), std::move(library));
        !added)
      session.GetDiagnostics().Add(added.TakeError());
    compute::LoadComputationOrders(choice.plugins, *computations, session.GetDiagnostics());
    chain.stage.computations = std::move(computations);
  }
  if (!choice.plugins.empty()) {
    auto registry = std::make_shared<scene::SceneIndexPluginRegistry>();
    bridge::LoadScenePlugins(choice.plugins, *registry, session.GetDiagnostics());
    chain.plugins = std::move(registry);
  }
  chain.checks = choice.checks;
  chain.context.renderer = choice.renderer;
  chain.resolving = choice.resolving;
  if (!choice.scope.empty()) chain.root = Path(choice.scope);
  return bridge::MakeChain(chain, session.GetDiagnostics());
}

Result<void> ShowStage(Session& session, bridge::Chain& chain, const stage::StagePtr& stage) {
  chain.stage->SetStage(stage);
  const auto computations = chain.stage->GetComputations();
  if (!computations) return {};
  const Diagnostics unresolved = compute::FindUnresolvedPlaces(*computations);
  const auto& all = unresolved.GetAll();
  if (all.empty()) return {};
  for (size_t i = 0; i + 1 < all.size(); ++i) session.GetDiagnostics().Add(all[i]);
  return all.back();
}

void ReportChecks(Session& session, const ChainChoice& choice) {
  if (choice.checks) choice.checks->Report(session.GetDiagnostics());
}

double GetFirstTime(const stage::Stage& stage) {
  return stage.HasAuthoredTimeCodeRange() ? stage.GetStartTimeCode() : 0.0;
}

}  // namespace strata::tool
