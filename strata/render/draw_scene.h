// What is to be drawn of a running scene: shapes, where they stand, their materials, lights and cameras, kept
// up to date from what the scene tells.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/base/executor.h"
#include "strata/render/camera.h"
#include "strata/render/geometry.h"
#include "strata/render/instances.h"
#include "strata/render/lights.h"
#include "strata/render/materials.h"

namespace strata::render {

inline constexpr DiagnosticCode kGeometryBad{"render.geometry-bad", Severity::kWarning,
                                             "Parts of a shape cannot be drawn."};
inline constexpr DiagnosticCode kInstancesBad{"render.instances-bad", Severity::kWarning,
                                              "Instances cannot be placed."};

struct DrawOptions {
  std::vector<Token> render_contexts = {Token()};  // of materials, the one that is looked for first
  std::vector<Token> purposes = {Token("geometry"), Token("default"), Token("render")};  // that are drawn
  Token material_purpose{"full"};
  size_t max_placements = 50'000'000;  // of shapes in the world
  Executor* executor = nullptr;        // null: one thread
};

// A prim with a shape.
struct Drawable {
  Path path;
  Matrix4d transform = Matrix4d::Identity();  // to the world, or to the prototype it is in
  bool is_drawn = true;                       // visible, and of a purpose that is drawn
  InstancedBy by;
  Path material;                            // empty: none
  std::map<uint32_t, Path> face_materials;  // of faces that are bound otherwise
  GeometryPtr geometry;                     // null: nothing can be drawn
};

// Watches the scene from the moment it is made until it ends. Update and the answers are for one thread,
// while no changes are told.
class DrawScene final : public scene::SceneIndexObserver {
 public:
  explicit DrawScene(scene::SceneIndexPtr scene, DrawOptions options = {});
  ~DrawScene() override;
  DrawScene(const DrawScene&) = delete;
  DrawScene& operator=(const DrawScene&) = delete;

  // Reads what has changed since, and no more; of prims that only moved, where they are. Costs as much as
  // what has changed.
  void Update(Diagnostics& remarks);

  const scene::SceneIndexPtr& GetScene() const { return scene_; }
  const std::map<Path, Drawable>& GetDrawables() const { return drawables_; }
  const std::map<Path, Surface>& GetSurfaces() const { return surfaces_; }
  const std::map<Path, Instancer>& GetInstancers() const { return instancers_; }
  const std::map<Path, CameraView>& GetCameras() const { return cameras_; }
  struct PlacedLight {
    Light light;
    InstancedBy by;
  };
  const std::map<Path, PlacedLight>& GetLights() const { return lights_; }

  // Calls visit(drawable, transform to the world) for each place where something is drawn, in the order of
  // paths.
  template <class Visit>
  void VisitPlacements(Diagnostics& remarks, const Visit& visit) const {
    InstancePlaces places(instancers_, options_.max_placements);
    for (const auto& [path, drawable] : drawables_) {
      if (!drawable.is_drawn || !drawable.geometry) continue;
      for (const Matrix4d& place : places.Find(drawable.by)) visit(drawable, drawable.transform * place);
    }
    if (places.IsCut()) ReportTooManyPlaces(remarks);
  }
  // The lights that shine, each as often as it is placed.
  std::vector<Light> PlaceLights() const;
  // Of all that is drawn; an empty one where nothing is.
  struct Box {
    Vec3d min{1e300, 1e300, 1e300}, max{-1e300, -1e300, -1e300};
  };
  Box ComputeBox() const;

  // How many shapes were read, since it was made: for tests.
  size_t GetGeometryReadCount() const { return geometry_read_count_; }

  void ApplyChanges(const scene::SceneIndex& sender, const scene::ChangeSet& changes) override;

 private:
  enum class Stale : uint8_t { kPlace, kAll };
  struct Read;
  void Mark(Path path, Stale stale);
  void Remove(Path root);
  Read ReadPrim(Path path, Stale stale) const;
  void Keep(Read read, Diagnostics& remarks);
  void ReportTooManyPlaces(Diagnostics& remarks) const;

  scene::SceneIndexPtr scene_;
  DrawOptions options_;
  std::map<Path, Stale> stale_;
  std::map<Path, Drawable> drawables_;
  std::map<Path, Surface> surfaces_;
  std::map<Path, Instancer> instancers_;
  std::map<Path, CameraView> cameras_;
  std::map<Path, PlacedLight> lights_;
  size_t geometry_read_count_ = 0;
};

}  // namespace strata::render
