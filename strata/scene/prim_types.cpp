#include "strata/scene/prim_types.h"

#include <set>
#include <string_view>

namespace strata::scene {

bool IsGeometryType(Token type) {
  static const std::set<std::string_view> kTypes = {
      "mesh",   "basisCurves", "points",   "nurbsCurves", "nurbsPatch", "tetMesh",    "volume",       "cube",
      "sphere", "cone",        "cylinder", "capsule",     "plane",      "geomSubset", "particleField"};
  return kTypes.contains(type.GetText());
}

}  // namespace strata::scene
