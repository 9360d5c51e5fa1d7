// Materials, lights, cameras and collections. Made by scripts/scene_schemas.py from
// data/scene_schemas/material.txt.
#pragma once

#include <string>

#include "strata/math/matrix.h"
#include "strata/scene/schema.h"
#include "strata/value/types.h"

namespace strata::scene {

class MaterialParameterSchema final : public SchemaOf<MaterialParameterSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"value", DataSourceHandle> kValue{};
  static constexpr SchemaMember<"colorSpace", Token> kColorSpace{};
  static constexpr SchemaMember<"typeName", Token> kTypeName{};
  auto GetValue() const { return Read(kValue); }
  auto GetColorSpace(double shutter_offset = 0) const { return Read(kColorSpace, shutter_offset); }
  auto GetTypeName(double shutter_offset = 0) const { return Read(kTypeName, shutter_offset); }
};

class MaterialConnectionSchema final : public SchemaOf<MaterialConnectionSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"upstreamNodePath", Token> kUpstreamNodePath{};
  static constexpr SchemaMember<"upstreamNodeOutputName", Token> kUpstreamNodeOutputName{};
  auto GetUpstreamNodePath(double shutter_offset = 0) const {
    return Read(kUpstreamNodePath, shutter_offset);
  }
  auto GetUpstreamNodeOutputName(double shutter_offset = 0) const {
    return Read(kUpstreamNodeOutputName, shutter_offset);
  }
};

class MaterialParametersSchema final
    : public SchemaOfEach<MaterialParametersSchema, "parameters", MaterialParameterSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class MaterialConnectionsSchema final
    : public SchemaOfList<MaterialConnectionsSchema, "", MaterialConnectionSchema> {
 public:
  using SchemaOfList::SchemaOfList;
};

class MaterialInputConnectionsSchema final
    : public SchemaOfEach<MaterialInputConnectionsSchema, "inputConnections", MaterialConnectionsSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class MaterialNodeSchema final : public SchemaOf<MaterialNodeSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"parameters", MaterialParametersSchema> kParameters{};
  static constexpr SchemaMember<"inputConnections", MaterialInputConnectionsSchema> kInputConnections{};
  static constexpr SchemaMember<"nodeIdentifier", Token> kNodeIdentifier{};
  static constexpr SchemaMember<"renderContextNodeIdentifiers", DataSourceHandle>
      kRenderContextNodeIdentifiers{};
  static constexpr SchemaMember<"nodeTypeInfo", DataSourceHandle> kNodeTypeInfo{};
  auto GetParameters() const { return Read(kParameters); }
  auto GetInputConnections() const { return Read(kInputConnections); }
  auto GetNodeIdentifier(double shutter_offset = 0) const { return Read(kNodeIdentifier, shutter_offset); }
  auto GetRenderContextNodeIdentifiers() const { return Read(kRenderContextNodeIdentifiers); }
  auto GetNodeTypeInfo() const { return Read(kNodeTypeInfo); }
};

class MaterialNodesSchema final : public SchemaOfEach<MaterialNodesSchema, "nodes", MaterialNodeSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class MaterialTerminalsSchema final
    : public SchemaOfEach<MaterialTerminalsSchema, "terminals", MaterialConnectionSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class InterfaceMappingSchema final : public SchemaOf<InterfaceMappingSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"nodePath", Token> kNodePath{};
  static constexpr SchemaMember<"inputName", Token> kInputName{};
  auto GetNodePath(double shutter_offset = 0) const { return Read(kNodePath, shutter_offset); }
  auto GetInputName(double shutter_offset = 0) const { return Read(kInputName, shutter_offset); }
};

class InterfaceMappingsSchema final
    : public SchemaOfList<InterfaceMappingsSchema, "", InterfaceMappingSchema> {
 public:
  using SchemaOfList::SchemaOfList;
};

class InterfaceParameterSchema final : public SchemaOf<InterfaceParameterSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"displayGroup", Token> kDisplayGroup{};
  static constexpr SchemaMember<"displayName", Token> kDisplayName{};
  static constexpr SchemaMember<"mappings", InterfaceMappingsSchema> kMappings{};
  auto GetDisplayGroup(double shutter_offset = 0) const { return Read(kDisplayGroup, shutter_offset); }
  auto GetDisplayName(double shutter_offset = 0) const { return Read(kDisplayName, shutter_offset); }
  auto GetMappings() const { return Read(kMappings); }
};

class InterfaceParametersSchema final
    : public SchemaOfEach<InterfaceParametersSchema, "parameters", InterfaceParameterSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class MaterialInterfaceSchema final : public SchemaOf<MaterialInterfaceSchema, "interface"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"parameters", InterfaceParametersSchema> kParameters{};
  static constexpr SchemaMember<"parameterOrder", Array<Token>> kParameterOrder{};
  auto GetParameters() const { return Read(kParameters); }
  auto GetParameterOrder(double shutter_offset = 0) const { return Read(kParameterOrder, shutter_offset); }
};

class MaterialNetworkSchema final : public SchemaOf<MaterialNetworkSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"nodes", MaterialNodesSchema> kNodes{};
  static constexpr SchemaMember<"terminals", MaterialTerminalsSchema> kTerminals{};
  static constexpr SchemaMember<"interface", MaterialInterfaceSchema> kInterface{};
  static constexpr SchemaMember<"config", DataSourceHandle> kConfig{};
  auto GetNodes() const { return Read(kNodes); }
  auto GetTerminals() const { return Read(kTerminals); }
  auto GetInterface() const { return Read(kInterface); }
  auto GetConfig() const { return Read(kConfig); }
};

class MaterialSchema final : public SchemaOfEach<MaterialSchema, "material", MaterialNetworkSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class MaterialBindingSchema final : public SchemaOf<MaterialBindingSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"path", Path> kPath{};
  auto GetPath(double shutter_offset = 0) const { return Read(kPath, shutter_offset); }
};

class MaterialBindingsSchema final
    : public SchemaOfEach<MaterialBindingsSchema, "materialBindings", MaterialBindingSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class DirectMaterialBindingSchema final : public SchemaOf<DirectMaterialBindingSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"materialPath", Path> kMaterialPath{};
  static constexpr SchemaMember<"bindingStrength", Token> kBindingStrength{};
  auto GetMaterialPath(double shutter_offset = 0) const { return Read(kMaterialPath, shutter_offset); }
  auto GetBindingStrength(double shutter_offset = 0) const { return Read(kBindingStrength, shutter_offset); }
};

class DirectMaterialBindingsSchema final
    : public SchemaOfEach<DirectMaterialBindingsSchema, "directMaterialBindings",
                          DirectMaterialBindingSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class CollectionMaterialBindingSchema final : public SchemaOf<CollectionMaterialBindingSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"collectionPath", Path> kCollectionPath{};
  static constexpr SchemaMember<"materialPath", Path> kMaterialPath{};
  static constexpr SchemaMember<"bindingStrength", Token> kBindingStrength{};
  auto GetCollectionPath(double shutter_offset = 0) const { return Read(kCollectionPath, shutter_offset); }
  auto GetMaterialPath(double shutter_offset = 0) const { return Read(kMaterialPath, shutter_offset); }
  auto GetBindingStrength(double shutter_offset = 0) const { return Read(kBindingStrength, shutter_offset); }
};

class CollectionMaterialBindingListSchema final
    : public SchemaOfList<CollectionMaterialBindingListSchema, "", CollectionMaterialBindingSchema> {
 public:
  using SchemaOfList::SchemaOfList;
};

class CollectionMaterialBindingsSchema final
    : public SchemaOfEach<CollectionMaterialBindingsSchema, "collectionMaterialBindings",
                          CollectionMaterialBindingListSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class NodeParametersSchema final : public SchemaOfEach<NodeParametersSchema, "", MaterialParameterSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class ParameterValuesSchema final
    : public SchemaOfEach<ParameterValuesSchema, "parameterValues", NodeParametersSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class InterfaceValuesSchema final
    : public SchemaOfEach<InterfaceValuesSchema, "interfaceValues", MaterialParameterSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class MaterialOverrideSchema final : public SchemaOf<MaterialOverrideSchema, "materialOverride"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"interfaceValues", InterfaceValuesSchema> kInterfaceValues{};
  static constexpr SchemaMember<"parameterValues", ParameterValuesSchema> kParameterValues{};
  auto GetInterfaceValues() const { return Read(kInterfaceValues); }
  auto GetParameterValues() const { return Read(kParameterValues); }
};

class BoundCollectionSchema final : public SchemaOf<BoundCollectionSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"collectionPrimPath", Path> kCollectionPrimPath{};
  static constexpr SchemaMember<"collectionName", Token> kCollectionName{};
  static constexpr SchemaMember<"materialPath", Path> kMaterialPath{};
  static constexpr SchemaMember<"bindingStrength", Token> kBindingStrength{};
  auto GetCollectionPrimPath(double shutter_offset = 0) const {
    return Read(kCollectionPrimPath, shutter_offset);
  }
  auto GetCollectionName(double shutter_offset = 0) const { return Read(kCollectionName, shutter_offset); }
  auto GetMaterialPath(double shutter_offset = 0) const { return Read(kMaterialPath, shutter_offset); }
  auto GetBindingStrength(double shutter_offset = 0) const { return Read(kBindingStrength, shutter_offset); }
};

class BoundCollectionsSchema final
    : public SchemaOfList<BoundCollectionsSchema, "collectionMaterialBindings", BoundCollectionSchema> {
 public:
  using SchemaOfList::SchemaOfList;
};

class UsdMaterialBindingSchema final : public SchemaOf<UsdMaterialBindingSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"directMaterialBinding", DirectMaterialBindingSchema>
      kDirectMaterialBinding{};
  static constexpr SchemaMember<"collectionMaterialBindings", BoundCollectionsSchema>
      kCollectionMaterialBindings{};
  auto GetDirectMaterialBinding() const { return Read(kDirectMaterialBinding); }
  auto GetCollectionMaterialBindings() const { return Read(kCollectionMaterialBindings); }
};

class UsdMaterialBindingListSchema final
    : public SchemaOfList<UsdMaterialBindingListSchema, "", UsdMaterialBindingSchema> {
 public:
  using SchemaOfList::SchemaOfList;
};

class UsdMaterialBindingsSchema final
    : public SchemaOfEach<UsdMaterialBindingsSchema, "usdMaterialBindings", UsdMaterialBindingListSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class LightSchema final : public SchemaOf<LightSchema, "light"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"filters", PathVector> kFilters{};
  static constexpr SchemaMember<"isLight", bool> kIsLight{};
  static constexpr SchemaMember<"materialSyncMode", Token> kMaterialSyncMode{};
  static constexpr SchemaMember<"lightLink", DataSourceHandle> kLightLink{};
  static constexpr SchemaMember<"shadowLink", DataSourceHandle> kShadowLink{};
  static constexpr SchemaMember<"intensity", DataSourceHandle> kIntensity{};
  static constexpr SchemaMember<"exposure", DataSourceHandle> kExposure{};
  static constexpr SchemaMember<"color", DataSourceHandle> kColor{};
  auto GetFilters(double shutter_offset = 0) const { return Read(kFilters, shutter_offset); }
  auto GetIsLight(double shutter_offset = 0) const { return Read(kIsLight, shutter_offset); }
  auto GetMaterialSyncMode(double shutter_offset = 0) const {
    return Read(kMaterialSyncMode, shutter_offset);
  }
  auto GetLightLink() const { return Read(kLightLink); }
  auto GetShadowLink() const { return Read(kShadowLink); }
  auto GetIntensity() const { return Read(kIntensity); }
  auto GetExposure() const { return Read(kExposure); }
  auto GetColor() const { return Read(kColor); }
};

class CategoriesSchema final : public SchemaOfEach<CategoriesSchema, "categories", bool> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class SplitDiopterSchema final : public SchemaOf<SplitDiopterSchema, "splitDiopter"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"count", int32_t> kCount{};
  static constexpr SchemaMember<"angle", float> kAngle{};
  static constexpr SchemaMember<"offset1", float> kOffset1{};
  static constexpr SchemaMember<"width1", float> kWidth1{};
  static constexpr SchemaMember<"focusDistance1", float> kFocusDistance1{};
  static constexpr SchemaMember<"offset2", float> kOffset2{};
  static constexpr SchemaMember<"width2", float> kWidth2{};
  static constexpr SchemaMember<"focusDistance2", float> kFocusDistance2{};
  auto GetCount(double shutter_offset = 0) const { return Read(kCount, shutter_offset); }
  auto GetAngle(double shutter_offset = 0) const { return Read(kAngle, shutter_offset); }
  auto GetOffset1(double shutter_offset = 0) const { return Read(kOffset1, shutter_offset); }
  auto GetWidth1(double shutter_offset = 0) const { return Read(kWidth1, shutter_offset); }
  auto GetFocusDistance1(double shutter_offset = 0) const { return Read(kFocusDistance1, shutter_offset); }
  auto GetOffset2(double shutter_offset = 0) const { return Read(kOffset2, shutter_offset); }
  auto GetWidth2(double shutter_offset = 0) const { return Read(kWidth2, shutter_offset); }
  auto GetFocusDistance2(double shutter_offset = 0) const { return Read(kFocusDistance2, shutter_offset); }
};

class LensDistortionSchema final : public SchemaOf<LensDistortionSchema, "lensDistortion"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"type", Token> kType{};
  static constexpr SchemaMember<"k1", float> kK1{};
  static constexpr SchemaMember<"k2", float> kK2{};
  static constexpr SchemaMember<"center", Vec2f> kCenter{};
  static constexpr SchemaMember<"anaSq", float> kAnaSq{};
  static constexpr SchemaMember<"asym", Vec2f> kAsym{};
  static constexpr SchemaMember<"scale", float> kScale{};
  static constexpr SchemaMember<"ior", float> kIor{};
  auto GetType(double shutter_offset = 0) const { return Read(kType, shutter_offset); }
  auto GetK1(double shutter_offset = 0) const { return Read(kK1, shutter_offset); }
  auto GetK2(double shutter_offset = 0) const { return Read(kK2, shutter_offset); }
  auto GetCenter(double shutter_offset = 0) const { return Read(kCenter, shutter_offset); }
  auto GetAnaSq(double shutter_offset = 0) const { return Read(kAnaSq, shutter_offset); }
  auto GetAsym(double shutter_offset = 0) const { return Read(kAsym, shutter_offset); }
  auto GetScale(double shutter_offset = 0) const { return Read(kScale, shutter_offset); }
  auto GetIor(double shutter_offset = 0) const { return Read(kIor, shutter_offset); }
};

class CameraSchema final : public SchemaOf<CameraSchema, "camera"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"projection", Token> kProjection{};
  static constexpr SchemaMember<"horizontalAperture", float> kHorizontalAperture{};
  static constexpr SchemaMember<"verticalAperture", float> kVerticalAperture{};
  static constexpr SchemaMember<"horizontalApertureOffset", float> kHorizontalApertureOffset{};
  static constexpr SchemaMember<"verticalApertureOffset", float> kVerticalApertureOffset{};
  static constexpr SchemaMember<"focalLength", float> kFocalLength{};
  static constexpr SchemaMember<"clippingRange", Vec2f> kClippingRange{};
  static constexpr SchemaMember<"clippingPlanes", Array<Vec4d>> kClippingPlanes{};
  static constexpr SchemaMember<"fStop", float> kFStop{};
  static constexpr SchemaMember<"focusDistance", float> kFocusDistance{};
  static constexpr SchemaMember<"shutterOpen", double> kShutterOpen{};
  static constexpr SchemaMember<"shutterClose", double> kShutterClose{};
  static constexpr SchemaMember<"exposure", float> kExposure{};
  static constexpr SchemaMember<"exposureTime", float> kExposureTime{};
  static constexpr SchemaMember<"exposureIso", float> kExposureIso{};
  static constexpr SchemaMember<"exposureFStop", float> kExposureFStop{};
  static constexpr SchemaMember<"exposureResponsivity", float> kExposureResponsivity{};
  static constexpr SchemaMember<"linearExposureScale", float> kLinearExposureScale{};
  static constexpr SchemaMember<"focusOn", bool> kFocusOn{};
  static constexpr SchemaMember<"dofAspect", float> kDofAspect{};
  static constexpr SchemaMember<"splitDiopter", SplitDiopterSchema> kSplitDiopter{};
  static constexpr SchemaMember<"lensDistortion", LensDistortionSchema> kLensDistortion{};
  static constexpr SchemaMember<"namespacedProperties", DataSourceHandle> kNamespacedProperties{};
  static constexpr SchemaMember<"backPlate", DataSourceHandle> kBackPlate{};
  auto GetProjection(double shutter_offset = 0) const { return Read(kProjection, shutter_offset); }
  auto GetHorizontalAperture(double shutter_offset = 0) const {
    return Read(kHorizontalAperture, shutter_offset);
  }
  auto GetVerticalAperture(double shutter_offset = 0) const {
    return Read(kVerticalAperture, shutter_offset);
  }
  auto GetHorizontalApertureOffset(double shutter_offset = 0) const {
    return Read(kHorizontalApertureOffset, shutter_offset);
  }
  auto GetVerticalApertureOffset(double shutter_offset = 0) const {
    return Read(kVerticalApertureOffset, shutter_offset);
  }
  auto GetFocalLength(double shutter_offset = 0) const { return Read(kFocalLength, shutter_offset); }
  auto GetClippingRange(double shutter_offset = 0) const { return Read(kClippingRange, shutter_offset); }
  auto GetClippingPlanes(double shutter_offset = 0) const { return Read(kClippingPlanes, shutter_offset); }
  auto GetFStop(double shutter_offset = 0) const { return Read(kFStop, shutter_offset); }
  auto GetFocusDistance(double shutter_offset = 0) const { return Read(kFocusDistance, shutter_offset); }
  auto GetShutterOpen(double shutter_offset = 0) const { return Read(kShutterOpen, shutter_offset); }
  auto GetShutterClose(double shutter_offset = 0) const { return Read(kShutterClose, shutter_offset); }
  auto GetExposure(double shutter_offset = 0) const { return Read(kExposure, shutter_offset); }
  auto GetExposureTime(double shutter_offset = 0) const { return Read(kExposureTime, shutter_offset); }
  auto GetExposureIso(double shutter_offset = 0) const { return Read(kExposureIso, shutter_offset); }
  auto GetExposureFStop(double shutter_offset = 0) const { return Read(kExposureFStop, shutter_offset); }
  auto GetExposureResponsivity(double shutter_offset = 0) const {
    return Read(kExposureResponsivity, shutter_offset);
  }
  auto GetLinearExposureScale(double shutter_offset = 0) const {
    return Read(kLinearExposureScale, shutter_offset);
  }
  auto GetFocusOn(double shutter_offset = 0) const { return Read(kFocusOn, shutter_offset); }
  auto GetDofAspect(double shutter_offset = 0) const { return Read(kDofAspect, shutter_offset); }
  auto GetSplitDiopter() const { return Read(kSplitDiopter); }
  auto GetLensDistortion() const { return Read(kLensDistortion); }
  auto GetNamespacedProperties() const { return Read(kNamespacedProperties); }
  auto GetBackPlate() const { return Read(kBackPlate); }
};

class CoordSysSchema final : public SchemaOf<CoordSysSchema, "coordSys"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"name", Token> kName{};
  auto GetName(double shutter_offset = 0) const { return Read(kName, shutter_offset); }
};

class CoordSysBindingSchema final : public SchemaOfEach<CoordSysBindingSchema, "coordSysBinding", Path> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class CollectionSchema final : public SchemaOf<CollectionSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"membershipExpression", PathExpression> kMembershipExpression{};
  auto GetMembershipExpression(double shutter_offset = 0) const {
    return Read(kMembershipExpression, shutter_offset);
  }
};

class CollectionsSchema final : public SchemaOfEach<CollectionsSchema, "collections", CollectionSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

}  // namespace strata::scene
