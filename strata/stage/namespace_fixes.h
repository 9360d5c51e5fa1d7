// Fields of a layer that hold paths, as they are to be once some paths have become others.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "strata/stage/namespace_editor.h"

namespace strata::stage {

// What happens to paths at and below `from`; `to` is empty for deletions.
struct PathMove {
  Path from, to;
};

// Appends a step for each field of the layer that changes. Everything that the layer says is mended, also in
// variants that are not selected and below prims that are not composed.
enum class DefaultPrim : uint8_t { kKeep, kMend };
void MendPaths(const layer::LayerPtr& layer, const std::vector<PathMove>& moves, DefaultPrim default_prim,
               std::vector<NamespacePlan::Step>& steps);

// The relocates of a layer after the moves: those of what is deleted are gone, and those back to where they
// came from.
Relocates MoveRelocates(const Relocates& relocates, const std::vector<PathMove>& moves);

// References and payloads at one spec, which lead to prims of another file when `leads_there` says so of
// their asset path.
void MendArcs(const layer::LayerPtr& layer, Path site, const PathMove& move,
              const std::function<bool(const std::string&)>& leads_there,
              std::vector<NamespacePlan::Step>& steps);

}  // namespace strata::stage
