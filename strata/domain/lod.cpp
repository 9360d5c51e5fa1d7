#include "strata/domain/lod.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "strata/math/transform.h"

namespace strata::domain {

namespace {

Vec3d Widen(Vec3f v) {
  return {v[0], v[1], v[2]};
}

double GetLength(Vec3d v) {
  return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

Range3d ReadExtent(const stage::Prim& prim, stage::Time time) {
  Range3d range;
  const auto corners = prim.GetAttribute(Token("extent")).Get(time).GetOr(Array<Vec3f>());
  if (corners.size() != 2) return range;
  range.min = Widen(corners[0]);
  range.max = Widen(corners[1]);
  return range;
}

std::vector<float> ReadNumbers(const stage::Prim& prim, const char* name, stage::Time time) {
  const auto numbers = prim.GetAttribute(Token(name)).Get(time).GetOr(Array<float>());
  return {numbers.begin(), numbers.end()};
}

// `is_before(value, threshold)`: whether a value has not come to a threshold yet.
template <class IsBefore>
float FindLevel(const LodThresholds& lod, double value, IsBefore&& is_before) {
  double level = 0;
  for (size_t i = 0; i < lod.thresholds.size(); ++i) {
    const double threshold = lod.thresholds[i];
    if (is_before(value, threshold)) break;
    level = static_cast<double>(i) + 1;
    const double blend = i < lod.blend_thresholds.size() ? lod.blend_thresholds[i] : threshold;
    if (blend != threshold && is_before(value, blend))
      level = static_cast<double>(i) + (value - threshold) / (blend - threshold);
  }
  return static_cast<float>(level);
}

}  // namespace

LodThresholds::LodThresholds(const stage::Prim& heuristic, stage::Time time)
    : domain(heuristic.GetAttribute(Token("lod:domain")).Get(time).GetOr(Token())),
      thresholds(ReadNumbers(heuristic, "thresholds", time)),
      blend_thresholds(ReadNumbers(heuristic, "blendThresholds", time)) {
  const std::vector<Path> targets = heuristic.GetRelationship(Token("boundingVolume")).GetForwardedTargets();
  if (targets.empty()) return;
  if (const stage::Prim volume = heuristic.GetStage()->GetPrimAtPath(targets.front()))
    extent = ReadExtent(volume, time);
}

double ApplyHysteresis(double value, double previous, double hysteresis) {
  if (value > previous + hysteresis) return value - hysteresis;
  return value < previous - hysteresis ? value + hysteresis : previous;
}

DistanceLod::DistanceLod(const stage::Prim& heuristic, stage::Time time)
    : LodThresholds(heuristic, time),
      center(heuristic.GetAttribute(Token("center")).Get(time).GetOr(Vec3f{0, 0, 0})) {}

double DistanceLod::ComputeDistance(const Vec3d& viewpoint, const Matrix4d& transform) const {
  Vec3d nearest = Widen(center);
  if (!extent.IsEmpty()) {
    const Vec3d local =
        TransformPoint(viewpoint, GetTransformInverse(transform).value_or(Matrix4d::Identity()));
    for (size_t i = 0; i < 3; ++i) nearest[i] = std::clamp(local[i], extent.min[i], extent.max[i]);
  }
  return GetLength(viewpoint - TransformPoint(nearest, transform));
}

float DistanceLod::ComputeLevel(double distance) const {
  return FindLevel(*this, distance, [](double value, double threshold) { return value < threshold; });
}

ScreenSizeLod::ScreenSizeLod(const stage::Prim& heuristic, stage::Time time)
    : LodThresholds(heuristic, time),
      projection_method(
          heuristic.GetAttribute(Token("projectionMethod")).Get(time).GetOr(Token("projectedSphere"))) {
  if (extent.IsEmpty()) extent = ReadExtent(heuristic, time);
}

double ScreenSizeLod::ComputeScreenSize(const Frustum& frustum, const Matrix4d& transform) const {
  if (extent.IsEmpty()) return 0;
  const Matrix4d to_view = transform * frustum.ComputeViewMatrix();
  const Vec3d middle{(extent.min[0] + extent.max[0]) / 2, (extent.min[1] + extent.max[1]) / 2,
                     (extent.min[2] + extent.max[2]) / 2};
  const Vec3d center = TransformPoint(middle, to_view);
  double radius = GetLength(TransformPoint(extent.max, to_view) - center);
  const double depth = -center[2];
  if (frustum.projection == Projection::kPerspective) {
    if (depth <= 0) return 0;
    radius /= depth;  // the window is given at a distance of one
  }
  const double area =
      (frustum.window_max[0] - frustum.window_min[0]) * (frustum.window_max[1] - frustum.window_min[1]);
  return area > 0 ? std::numbers::pi * radius * radius / area : 0;
}

float ScreenSizeLod::ComputeLevel(double size) const {
  return FindLevel(*this, size, [](double value, double threshold) { return value > threshold; });
}

LodOverride ComputeLodOverride(const stage::Prim& prim, stage::Time time) {
  LodOverride found;
  found.mode = prim.GetAttribute(Token("lod:override:mode")).Get(time).GetOr(Token("noOverride"));
  const Value level = prim.GetAttribute(Token("lod:override:index")).Get(time);
  if (found.mode != "noOverride" && level.Holds<float>()) found.level = level.Get<float>();
  return found;
}

}  // namespace strata::domain
