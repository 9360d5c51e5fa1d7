#include "strata/render/geometry.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "strata/render/curves.h"
#include "strata/render/polygons.h"
#include "strata/render/primvar_values.h"
#include "strata/scene/names.h"
#include "strata/scene/schemas_geometry.h"

namespace strata::render {

namespace {

constexpr size_t kMaxElements = size_t{1} << 31;  // of points, corners and triangles of one shape

Vec3f Subtract(const Vec3f& a, const Vec3f& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

Vec3f Cross(const Vec3f& a, const Vec3f& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Vec3f Normalize(const Vec3f& v) {
  const double length = std::sqrt(double(v[0]) * v[0] + double(v[1]) * v[1] + double(v[2]) * v[2]);
  return length > 0 && std::isfinite(length) ? v * (1 / length) : Vec3f();
}

// Reads faces one after the other, and cuts those that can be drawn.
class FaceReader {
 public:
  FaceReader(Geometry& geometry, const scene::MeshTopologySchema& topology, GeometryRemarks& remarks)
      : geometry_(geometry),
        remarks_(remarks),
        counts_(topology.GetFaceVertexCounts().value_or(Array<int32_t>())),
        indices_(topology.GetFaceVertexIndices().value_or(Array<int32_t>())),
        holes_(counts_.GetSize()),
        is_left_handed_(topology.GetOrientation() == Token("leftHanded")) {
    for (int32_t hole : topology.GetHoleIndices().value_or(Array<int32_t>()))
      if (hole >= 0 && static_cast<size_t>(hole) < holes_.size()) holes_[static_cast<size_t>(hole)] = true;
    for (const Vec3f& point : geometry.points) finite_.push_back(IsFinite(point));
  }

  void Read() {
    geometry_.face_count = counts_.GetSize();
    size_t first = 0;
    for (size_t face = 0; face < counts_.GetSize(); ++face) {
      // Where a count is no count, or points past the end, nothing after it means anything.
      if (counts_[face] < 0 || static_cast<size_t>(counts_[face]) > indices_.GetSize() - first) {
        remarks_.bad_faces += counts_.GetSize() - face;
        return;
      }
      const auto count = static_cast<size_t>(counts_[face]);
      if (!holes_[face]) ReadFace(face, first, count);
      first += count;
    }
  }
  size_t GetCornerCount() const { return indices_.GetSize(); }

 private:
  void ReadFace(size_t face, size_t first, size_t count) {
    bool is_bad = count < 3, is_finite = true;
    corners_.clear();
    for (size_t i = 0; i < count && !is_bad; ++i) {
      const int32_t index = indices_[first + i];
      is_bad = index < 0 || static_cast<size_t>(index) >= geometry_.points.size();
      if (is_bad) break;
      is_finite &= finite_[static_cast<size_t>(index)];
      corners_.push_back(geometry_.points[static_cast<size_t>(index)]);
    }
    if (is_bad) {
      ++remarks_.bad_faces;
      return;
    }
    if (!is_finite) {
      ++remarks_.bad_points;
      return;
    }
    cut_.clear();
    CutPolygon(corners_, cut_);
    for (size_t i = 0; i + 2 < cut_.size(); i += 3) {
      Triangle triangle;
      triangle.face = static_cast<uint32_t>(face);
      for (size_t k = 0; k < 3; ++k) {
        const size_t corner = first + cut_[i + (is_left_handed_ ? 2 - k : k)];
        triangle.corners[k] = static_cast<uint32_t>(corner);
        triangle.points[k] = static_cast<uint32_t>(indices_[corner]);
      }
      geometry_.triangles.push_back(triangle);
    }
  }

  Geometry& geometry_;
  GeometryRemarks& remarks_;
  Array<int32_t> counts_, indices_;
  std::vector<bool> holes_, finite_;
  std::vector<Vec3f> corners_;
  std::vector<uint32_t> cut_;
  bool is_left_handed_;
};

void ReadColors(const scene::ScenePrim& prim, const AttributeCounts& counts, Geometry& geometry,
                GeometryRemarks& remarks) {
  static const Token kColor("displayColor"), kOpacity("displayOpacity");
  geometry.colors = ReadAttribute<Vec3f>(prim, kColor, counts, remarks);
  geometry.opacities = ReadAttribute<float>(prim, kOpacity, counts, remarks);
}

// Of shapes that were round before they were made into meshes: smooth but where faces meet at an edge. Costs
// the square of the faces around a point.
Attribute<Vec3f> ComputeCreasedNormals(const Geometry& geometry, size_t corner_count) {
  constexpr float kSmoothestEdge = 0.75f;  // cosine
  std::vector<Vec3f> faces;
  std::vector<std::vector<uint32_t>> around(geometry.points.size());
  for (const Triangle& triangle : geometry.triangles) {
    for (uint32_t point : triangle.points) around[point].push_back(static_cast<uint32_t>(faces.size()));
    faces.push_back(ComputeFaceNormal(geometry, triangle));
  }
  const auto dot = [](const Vec3f& a, const Vec3f& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; };
  Attribute<Vec3f> normals{Interpolation::kFaceVarying, std::vector<Vec3f>(corner_count)};
  for (size_t i = 0; i < geometry.triangles.size(); ++i)
    for (size_t k = 0; k < 3; ++k) {
      Vec3f sum;
      for (uint32_t other : around[geometry.triangles[i].points[k]])
        if (dot(faces[i], faces[other]) > kSmoothestEdge) sum = sum + faces[other];
      normals.values[geometry.triangles[i].corners[k]] = Normalize(sum);
    }
  return normals;
}

bool WasRound(const scene::ScenePrim& prim) {
  static const Token kinds[] = {Token("sphere"), Token("capsule"), Token("cylinder"), Token("cone")};
  return std::any_of(std::begin(kinds), std::end(kinds), [&](Token kind) { return prim.data->Get(kind); });
}

bool IsTooLarge(const scene::MeshTopologySchema& topology, const Geometry& geometry) {
  return geometry.points.size() > kMaxElements ||
         topology.GetFaceVertexIndices().value_or(Array<int32_t>()).GetSize() > kMaxElements;
}

GeometryPtr ReadMesh(const scene::ScenePrim& prim, GeometryRemarks& remarks) {
  const auto mesh = scene::MeshSchema::GetFromParent(prim.data);
  const scene::MeshTopologySchema topology = mesh.GetTopology();
  auto geometry = std::make_shared<Geometry>();
  geometry->points = ReadPoints(prim);
  if (IsTooLarge(topology, *geometry)) {
    remarks.too_large = true;
    return nullptr;
  }
  FaceReader faces(*geometry, topology, remarks);
  faces.Read();
  if (geometry->triangles.empty()) return nullptr;
  const Token none("none");
  geometry->is_smooth = mesh.GetSubdivisionScheme().value_or(none) != none;
  geometry->is_double_sided = mesh.GetDoubleSided().value_or(false);
  const AttributeCounts counts{geometry->face_count, geometry->points.size(), faces.GetCornerCount()};
  // Normals that are written at a subdivision surface say nothing of its limit.
  if (!geometry->is_smooth)
    geometry->normals = ReadAttribute<Vec3f>(prim, scene::GetNames().normals, counts, remarks);
  if (!geometry->is_smooth && !geometry->normals.IsThere() && WasRound(prim))
    geometry->normals = ComputeCreasedNormals(*geometry, counts.corners);
  ReadColors(prim, counts, *geometry, remarks);
  geometry->coordinates = ReadTextureCoordinates(prim, counts, remarks);
  return geometry;
}

GeometryPtr ReadBalls(const scene::ScenePrim& prim, GeometryRemarks& remarks) {
  auto geometry = std::make_shared<Geometry>();
  geometry->kind = ShapeKind::kBalls;
  geometry->points = ReadPoints(prim);
  const size_t count = geometry->points.size();
  if (count > kMaxElements) {
    remarks.too_large = true;
    return nullptr;
  }
  geometry->face_count = count;
  const AttributeCounts counts{count, count, count};
  const auto widths = ReadAttribute<float>(prim, scene::GetNames().widths, counts, remarks);
  geometry->radii.resize(count, 0.5f);
  for (size_t i = 0; i < count; ++i) {
    if (widths.IsThere()) geometry->radii[i] = widths.Get(i, i, i) / 2;
    if (!IsFinite(geometry->points[i]))
      ++remarks.bad_points;
    else if (std::isfinite(geometry->radii[i]) && geometry->radii[i] > 0)
      geometry->balls.push_back(static_cast<uint32_t>(i));
  }
  if (geometry->balls.empty()) return nullptr;
  ReadColors(prim, counts, *geometry, remarks);
  return geometry;
}

}  // namespace

bool IsDrawnType(Token type) {
  static const Token kMesh("mesh"), kCurves("basisCurves"), kPoints("points");
  return type == kMesh || type == kCurves || type == kPoints;
}

GeometryPtr ReadGeometry(const scene::ScenePrim& prim, GeometryRemarks& remarks) {
  static const Token kMesh("mesh"), kCurves("basisCurves"), kPoints("points");
  if (prim.type == kMesh) return ReadMesh(prim, remarks);
  if (prim.type == kCurves) return ReadCurves(prim, remarks);
  if (prim.type == kPoints) return ReadBalls(prim, remarks);
  return nullptr;
}

Vec3f ComputeFaceNormal(const Geometry& geometry, const Triangle& triangle) {
  const Vec3f& a = geometry.points[triangle.points[0]];
  return Normalize(Cross(Subtract(geometry.points[triangle.points[1]], a),
                         Subtract(geometry.points[triangle.points[2]], a)));
}

std::vector<Vec3f> ComputeSmoothNormals(const Geometry& geometry) {
  std::vector<Vec3f> normals(geometry.points.size());
  for (const Triangle& triangle : geometry.triangles) {
    const Vec3f& a = geometry.points[triangle.points[0]];
    const Vec3f normal = Cross(Subtract(geometry.points[triangle.points[1]], a),
                               Subtract(geometry.points[triangle.points[2]], a));
    for (uint32_t point : triangle.points) normals[point] = normals[point] + normal;
  }
  for (Vec3f& normal : normals) normal = Normalize(normal);
  return normals;
}

}  // namespace strata::render
