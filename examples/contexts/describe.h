// What the examples of contexts share: a first stage, and how a handle to a stage is printed.
#pragma once

#include <string>
#include <utility>

#include "strata/context/context.h"

namespace strata::examples {

// As an application begins: a blank stage over an anonymous layer.
inline bool OpenBlankStage(const context::Engine& engine, context::Context& usd_context) {
  Diagnostics remarks;
  Result<stage::StagePtr> blank = stage::Stage::Open(
      engine.GetLayerRegistry(), engine.GetLayerRegistry()->CreateAnonymous("World0.usd"), {}, remarks);
  return blank && usd_context.Attach(*std::move(blank));
}

inline std::string Describe(const stage::StageRef& stage) {
  if (!stage) return "invalid null stage";
  return "Usd.Stage.Open(rootLayer=Sdf.Find('" + stage.Get()->GetRootLayer()->GetIdentifier() +
         "'), sessionLayer=Sdf.Find('" + stage.Get()->GetSessionLayer()->GetIdentifier() + "'))";
}

}  // namespace strata::examples
