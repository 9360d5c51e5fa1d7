#include "consumers/embree/lighting.h"

#include <limits>

namespace strata::embree {

namespace {

using render::Light;
using render::LightKind;

Vec3f GetRow(const Matrix4d& m, size_t row) {
  return {static_cast<float>(m[row][0]), static_cast<float>(m[row][1]), static_cast<float>(m[row][2])};
}

constexpr float kDegree = kPi / 180;

}  // namespace

Lighting::Emitter Lighting::MakeEmitter(const Light& light, const Vec3d& eye) {
  Emitter made;
  made.kind = light.kind;
  const Vec3f x = GetRow(light.transform, 0), y = GetRow(light.transform, 1), z = GetRow(light.transform, 2);
  for (size_t i = 0; i < 3; ++i) made.center[i] = static_cast<float>(light.transform[3][i] - eye[i]);
  made.z = Normalize(z);
  made.radiance = light.radiance;
  switch (light.kind) {
    case LightKind::kDistant: {
      const float half = std::min(light.angle_degrees, 180.0f) * kDegree / 2;
      made.cos_angle = std::cos(half);
      made.solid_angle = 2 * kPi * (1 - made.cos_angle);
      // What is normalized, or has no size, lights as much as its radiance says.
      const float projected = kPi * std::sin(half) * std::sin(half);
      if (projected <= 0)
        made.solid_angle = 1;
      else if (light.is_normalized)
        made.radiance = Scale(made.radiance, 1 / projected);
      break;
    }
    case LightKind::kSphere:
      made.radius = light.radius * std::cbrt(Length(x) * Length(y) * Length(z));
      made.area = 4 * kPi * made.radius * made.radius;
      break;
    case LightKind::kRect:
      made.x = Scale(x, light.width / 2);
      made.y = Scale(y, light.height / 2);
      made.area = 4 * Length(Cross(made.x, made.y));
      break;
    case LightKind::kDisk:
      made.x = Scale(x, light.radius);
      made.y = Scale(y, light.radius);
      made.area = kPi * Length(Cross(made.x, made.y));
      break;
    case LightKind::kCylinder:
      made.x = Scale(x, light.length / 2);
      made.radius = light.radius * std::sqrt(Length(y) * Length(z));
      made.area = 4 * kPi * made.radius * Length(made.x);
      break;
    case LightKind::kDome:
      break;
  }
  if (light.kind != LightKind::kDistant && light.is_normalized && made.area > 0)
    made.radiance = Scale(made.radiance, 1 / made.area);
  made.cos_cone = std::cos(light.cone_degrees * kDegree);
  made.cos_cone_inside = std::cos(light.cone_degrees * (1 - light.cone_softness) * kDegree);
  return made;
}

Lighting::Lighting(const std::vector<Light>& lights, const Vec3d& eye) {
  for (const Light& light : lights) {
    if (light.kind == LightKind::kDome) {
      dome_ = dome_ + light.radiance;
      has_dome_ = true;
    } else {
      lights_.push_back(MakeEmitter(light, eye));
    }
  }
  is_headlight_ = lights.empty();
  if (is_headlight_) dome_ = {0.15f, 0.15f, 0.15f};
}

LightSample Lighting::SampleHeadlight(const Vec3f& position) {
  return {Normalize(Scale(position, -1)),
          std::numeric_limits<float>::infinity(),
          {0.9f * kPi, 0.9f * kPi, 0.9f * kPi},
          false};
}

LightSample Lighting::SampleLight(const Emitter& light, const Vec3f& position, Random& random) {
  LightSample sample;
  const float a = random.Next(), b = random.Next();
  const float around = 2 * kPi * b;
  const auto aim_at = [&](const Vec3f& point, const Vec3f& normal, float area) {
    const Vec3f to = point - position;
    const float squared = std::max(Dot(to, to), 1e-12f);
    sample.distance = std::sqrt(squared);
    sample.direction = Scale(to, 1 / sample.distance);
    const float facing = std::max(-Dot(sample.direction, normal), 0.0f);
    sample.strength = Scale(light.radiance, area * facing / squared);
  };
  switch (light.kind) {
    case LightKind::kDistant: {
      const float cosine = 1 - a * (1 - light.cos_angle);
      const float sine = std::sqrt(std::max(1 - cosine * cosine, 0.0f));
      sample.direction = Frame(light.z).ToWorld(sine * std::cos(around), sine * std::sin(around), cosine);
      sample.distance = std::numeric_limits<float>::infinity();
      sample.strength = Scale(light.radiance, light.solid_angle);
      return sample;
    }
    case LightKind::kSphere: {
      const Vec3f to = light.center - position;
      const float distance = std::max(Length(to), 1e-6f);
      const float ratio = std::min(light.radius / distance, 0.9999f);
      const float cos_max = std::sqrt(1 - ratio * ratio), cosine = 1 - a * (1 - cos_max);
      const float sine = std::sqrt(std::max(1 - cosine * cosine, 0.0f));
      sample.direction =
          Frame(Normalize(to)).ToWorld(sine * std::cos(around), sine * std::sin(around), cosine);
      sample.distance = std::max(distance - light.radius, distance * 1e-3f);
      // The cap as the cone sees it; of small ones the difference from one is lost in floats.
      const float cap = ratio < 1e-2f ? kPi * ratio * ratio : 2 * kPi * (1 - cos_max);
      sample.strength =
          light.radius > 0 ? Scale(light.radiance, cap) : Scale(light.radiance, 1 / (distance * distance));
      break;
    }
    case LightKind::kRect:
      aim_at(light.center + Scale(light.x, 2 * a - 1) + Scale(light.y, 2 * b - 1), Scale(light.z, -1),
             light.area);
      break;
    case LightKind::kDisk: {
      const float r = std::sqrt(a);
      aim_at(light.center + Scale(light.x, r * std::cos(around)) + Scale(light.y, r * std::sin(around)),
             Scale(light.z, -1), light.area);
      break;
    }
    case LightKind::kCylinder: {
      const Frame frame(Normalize(light.x));
      const Vec3f outwards = frame.ToWorld(std::cos(around), std::sin(around), 0);
      aim_at(light.center + Scale(light.x, 2 * a - 1) + Scale(outwards, light.radius), outwards, light.area);
      break;
    }
    case LightKind::kDome:
      break;
  }
  const float along = Dot(sample.direction, light.z);
  if (light.cos_cone > -1) {
    const float width = light.cos_cone_inside - light.cos_cone;
    const float lit = width > 0 ? std::clamp((along - light.cos_cone) / width, 0.0f, 1.0f)
                                : static_cast<float>(along >= light.cos_cone);
    sample.strength = Scale(sample.strength, lit);
  }
  return sample;
}

}  // namespace strata::embree
