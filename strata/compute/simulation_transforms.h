// Transforms that modules of simulations give: of their prim, in its parent's space or in the world's, and of
// the instances of a point instancer.
#pragma once

#include "strata/compute/simulation.h"

namespace strata::compute {

// Under which names modules give them.
struct TransformNames {
  Token xform{"xform"};                   // Matrix4d, in place of the prim's own
  Token world_xform{"world.xform"};       // Matrix4d, wherever the prim's parent is
  Token instances{"instanceTransforms"};  // Matrix4d[], one for each instance
};
const TransformNames& GetTransformNames();

// Refuses transforms that are none, and says those of instances as `positions`, `orientationsf` and `scales`:
// what stages, boxes and renderers have of instances.
Result<void> ReadTransforms(const SimulationCall& call, const SimulationModule& module,
                            SimulationFrame& frame);

// The transforms of the instances of a shape, as its attributes say them.
std::vector<Matrix4d> ListInstanceTransforms(const SimulatedShape& shape);

Token GetMoveName();  // of the modifier below
// Adds the modifier "warp:move" of "xform", by the answers of `simulation`. Prims whose colliders are below
// them are not moved: these would move along. `may_move` says whether a prim's module moves it, as far as is
// known.
Result<void> AddSimulatedTransforms(Registry& registry, const std::vector<Token>& schemas, Token simulation,
                                    std::function<bool(const stage::Prim&)> may_move);

}  // namespace strata::compute
