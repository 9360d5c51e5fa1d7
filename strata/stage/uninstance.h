// Makes a prim inside instances one that can be edited.   (UsdUtilsUninstancePrimAtPath)
#pragma once

#include "strata/stage/editor.h"

namespace strata::stage {

// Says `instanceable = false` of each instance above the prim at `path`, outermost first, where the editor
// writes; the prim is no instance proxy then. An instance at `path` itself stays one. Refused, with nothing
// written, when there is no such prim.
Result<Prim> UninstancePrimAtPath(Stage& stage, Editor& editor, Path path);

}  // namespace strata::stage
