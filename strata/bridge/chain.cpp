#include "strata/bridge/chain.h"

#include "strata/bridge/extents.h"
#include "strata/bridge/material_bindings.h"
#include "strata/bridge/names.h"
#include "strata/bridge/native_prototypes.h"
#include "strata/bridge/point_prototypes.h"
#include "strata/scene/flattening.h"

namespace strata::bridge {

ChainOptions ChainOptions::LikeOpenUSD() {
  ChainOptions options;
  options.stage.time_rule = TimeRule::kAny;
  options.stage.dataless = StageSceneIndexOptions::Dataless::kNull;
  options.visibility = scene::VisibilityRule::kNearestWins;
  options.xform = scene::FlattenedXformForm::kResetStack;
  options.gaps = scene::FlatteningSceneIndex::Gaps::kCut;
  options.extent_purposes = {Token("geometry")};
  return options;
}

namespace {

scene::FlatteningSceneIndex::Providers MakeProviders(const ChainOptions& options) {
  const Names& names = GetNames();
  return {{names.xform, scene::MakeXformFlattening(options.xform)},
          {names.visibility, scene::MakeVisibilityFlattening(options.visibility)},
          {names.purpose, scene::MakePurposeFlattening(scene::PurposeRule::kAlways)},
          {names.primvars, scene::MakePrimvarsFlattening()},
          {names.model, scene::MakeOverlayFlattening()},
          {names.coordSysBinding, scene::MakeOverlayFlattening()},
          {names.directMaterialBindings, MakeDirectBindingFlattening()}};
}

}  // namespace

Chain MakeChain(const ChainOptions& options) {
  Chain chain;
  chain.stage = std::make_shared<StageSceneIndex>(options.stage);
  chain.indices.push_back(chain.stage);
  const auto add = [&](scene::SceneIndexPtr index) { chain.indices.push_back(std::move(index)); };
  const auto flatten = [&](scene::SceneIndexPtr input) {
    return std::make_shared<scene::FlatteningSceneIndex>(std::move(input), MakeProviders(options),
                                                         options.gaps);
  };
  add(std::make_shared<ExtentSceneIndex>(chain.GetFinal(), options.extent_purposes));
  add(std::make_shared<PointPrototypesSceneIndex>(chain.GetFinal()));
  const auto natives =
      std::make_shared<NativePrototypesSceneIndex>(chain.GetFinal(), flatten(chain.GetFinal()));
  add(natives);
  add(flatten(chain.GetFinal()));
  add(std::make_shared<MadePrimsSceneIndex>(chain.GetFinal(), natives));
  add(std::make_shared<MaterialBindingsSceneIndex>(chain.GetFinal()));
  return chain;
}

}  // namespace strata::bridge
