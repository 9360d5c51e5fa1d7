// Shapes as glTF's meshes.
#pragma once

#include <map>
#include <vector>

#include "consumers/gltf/document.h"
#include "consumers/gltf/materials.h"
#include "strata/render/draw_scene.h"

namespace strata::gltf {

class MeshWriter {
 public:
  MeshWriter(Document& document, const ExportOptions& options, Diagnostics& remarks)
      : document_(document), materials_(document, options, remarks) {}

  // The mesh of what is drawn with these surfaces; shapes that have all in common share one. `morphs`: the
  // points at later times, as many as the shape has.
  int Write(const render::Drawable& drawable, const std::map<Path, render::Surface>& surfaces,
            const std::vector<render::GeometryPtr>& morphs);

 private:
  struct Key {
    const render::Geometry* geometry;
    Path material;
    std::map<uint32_t, Path> faces;
    friend bool operator<(const Key& a, const Key& b) {
      return std::tie(a.geometry, a.material, a.faces) < std::tie(b.geometry, b.material, b.faces);
    }
  };
  // The triangles with one material.
  void AddTriangles(const render::Geometry& geometry, const std::vector<const render::Triangle*>& triangles,
                    const WrittenMaterial& material, const std::vector<render::GeometryPtr>& morphs,
                    tinygltf::Mesh& mesh);
  void AddLines(const render::Geometry& geometry, const WrittenMaterial& material, tinygltf::Mesh& mesh);
  void AddPoints(const render::Geometry& geometry, const WrittenMaterial& material, tinygltf::Mesh& mesh);

  Document& document_;
  MaterialWriter materials_;
  std::map<Key, std::pair<int, render::GeometryPtr>>
      written_;  // the shape is kept, so that its address is its own
};

}  // namespace strata::gltf
