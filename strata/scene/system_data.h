// What is said of the system around prims (asset resolution and the like), looked for upwards.
// (HdSystemSchema)
#pragma once

#include "strata/scene/scene_index.h"

namespace strata::scene {

// What the prim at `from`, or else the nearest prim above it, has under `system/key`; null where none has.
// `found_at` becomes the path of who has it.
DataSourceHandle FindSystemData(const SceneIndex& scene, Path from, Token key, Path* found_at = nullptr);

// All that is said under `system` from `from` upwards, the nearest prim strongest; null where nothing is.
// `found_at` becomes the path of the nearest prim that says anything.
ContainerDataSourceHandle ComposeSystemData(const SceneIndex& scene, Path from, Path* found_at = nullptr);

}  // namespace strata::scene
