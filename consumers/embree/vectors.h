// Arithmetic of directions and colours, as tracing rays needs it.
#pragma once

#include <algorithm>
#include <cmath>

#include "strata/math/vec.h"

namespace strata::embree {

inline constexpr float kPi = 3.14159265f;

inline float Dot(const Vec3f& a, const Vec3f& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
inline Vec3f Scale(const Vec3f& v, float s) {
  return {v[0] * s, v[1] * s, v[2] * s};
}
inline Vec3f Multiply(const Vec3f& a, const Vec3f& b) {
  return {a[0] * b[0], a[1] * b[1], a[2] * b[2]};
}
inline Vec3f Cross(const Vec3f& a, const Vec3f& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline float Length(const Vec3f& v) {
  return std::sqrt(Dot(v, v));
}
// Zero where there is no direction.
inline Vec3f Normalize(const Vec3f& v) {
  const float length = Length(v);
  return length > 0 && std::isfinite(length) ? Scale(v, 1 / length) : Vec3f();
}
inline Vec3f Mix(const Vec3f& a, const Vec3f& b, float u) {
  return Scale(a, 1 - u) + Scale(b, u);
}
inline float Luminance(const Vec3f& color) {
  return 0.2126f * color[0] + 0.7152f * color[1] + 0.0722f * color[2];
}

// Directions around one, which is the third.
struct Frame {
  Vec3f x, y, z;
  explicit Frame(const Vec3f& along) : z(along) {
    x = Normalize(Cross(std::abs(z[0]) > 0.9f ? Vec3f{0, 1, 0} : Vec3f{1, 0, 0}, z));
    y = Cross(z, x);
  }
  Vec3f ToWorld(float a, float b, float c) const { return Scale(x, a) + Scale(y, b) + Scale(z, c); }
};

// Numbers from 0 to 1, below it; the same for the same pixel and sample.
class Random {
 public:
  Random(uint32_t pixel, uint32_t sample) : state_(Mix64(uint64_t{pixel} << 32 | sample)) {}
  float Next() {
    state_ += 0x9e3779b97f4a7c15;
    return static_cast<float>(Mix64(state_) >> 40) * 0x1p-24f;
  }

 private:
  static uint64_t Mix64(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
  uint64_t state_;
};

}  // namespace strata::embree
