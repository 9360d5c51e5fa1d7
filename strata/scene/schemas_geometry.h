// Geometry, and what prims inherit. Made by scripts/scene_schemas.py from data/scene_schemas/geometry.txt.
#pragma once

#include <string>

#include "strata/math/matrix.h"
#include "strata/scene/schema.h"
#include "strata/value/types.h"

namespace strata::scene {

class XformSchema final : public SchemaOf<XformSchema, "xform"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"matrix", Matrix4d> kMatrix{};
  static constexpr SchemaMember<"resetXformStack", bool> kResetXformStack{};
  auto GetMatrix(double shutter_offset = 0) const { return Read(kMatrix, shutter_offset); }
  auto GetResetXformStack(double shutter_offset = 0) const { return Read(kResetXformStack, shutter_offset); }
};

class VisibilitySchema final : public SchemaOf<VisibilitySchema, "visibility"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"visibility", bool> kVisibility{};
  auto GetVisibility(double shutter_offset = 0) const { return Read(kVisibility, shutter_offset); }
};

class PurposeSchema final : public SchemaOf<PurposeSchema, "purpose"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"purpose", Token> kPurpose{};
  static constexpr SchemaMember<"inheritable", bool> kInheritable{};
  static constexpr SchemaMember<"fallback", Token> kFallback{};
  auto GetPurpose(double shutter_offset = 0) const { return Read(kPurpose, shutter_offset); }
  auto GetInheritable(double shutter_offset = 0) const { return Read(kInheritable, shutter_offset); }
  auto GetFallback(double shutter_offset = 0) const { return Read(kFallback, shutter_offset); }
};

class ExtentSchema final : public SchemaOf<ExtentSchema, "extent"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"min", Vec3d> kMin{};
  static constexpr SchemaMember<"max", Vec3d> kMax{};
  auto GetMin(double shutter_offset = 0) const { return Read(kMin, shutter_offset); }
  auto GetMax(double shutter_offset = 0) const { return Read(kMax, shutter_offset); }
};

class ExtentsHintSchema final : public SchemaOf<ExtentsHintSchema, "extentsHint"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"default", ExtentSchema> kDefault{};
  static constexpr SchemaMember<"render", ExtentSchema> kRender{};
  static constexpr SchemaMember<"proxy", ExtentSchema> kProxy{};
  static constexpr SchemaMember<"guide", ExtentSchema> kGuide{};
  auto GetDefault() const { return Read(kDefault); }
  auto GetRender() const { return Read(kRender); }
  auto GetProxy() const { return Read(kProxy); }
  auto GetGuide() const { return Read(kGuide); }
};

class PrimvarSchema final : public SchemaOf<PrimvarSchema, ""> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"primvarValue", DataSourceHandle> kPrimvarValue{};
  static constexpr SchemaMember<"indexedPrimvarValue", DataSourceHandle> kIndexedPrimvarValue{};
  static constexpr SchemaMember<"indices", Array<int32_t>> kIndices{};
  static constexpr SchemaMember<"interpolation", Token> kInterpolation{};
  static constexpr SchemaMember<"role", Token> kRole{};
  static constexpr SchemaMember<"colorSpace", Token> kColorSpace{};
  static constexpr SchemaMember<"elementSize", int32_t> kElementSize{};
  auto GetPrimvarValue() const { return Read(kPrimvarValue); }
  auto GetIndexedPrimvarValue() const { return Read(kIndexedPrimvarValue); }
  auto GetIndices(double shutter_offset = 0) const { return Read(kIndices, shutter_offset); }
  auto GetInterpolation(double shutter_offset = 0) const { return Read(kInterpolation, shutter_offset); }
  auto GetRole(double shutter_offset = 0) const { return Read(kRole, shutter_offset); }
  auto GetColorSpace(double shutter_offset = 0) const { return Read(kColorSpace, shutter_offset); }
  auto GetElementSize(double shutter_offset = 0) const { return Read(kElementSize, shutter_offset); }
};

class PrimvarsSchema final : public SchemaOfEach<PrimvarsSchema, "primvars", PrimvarSchema> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class MeshTopologySchema final : public SchemaOf<MeshTopologySchema, "topology"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"faceVertexCounts", Array<int32_t>> kFaceVertexCounts{};
  static constexpr SchemaMember<"faceVertexIndices", Array<int32_t>> kFaceVertexIndices{};
  static constexpr SchemaMember<"holeIndices", Array<int32_t>> kHoleIndices{};
  static constexpr SchemaMember<"orientation", Token> kOrientation{};
  auto GetFaceVertexCounts(double shutter_offset = 0) const {
    return Read(kFaceVertexCounts, shutter_offset);
  }
  auto GetFaceVertexIndices(double shutter_offset = 0) const {
    return Read(kFaceVertexIndices, shutter_offset);
  }
  auto GetHoleIndices(double shutter_offset = 0) const { return Read(kHoleIndices, shutter_offset); }
  auto GetOrientation(double shutter_offset = 0) const { return Read(kOrientation, shutter_offset); }
};

class SubdivisionTagsSchema final : public SchemaOf<SubdivisionTagsSchema, "subdivisionTags"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"faceVaryingLinearInterpolation", Token> kFaceVaryingLinearInterpolation{};
  static constexpr SchemaMember<"interpolateBoundary", Token> kInterpolateBoundary{};
  static constexpr SchemaMember<"triangleSubdivisionRule", Token> kTriangleSubdivisionRule{};
  static constexpr SchemaMember<"cornerIndices", Array<int32_t>> kCornerIndices{};
  static constexpr SchemaMember<"cornerSharpnesses", Array<float>> kCornerSharpnesses{};
  static constexpr SchemaMember<"creaseIndices", Array<int32_t>> kCreaseIndices{};
  static constexpr SchemaMember<"creaseLengths", Array<int32_t>> kCreaseLengths{};
  static constexpr SchemaMember<"creaseSharpnesses", Array<float>> kCreaseSharpnesses{};
  auto GetFaceVaryingLinearInterpolation(double shutter_offset = 0) const {
    return Read(kFaceVaryingLinearInterpolation, shutter_offset);
  }
  auto GetInterpolateBoundary(double shutter_offset = 0) const {
    return Read(kInterpolateBoundary, shutter_offset);
  }
  auto GetTriangleSubdivisionRule(double shutter_offset = 0) const {
    return Read(kTriangleSubdivisionRule, shutter_offset);
  }
  auto GetCornerIndices(double shutter_offset = 0) const { return Read(kCornerIndices, shutter_offset); }
  auto GetCornerSharpnesses(double shutter_offset = 0) const {
    return Read(kCornerSharpnesses, shutter_offset);
  }
  auto GetCreaseIndices(double shutter_offset = 0) const { return Read(kCreaseIndices, shutter_offset); }
  auto GetCreaseLengths(double shutter_offset = 0) const { return Read(kCreaseLengths, shutter_offset); }
  auto GetCreaseSharpnesses(double shutter_offset = 0) const {
    return Read(kCreaseSharpnesses, shutter_offset);
  }
};

class MeshSchema final : public SchemaOf<MeshSchema, "mesh"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"topology", MeshTopologySchema> kTopology{};
  static constexpr SchemaMember<"subdivisionScheme", Token> kSubdivisionScheme{};
  static constexpr SchemaMember<"subdivisionTags", SubdivisionTagsSchema> kSubdivisionTags{};
  static constexpr SchemaMember<"doubleSided", bool> kDoubleSided{};
  auto GetTopology() const { return Read(kTopology); }
  auto GetSubdivisionScheme(double shutter_offset = 0) const {
    return Read(kSubdivisionScheme, shutter_offset);
  }
  auto GetSubdivisionTags() const { return Read(kSubdivisionTags); }
  auto GetDoubleSided(double shutter_offset = 0) const { return Read(kDoubleSided, shutter_offset); }
};

class BasisCurvesTopologySchema final : public SchemaOf<BasisCurvesTopologySchema, "topology"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"curveVertexCounts", Array<int32_t>> kCurveVertexCounts{};
  static constexpr SchemaMember<"curveIndices", Array<int32_t>> kCurveIndices{};
  static constexpr SchemaMember<"basis", Token> kBasis{};
  static constexpr SchemaMember<"type", Token> kType{};
  static constexpr SchemaMember<"wrap", Token> kWrap{};
  auto GetCurveVertexCounts(double shutter_offset = 0) const {
    return Read(kCurveVertexCounts, shutter_offset);
  }
  auto GetCurveIndices(double shutter_offset = 0) const { return Read(kCurveIndices, shutter_offset); }
  auto GetBasis(double shutter_offset = 0) const { return Read(kBasis, shutter_offset); }
  auto GetType(double shutter_offset = 0) const { return Read(kType, shutter_offset); }
  auto GetWrap(double shutter_offset = 0) const { return Read(kWrap, shutter_offset); }
};

class BasisCurvesSchema final : public SchemaOf<BasisCurvesSchema, "basisCurves"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"topology", BasisCurvesTopologySchema> kTopology{};
  auto GetTopology() const { return Read(kTopology); }
};

class NurbsCurvesSchema final : public SchemaOf<NurbsCurvesSchema, "nurbsCurves"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"curveVertexCounts", Array<int32_t>> kCurveVertexCounts{};
  static constexpr SchemaMember<"order", Array<int32_t>> kOrder{};
  static constexpr SchemaMember<"knots", Array<double>> kKnots{};
  static constexpr SchemaMember<"ranges", Array<Vec2d>> kRanges{};
  auto GetCurveVertexCounts(double shutter_offset = 0) const {
    return Read(kCurveVertexCounts, shutter_offset);
  }
  auto GetOrder(double shutter_offset = 0) const { return Read(kOrder, shutter_offset); }
  auto GetKnots(double shutter_offset = 0) const { return Read(kKnots, shutter_offset); }
  auto GetRanges(double shutter_offset = 0) const { return Read(kRanges, shutter_offset); }
};

class TrimCurveSchema final : public SchemaOf<TrimCurveSchema, "trimCurve"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"counts", Array<int32_t>> kCounts{};
  static constexpr SchemaMember<"orders", Array<int32_t>> kOrders{};
  static constexpr SchemaMember<"vertexCounts", Array<int32_t>> kVertexCounts{};
  static constexpr SchemaMember<"knots", Array<double>> kKnots{};
  static constexpr SchemaMember<"ranges", Array<Vec2d>> kRanges{};
  static constexpr SchemaMember<"points", Array<Vec3d>> kPoints{};
  auto GetCounts(double shutter_offset = 0) const { return Read(kCounts, shutter_offset); }
  auto GetOrders(double shutter_offset = 0) const { return Read(kOrders, shutter_offset); }
  auto GetVertexCounts(double shutter_offset = 0) const { return Read(kVertexCounts, shutter_offset); }
  auto GetKnots(double shutter_offset = 0) const { return Read(kKnots, shutter_offset); }
  auto GetRanges(double shutter_offset = 0) const { return Read(kRanges, shutter_offset); }
  auto GetPoints(double shutter_offset = 0) const { return Read(kPoints, shutter_offset); }
};

class NurbsPatchSchema final : public SchemaOf<NurbsPatchSchema, "nurbsPatch"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"uVertexCount", int32_t> kUVertexCount{};
  static constexpr SchemaMember<"vVertexCount", int32_t> kVVertexCount{};
  static constexpr SchemaMember<"uOrder", int32_t> kUOrder{};
  static constexpr SchemaMember<"vOrder", int32_t> kVOrder{};
  static constexpr SchemaMember<"uKnots", Array<double>> kUKnots{};
  static constexpr SchemaMember<"vKnots", Array<double>> kVKnots{};
  static constexpr SchemaMember<"uForm", Token> kUForm{};
  static constexpr SchemaMember<"vForm", Token> kVForm{};
  static constexpr SchemaMember<"uRange", Vec2d> kURange{};
  static constexpr SchemaMember<"vRange", Vec2d> kVRange{};
  static constexpr SchemaMember<"trimCurve", TrimCurveSchema> kTrimCurve{};
  static constexpr SchemaMember<"orientation", Token> kOrientation{};
  static constexpr SchemaMember<"doubleSided", bool> kDoubleSided{};
  auto GetUVertexCount(double shutter_offset = 0) const { return Read(kUVertexCount, shutter_offset); }
  auto GetVVertexCount(double shutter_offset = 0) const { return Read(kVVertexCount, shutter_offset); }
  auto GetUOrder(double shutter_offset = 0) const { return Read(kUOrder, shutter_offset); }
  auto GetVOrder(double shutter_offset = 0) const { return Read(kVOrder, shutter_offset); }
  auto GetUKnots(double shutter_offset = 0) const { return Read(kUKnots, shutter_offset); }
  auto GetVKnots(double shutter_offset = 0) const { return Read(kVKnots, shutter_offset); }
  auto GetUForm(double shutter_offset = 0) const { return Read(kUForm, shutter_offset); }
  auto GetVForm(double shutter_offset = 0) const { return Read(kVForm, shutter_offset); }
  auto GetURange(double shutter_offset = 0) const { return Read(kURange, shutter_offset); }
  auto GetVRange(double shutter_offset = 0) const { return Read(kVRange, shutter_offset); }
  auto GetTrimCurve() const { return Read(kTrimCurve); }
  auto GetOrientation(double shutter_offset = 0) const { return Read(kOrientation, shutter_offset); }
  auto GetDoubleSided(double shutter_offset = 0) const { return Read(kDoubleSided, shutter_offset); }
};

class TetMeshTopologySchema final : public SchemaOf<TetMeshTopologySchema, "topology"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"tetVertexIndices", Array<Vec4i>> kTetVertexIndices{};
  static constexpr SchemaMember<"surfaceFaceVertexIndices", Array<Vec3i>> kSurfaceFaceVertexIndices{};
  static constexpr SchemaMember<"orientation", Token> kOrientation{};
  auto GetTetVertexIndices(double shutter_offset = 0) const {
    return Read(kTetVertexIndices, shutter_offset);
  }
  auto GetSurfaceFaceVertexIndices(double shutter_offset = 0) const {
    return Read(kSurfaceFaceVertexIndices, shutter_offset);
  }
  auto GetOrientation(double shutter_offset = 0) const { return Read(kOrientation, shutter_offset); }
};

class TetMeshSchema final : public SchemaOf<TetMeshSchema, "tetMesh"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"topology", TetMeshTopologySchema> kTopology{};
  static constexpr SchemaMember<"doubleSided", bool> kDoubleSided{};
  auto GetTopology() const { return Read(kTopology); }
  auto GetDoubleSided(double shutter_offset = 0) const { return Read(kDoubleSided, shutter_offset); }
};

class GeomSubsetSchema final : public SchemaOf<GeomSubsetSchema, "geomSubset"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"type", Token> kType{};
  static constexpr SchemaMember<"indices", Array<int32_t>> kIndices{};
  auto GetType(double shutter_offset = 0) const { return Read(kType, shutter_offset); }
  auto GetIndices(double shutter_offset = 0) const { return Read(kIndices, shutter_offset); }
};

class SphereSchema final : public SchemaOf<SphereSchema, "sphere"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"radius", double> kRadius{};
  auto GetRadius(double shutter_offset = 0) const { return Read(kRadius, shutter_offset); }
};

class CubeSchema final : public SchemaOf<CubeSchema, "cube"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"size", double> kSize{};
  auto GetSize(double shutter_offset = 0) const { return Read(kSize, shutter_offset); }
};

class ConeSchema final : public SchemaOf<ConeSchema, "cone"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"height", double> kHeight{};
  static constexpr SchemaMember<"radius", double> kRadius{};
  static constexpr SchemaMember<"axis", Token> kAxis{};
  auto GetHeight(double shutter_offset = 0) const { return Read(kHeight, shutter_offset); }
  auto GetRadius(double shutter_offset = 0) const { return Read(kRadius, shutter_offset); }
  auto GetAxis(double shutter_offset = 0) const { return Read(kAxis, shutter_offset); }
};

class CylinderSchema final : public SchemaOf<CylinderSchema, "cylinder"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"height", double> kHeight{};
  static constexpr SchemaMember<"radius", double> kRadius{};
  static constexpr SchemaMember<"radiusTop", double> kRadiusTop{};
  static constexpr SchemaMember<"radiusBottom", double> kRadiusBottom{};
  static constexpr SchemaMember<"axis", Token> kAxis{};
  auto GetHeight(double shutter_offset = 0) const { return Read(kHeight, shutter_offset); }
  auto GetRadius(double shutter_offset = 0) const { return Read(kRadius, shutter_offset); }
  auto GetRadiusTop(double shutter_offset = 0) const { return Read(kRadiusTop, shutter_offset); }
  auto GetRadiusBottom(double shutter_offset = 0) const { return Read(kRadiusBottom, shutter_offset); }
  auto GetAxis(double shutter_offset = 0) const { return Read(kAxis, shutter_offset); }
};

class CapsuleSchema final : public SchemaOf<CapsuleSchema, "capsule"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"height", double> kHeight{};
  static constexpr SchemaMember<"radius", double> kRadius{};
  static constexpr SchemaMember<"radiusTop", double> kRadiusTop{};
  static constexpr SchemaMember<"radiusBottom", double> kRadiusBottom{};
  static constexpr SchemaMember<"axis", Token> kAxis{};
  auto GetHeight(double shutter_offset = 0) const { return Read(kHeight, shutter_offset); }
  auto GetRadius(double shutter_offset = 0) const { return Read(kRadius, shutter_offset); }
  auto GetRadiusTop(double shutter_offset = 0) const { return Read(kRadiusTop, shutter_offset); }
  auto GetRadiusBottom(double shutter_offset = 0) const { return Read(kRadiusBottom, shutter_offset); }
  auto GetAxis(double shutter_offset = 0) const { return Read(kAxis, shutter_offset); }
};

class PlaneSchema final : public SchemaOf<PlaneSchema, "plane"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"doubleSided", bool> kDoubleSided{};
  static constexpr SchemaMember<"axis", Token> kAxis{};
  static constexpr SchemaMember<"length", double> kLength{};
  static constexpr SchemaMember<"width", double> kWidth{};
  auto GetDoubleSided(double shutter_offset = 0) const { return Read(kDoubleSided, shutter_offset); }
  auto GetAxis(double shutter_offset = 0) const { return Read(kAxis, shutter_offset); }
  auto GetLength(double shutter_offset = 0) const { return Read(kLength, shutter_offset); }
  auto GetWidth(double shutter_offset = 0) const { return Read(kWidth, shutter_offset); }
};

class ParticleFieldSchema final : public SchemaOf<ParticleFieldSchema, "particleField"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"kernelType", Token> kKernelType{};
  auto GetKernelType(double shutter_offset = 0) const { return Read(kKernelType, shutter_offset); }
};

class VolumeFieldSchema final : public SchemaOf<VolumeFieldSchema, "volumeField"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"filePath", AssetPath> kFilePath{};
  static constexpr SchemaMember<"fieldName", Token> kFieldName{};
  static constexpr SchemaMember<"fieldIndex", int32_t> kFieldIndex{};
  static constexpr SchemaMember<"fieldDataType", Token> kFieldDataType{};
  static constexpr SchemaMember<"vectorDataRoleHint", Token> kVectorDataRoleHint{};
  auto GetFilePath(double shutter_offset = 0) const { return Read(kFilePath, shutter_offset); }
  auto GetFieldName(double shutter_offset = 0) const { return Read(kFieldName, shutter_offset); }
  auto GetFieldIndex(double shutter_offset = 0) const { return Read(kFieldIndex, shutter_offset); }
  auto GetFieldDataType(double shutter_offset = 0) const { return Read(kFieldDataType, shutter_offset); }
  auto GetVectorDataRoleHint(double shutter_offset = 0) const {
    return Read(kVectorDataRoleHint, shutter_offset);
  }
};

class VolumeFieldBindingSchema final
    : public SchemaOfEach<VolumeFieldBindingSchema, "volumeFieldBinding", Path> {
 public:
  using SchemaOfEach::SchemaOfEach;
};

class GeomModelSchema final : public SchemaOf<GeomModelSchema, "geomModel"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"drawMode", Token> kDrawMode{};
  static constexpr SchemaMember<"applyDrawMode", bool> kApplyDrawMode{};
  static constexpr SchemaMember<"drawModeColor", Vec3f> kDrawModeColor{};
  static constexpr SchemaMember<"cardGeometry", Token> kCardGeometry{};
  static constexpr SchemaMember<"cardVisibility", DataSourceHandle> kCardVisibility{};
  static constexpr SchemaMember<"cardTextureXPos", AssetPath> kCardTextureXPos{};
  static constexpr SchemaMember<"cardTextureYPos", AssetPath> kCardTextureYPos{};
  static constexpr SchemaMember<"cardTextureZPos", AssetPath> kCardTextureZPos{};
  static constexpr SchemaMember<"cardTextureXNeg", AssetPath> kCardTextureXNeg{};
  static constexpr SchemaMember<"cardTextureYNeg", AssetPath> kCardTextureYNeg{};
  static constexpr SchemaMember<"cardTextureZNeg", AssetPath> kCardTextureZNeg{};
  auto GetDrawMode(double shutter_offset = 0) const { return Read(kDrawMode, shutter_offset); }
  auto GetApplyDrawMode(double shutter_offset = 0) const { return Read(kApplyDrawMode, shutter_offset); }
  auto GetDrawModeColor(double shutter_offset = 0) const { return Read(kDrawModeColor, shutter_offset); }
  auto GetCardGeometry(double shutter_offset = 0) const { return Read(kCardGeometry, shutter_offset); }
  auto GetCardVisibility() const { return Read(kCardVisibility); }
  auto GetCardTextureXPos(double shutter_offset = 0) const { return Read(kCardTextureXPos, shutter_offset); }
  auto GetCardTextureYPos(double shutter_offset = 0) const { return Read(kCardTextureYPos, shutter_offset); }
  auto GetCardTextureZPos(double shutter_offset = 0) const { return Read(kCardTextureZPos, shutter_offset); }
  auto GetCardTextureXNeg(double shutter_offset = 0) const { return Read(kCardTextureXNeg, shutter_offset); }
  auto GetCardTextureYNeg(double shutter_offset = 0) const { return Read(kCardTextureYNeg, shutter_offset); }
  auto GetCardTextureZNeg(double shutter_offset = 0) const { return Read(kCardTextureZNeg, shutter_offset); }
};

class ModelSchema final : public SchemaOf<ModelSchema, "model"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"modelPath", Path> kModelPath{};
  static constexpr SchemaMember<"assetIdentifier", AssetPath> kAssetIdentifier{};
  static constexpr SchemaMember<"assetName", std::string> kAssetName{};
  static constexpr SchemaMember<"assetVersion", std::string> kAssetVersion{};
  auto GetModelPath(double shutter_offset = 0) const { return Read(kModelPath, shutter_offset); }
  auto GetAssetIdentifier(double shutter_offset = 0) const { return Read(kAssetIdentifier, shutter_offset); }
  auto GetAssetName(double shutter_offset = 0) const { return Read(kAssetName, shutter_offset); }
  auto GetAssetVersion(double shutter_offset = 0) const { return Read(kAssetVersion, shutter_offset); }
};

class XformVectorsSchema final : public SchemaOf<XformVectorsSchema, "geomXformVectors"> {
 public:
  using SchemaOf::SchemaOf;
  static constexpr SchemaMember<"translation", Vec3d> kTranslation{};
  static constexpr SchemaMember<"rotation", Vec3f> kRotation{};
  static constexpr SchemaMember<"rotationOrder", Token> kRotationOrder{};
  static constexpr SchemaMember<"scale", Vec3f> kScale{};
  static constexpr SchemaMember<"pivot", Vec3f> kPivot{};
  auto GetTranslation(double shutter_offset = 0) const { return Read(kTranslation, shutter_offset); }
  auto GetRotation(double shutter_offset = 0) const { return Read(kRotation, shutter_offset); }
  auto GetRotationOrder(double shutter_offset = 0) const { return Read(kRotationOrder, shutter_offset); }
  auto GetScale(double shutter_offset = 0) const { return Read(kScale, shutter_offset); }
  auto GetPivot(double shutter_offset = 0) const { return Read(kPivot, shutter_offset); }
};

}  // namespace strata::scene
