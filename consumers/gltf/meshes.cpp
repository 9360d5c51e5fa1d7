#include "consumers/gltf/meshes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <unordered_map>

namespace strata::gltf {

namespace {

using render::Geometry;
using render::Triangle;

// All that a vertex has, as its bits; two that are the same are one.
struct Vertex {
  std::vector<float> numbers;
  friend bool operator==(const Vertex& a, const Vertex& b) {
    return a.numbers.size() == b.numbers.size() &&
           std::memcmp(a.numbers.data(), b.numbers.data(), a.numbers.size() * 4) == 0;
  }
};
struct VertexHash {
  size_t operator()(const Vertex& vertex) const {
    size_t hash = 0x9e3779b97f4a7c15;
    for (float number : vertex.numbers) {
      uint32_t bits;
      std::memcpy(&bits, &number, 4);
      hash = (hash ^ bits) * 0x100000001b3;
    }
    return hash ^ hash >> 32;
  }
};

Vec3f Normalize(const Vec3f& v) {
  const double length = std::sqrt(double(v[0]) * v[0] + double(v[1]) * v[1] + double(v[2]) * v[2]);
  return length > 0 && std::isfinite(length) ? v * (1 / length) : Vec3f{0, 1, 0};
}

float ToNumber(float value) {
  return std::isfinite(value) ? value : 0;
}

void Append(std::vector<float>& to, const Vec3f& v) {
  for (size_t i = 0; i < 3; ++i) to.push_back(ToNumber(v[i]));
}

}  // namespace

// Vertices are laid out as position, normal, colour and coordinates, each where it is there.
void MeshWriter::AddTriangles(const Geometry& geometry, const std::vector<const Triangle*>& triangles,
                              const WrittenMaterial& material, const std::vector<render::GeometryPtr>& morphs,
                              tinygltf::Mesh& mesh) {
  const std::vector<Vec3f> smooth =
      geometry.is_smooth ? render::ComputeSmoothNormals(geometry) : std::vector<Vec3f>();
  const bool has_colors = material.uses_colors && (geometry.colors.IsThere() || geometry.opacities.IsThere());
  std::vector<const render::TextureCoordinates*> sets(material.texture_sets.size());
  for (const auto& coordinates : geometry.coordinates)
    if (const auto set = material.texture_sets.find(coordinates.name); set != material.texture_sets.end())
      sets[static_cast<size_t>(set->second)] = &coordinates;
  std::vector<Vertex> vertices;
  std::vector<uint32_t> sources, indices;  // of each vertex: its point
  std::unordered_map<Vertex, uint32_t, VertexHash> known;
  for (const Triangle* triangle : triangles) {
    const Vec3f flat = render::ComputeFaceNormal(geometry, *triangle);
    for (size_t k = 0; k < 3; ++k) {
      const uint32_t point = triangle->points[k], corner = triangle->corners[k], face = triangle->face;
      Vertex vertex;
      Append(vertex.numbers, geometry.points[point]);
      Vec3f normal = flat;
      if (geometry.normals.IsThere())
        normal = geometry.normals.Get(face, point, corner);
      else if (!smooth.empty())
        normal = smooth[point];
      Append(vertex.numbers, Normalize(normal));
      if (has_colors) {
        Append(vertex.numbers,
               geometry.colors.IsThere() ? geometry.colors.Get(face, point, corner) : Vec3f{1, 1, 1});
        vertex.numbers.push_back(
            geometry.opacities.IsThere() ? ToNumber(geometry.opacities.Get(face, point, corner)) : 1);
      }
      for (const auto* set : sets) {
        const Vec2f at = set ? set->values.Get(face, point, corner) : Vec2f();
        vertex.numbers.push_back(ToNumber(at[0]));
        vertex.numbers.push_back(ToNumber(1 - at[1]));
      }
      // Points that move apart must not become one.
      if (!morphs.empty()) {
        float bits;
        std::memcpy(&bits, &point, 4);
        vertex.numbers.push_back(bits);
      }
      const auto [found, is_new] = known.try_emplace(vertex, static_cast<uint32_t>(vertices.size()));
      if (is_new) {
        vertices.push_back(std::move(vertex));
        sources.push_back(point);
      }
      indices.push_back(found->second);
    }
  }
  tinygltf::Primitive primitive;
  primitive.mode = TINYGLTF_MODE_TRIANGLES;
  primitive.material = material.index;
  primitive.indices = document_.AddIndices(indices);
  size_t from = 0;
  const auto add = [&](const std::string& name, size_t components, bool has_bounds = false) {
    std::vector<float> numbers;
    for (const Vertex& vertex : vertices)
      numbers.insert(numbers.end(), vertex.numbers.begin() + static_cast<std::ptrdiff_t>(from),
                     vertex.numbers.begin() + static_cast<std::ptrdiff_t>(from + components));
    primitive.attributes[name] = document_.AddFloats(numbers, components, has_bounds);
    from += components;
  };
  add("POSITION", 3, true);
  add("NORMAL", 3);
  if (has_colors) add("COLOR_0", 4);
  for (size_t i = 0; i < sets.size(); ++i) add("TEXCOORD_" + std::to_string(i), 2);
  for (const render::GeometryPtr& morph : morphs) {
    std::vector<float> moved;
    for (uint32_t point : sources) Append(moved, morph->points[point] - geometry.points[point]);
    primitive.targets.push_back({{"POSITION", document_.AddFloats(moved, 3, true)}});
  }
  mesh.primitives.push_back(std::move(primitive));
}

void MeshWriter::AddLines(const Geometry& geometry, const WrittenMaterial& material, tinygltf::Mesh& mesh) {
  std::vector<uint32_t> indices;
  for (uint32_t first : geometry.segments) indices.insert(indices.end(), {first, first + 1});
  std::vector<float> positions, colors;
  const bool has_colors = material.uses_colors && geometry.colors.IsThere();
  for (size_t i = 0; i < geometry.points.size(); ++i) {
    Append(positions, geometry.points[i]);
    if (has_colors) Append(colors, geometry.colors.Get(geometry.point_sources[i], i, i));
  }
  tinygltf::Primitive primitive;
  primitive.mode = TINYGLTF_MODE_LINE;
  primitive.material = material.index;
  primitive.indices = document_.AddIndices(indices);
  primitive.attributes["POSITION"] = document_.AddFloats(positions, 3, true);
  if (has_colors) primitive.attributes["COLOR_0"] = document_.AddFloats(colors, 3);
  mesh.primitives.push_back(std::move(primitive));
}

void MeshWriter::AddPoints(const Geometry& geometry, const WrittenMaterial& material, tinygltf::Mesh& mesh) {
  std::vector<float> positions, colors;
  const bool has_colors = material.uses_colors && geometry.colors.IsThere();
  for (uint32_t point : geometry.balls) {
    Append(positions, geometry.points[point]);
    if (has_colors) Append(colors, geometry.colors.Get(point, point, point));
  }
  tinygltf::Primitive primitive;
  primitive.mode = TINYGLTF_MODE_POINTS;
  primitive.material = material.index;
  primitive.attributes["POSITION"] = document_.AddFloats(positions, 3, true);
  if (has_colors) primitive.attributes["COLOR_0"] = document_.AddFloats(colors, 3);
  mesh.primitives.push_back(std::move(primitive));
}

int MeshWriter::Write(const render::Drawable& drawable, const std::map<Path, render::Surface>& surfaces,
                      const std::vector<render::GeometryPtr>& morphs) {
  const Geometry& geometry = *drawable.geometry;
  const auto [at, is_new] =
      written_.try_emplace(Key{&geometry, drawable.material, drawable.face_materials}, -1, drawable.geometry);
  if (!is_new) return at->second.first;
  const auto write_material = [&](Path path) -> const WrittenMaterial& {
    const auto found = surfaces.find(path);
    return materials_.Write(path, found == surfaces.end() ? nullptr : &found->second,
                            geometry.is_double_sided, geometry.opacities.IsThere());
  };
  tinygltf::Mesh mesh;
  mesh.name = drawable.path.GetName();
  if (geometry.kind == render::ShapeKind::kLines) {
    AddLines(geometry, write_material(drawable.material), mesh);
  } else if (geometry.kind == render::ShapeKind::kBalls) {
    AddPoints(geometry, write_material(drawable.material), mesh);
  } else {
    std::map<Path, std::vector<const Triangle*>> parts;
    for (const Triangle& triangle : geometry.triangles) {
      const auto face = drawable.face_materials.find(triangle.face);
      parts[face == drawable.face_materials.end() ? drawable.material : face->second].push_back(&triangle);
    }
    for (const auto& [path, triangles] : parts)
      AddTriangles(geometry, triangles, write_material(path), morphs, mesh);
  }
  mesh.weights.assign(morphs.size(), 0);
  at->second.first = static_cast<int>(document_.model.meshes.size());
  document_.model.meshes.push_back(std::move(mesh));
  return at->second.first;
}

}  // namespace strata::gltf
