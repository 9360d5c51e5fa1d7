// The names of properties, types and words that the typed views ask for, interned once.
#pragma once

#include "strata/base/token.h"

namespace strata::domain {

// Use as `names.xformOpOrder` with `const Names& names = GetNames();`.
struct Names {
  // clang-format off
#define STRATA_DOMAIN_NAMES(X)                                                                             \
  X(Boundable) X(Imageable) X(Xformable) X(PointInstancer) X(Material) X(NodeGraph)                         \
  X(xformOpOrder) X(visibility) X(purpose) X(extent) X(extentsHint) X(points) X(widths) X(positions)        \
  X(orientations) X(orientationsf) X(scales) X(velocities) X(accelerations) X(angularVelocities)            \
  X(protoIndices) X(prototypes) X(ids) X(invisibleIds) X(inactiveIds) X(size) X(radius) X(height) X(axis)   \
  X(radiusTop) X(radiusBottom) X(width) X(length) X(joints) X(restTransforms) X(bindTransforms)             \
  X(translations) X(rotations) X(invisible) X(inherited) X(guide) X(proxy) X(render) X(includes)            \
  X(interpolation) X(elementSize) X(unauthoredValuesIndex) X(bindMaterialAs) X(weakerThanDescendants)       \
  X(strongerThanDescendants) X(constant) X(uniform) X(varying) X(vertex) X(faceVarying) X(X) X(Y) X(Z)
#define X(name) Token name{#name};
  STRATA_DOMAIN_NAMES(X)
#undef X
  // clang-format on
  Token default_{"default"};
  Token reset_xform_stack{"!resetXformStack!"};
  Token inputs_width{"inputs:width"};
  Token inputs_height{"inputs:height"};
  Token inputs_radius{"inputs:radius"};
  Token inputs_length{"inputs:length"};
  Token material_binding{"material:binding"};
  Token material_binding_collection{"material:binding:collection"};
  Token skel_skeleton{"skel:skeleton"};
  Token skel_animation_source{"skel:animationSource"};
};
const Names& GetNames();

}  // namespace strata::domain
