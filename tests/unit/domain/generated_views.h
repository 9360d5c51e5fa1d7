// Typed views of prims, made by `strata schema`.
// clang-format off
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "strata/stage/stage.h"

namespace strata::views {

// Anything that can be shown, hidden or left to some purposes.
class Imageable {
 public:
  static constexpr const char* kSchemaImageable = "Imageable";
  explicit Imageable(strata::stage::Prim prim) : prim_(std::move(prim)) {}
  bool IsValid() const { return prim_.IsA(strata::Token(kSchemaImageable)); }
  const strata::stage::Prim& GetPrim() const { return prim_; }
  // The prim of purpose proxy that stands for this one of purpose render.
  strata::stage::Relationship GetProxyPrimRel() const { return prim_.GetRelationship(strata::Token("proxyPrim")); }
  // What the prim is for: every render, final ones, quick ones, or guidance.
  strata::stage::Attribute GetPurposeAttr() const { return prim_.GetAttribute(strata::Token("purpose")); }
  std::optional<strata::Token> GetPurpose(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetPurposeAttr().GetAs<strata::Token>(time);
  }
  // Hides the prim and everything below it, or leaves that to its ancestors.
  strata::stage::Attribute GetVisibilityAttr() const { return prim_.GetAttribute(strata::Token("visibility")); }
  std::optional<strata::Token> GetVisibility(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetVisibilityAttr().GetAs<strata::Token>(time);
  }

 protected:
  strata::stage::Prim prim_;
};

// Anything that has a transform of its own.
class Xformable : public Imageable {
 public:
  static constexpr const char* kSchemaXformable = "Xformable";
  explicit Xformable(strata::stage::Prim prim) : Imageable(std::move(prim)) {}
  bool IsValid() const { return prim_.IsA(strata::Token(kSchemaXformable)); }
  // The ops of the transform, the outermost first.
  strata::stage::Attribute GetXformOpOrderAttr() const { return prim_.GetAttribute(strata::Token("xformOpOrder")); }
  std::optional<strata::Array<strata::Token>> GetXformOpOrder(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetXformOpOrderAttr().GetAs<strata::Array<strata::Token>>(time);
  }
};

// Anything that has a place in space and an extent.
class Boundable : public Xformable {
 public:
  static constexpr const char* kSchemaBoundable = "Boundable";
  explicit Boundable(strata::stage::Prim prim) : Xformable(std::move(prim)) {}
  bool IsValid() const { return prim_.IsA(strata::Token(kSchemaBoundable)); }
  // Two corners of a box along the axes around the prim and what is below it, in its own space.
  strata::stage::Attribute GetExtentAttr() const { return prim_.GetAttribute(strata::Token("extent")); }
  std::optional<strata::Array<strata::Vec3f>> GetExtent(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetExtentAttr().GetAs<strata::Array<strata::Vec3f>>(time);
  }
};

// A named set of prims and properties, given by paths or by an expression.
class CollectionAPI {
 public:
  static constexpr const char* kSchemaCollectionAPI = "CollectionAPI";
  CollectionAPI(strata::stage::Prim prim, strata::Token instance)
      : prim_(std::move(prim)), instance_(instance) {}
  bool IsValid() const { return prim_.HasAPI(strata::Token(std::string(kSchemaCollectionAPI) + ':' + instance_.GetString())); }
  const strata::stage::Prim& GetPrim() const { return prim_; }
  // Stands for the whole collection where a path has to name it.
  strata::stage::Attribute GetCollectionAttr() const { return prim_.GetAttribute(strata::Token("collection:" + instance_.GetString() + "")); }
  // Prims, properties and collections that are not members, whatever includes says.
  strata::stage::Relationship GetCollectionExcludesRel() const { return prim_.GetRelationship(strata::Token("collection:" + instance_.GetString() + ":excludes")); }
  // Whether what lies below an included prim is a member too, and its properties.
  strata::stage::Attribute GetCollectionExpansionRuleAttr() const { return prim_.GetAttribute(strata::Token("collection:" + instance_.GetString() + ":expansionRule")); }
  std::optional<strata::Token> GetCollectionExpansionRule(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetCollectionExpansionRuleAttr().GetAs<strata::Token>(time);
  }
  // Includes the whole stage, where a relationship could not name it.
  strata::stage::Attribute GetCollectionIncludeRootAttr() const { return prim_.GetAttribute(strata::Token("collection:" + instance_.GetString() + ":includeRoot")); }
  std::optional<bool> GetCollectionIncludeRoot(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetCollectionIncludeRootAttr().GetAs<bool>(time);
  }
  // Prims, properties and collections that are members.
  strata::stage::Relationship GetCollectionIncludesRel() const { return prim_.GetRelationship(strata::Token("collection:" + instance_.GetString() + ":includes")); }
  // A path expression that matches the members.
  strata::stage::Attribute GetCollectionMembershipExpressionAttr() const { return prim_.GetAttribute(strata::Token("collection:" + instance_.GetString() + ":membershipExpression")); }
  std::optional<strata::PathExpression> GetCollectionMembershipExpression(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetCollectionMembershipExpressionAttr().GetAs<strata::PathExpression>(time);
  }
  // Whether the relationships or the expression decide; automatic takes the relationships where they say something.
  strata::stage::Attribute GetCollectionModeAttr() const { return prim_.GetAttribute(strata::Token("collection:" + instance_.GetString() + ":mode")); }
  std::optional<strata::Token> GetCollectionMode(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetCollectionModeAttr().GetAs<strata::Token>(time);
  }

 protected:
  strata::stage::Prim prim_;
  strata::Token instance_;
};

// Geometry that is drawn: it has a colour, an orientation and two sides.
class Gprim : public Boundable {
 public:
  static constexpr const char* kSchemaGprim = "Gprim";
  explicit Gprim(strata::stage::Prim prim) : Boundable(std::move(prim)) {}
  bool IsValid() const { return prim_.IsA(strata::Token(kSchemaGprim)); }
  // Shows the surface from behind too.
  strata::stage::Attribute GetDoubleSidedAttr() const { return prim_.GetAttribute(strata::Token("doubleSided")); }
  std::optional<bool> GetDoubleSided(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetDoubleSidedAttr().GetAs<bool>(time);
  }
  // In which sense points go around a face that is seen from the front.
  strata::stage::Attribute GetOrientationAttr() const { return prim_.GetAttribute(strata::Token("orientation")); }
  std::optional<strata::Token> GetOrientation(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetOrientationAttr().GetAs<strata::Token>(time);
  }
  // Colour for simple displays; linear red, green and blue.
  strata::stage::Attribute GetPrimvarsDisplayColorAttr() const { return prim_.GetAttribute(strata::Token("primvars:displayColor")); }
  std::optional<strata::Array<strata::Vec3f>> GetPrimvarsDisplayColor(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetPrimvarsDisplayColorAttr().GetAs<strata::Array<strata::Vec3f>>(time);
  }
  // Opacity for simple displays, from 0 to 1.
  strata::stage::Attribute GetPrimvarsDisplayOpacityAttr() const { return prim_.GetAttribute(strata::Token("primvars:displayOpacity")); }
  std::optional<strata::Array<float>> GetPrimvarsDisplayOpacity(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetPrimvarsDisplayOpacityAttr().GetAs<strata::Array<float>>(time);
  }
};

// Geometry that is made of points.
class PointBased : public Gprim {
 public:
  static constexpr const char* kSchemaPointBased = "PointBased";
  explicit PointBased(strata::stage::Prim prim) : Gprim(std::move(prim)) {}
  bool IsValid() const { return prim_.IsA(strata::Token(kSchemaPointBased)); }
  // Change of velocity of each point, in scene units per second squared.
  strata::stage::Attribute GetAccelerationsAttr() const { return prim_.GetAttribute(strata::Token("accelerations")); }
  std::optional<strata::Array<strata::Vec3f>> GetAccelerations(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetAccelerationsAttr().GetAs<strata::Array<strata::Vec3f>>(time);
  }
  // Direction at right angles to the surface, by their interpolation.
  strata::stage::Attribute GetNormalsAttr() const { return prim_.GetAttribute(strata::Token("normals")); }
  std::optional<strata::Array<strata::Vec3f>> GetNormals(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetNormalsAttr().GetAs<strata::Array<strata::Vec3f>>(time);
  }
  // Positions in the prim's own space.
  strata::stage::Attribute GetPointsAttr() const { return prim_.GetAttribute(strata::Token("points")); }
  std::optional<strata::Array<strata::Vec3f>> GetPoints(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetPointsAttr().GetAs<strata::Array<strata::Vec3f>>(time);
  }
  // Speed of each point, in scene units per second.
  strata::stage::Attribute GetVelocitiesAttr() const { return prim_.GetAttribute(strata::Token("velocities")); }
  std::optional<strata::Array<strata::Vec3f>> GetVelocities(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetVelocitiesAttr().GetAs<strata::Array<strata::Vec3f>>(time);
  }
};

// A polygon mesh, drawn as it is or as the cage of a subdivision surface.
class Mesh : public PointBased {
 public:
  static constexpr const char* kSchemaMesh = "Mesh";
  explicit Mesh(strata::stage::Prim prim) : PointBased(std::move(prim)) {}
  bool IsValid() const { return prim_.IsA(strata::Token(kSchemaMesh)); }
  // Points that are kept sharp.
  strata::stage::Attribute GetCornerIndicesAttr() const { return prim_.GetAttribute(strata::Token("cornerIndices")); }
  std::optional<strata::Array<int32_t>> GetCornerIndices(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetCornerIndicesAttr().GetAs<strata::Array<int32_t>>(time);
  }
  // How sharp each of these points is; 10 and more are fully sharp.
  strata::stage::Attribute GetCornerSharpnessesAttr() const { return prim_.GetAttribute(strata::Token("cornerSharpnesses")); }
  std::optional<strata::Array<float>> GetCornerSharpnesses(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetCornerSharpnessesAttr().GetAs<strata::Array<float>>(time);
  }
  // Points along edges that are kept sharp, one run after the other.
  strata::stage::Attribute GetCreaseIndicesAttr() const { return prim_.GetAttribute(strata::Token("creaseIndices")); }
  std::optional<strata::Array<int32_t>> GetCreaseIndices(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetCreaseIndicesAttr().GetAs<strata::Array<int32_t>>(time);
  }
  // How many points each run of sharp edges has.
  strata::stage::Attribute GetCreaseLengthsAttr() const { return prim_.GetAttribute(strata::Token("creaseLengths")); }
  std::optional<strata::Array<int32_t>> GetCreaseLengths(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetCreaseLengthsAttr().GetAs<strata::Array<int32_t>>(time);
  }
  // How sharp each run, or each edge of it, is; 10 and more are fully sharp.
  strata::stage::Attribute GetCreaseSharpnessesAttr() const { return prim_.GetAttribute(strata::Token("creaseSharpnesses")); }
  std::optional<strata::Array<float>> GetCreaseSharpnesses(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetCreaseSharpnessesAttr().GetAs<strata::Array<float>>(time);
  }
  // Where face-varying values stay linear while the surface is subdivided.
  strata::stage::Attribute GetFaceVaryingLinearInterpolationAttr() const { return prim_.GetAttribute(strata::Token("faceVaryingLinearInterpolation")); }
  std::optional<strata::Token> GetFaceVaryingLinearInterpolation(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetFaceVaryingLinearInterpolationAttr().GetAs<strata::Token>(time);
  }
  // How many points each face has.
  strata::stage::Attribute GetFaceVertexCountsAttr() const { return prim_.GetAttribute(strata::Token("faceVertexCounts")); }
  std::optional<strata::Array<int32_t>> GetFaceVertexCounts(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetFaceVertexCountsAttr().GetAs<strata::Array<int32_t>>(time);
  }
  // The points of each face, one face after the other.
  strata::stage::Attribute GetFaceVertexIndicesAttr() const { return prim_.GetAttribute(strata::Token("faceVertexIndices")); }
  std::optional<strata::Array<int32_t>> GetFaceVertexIndices(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetFaceVertexIndicesAttr().GetAs<strata::Array<int32_t>>(time);
  }
  // Faces that are left out of the surface.
  strata::stage::Attribute GetHoleIndicesAttr() const { return prim_.GetAttribute(strata::Token("holeIndices")); }
  std::optional<strata::Array<int32_t>> GetHoleIndices(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetHoleIndicesAttr().GetAs<strata::Array<int32_t>>(time);
  }
  // How the surface meets edges and corners that only one face has.
  strata::stage::Attribute GetInterpolateBoundaryAttr() const { return prim_.GetAttribute(strata::Token("interpolateBoundary")); }
  std::optional<strata::Token> GetInterpolateBoundary(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetInterpolateBoundaryAttr().GetAs<strata::Token>(time);
  }
  // How the cage is subdivided; none draws the polygons themselves.
  strata::stage::Attribute GetSubdivisionSchemeAttr() const { return prim_.GetAttribute(strata::Token("subdivisionScheme")); }
  std::optional<strata::Token> GetSubdivisionScheme(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetSubdivisionSchemeAttr().GetAs<strata::Token>(time);
  }
  // Weights of triangles in Catmull-Clark subdivision.
  strata::stage::Attribute GetTriangleSubdivisionRuleAttr() const { return prim_.GetAttribute(strata::Token("triangleSubdivisionRule")); }
  std::optional<strata::Token> GetTriangleSubdivisionRule(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetTriangleSubdivisionRuleAttr().GetAs<strata::Token>(time);
  }
};

// A ball around the origin.
class Sphere : public Gprim {
 public:
  static constexpr const char* kSchemaSphere = "Sphere";
  explicit Sphere(strata::stage::Prim prim) : Gprim(std::move(prim)) {}
  bool IsValid() const { return prim_.IsA(strata::Token(kSchemaSphere)); }
  // Distance from the centre to the surface.
  strata::stage::Attribute GetRadiusAttr() const { return prim_.GetAttribute(strata::Token("radius")); }
  std::optional<double> GetRadius(strata::stage::Time time = strata::stage::Time::Default()) const {
    return GetRadiusAttr().GetAs<double>(time);
  }
};

}  // namespace strata::views
