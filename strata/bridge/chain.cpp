#include "strata/bridge/chain.h"

#include <algorithm>

#include <fmt/format.h>

#include "strata/bridge/compute_scene_index.h"
#include "strata/bridge/draw_modes.h"
#include "strata/bridge/extents.h"
#include "strata/bridge/material_bindings.h"
#include "strata/bridge/names.h"
#include "strata/bridge/native_prototypes.h"
#include "strata/bridge/point_prototypes.h"
#include "strata/bridge/render_settings.h"
#include "strata/bridge/root_scope.h"
#include "strata/scene/debugging.h"
#include "strata/scene/flattening.h"
#include "strata/scene/pruning.h"
#include "strata/scene/render_passes.h"
#include "strata/scene/resolving.h"

namespace strata::bridge {

ChainOptions ChainOptions::LikeOpenUSD() {
  ChainOptions options;
  options.stage.time_rule = TimeRule::kAny;
  options.stage.form = DataForm::k2408;
  options.stage.dataless = StageSceneIndexOptions::Dataless::kNull;
  options.visibility = scene::VisibilityRule::kNearestWins;
  options.xform = scene::FlattenedXformForm::kResetStack;
  options.gaps = scene::FlatteningSceneIndex::Gaps::kCut;
  options.bindings = BindingRule::kDirect;
  options.skinning = ChainOptions::Skinning::kAtRest;
  options.extent_purposes = {Token("geometry")};
  return options;
}

namespace {

scene::FlatteningSceneIndex::Providers MakeProviders(const ChainOptions& options, BindingRule bindings) {
  const Names& names = GetNames();
  scene::FlatteningSceneIndex::Providers providers = {
      {names.xform, scene::MakeXformFlattening(options.xform)},
      {names.visibility, scene::MakeVisibilityFlattening(options.visibility)},
      {names.purpose, scene::MakePurposeFlattening(scene::PurposeRule::kAlways)},
      {names.primvars, scene::MakePrimvarsFlattening()},
      {names.model, scene::MakeOverlayFlattening()},
      {names.coordSysBinding, scene::MakeOverlayFlattening()},
      {names.geomModel, MakeGeomModelFlattening()},
      {names.directMaterialBindings, MakeDirectBindingFlattening(bindings)}};
  if (options.skinning == ChainOptions::Skinning::kResolved)
    providers.emplace_back(names.skelBinding, scene::MakeOverlayFlattening());
  return providers;
}

scene::SceneIndexPtr MakeExclusion(scene::SceneIndexPtr input, std::vector<Path> excluded) {
  std::sort(excluded.begin(), excluded.end());
  return std::make_shared<scene::PathPruningSceneIndex>(
      std::move(input), [excluded = std::move(excluded)](Path path) {
        return std::binary_search(excluded.begin(), excluded.end(), path);
      });
}

void ReportUnknown(const std::vector<std::string>& resolving, Diagnostics& remarks) {
  std::string known;
  for (const scene::ResolvingIndex& index : scene::GetResolvingIndices())
    known += (known.empty() ? "" : ", ") + std::string(index.name);
  for (const std::string& name : resolving)
    if (!scene::FindResolvingIndex(name))
      remarks.Add(Diagnostic(kResolvingUnknown,
                             fmt::format("There is no resolving scene index \"{}\".", name), {},
                             fmt::format("It is one of {}.", known)));
}

scene::SceneIndexPtr MakeDrawModes(const Chain& chain, const ChainOptions& options,
                                   std::shared_ptr<const PrototypeCopiesSceneIndex> points,
                                   std::shared_ptr<const PrototypeCopiesSceneIndex> natives) {
  using Replaced = DrawModesSceneIndex::Options::Replaced;
  DrawModesSceneIndex::Options draw_modes;
  if (options.stage.dataless == StageSceneIndexOptions::Dataless::kNull)
    draw_modes.replaced = Replaced::kIsEmpty;
  // Copies of prototypes of point instancers are copied with the instances around them.
  draw_modes.is_copy_root = [points = std::move(points), natives = std::move(natives)](Path path) {
    return points->IsCopyRoot(natives->FindSource(path));
  };
  if (options.draw_modes == ChainOptions::DrawModes::kOfStage)
    draw_modes.may_have = [stage = std::weak_ptr<const StageSceneIndex>(chain.stage)] {
      const auto held = stage.lock();
      return held && held->MayHaveGeomModels();
    };
  return std::make_shared<DrawModesSceneIndex>(chain.GetFinal(), std::move(draw_modes));
}

}  // namespace

Chain MakeChain(const ChainOptions& options) {
  Diagnostics unread;
  return MakeChain(options, unread);
}

Chain MakeChain(const ChainOptions& options, Diagnostics& remarks) {
  using scene::ChainPhase;
  Chain chain;
  const auto add = [&](scene::SceneIndexPtr index, std::string reason) {
    chain.indices.push_back(std::move(index));
    chain.reasons.push_back(std::move(reason));
  };
  const auto check = [&](scene::SceneIndexPtr index) -> scene::SceneIndexPtr {
    const std::string name = index->GetDisplayName();
    return std::make_shared<scene::DebuggingSceneIndex>(std::move(index), options.checks, name);
  };
  const auto add_check = [&] {
    if (options.checks) add(check(chain.GetFinal()), "checks what is shown so far");
  };
  const auto add_plugins = [&](ChainPhase phase) {
    if (!options.plugins) return;
    const scene::SceneIndexPtr below = options.checks ? check(chain.GetFinal()) : chain.GetFinal();
    auto all = options.plugins->Append(phase, below, options.context, remarks);
    if (all.empty()) return;
    if (options.checks) add(below, "checks what plugins are shown, and what they throw");
    for (auto& inserted : all) add(std::move(inserted.index), std::move(inserted.reason));
    add_check();
  };
  const auto flatten = [&](scene::SceneIndexPtr input, BindingRule bindings) {
    return std::make_shared<scene::FlatteningSceneIndex>(std::move(input), MakeProviders(options, bindings),
                                                         options.gaps);
  };
  StageSceneIndexOptions stage = options.stage;
  if (options.checks) stage.checks = options.checks;
  chain.stage = std::make_shared<StageSceneIndex>(std::move(stage));
  add(chain.stage, "the prims of the stage, read when they are asked for");
  add_check();
  add_plugins(ChainPhase::kStage);
  if (options.stage.computations)
    add(std::make_shared<ComputeSceneIndex>(chain.GetFinal(), chain.stage),
        "before flattening: computed transforms are of prims by themselves, and what is below inherits them");
  chain.globals = std::make_shared<scene::SceneGlobalsSceneIndex>(chain.GetFinal());
  add(chain.globals, "before all that asks which render pass, settings and camera count");
  add(std::make_shared<scene::RenderPassesSceneIndex>(chain.GetFinal()),
      "before instancing, so that instancers do not count what the active pass leaves out");
  if (!options.excluded.empty())
    add(MakeExclusion(chain.GetFinal(), options.excluded),
        "before instancing, so that instancers do not count what is excluded");
  if (!options.root.IsEmpty())
    add(std::make_shared<RootScopeSceneIndex>(chain.GetFinal(), options.root),
        "before instancing, so that instancers do not count what is outside");
  add(std::make_shared<ExtentSceneIndex>(chain.GetFinal(), options.extent_purposes),
      "before instancing, so that copies have extents too");
  add_plugins(ChainPhase::kPreInstancing);
  const auto points = std::make_shared<PointPrototypesSceneIndex>(chain.GetFinal());
  add(points, "before native instancing: prototypes of point instancers may hold instances");
  add_plugins(ChainPhase::kPreFlatten);
  const auto natives = std::make_shared<NativePrototypesSceneIndex>(
      chain.GetFinal(), flatten(chain.GetFinal(), BindingRule::kDirect));
  add(natives, "before flattening: copies inherit from where they stand, not from the prototype");
  add(flatten(chain.GetFinal(), options.bindings), "what prims inherit, gathered at each");
  add(std::make_shared<MadePrimsSceneIndex>(chain.GetFinal(), natives),
      "after flattening: instancers that were made inherit nothing");
  if (options.skinning == ChainOptions::Skinning::kResolved) {
    chain.skinning = std::make_shared<SkinningSceneIndex>(
        chain.GetFinal(), chain.stage,
        [points, natives](Path path) { return points->FindSource(natives->FindSource(path)); });
    add(chain.skinning,
        "after instancing: each copy is moved by the animation that is bound where it stands");
  }
  add_plugins(ChainPhase::kPostFlatten);
  const auto active = options.stage.form == DataForm::kNewest ? RenderSettingsSceneIndex::Active::kShown
                                                              : RenderSettingsSceneIndex::Active::kLeftOut;
  add(std::make_shared<RenderSettingsSceneIndex>(chain.GetFinal(), active),
      "after the camera has what it inherits: apertures are fitted to pictures");
  add(std::make_shared<MaterialBindingsSceneIndex>(chain.GetFinal(), options.bindings),
      "after flattening: the bindings of prims above count");
  add(MakeDrawModes(chain, options, points, natives),
      "after bindings: what stands in for a model is not bound to the model's materials");
  for (const scene::ResolvingIndex& index : scene::GetResolvingIndices())
    if (std::ranges::find(options.resolving, index.name) != options.resolving.end())
      add(index.make(chain.GetFinal()), std::string(index.reason));
  ReportUnknown(options.resolving, remarks);
  chain.selection = std::make_shared<SelectionSceneIndex>(chain.GetFinal());
  add(chain.selection, "after instancing: prims in instances are selected where they are shown");
  add_plugins(ChainPhase::kResolved);
  add_plugins(ChainPhase::kRenderer);
  add_check();
  return chain;
}

}  // namespace strata::bridge
