// From where a picture is taken, and how much of the scene is on it.
#pragma once

#include "strata/math/matrix.h"
#include "strata/scene/scene_index.h"

namespace strata::render {

// At the origin of its space, looking along -Z with Y up. The window is what is on the picture: in the plane
// one unit ahead, of orthographic ones anywhere.
struct CameraView {
  Matrix4d transform = Matrix4d::Identity();  // to the world; turns and moves
  bool is_orthographic = false;
  Vec2d window_min{-0.5, -0.5}, window_max{0.5, 0.5};
  Vec2d clipping_range{0, 1e30};
  double exposure_scale = 1;  // what the camera makes of the light that reaches it
  bool has_exposure = false;  // whether it says so
  double GetAspectRatio() const;
};

// Of a prim of type camera; sizes that are none are those of the schema.
CameraView ReadCamera(const scene::ScenePrim& prim);

enum class UpAxis : uint8_t { kX, kY, kZ };

// What a scene says of itself as a whole at "/".
struct SceneFacts {
  UpAxis up = UpAxis::kY;
  double meters_per_unit = 0.01;
  double start_time = 0, end_time = 0, time_codes_per_second = 24;
  Path primary_camera;  // empty: none is said
};
SceneFacts ReadSceneFacts(const scene::SceneIndex& scene);

// A view from before, beside and above of all in a box, whatever its shape; of an empty one, of the origin.
CameraView FrameBox(const Vec3d& min, const Vec3d& max, UpAxis up, double aspect_ratio);

// The same view with the shape of a picture: the window grows where it has to, and nothing is lost.
CameraView FitToAspectRatio(CameraView view, double aspect_ratio);

}  // namespace strata::render
