// The names under which scenes hold data, interned once.
#pragma once

#include "strata/base/token.h"

namespace strata::scene {

// Use as `names.primvars` with `const Names& names = GetNames();`.
struct Names {
  // clang-format off
#define STRATA_SCENE_NAMES(X)                                                                              \
  X(xform) X(matrix) X(resetXformStack) X(composed) X(visibility) X(purpose) X(inheritable) X(fallback)     \
  X(geometry) X(extent) X(min) X(max) X(primvars) X(primvarValue) X(indexedPrimvarValue) X(indices)         \
  X(interpolation) X(role) X(constant) X(uniform) X(varying) X(vertex) X(faceVarying) X(instance)           \
  X(colorSpace) X(elementSize) X(points) X(normals) X(widths) X(mesh) X(topology) X(material) X(nodes)      \
  X(terminals) X(materialBindings) X(path) X(instancer) X(instancerTopology) X(prototypes)                  \
  X(instanceIndices) X(mask) X(instanceLocations) X(instancedBy) X(paths) X(prototypeRoots)                 \
  X(prototypeIndex) X(instanceIndex) X(coordSysBinding) X(model) X(geomModel) X(system) X(sceneGlobals)     \
  X(primOrigin) X(scenePath) X(extentsHint) X(drawMode) X(applyDrawMode) X(inherited)                       \
  X(dependedOnPrimPath) X(dependedOnDataSourceLocator) X(affectedDataSourceLocator) X(bindingStrength)
#define X(name) Token name{#name};
  STRATA_SCENE_NAMES(X)
#undef X
  // clang-format on
  Token dependencies{"__dependencies"};
};
const Names& GetNames();

}  // namespace strata::scene
