// What is to be drawn as Embree's trees: one for each shape, and one of all their places.
#pragma once

#include <embree3/rtcore.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "consumers/embree/vectors.h"
#include "strata/render/draw_scene.h"

namespace strata::embree {

// What a ray meets.
struct Hit {
  float distance = 0;
  Vec3f position, normal, face_normal;  // the normals towards where the ray comes from
  Vec3f color{0.5f, 0.5f, 0.5f};        // of the surface: diffuse or, of metals, reflected
  Vec3f emission;
  float opacity = 1, metallic = 0, roughness = 1, reflectance = 0;  // straight on
};

struct Ray {
  Vec3f origin, direction;
  float near = 0, far = 1e30f;
};

// Coordinates are those of the world from the eye, so that floats suffice however far from its origin things
// are. Built anew for each picture; the trees of shapes that stay are kept.
class TracedScene {
 public:
  // Null device: Embree gives none, GetError says why.
  explicit TracedScene(unsigned thread_count);
  ~TracedScene();
  TracedScene(const TracedScene&) = delete;
  TracedScene& operator=(const TracedScene&) = delete;
  std::string GetError() const;

  // False: Embree could not, for want of memory.
  bool Build(const render::DrawScene& scene, const Vec3d& eye, Diagnostics& remarks);
  // For any number of threads.
  bool Intersect(const Ray& ray, Hit& hit) const;
  // What comes through from the one end to the other: 1 where nothing is in between.
  float Transmit(const Ray& ray) const;
  size_t GetPlacementCount() const { return placements_.size(); }

 private:
  struct Tree {
    RTCScene scene = nullptr;
    render::GeometryPtr geometry;
    std::vector<Vec3f> normals;  // of points, where they are smooth
    bool is_used = false;
  };
  struct Placement {
    const Tree* tree;
    const render::Drawable* drawable;
    const render::Surface* surface;                           // null: none
    const std::map<uint32_t, const render::Surface*>* faces;  // null: none
    float rows[12];                                           // of the matrix, without its last column
  };
  Tree* FindTree(const render::GeometryPtr& geometry);
  RTCScene BuildTree(const render::Geometry& geometry);
  void Describe(const Placement& placement, uint32_t primitive, float u, float v, const Vec3f& local_normal,
                const Vec3f& direction, Hit& hit) const;
  static const render::Surface* FindSurface(const Placement& placement, uint32_t face);

  RTCDevice device_ = nullptr;
  RTCScene top_ = nullptr;
  std::map<const render::Geometry*, Tree> trees_;
  std::vector<Placement> placements_;
  std::map<const render::Drawable*, std::map<uint32_t, const render::Surface*>> faces_;
  bool is_opaque_ = true;  // all of it
};

}  // namespace strata::embree
