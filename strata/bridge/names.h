// The names that stages and scenes use on either side of the bridge, interned once.
#pragma once

#include "strata/base/token.h"

namespace strata::bridge {

// Use as `names.xform` with `const Names& names = GetNames();`.
struct Names {
  // clang-format off
#define STRATA_BRIDGE_NAMES(X)                                                                             \
  X(xform) X(matrix) X(resetXformStack) X(visibility) X(purpose) X(geometry) X(extent) X(min) X(max)        \
  X(extentsHint) X(primvars) X(primvarValue) X(indexedPrimvarValue) X(indices) X(interpolation) X(role)     \
  X(primOrigin) X(scenePath) X(specifier) X(isLoaded) X(niPrototypePath) X(isNiPrototype) X(model)          \
  X(modelPath) X(assetIdentifier) X(assetName) X(assetVersion) X(identifier) X(name) X(version)             \
  X(sceneGlobals) X(startTimeCode) X(endTimeCode) X(system) X(assetResolution) X(resolverContext)           \
  X(mesh) X(topology) X(faceVertexCounts) X(faceVertexIndices) X(holeIndices) X(orientation)                \
  X(subdivisionScheme) X(doubleSided) X(subdivisionTags) X(faceVaryingLinearInterpolation)                  \
  X(interpolateBoundary) X(triangleSubdivisionRule) X(triangleSubdivision) X(cornerIndices)                 \
  X(cornerSharpnesses) X(creaseIndices) X(creaseLengths) X(creaseSharpnesses) X(points) X(normals)          \
  X(velocities) X(accelerations) X(angularVelocities) X(widths) X(ids) X(id) X(positions) X(orientations)   \
  X(orientationsf) X(scales) X(protoIndices) X(prototypes) X(invisibleIds) X(inactiveIds) X(instancer)      \
  X(instancerTopology) X(instanceIndices) X(mask) X(inherited) X(invisible) X(material) X(nodes)            \
  X(terminals) X(parameters) X(inputConnections) X(nodeIdentifier) X(renderContextNodeIdentifiers)          \
  X(interfaceMappings) X(nodePath) X(inputName) X(upstreamNodePath) X(upstreamNodeOutputName) X(value)      \
  X(colorSpace) X(light) X(lightFilter) X(filters) X(portals) X(isLight) X(materialSyncMode)                \
  X(collections) X(membershipExpression) X(directMaterialBindings) X(collectionMaterialBindings)            \
  X(materialPath) X(bindingStrength) X(collectionPath) X(coordSysBinding) X(geomModel) X(geomSubset)        \
  X(type) X(elementType) X(instanceable) X(constant) X(uniform) X(varying) X(vertex) X(faceVarying)         \
  X(instance) X(proxy) X(render) X(guide) X(camera) X(projection) X(bindMaterialAs) X(materialBindings)     \
  X(path) X(Material) X(Imageable) X(Xformable) X(Boundable) X(NodeGraph) X(assetInfo)                      \
  X(weakerThanDescendants) X(strongerThanDescendants) X(tetMesh) X(tetVertexIndices)                        \
  X(surfaceFaceVertexIndices) X(basisCurves) X(curveVertexCounts) X(basis) X(wrap) X(nurbsCurves)           \
  X(order) X(knots) X(ranges) X(nurbsPatch) X(volume) X(volumeField) X(volumeFieldBinding) X(filePath)      \
  X(fieldName) X(fieldIndex) X(fieldDataType) X(fieldClass) X(vectorDataRoleHint) X(drawMode)               \
  X(applyDrawMode) X(drawModeColor) X(cardGeometry) X(sphere) X(cube) X(cone) X(cylinder) X(capsule)        \
  X(plane) X(size) X(radius) X(height) X(axis) X(radiusTop) X(radiusBottom) X(width) X(length) X(active)    \
  X(point) X(normal) X(vector) X(color) X(textureCoordinate) X(pointIndex) X(edgeIndex) X(faceIndex)     \
  X(elementSize) X(timeCodesPerSecond) X(activeRenderSettingsPrim) X(renderSettingsPrimPath)                \
  X(sceneMetrics) X(metersPerUnit) X(kilogramsPerUnit) X(upAxis) X(typeName) X(apiSchemas) X(kind) X(variantSelections) \
  X(skelBinding) X(skeleton) X(animationSource) X(hasSkelRoot) X(skelAnimation) X(skelBlendShape)         \
  X(SkelBindingAPI) X(GeomModelAPI) X(interface) X(parameterOrder) X(displayGroup) X(displayName) X(mappings)
#define X(name) Token name{#name};
  STRATA_BRIDGE_NAMES(X)
#undef X
  // clang-format on
  Token default_{"default"};
  Token prim_info{"__usdPrimInfo"};
  Token xform_op_order{"xformOpOrder"};
  Token instance_translations{"hydra:instanceTranslations"};
  Token instance_rotations{"hydra:instanceRotations"};
  Token instance_scales{"hydra:instanceScales"};
  Token all_contexts{"__all"};
  Token apply_draw_mode{"model:applyDrawMode"};
  Token light_filters{"light:filters"};
  Token light_shader_id{"light:shaderId"};
  Token light_filter_shader_id{"lightFilter:shaderId"};
  Token light_material_sync_mode{"light:materialSyncMode"};
  Token info_id{"info:id"};
};
const Names& GetNames();

}  // namespace strata::bridge
