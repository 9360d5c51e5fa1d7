// Light that falls on a place, from where.
#pragma once

#include <vector>

#include "consumers/embree/vectors.h"
#include "strata/render/lights.h"

namespace strata::embree {

struct LightSample {
  Vec3f direction;     // towards the light
  float distance = 0;  // to it; infinite for distant ones
  Vec3f strength;      // by what a surface reflects, times the cosine
  bool has_shadow = true;
};

// Lights from the eye, as the traced scene is.
class Lighting {
 public:
  // Without lights that shine there is one at the eye, and a faint dome.
  Lighting(const std::vector<render::Light>& lights, const Vec3d& eye);
  // What comes from where nothing is.
  const Vec3f& GetDome() const { return dome_; }
  bool HasDome() const { return has_dome_; }
  bool IsHeadlight() const { return is_headlight_; }
  // Each light once; of very many, some, for all of them.
  template <class Visit>
  void Sample(const Vec3f& position, Random& random, const Visit& visit) const {
    if (is_headlight_) return visit(SampleHeadlight(position));
    const size_t count = std::min(lights_.size(), kMaxSampled);
    for (size_t i = 0; i < count; ++i) {
      const size_t at =
          count == lights_.size()
              ? i
              : std::min(static_cast<size_t>(random.Next() * static_cast<float>(lights_.size())),
                         lights_.size() - 1);
      LightSample sample = SampleLight(lights_[at], position, random);
      if (count < lights_.size())
        sample.strength =
            Scale(sample.strength, static_cast<float>(lights_.size()) / static_cast<float>(count));
      if (Luminance(sample.strength) > 0) visit(sample);
    }
  }

 private:
  static constexpr size_t kMaxSampled = 16;
  struct Emitter {
    render::LightKind kind = render::LightKind::kDistant;
    Vec3f center, x, y, z;  // z: against where it shines; x and y across, as long as half of its sizes
    Vec3f radiance;
    float radius = 0, area = 0, cos_angle = 1, solid_angle = 0;
    float cos_cone = -1, cos_cone_inside = -1;
  };
  static Emitter MakeEmitter(const render::Light& light, const Vec3d& eye);
  static LightSample SampleLight(const Emitter& light, const Vec3f& position, Random& random);
  static LightSample SampleHeadlight(const Vec3f& position);

  std::vector<Emitter> lights_;
  Vec3f dome_;
  bool has_dome_ = false, is_headlight_ = false;
};

}  // namespace strata::embree
