// The shapes of a running scene as plain numbers that can be drawn or written: triangles, lines and balls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "strata/scene/scene_index.h"

namespace strata::render {

// Where an attribute has values: one, one for each face or curve, for each point, for each corner of a face.
enum class Interpolation : uint8_t { kConstant, kUniform, kVertex, kFaceVarying };

// Values that have an element for each place, at least one. Without values: the attribute is not there.
template <class T>
struct Attribute {
  Interpolation interpolation = Interpolation::kConstant;
  std::vector<T> values;
  bool IsThere() const { return !values.empty(); }
  // REQUIRES: IsThere(), and numbers of places of the shape it belongs to.
  const T& Get(size_t face, size_t point, size_t corner) const {
    switch (interpolation) {
      case Interpolation::kConstant:
        return values[0];
      case Interpolation::kUniform:
        return values[face];
      case Interpolation::kVertex:
        return values[point];
      case Interpolation::kFaceVarying:
        return values[corner];
    }
    return values[0];
  }
};

struct TextureCoordinates {
  Token name;  // of the primvar
  Attribute<Vec2f> values;
};

struct Triangle {
  uint32_t points[3];   // of the shape
  uint32_t corners[3];  // where attributes of corners have their values
  uint32_t face;
};

enum class ShapeKind : uint8_t { kTriangles, kLines, kBalls };

// In the space of its prim. Points are finite where triangles, lines and balls use them, and every number is
// of one that is there. Counterclockwise triangles are seen from their front.
struct Geometry {
  ShapeKind kind = ShapeKind::kTriangles;
  std::vector<Vec3f> points;
  std::vector<Triangle> triangles;
  std::vector<uint32_t> segments;       // kLines: the first point of each; the second is the one after it
  std::vector<uint32_t> point_sources;  // kLines: the curve each point is of
  std::vector<uint32_t> balls;          // kBalls: points that are drawn
  std::vector<float> radii;             // kLines, kBalls: of each point, above zero
  Attribute<Vec3f> normals;             // kTriangles; of subdivision surfaces, and where none are said, none
  Attribute<Vec3f> colors;              // displayColor
  Attribute<float> opacities;           // displayOpacity
  std::vector<TextureCoordinates> coordinates;
  bool is_smooth = false;  // subdivision surfaces, drawn as their cages with normals that vary over them
  bool is_double_sided = false;
  size_t face_count = 0;  // of faces or curves, those left out among them
};
using GeometryPtr = std::shared_ptr<const Geometry>;

// What was left out of shapes, told once for each.
struct GeometryRemarks {
  size_t bad_faces = 0;   // with numbers of points that are not there, or fewer than three
  size_t bad_points = 0;  // that are no numbers, and what uses them
  std::vector<Token> bad_primvars;
  bool too_large = false;
  bool IsEmpty() const { return !bad_faces && !bad_points && bad_primvars.empty() && !too_large; }
};

// Types of prims that ReadGeometry reads: "mesh", "basisCurves", "points". What others have in their place is
// for the resolving indices of the chain.
bool IsDrawnType(Token type);
// Null where there is nothing to draw.
GeometryPtr ReadGeometry(const scene::ScenePrim& prim, GeometryRemarks& remarks);

// Normals for each point of triangles, of the faces around it by their areas.
std::vector<Vec3f> ComputeSmoothNormals(const Geometry& geometry);
Vec3f ComputeFaceNormal(const Geometry& geometry, const Triangle& triangle);  // zero without an area

}  // namespace strata::render
