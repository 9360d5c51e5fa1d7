// Levels of detail: which one counts at a distance, or at a size on the screen.
// (UsdLodDistanceHeuristic, UsdLodScreenSizeHeuristic, UsdLodOverrideAPI)
#pragma once

#include <optional>
#include <vector>

#include "strata/domain/camera.h"
#include "strata/math/range.h"
#include "strata/stage/stage.h"

namespace strata::domain {

// What each heuristic has: thresholds between its levels, and where the blend into the next one ends.
struct LodThresholds {
  Token domain;  // "imaging", "physics", "audio"
  std::vector<float> thresholds, blend_thresholds;
  Range3d extent;  // of the prim that is measured, in its space; empty: none

  LodThresholds(const stage::Prim& heuristic, stage::Time time);
};

// What `value` is taken for when it follows `previous` only from farther away than `hysteresis`.
double ApplyHysteresis(double value, double previous, double hysteresis);

// The nearer, the more detail.
struct DistanceLod : LodThresholds {
  Vec3f center{0, 0, 0};  // what is measured where there is no extent

  DistanceLod(const stage::Prim& heuristic, stage::Time time);
  // From a point of the world to what is measured; `transform` leads from its space to the world.
  double ComputeDistance(const Vec3d& viewpoint, const Matrix4d& transform) const;
  // The number of the level, with a part of the next while one is blended into it.
  float ComputeLevel(double distance) const;
};

// The larger on the screen, the more detail.
struct ScreenSizeLod : LodThresholds {
  Token projection_method;

  ScreenSizeLod(const stage::Prim& heuristic, stage::Time time);
  // Which part of the window the sphere around the extent takes; `transform` leads from its space to the
  // world.
  double ComputeScreenSize(const Frustum& frustum, const Matrix4d& transform) const;
  float ComputeLevel(double size) const;
};

// What a prim with LodOverrideAPI asks for.
struct LodOverride {
  Token mode;                  // "noOverride" unless said
  std::optional<float> level;  // none with "noOverride"
};
LodOverride ComputeLodOverride(const stage::Prim& prim, stage::Time time);

}  // namespace strata::domain
