// Instancing, where prims come from, dependencies, and what is said of the scene as a whole. Made by
// scripts/scene_schemas.py from data/scene_schemas/scene.txt.
#pragma once

#include <string>

#include "strata/math/matrix.h"
#include "strata/scene/schema.h"
#include "strata/value/types.h"

namespace strata::scene {

class InstanceIndicesSchema final
    : public SchemaOfList<InstanceIndicesSchema, "instanceIndices", Array<int32_t>> {
 public:
  using SchemaOfList::SchemaOfList;
};

class InstancerTopologySchema final : public SchemaOf<InstancerTopologySchema, "instancerTopology"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"prototypes", PathVector> kPrototypes{};
  static constexpr SchemaMember<"instanceIndices", InstanceIndicesSchema> kInstanceIndices{};
  static constexpr SchemaMember<"mask", Array<bool>> kMask{};
  static constexpr SchemaMember<"instanceLocations", PathVector> kInstanceLocations{};
  auto GetPrototypes(double shutter_offset = 0) const { return Read(kPrototypes, shutter_offset); }
  auto GetInstanceIndices() const { return Read(kInstanceIndices); }
  auto GetMask(double shutter_offset = 0) const { return Read(kMask, shutter_offset); }
  auto GetInstanceLocations(double shutter_offset = 0) const {
    return Read(kInstanceLocations, shutter_offset);
  }
};

class InstancedBySchema final : public SchemaOf<InstancedBySchema, "instancedBy"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"paths", PathVector> kPaths{};
  static constexpr SchemaMember<"prototypeRoots", PathVector> kPrototypeRoots{};
  auto GetPaths(double shutter_offset = 0) const { return Read(kPaths, shutter_offset); }
  auto GetPrototypeRoots(double shutter_offset = 0) const { return Read(kPrototypeRoots, shutter_offset); }
};

class InstanceSchema final : public SchemaOf<InstanceSchema, "instance"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"instancer", Path> kInstancer{};
  static constexpr SchemaMember<"prototypeIndex", int32_t> kPrototypeIndex{};
  static constexpr SchemaMember<"instanceIndex", int32_t> kInstanceIndex{};
  auto GetInstancer(double shutter_offset = 0) const { return Read(kInstancer, shutter_offset); }
  auto GetPrototypeIndex(double shutter_offset = 0) const { return Read(kPrototypeIndex, shutter_offset); }
  auto GetInstanceIndex(double shutter_offset = 0) const { return Read(kInstanceIndex, shutter_offset); }
};

class InstanceCategoriesSchema final : public SchemaOf<InstanceCategoriesSchema, "instanceCategories"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"categoriesValues", DataSourceHandle> kCategoriesValues{};
  auto GetCategoriesValues() const { return Read(kCategoriesValues); }
};

class InstanceProxySchema final : public SchemaOf<InstanceProxySchema, "instanceProxy"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"pathToPrimInPrototype", Path> kPathToPrimInPrototype{};
  static constexpr SchemaMember<"instancingContext", DataSourceHandle> kInstancingContext{};
  auto GetPathToPrimInPrototype(double shutter_offset = 0) const {
    return Read(kPathToPrimInPrototype, shutter_offset);
  }
  auto GetInstancingContext() const { return Read(kInstancingContext); }
};

class PrimOriginSchema final : public SchemaOf<PrimOriginSchema, "primOrigin"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"scenePath", Path> kScenePath{};
  auto GetScenePath(double shutter_offset = 0) const { return Read(kScenePath, shutter_offset); }
};

class UsdPrimInfoSchema final : public SchemaOf<UsdPrimInfoSchema, "__usdPrimInfo"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"specifier", Token> kSpecifier{};
  static constexpr SchemaMember<"typeName", Token> kTypeName{};
  static constexpr SchemaMember<"isLoaded", bool> kIsLoaded{};
  static constexpr SchemaMember<"apiSchemas", Array<Token>> kApiSchemas{};
  static constexpr SchemaMember<"kind", Token> kKind{};
  static constexpr SchemaMember<"variantSelections", DataSourceHandle> kVariantSelections{};
  static constexpr SchemaMember<"niPrototypePath", Path> kNiPrototypePath{};
  static constexpr SchemaMember<"isNiPrototype", bool> kIsNiPrototype{};
  static constexpr SchemaMember<"piPropagatedPrototypes", DataSourceHandle> kPiPropagatedPrototypes{};
  auto GetSpecifier(double shutter_offset = 0) const { return Read(kSpecifier, shutter_offset); }
  auto GetTypeName(double shutter_offset = 0) const { return Read(kTypeName, shutter_offset); }
  auto GetIsLoaded(double shutter_offset = 0) const { return Read(kIsLoaded, shutter_offset); }
  auto GetApiSchemas(double shutter_offset = 0) const { return Read(kApiSchemas, shutter_offset); }
  auto GetKind(double shutter_offset = 0) const { return Read(kKind, shutter_offset); }
  auto GetVariantSelections() const { return Read(kVariantSelections); }
  auto GetNiPrototypePath(double shutter_offset = 0) const { return Read(kNiPrototypePath, shutter_offset); }
  auto GetIsNiPrototype(double shutter_offset = 0) const { return Read(kIsNiPrototype, shutter_offset); }
  auto GetPiPropagatedPrototypes() const { return Read(kPiPropagatedPrototypes); }
};

class UsdUpAxisSchema final : public SchemaOf<UsdUpAxisSchema, "__usdUpAxis"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"upAxis", Token> kUpAxis{};
  auto GetUpAxis(double shutter_offset = 0) const { return Read(kUpAxis, shutter_offset); }
};

class SceneMetricsSchema final : public SchemaOf<SceneMetricsSchema, "sceneMetrics"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"metersPerUnit", double> kMetersPerUnit{};
  static constexpr SchemaMember<"kilogramsPerUnit", double> kKilogramsPerUnit{};
  static constexpr SchemaMember<"upAxis", Token> kUpAxis{};
  auto GetMetersPerUnit(double shutter_offset = 0) const { return Read(kMetersPerUnit, shutter_offset); }
  auto GetKilogramsPerUnit(double shutter_offset = 0) const {
    return Read(kKilogramsPerUnit, shutter_offset);
  }
  auto GetUpAxis(double shutter_offset = 0) const { return Read(kUpAxis, shutter_offset); }
};

class SystemSchema final : public SchemaOfEach<SystemSchema, "system", DataSourceHandle> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class DependencySchema final : public SchemaOf<DependencySchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"dependedOnPrimPath", Path> kDependedOnPrimPath{};
  static constexpr SchemaMember<"dependedOnDataSourceLocator", DataSourceHandle>
      kDependedOnDataSourceLocator{};
  static constexpr SchemaMember<"affectedDataSourceLocator", DataSourceHandle> kAffectedDataSourceLocator{};
  auto GetDependedOnPrimPath(double shutter_offset = 0) const {
    return Read(kDependedOnPrimPath, shutter_offset);
  }
  auto GetDependedOnDataSourceLocator() const { return Read(kDependedOnDataSourceLocator); }
  auto GetAffectedDataSourceLocator() const { return Read(kAffectedDataSourceLocator); }
};

class DependenciesSchema final : public SchemaOfEach<DependenciesSchema, "__dependencies", DependencySchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class NestedInstanceIndicesSchema final : public SchemaOf<NestedInstanceIndicesSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"instancer", Path> kInstancer{};
  static constexpr SchemaMember<"prototypeIndex", int32_t> kPrototypeIndex{};
  static constexpr SchemaMember<"instanceIndices", Array<int32_t>> kInstanceIndices{};
  auto GetInstancer(double shutter_offset = 0) const { return Read(kInstancer, shutter_offset); }
  auto GetPrototypeIndex(double shutter_offset = 0) const { return Read(kPrototypeIndex, shutter_offset); }
  auto GetInstanceIndices(double shutter_offset = 0) const { return Read(kInstanceIndices, shutter_offset); }
};

class NestedInstancesSchema final
    : public SchemaOfList<NestedInstancesSchema, "nestedInstanceIndices", NestedInstanceIndicesSchema> {
 public:
  using SchemaOfList::SchemaOfList;
};

class SelectionSchema final : public SchemaOf<SelectionSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"fullySelected", bool> kFullySelected{};
  static constexpr SchemaMember<"nestedInstanceIndices", NestedInstancesSchema> kNestedInstanceIndices{};
  auto GetFullySelected(double shutter_offset = 0) const { return Read(kFullySelected, shutter_offset); }
  auto GetNestedInstanceIndices() const { return Read(kNestedInstanceIndices); }
};

class SelectionsSchema final : public SchemaOfList<SelectionsSchema, "selections", SelectionSchema> {
 public:
  using SchemaOfList::SchemaOfList;
};

class SceneGlobalsSchema final : public SchemaOf<SceneGlobalsSchema, "sceneGlobals"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"primaryCameraPrim", Path> kPrimaryCameraPrim{};
  static constexpr SchemaMember<"activeRenderPassPrim", Path> kActiveRenderPassPrim{};
  static constexpr SchemaMember<"activeRenderSettingsPrim", Path> kActiveRenderSettingsPrim{};
  static constexpr SchemaMember<"startTimeCode", double> kStartTimeCode{};
  static constexpr SchemaMember<"endTimeCode", double> kEndTimeCode{};
  static constexpr SchemaMember<"timeCodesPerSecond", double> kTimeCodesPerSecond{};
  static constexpr SchemaMember<"currentFrame", double> kCurrentFrame{};
  static constexpr SchemaMember<"sceneStateId", int32_t> kSceneStateId{};
  auto GetPrimaryCameraPrim(double shutter_offset = 0) const {
    return Read(kPrimaryCameraPrim, shutter_offset);
  }
  auto GetActiveRenderPassPrim(double shutter_offset = 0) const {
    return Read(kActiveRenderPassPrim, shutter_offset);
  }
  auto GetActiveRenderSettingsPrim(double shutter_offset = 0) const {
    return Read(kActiveRenderSettingsPrim, shutter_offset);
  }
  auto GetStartTimeCode(double shutter_offset = 0) const { return Read(kStartTimeCode, shutter_offset); }
  auto GetEndTimeCode(double shutter_offset = 0) const { return Read(kEndTimeCode, shutter_offset); }
  auto GetTimeCodesPerSecond(double shutter_offset = 0) const {
    return Read(kTimeCodesPerSecond, shutter_offset);
  }
  auto GetCurrentFrame(double shutter_offset = 0) const { return Read(kCurrentFrame, shutter_offset); }
  auto GetSceneStateId(double shutter_offset = 0) const { return Read(kSceneStateId, shutter_offset); }
};

class RenderVarSchema final : public SchemaOf<RenderVarSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"path", Path> kPath{};
  static constexpr SchemaMember<"dataType", Token> kDataType{};
  static constexpr SchemaMember<"sourceName", std::string> kSourceName{};
  static constexpr SchemaMember<"sourceType", Token> kSourceType{};
  static constexpr SchemaMember<"namespacedSettings", DataSourceHandle> kNamespacedSettings{};
  auto GetPath(double shutter_offset = 0) const { return Read(kPath, shutter_offset); }
  auto GetDataType(double shutter_offset = 0) const { return Read(kDataType, shutter_offset); }
  auto GetSourceName(double shutter_offset = 0) const { return Read(kSourceName, shutter_offset); }
  auto GetSourceType(double shutter_offset = 0) const { return Read(kSourceType, shutter_offset); }
  auto GetNamespacedSettings() const { return Read(kNamespacedSettings); }
};

class RenderVarsSchema final : public SchemaOfList<RenderVarsSchema, "renderVars", RenderVarSchema> {
 public:
  using SchemaOfList::SchemaOfList;
};

class RenderProductSchema final : public SchemaOf<RenderProductSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"path", Path> kPath{};
  static constexpr SchemaMember<"type", Token> kType{};
  static constexpr SchemaMember<"name", Token> kName{};
  static constexpr SchemaMember<"resolution", Vec2i> kResolution{};
  static constexpr SchemaMember<"renderVars", RenderVarsSchema> kRenderVars{};
  static constexpr SchemaMember<"cameraPrim", Path> kCameraPrim{};
  static constexpr SchemaMember<"pixelAspectRatio", float> kPixelAspectRatio{};
  static constexpr SchemaMember<"aspectRatioConformPolicy", Token> kAspectRatioConformPolicy{};
  static constexpr SchemaMember<"apertureSize", Vec2f> kApertureSize{};
  static constexpr SchemaMember<"dataWindowNDC", Vec4f> kDataWindowNDC{};
  static constexpr SchemaMember<"disableMotionBlur", bool> kDisableMotionBlur{};
  static constexpr SchemaMember<"disableDepthOfField", bool> kDisableDepthOfField{};
  static constexpr SchemaMember<"namespacedSettings", DataSourceHandle> kNamespacedSettings{};
  auto GetPath(double shutter_offset = 0) const { return Read(kPath, shutter_offset); }
  auto GetType(double shutter_offset = 0) const { return Read(kType, shutter_offset); }
  auto GetName(double shutter_offset = 0) const { return Read(kName, shutter_offset); }
  auto GetResolution(double shutter_offset = 0) const { return Read(kResolution, shutter_offset); }
  auto GetRenderVars() const { return Read(kRenderVars); }
  auto GetCameraPrim(double shutter_offset = 0) const { return Read(kCameraPrim, shutter_offset); }
  auto GetPixelAspectRatio(double shutter_offset = 0) const {
    return Read(kPixelAspectRatio, shutter_offset);
  }
  auto GetAspectRatioConformPolicy(double shutter_offset = 0) const {
    return Read(kAspectRatioConformPolicy, shutter_offset);
  }
  auto GetApertureSize(double shutter_offset = 0) const { return Read(kApertureSize, shutter_offset); }
  auto GetDataWindowNDC(double shutter_offset = 0) const { return Read(kDataWindowNDC, shutter_offset); }
  auto GetDisableMotionBlur(double shutter_offset = 0) const {
    return Read(kDisableMotionBlur, shutter_offset);
  }
  auto GetDisableDepthOfField(double shutter_offset = 0) const {
    return Read(kDisableDepthOfField, shutter_offset);
  }
  auto GetNamespacedSettings() const { return Read(kNamespacedSettings); }
};

class RenderProductsSchema final
    : public SchemaOfList<RenderProductsSchema, "renderProducts", RenderProductSchema> {
 public:
  using SchemaOfList::SchemaOfList;
};

class RenderSettingsSchema final : public SchemaOf<RenderSettingsSchema, "renderSettings"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"namespacedSettings", DataSourceHandle> kNamespacedSettings{};
  static constexpr SchemaMember<"active", bool> kActive{};
  static constexpr SchemaMember<"camera", Path> kCamera{};
  static constexpr SchemaMember<"renderProducts", RenderProductsSchema> kRenderProducts{};
  static constexpr SchemaMember<"includedPurposes", Array<Token>> kIncludedPurposes{};
  static constexpr SchemaMember<"materialBindingPurposes", Array<Token>> kMaterialBindingPurposes{};
  static constexpr SchemaMember<"renderingColorSpace", Token> kRenderingColorSpace{};
  static constexpr SchemaMember<"disableMotionBlur", bool> kDisableMotionBlur{};
  static constexpr SchemaMember<"disableDepthOfField", bool> kDisableDepthOfField{};
  static constexpr SchemaMember<"unionedSamplingInterval", Vec2f> kUnionedSamplingInterval{};
  auto GetNamespacedSettings() const { return Read(kNamespacedSettings); }
  auto GetActive(double shutter_offset = 0) const { return Read(kActive, shutter_offset); }
  auto GetCamera(double shutter_offset = 0) const { return Read(kCamera, shutter_offset); }
  auto GetRenderProducts() const { return Read(kRenderProducts); }
  auto GetIncludedPurposes(double shutter_offset = 0) const {
    return Read(kIncludedPurposes, shutter_offset);
  }
  auto GetMaterialBindingPurposes(double shutter_offset = 0) const {
    return Read(kMaterialBindingPurposes, shutter_offset);
  }
  auto GetRenderingColorSpace(double shutter_offset = 0) const {
    return Read(kRenderingColorSpace, shutter_offset);
  }
  auto GetDisableMotionBlur(double shutter_offset = 0) const {
    return Read(kDisableMotionBlur, shutter_offset);
  }
  auto GetDisableDepthOfField(double shutter_offset = 0) const {
    return Read(kDisableDepthOfField, shutter_offset);
  }
  auto GetUnionedSamplingInterval(double shutter_offset = 0) const {
    return Read(kUnionedSamplingInterval, shutter_offset);
  }
};

class RenderPassSchema final : public SchemaOf<RenderPassSchema, "renderPass"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"passType", Token> kPassType{};
  static constexpr SchemaMember<"renderSource", Path> kRenderSource{};
  auto GetPassType(double shutter_offset = 0) const { return Read(kPassType, shutter_offset); }
  auto GetRenderSource(double shutter_offset = 0) const { return Read(kRenderSource, shutter_offset); }
};

class RenderPassVisibilitySchema final : public SchemaOf<RenderPassVisibilitySchema, "renderPassVisibility"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"camera", bool> kCamera{};
  static constexpr SchemaMember<"matte", bool> kMatte{};
  auto GetCamera(double shutter_offset = 0) const { return Read(kCamera, shutter_offset); }
  auto GetMatte(double shutter_offset = 0) const { return Read(kMatte, shutter_offset); }
};

class RenderBufferSchema final : public SchemaOf<RenderBufferSchema, "renderBuffer"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"dimensions", Vec3i> kDimensions{};
  static constexpr SchemaMember<"format", Token> kFormat{};
  static constexpr SchemaMember<"multiSampled", bool> kMultiSampled{};
  auto GetDimensions(double shutter_offset = 0) const { return Read(kDimensions, shutter_offset); }
  auto GetFormat(double shutter_offset = 0) const { return Read(kFormat, shutter_offset); }
  auto GetMultiSampled(double shutter_offset = 0) const { return Read(kMultiSampled, shutter_offset); }
};

class IntegratorSchema final : public SchemaOf<IntegratorSchema, "integrator"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"resource", DataSourceHandle> kResource{};
  auto GetResource() const { return Read(kResource); }
};

class SampleFilterSchema final : public SchemaOf<SampleFilterSchema, "sampleFilter"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"resource", DataSourceHandle> kResource{};
  auto GetResource() const { return Read(kResource); }
};

class DisplayFilterSchema final : public SchemaOf<DisplayFilterSchema, "displayFilter"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"resource", DataSourceHandle> kResource{};
  auto GetResource() const { return Read(kResource); }
};

class UsdRenderSettingsSchema final : public SchemaOf<UsdRenderSettingsSchema, "__usdRenderSettings"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"namespacedSettings", DataSourceHandle> kNamespacedSettings{};
  static constexpr SchemaMember<"products", PathVector> kProducts{};
  static constexpr SchemaMember<"camera", Path> kCamera{};
  static constexpr SchemaMember<"resolution", Vec2i> kResolution{};
  static constexpr SchemaMember<"pixelAspectRatio", float> kPixelAspectRatio{};
  static constexpr SchemaMember<"aspectRatioConformPolicy", Token> kAspectRatioConformPolicy{};
  static constexpr SchemaMember<"dataWindowNDC", Vec4f> kDataWindowNDC{};
  static constexpr SchemaMember<"disableMotionBlur", bool> kDisableMotionBlur{};
  static constexpr SchemaMember<"disableDepthOfField", bool> kDisableDepthOfField{};
  static constexpr SchemaMember<"includedPurposes", Array<Token>> kIncludedPurposes{};
  static constexpr SchemaMember<"materialBindingPurposes", Array<Token>> kMaterialBindingPurposes{};
  static constexpr SchemaMember<"renderingColorSpace", Token> kRenderingColorSpace{};
  auto GetNamespacedSettings() const { return Read(kNamespacedSettings); }
  auto GetProducts(double shutter_offset = 0) const { return Read(kProducts, shutter_offset); }
  auto GetCamera(double shutter_offset = 0) const { return Read(kCamera, shutter_offset); }
  auto GetResolution(double shutter_offset = 0) const { return Read(kResolution, shutter_offset); }
  auto GetPixelAspectRatio(double shutter_offset = 0) const {
    return Read(kPixelAspectRatio, shutter_offset);
  }
  auto GetAspectRatioConformPolicy(double shutter_offset = 0) const {
    return Read(kAspectRatioConformPolicy, shutter_offset);
  }
  auto GetDataWindowNDC(double shutter_offset = 0) const { return Read(kDataWindowNDC, shutter_offset); }
  auto GetDisableMotionBlur(double shutter_offset = 0) const {
    return Read(kDisableMotionBlur, shutter_offset);
  }
  auto GetDisableDepthOfField(double shutter_offset = 0) const {
    return Read(kDisableDepthOfField, shutter_offset);
  }
  auto GetIncludedPurposes(double shutter_offset = 0) const {
    return Read(kIncludedPurposes, shutter_offset);
  }
  auto GetMaterialBindingPurposes(double shutter_offset = 0) const {
    return Read(kMaterialBindingPurposes, shutter_offset);
  }
  auto GetRenderingColorSpace(double shutter_offset = 0) const {
    return Read(kRenderingColorSpace, shutter_offset);
  }
};

class UsdRenderProductSchema final : public SchemaOf<UsdRenderProductSchema, "__usdRenderProduct"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"namespacedSettings", DataSourceHandle> kNamespacedSettings{};
  static constexpr SchemaMember<"orderedVars", PathVector> kOrderedVars{};
  static constexpr SchemaMember<"camera", Path> kCamera{};
  static constexpr SchemaMember<"resolution", Vec2i> kResolution{};
  static constexpr SchemaMember<"pixelAspectRatio", float> kPixelAspectRatio{};
  static constexpr SchemaMember<"aspectRatioConformPolicy", Token> kAspectRatioConformPolicy{};
  static constexpr SchemaMember<"dataWindowNDC", Vec4f> kDataWindowNDC{};
  static constexpr SchemaMember<"disableMotionBlur", bool> kDisableMotionBlur{};
  static constexpr SchemaMember<"disableDepthOfField", bool> kDisableDepthOfField{};
  static constexpr SchemaMember<"productType", Token> kProductType{};
  static constexpr SchemaMember<"productName", Token> kProductName{};
  auto GetNamespacedSettings() const { return Read(kNamespacedSettings); }
  auto GetOrderedVars(double shutter_offset = 0) const { return Read(kOrderedVars, shutter_offset); }
  auto GetCamera(double shutter_offset = 0) const { return Read(kCamera, shutter_offset); }
  auto GetResolution(double shutter_offset = 0) const { return Read(kResolution, shutter_offset); }
  auto GetPixelAspectRatio(double shutter_offset = 0) const {
    return Read(kPixelAspectRatio, shutter_offset);
  }
  auto GetAspectRatioConformPolicy(double shutter_offset = 0) const {
    return Read(kAspectRatioConformPolicy, shutter_offset);
  }
  auto GetDataWindowNDC(double shutter_offset = 0) const { return Read(kDataWindowNDC, shutter_offset); }
  auto GetDisableMotionBlur(double shutter_offset = 0) const {
    return Read(kDisableMotionBlur, shutter_offset);
  }
  auto GetDisableDepthOfField(double shutter_offset = 0) const {
    return Read(kDisableDepthOfField, shutter_offset);
  }
  auto GetProductType(double shutter_offset = 0) const { return Read(kProductType, shutter_offset); }
  auto GetProductName(double shutter_offset = 0) const { return Read(kProductName, shutter_offset); }
};

class UsdRenderVarSchema final : public SchemaOf<UsdRenderVarSchema, "__usdRenderVar"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"namespacedSettings", DataSourceHandle> kNamespacedSettings{};
  static constexpr SchemaMember<"dataType", Token> kDataType{};
  static constexpr SchemaMember<"sourceName", std::string> kSourceName{};
  static constexpr SchemaMember<"sourceType", Token> kSourceType{};
  auto GetNamespacedSettings() const { return Read(kNamespacedSettings); }
  auto GetDataType(double shutter_offset = 0) const { return Read(kDataType, shutter_offset); }
  auto GetSourceName(double shutter_offset = 0) const { return Read(kSourceName, shutter_offset); }
  auto GetSourceType(double shutter_offset = 0) const { return Read(kSourceType, shutter_offset); }
};

class RenderCapabilitiesSchema final : public SchemaOf<RenderCapabilitiesSchema, "renderCapabilities"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"motionBlur", bool> kMotionBlur{};
  auto GetMotionBlur(double shutter_offset = 0) const { return Read(kMotionBlur, shutter_offset); }
};

class DisplayStyleSchema final : public SchemaOf<DisplayStyleSchema, "displayStyle"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"refineLevel", int32_t> kRefineLevel{};
  static constexpr SchemaMember<"flatShadingEnabled", bool> kFlatShadingEnabled{};
  static constexpr SchemaMember<"displacementEnabled", bool> kDisplacementEnabled{};
  static constexpr SchemaMember<"displayInOverlay", bool> kDisplayInOverlay{};
  static constexpr SchemaMember<"occludedSelectionShowsThrough", bool> kOccludedSelectionShowsThrough{};
  static constexpr SchemaMember<"pointsShadingEnabled", bool> kPointsShadingEnabled{};
  static constexpr SchemaMember<"materialIsFinal", bool> kMaterialIsFinal{};
  static constexpr SchemaMember<"shadingStyle", Token> kShadingStyle{};
  static constexpr SchemaMember<"reprSelector", Array<Token>> kReprSelector{};
  static constexpr SchemaMember<"cullStyle", Token> kCullStyle{};
  auto GetRefineLevel(double shutter_offset = 0) const { return Read(kRefineLevel, shutter_offset); }
  auto GetFlatShadingEnabled(double shutter_offset = 0) const {
    return Read(kFlatShadingEnabled, shutter_offset);
  }
  auto GetDisplacementEnabled(double shutter_offset = 0) const {
    return Read(kDisplacementEnabled, shutter_offset);
  }
  auto GetDisplayInOverlay(double shutter_offset = 0) const {
    return Read(kDisplayInOverlay, shutter_offset);
  }
  auto GetOccludedSelectionShowsThrough(double shutter_offset = 0) const {
    return Read(kOccludedSelectionShowsThrough, shutter_offset);
  }
  auto GetPointsShadingEnabled(double shutter_offset = 0) const {
    return Read(kPointsShadingEnabled, shutter_offset);
  }
  auto GetMaterialIsFinal(double shutter_offset = 0) const { return Read(kMaterialIsFinal, shutter_offset); }
  auto GetShadingStyle(double shutter_offset = 0) const { return Read(kShadingStyle, shutter_offset); }
  auto GetReprSelector(double shutter_offset = 0) const { return Read(kReprSelector, shutter_offset); }
  auto GetCullStyle(double shutter_offset = 0) const { return Read(kCullStyle, shutter_offset); }
};

class ExtComputationInputSchema final : public SchemaOf<ExtComputationInputSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"sourceComputation", Path> kSourceComputation{};
  static constexpr SchemaMember<"sourceComputationOutputName", Token> kSourceComputationOutputName{};
  auto GetSourceComputation(double shutter_offset = 0) const {
    return Read(kSourceComputation, shutter_offset);
  }
  auto GetSourceComputationOutputName(double shutter_offset = 0) const {
    return Read(kSourceComputationOutputName, shutter_offset);
  }
};

class ExtComputationInputsSchema final
    : public SchemaOfEach<ExtComputationInputsSchema, "inputComputations", ExtComputationInputSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class ExtComputationOutputSchema final : public SchemaOf<ExtComputationOutputSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"valueType", DataSourceHandle> kValueType{};
  auto GetValueType() const { return Read(kValueType); }
};

class ExtComputationOutputsSchema final
    : public SchemaOfEach<ExtComputationOutputsSchema, "outputs", ExtComputationOutputSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class ExtComputationSchema final : public SchemaOf<ExtComputationSchema, "extComputation"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"inputValues", DataSourceHandle> kInputValues{};
  static constexpr SchemaMember<"inputComputations", ExtComputationInputsSchema> kInputComputations{};
  static constexpr SchemaMember<"outputs", ExtComputationOutputsSchema> kOutputs{};
  static constexpr SchemaMember<"glslKernel", std::string> kGlslKernel{};
  static constexpr SchemaMember<"cpuCallback", DataSourceHandle> kCpuCallback{};
  static constexpr SchemaMember<"dispatchCount", int32_t> kDispatchCount{};
  static constexpr SchemaMember<"elementCount", int32_t> kElementCount{};
  auto GetInputValues() const { return Read(kInputValues); }
  auto GetInputComputations() const { return Read(kInputComputations); }
  auto GetOutputs() const { return Read(kOutputs); }
  auto GetGlslKernel(double shutter_offset = 0) const { return Read(kGlslKernel, shutter_offset); }
  auto GetCpuCallback() const { return Read(kCpuCallback); }
  auto GetDispatchCount(double shutter_offset = 0) const { return Read(kDispatchCount, shutter_offset); }
  auto GetElementCount(double shutter_offset = 0) const { return Read(kElementCount, shutter_offset); }
};

class ExtComputationPrimvarSchema final : public SchemaOf<ExtComputationPrimvarSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"interpolation", Token> kInterpolation{};
  static constexpr SchemaMember<"role", Token> kRole{};
  static constexpr SchemaMember<"sourceComputation", Path> kSourceComputation{};
  static constexpr SchemaMember<"sourceComputationOutputName", Token> kSourceComputationOutputName{};
  static constexpr SchemaMember<"valueType", DataSourceHandle> kValueType{};
  auto GetInterpolation(double shutter_offset = 0) const { return Read(kInterpolation, shutter_offset); }
  auto GetRole(double shutter_offset = 0) const { return Read(kRole, shutter_offset); }
  auto GetSourceComputation(double shutter_offset = 0) const {
    return Read(kSourceComputation, shutter_offset);
  }
  auto GetSourceComputationOutputName(double shutter_offset = 0) const {
    return Read(kSourceComputationOutputName, shutter_offset);
  }
  auto GetValueType() const { return Read(kValueType); }
};

class ExtComputationPrimvarsSchema final
    : public SchemaOfEach<ExtComputationPrimvarsSchema, "extComputationPrimvars",
                          ExtComputationPrimvarSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class TaskSchema final : public SchemaOf<TaskSchema, "task"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"factory", DataSourceHandle> kFactory{};
  static constexpr SchemaMember<"parameters", DataSourceHandle> kParameters{};
  static constexpr SchemaMember<"collection", DataSourceHandle> kCollection{};
  static constexpr SchemaMember<"renderTags", Array<Token>> kRenderTags{};
  auto GetFactory() const { return Read(kFactory); }
  auto GetParameters() const { return Read(kParameters); }
  auto GetCollection() const { return Read(kCollection); }
  auto GetRenderTags(double shutter_offset = 0) const { return Read(kRenderTags, shutter_offset); }
};

}  // namespace strata::scene
