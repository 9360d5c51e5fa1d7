// The standard chain of scene indices from a stage to what renderers read.
// (UsdImagingCreateSceneIndices)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "strata/bridge/material_bindings.h"
#include "strata/bridge/selection.h"
#include "strata/bridge/skinning.h"
#include "strata/bridge/stage_scene_index.h"
#include "strata/scene/checks.h"
#include "strata/scene/flattening_providers.h"
#include "strata/scene/plugins.h"
#include "strata/scene/scene_globals.h"

namespace strata::bridge {

inline constexpr DiagnosticCode kResolvingUnknown{"scene.resolving-unknown", Severity::kError,
                                                  "There is no resolving scene index of a name."};

struct ChainOptions {
  StageSceneIndexOptions stage;
  scene::VisibilityRule visibility = scene::VisibilityRule::kInvisiblePrunes;
  scene::FlattenedXformForm xform = scene::FlattenedXformForm::kComposed;
  scene::FlatteningSceneIndex::Gaps gaps = scene::FlatteningSceneIndex::Gaps::kBridged;
  BindingRule bindings = BindingRule::kDirectAndCollections;
  // Prims that are not shown, nor what is below them; paths in instances are none of these: their prototypes
  // are shared.
  std::vector<Path> excluded;
  // The subtree that is drawn, with what it inherits from above; empty: the whole scene.
  Path root;
  // Whether points are where skeletons and blend shapes move them, or at rest.
  enum class Skinning : uint8_t { kResolved, kAtRest } skinning = Skinning::kResolved;
  // Which prims are asked for draw modes: where no prim of the stage has GeomModelAPI none, or all, for
  // plugins that give models to scenes.
  enum class DrawModes : uint8_t { kOfStage, kAnywhere } draw_modes = DrawModes::kOfStage;
  // By their names, see scene::GetResolvingIndices; they stand in the order of those. One that is not known
  // is reported and left out.
  std::vector<std::string> resolving;
  std::vector<Token> extent_purposes = {Token("geometry"), Token("render"), Token("proxy")};
  // Put into the chain at their phases; null: none.
  std::shared_ptr<const scene::SceneIndexPluginRegistry> plugins;
  scene::PluginContext context;
  // Where promises that are broken are noted: by debugging indices over the stage, around plugins, and last.
  // Null: nobody looks.
  std::shared_ptr<scene::SceneChecks> checks;
  // As OpenUSD's own chain behaves.
  static ChainOptions LikeOpenUSD();
};

// Indices in order, the stage's first; that of computations stands second where there are any.
struct Chain {
  std::shared_ptr<StageSceneIndex> stage;
  std::shared_ptr<SelectionSceneIndex> selection;
  std::shared_ptr<scene::SceneGlobalsSceneIndex> globals;  // what the application says of the scene
  std::shared_ptr<SkinningSceneIndex> skinning;            // null: points are at rest
  std::vector<scene::SceneIndexPtr> indices;
  std::vector<std::string> reasons;  // why each index stands where it does
  const scene::SceneIndexPtr& GetFinal() const { return indices.back(); }
};
Chain MakeChain(const ChainOptions& options = {});
// Says which plugins could not be used.
Chain MakeChain(const ChainOptions& options, Diagnostics& remarks);

}  // namespace strata::bridge
