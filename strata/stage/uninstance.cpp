#include "strata/stage/uninstance.h"

#include <fmt/format.h>

#include "strata/layer/fields.h"

namespace strata::stage {

Result<Prim> UninstancePrimAtPath(Stage& stage, Editor& editor, Path path) {
  // Nothing is written for a path that leads nowhere.
  if (!path.IsAbsolute() || !stage.GetPrimAtPath(path)) {
    return Diagnostic(kEditRefused, fmt::format("There is no prim at <{}>.", path.GetString()), {},
                      "Name a prim of the stage.");
  }
  for (Path above : path.GetPrefixes()) {
    if (above == path || !stage.GetPrimAtPath(above).IsInstance()) continue;
    STRATA_CHECK(editor.SetMetadata(above, layer::GetFieldNames().instanceable, Value(false)));
  }
  return stage.GetPrimAtPath(path);
}

}  // namespace strata::stage
