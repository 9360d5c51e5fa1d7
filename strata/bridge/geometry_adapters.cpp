// Shapes, meshes, curves, points, volumes and subsets.
#include <algorithm>

#include "strata/bridge/names.h"
#include "strata/bridge/parts.h"
#include "strata/bridge/prim_data.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;
using scene::RetainedContainerDataSource;

const PrimvarMappings& GetPointMappings() {
  const Names& names = GetNames();
  static const PrimvarMappings mappings = {
      {names.points, names.points, {}},         {names.normals, names.normals, {}},
      {names.velocities, names.velocities, {}}, {names.accelerations, names.accelerations, {}},
      {names.widths, names.widths, {}},         {names.id, names.ids, {}},
  };
  return mappings;
}

const PrimvarMappings& GetMeshMappings() {
  const Names& names = GetNames();
  static const PrimvarMappings mappings = {
      {names.points, names.points, {}},
      {names.normals, names.normals, {}},
      {names.velocities, names.velocities, {}},
      {names.accelerations, names.accelerations, {}},
  };
  return mappings;
}

// A type whose data are its attributes under one name, and perhaps a container of more below it.
struct AttributeShape {
  Token type;  // in the scene
  AttributeParts parts;
  struct Nested {
    Token name;
    AttributeParts parts;
  };
  std::vector<Nested> nested;
  const PrimvarMappings* mappings = &GetNoMappings();
};

class ShapeContainer final : public scene::ContainerDataSource {
 public:
  ShapeContainer(PrimSource source, const AttributeShape& shape)
      : source_(std::move(source)), shape_(shape) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names;
    for (const AttributePart& part : shape_.parts.parts) names.push_back(part.name);
    for (const auto& nested : shape_.nested) names.push_back(nested.name);
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    for (const auto& nested : shape_.nested)
      if (nested.name == name) return MakeAttributeParts(source_, nested.parts);
    return MakeAttributeParts(source_, shape_.parts)->Get(name);
  }

 private:
  PrimSource source_;
  const AttributeShape& shape_;
};

class ShapeAdapter : public BaseAdapter {
 public:
  explicit ShapeAdapter(AttributeShape shape) : shape_(std::move(shape)) {}
  Token GetImagingType(const stage::Prim&) const override { return shape_.type; }
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    ContainerDataSourceHandle base = BaseAdapter::GetData(source);
    if (shape_.parts.locator.IsEmpty()) return base;
    return scene::OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{shape_.parts.locator.GetFirstElement(), scene::Make<const ShapeContainer>(source, shape_)}}),
        base);
  }
  DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                  PropertyChange change) const override {
    DataSourceLocatorSet dirty = BaseAdapter::Invalidate(prim, properties, change);
    for (Token property : properties) {
      Add(shape_.parts, property, dirty);
      for (const auto& nested : shape_.nested) Add(nested.parts, property, dirty);
    }
    return dirty;
  }

 protected:
  const PrimvarMappings& GetMappings() const override { return *shape_.mappings; }

 private:
  static void Add(const AttributeParts& parts, Token property, DataSourceLocatorSet& dirty) {
    for (const AttributePart& part : parts.parts)
      if (part.attribute == property) dirty.Insert(parts.locator.Append(part.name));
  }
  AttributeShape shape_;
};

AttributeParts Same(DataSourceLocator locator, std::initializer_list<Token> names) {
  AttributeParts parts{std::move(locator), {}};
  for (Token name : names) parts.parts.push_back({name, name});
  return parts;
}

AttributeShape MakeMesh() {
  const Names& names = GetNames();
  AttributeShape mesh{names.mesh, Same(names.mesh, {names.subdivisionScheme, names.doubleSided}), {}};
  mesh.mappings = &GetMeshMappings();
  mesh.nested.push_back(
      {names.topology, Same({names.mesh, names.topology}, {names.faceVertexCounts, names.faceVertexIndices,
                                                           names.holeIndices, names.orientation})});
  mesh.nested.push_back(
      {names.subdivisionTags,
       Same({names.mesh, names.subdivisionTags},
            {names.faceVaryingLinearInterpolation, names.interpolateBoundary, names.cornerIndices,
             names.cornerSharpnesses, names.creaseIndices, names.creaseLengths, names.creaseSharpnesses})});
  mesh.nested.back().parts.parts.push_back({names.triangleSubdivisionRule, names.triangleSubdivisionRule});
  return mesh;
}

AttributeShape MakeTetMesh() {
  const Names& names = GetNames();
  AttributeShape mesh{names.tetMesh, Same(names.tetMesh, {names.doubleSided}), {}};
  mesh.mappings = &GetMeshMappings();
  mesh.nested.push_back(
      {names.topology, Same({names.tetMesh, names.topology},
                            {names.tetVertexIndices, names.orientation, names.surfaceFaceVertexIndices})});
  return mesh;
}

AttributeShape MakeBasisCurves() {
  const Names& names = GetNames();
  AttributeShape curves{names.basisCurves, {names.basisCurves, {}}, {}};
  curves.mappings = &GetPointMappings();
  curves.nested.push_back(
      {names.topology, Same({names.basisCurves, names.topology},
                            {names.curveVertexCounts, names.basis, names.type, names.wrap})});
  return curves;
}

AttributeShape MakeNurbsPatch() {
  const Names& names = GetNames();
  AttributeShape patch{names.nurbsPatch, {names.nurbsPatch, {}}, {}};
  patch.mappings = &GetMeshMappings();
  for (const char* name : {"uVertexCount", "vVertexCount", "uOrder", "vOrder", "uKnots", "vKnots", "uForm",
                           "vForm", "uRange", "vRange", "orientation", "doubleSided"})
    patch.parts.parts.push_back({Token(name), Token(name)});
  AttributeParts trim{DataSourceLocator{names.nurbsPatch, Token("trimCurve")}, {}};
  for (const char* name : {"counts", "orders", "vertexCounts", "knots", "ranges", "points"})
    trim.parts.push_back({Token(name), Token(std::string("trimCurve:") + name)});
  patch.nested.push_back({Token("trimCurve"), std::move(trim)});
  return patch;
}

Value ConvertSubsetType(const Value& value) {
  static const Token kFaceSet("typeFaceSet"), kPointSet("typePointSet"), kCurveSet("typeCurveSet");
  const std::string type = value.GetOr(Token()).GetString();
  if (type == "point") return Value(kPointSet);
  return Value(type == "segment" || type == "curve" ? kCurveSet : kFaceSet);
}

AttributeShape MakeSubset() {
  const Names& names = GetNames();
  AttributeShape subset{names.geomSubset, Same(names.geomSubset, {names.indices}), {}};
  subset.parts.parts.push_back({names.type, names.elementType, ConvertSubsetType});
  return subset;
}

AttributeShape MakeField(const char* type) {
  const Names& names = GetNames();
  AttributeShape field{Token(type),
                       Same(names.volumeField, {names.filePath, names.fieldName, names.fieldIndex,
                                                names.fieldDataType, names.vectorDataRoleHint}),
                       {}};
  if (type == std::string_view("openvdbAsset"))
    field.parts.parts.push_back({names.fieldClass, names.fieldClass});
  return field;
}

// -- volumes
// --------------------------------------------------------------------------------------------------

constexpr std::string_view kField = "field:";

ContainerDataSourceHandle MakeFields(const stage::Prim& volume) {
  std::vector<RetainedContainerDataSource::Entry> fields;
  for (Token property : volume.GetAuthoredPropertyNames()) {
    if (!property.GetText().starts_with(kField)) continue;
    const std::vector<Path> targets = volume.GetRelationship(property).GetForwardedTargets();
    if (!targets.empty())
      fields.emplace_back(Token(property.GetText().substr(kField.size())), scene::Retain(targets.front()));
  }
  return RetainedContainerDataSource::New(std::move(fields));
}

class VolumeAdapter final : public BaseAdapter {
 public:
  Token GetImagingType(const stage::Prim&) const override { return GetNames().volume; }
  ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    return scene::OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{GetNames().volumeFieldBinding, MakeLive([prim = source.prim] { return MakeFields(prim); })}}),
        BaseAdapter::GetData(source));
  }
  DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                  PropertyChange change) const override {
    DataSourceLocatorSet dirty = BaseAdapter::Invalidate(prim, properties, change);
    for (Token property : properties)
      if (property.GetText().starts_with(kField)) dirty.Insert(GetNames().volumeFieldBinding);
    return dirty;
  }

 private:
};

// -- types that have nothing but a type, or nothing at all
// ----------------------------------------------------

// Prims that only their users read: no type and no data, though changes are told.
class SilentAdapter final : public BaseAdapter {
 public:
  ContainerDataSourceHandle GetData(const PrimSource&) const override { return nullptr; }
};

}  // namespace

void AddGeometryAdapters(AdapterRegistry& registry) {
  const Names& names = GetNames();
  const auto add = [&](const char* type, AttributeShape shape) {
    registry.AddPrimAdapter(Token(type), std::make_shared<ShapeAdapter>(std::move(shape)));
  };
  add("Mesh", MakeMesh());
  add("TetMesh", MakeTetMesh());
  add("BasisCurves", MakeBasisCurves());
  add("HermiteCurves", MakeBasisCurves());
  add("NurbsPatch", MakeNurbsPatch());
  AttributeShape nurbs{
      names.nurbsCurves,
      Same(names.nurbsCurves, {names.curveVertexCounts, names.order, names.knots, names.ranges}),
      {}};
  nurbs.mappings = &GetPointMappings();
  add("NurbsCurves", std::move(nurbs));
  AttributeShape points{names.points, {}, {}};
  points.mappings = &GetPointMappings();
  add("Points", std::move(points));
  add("Sphere", {names.sphere, Same(names.sphere, {names.radius}), {}});
  add("Cube", {names.cube, Same(names.cube, {names.size}), {}});
  add("Cone", {names.cone, Same(names.cone, {names.height, names.radius, names.axis}), {}});
  add("Cylinder", {names.cylinder, Same(names.cylinder, {names.height, names.radius, names.axis}), {}});
  add("Capsule", {names.capsule, Same(names.capsule, {names.height, names.radius, names.axis}), {}});
  const auto tapered = {names.height, names.radiusTop, names.radiusBottom, names.axis};
  add("Cylinder_1", {names.cylinder, Same(names.cylinder, tapered), {}});
  add("Capsule_1", {names.capsule, Same(names.capsule, tapered), {}});
  add("Plane",
      {names.plane, Same(names.plane, {names.doubleSided, names.axis, names.length, names.width}), {}});
  add("GeomSubset", MakeSubset());
  add("OpenVDBAsset", MakeField("openvdbAsset"));
  add("Field3DAsset", MakeField("field3dAsset"));
  registry.AddPrimAdapter(Token("Volume"), std::make_shared<VolumeAdapter>());
  for (const char* type : {"SkelRoot", "Skeleton"})
    registry.AddPrimAdapter(Token(type), std::make_shared<SilentAdapter>());
}

}  // namespace strata::bridge
