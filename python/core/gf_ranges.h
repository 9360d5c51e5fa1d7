// Boxes along the axes, of one to three dimensions, as Gf has them.
#pragma once

#include <algorithm>
#include <limits>

#include "strata/math/math.h"

namespace strata::python {

// Empty while a coordinate of `min` passes that of `max`.
template <class T, size_t N>
struct Range {
  static constexpr size_t kSize = N;
  using Point = std::conditional_t<N == 1, T, Vec<T, N>>;
  T min[N], max[N];

  Range() {
    // The largest float for doubles, too: so an empty range prints alike in both.
    std::fill_n(min, N, static_cast<T>(std::numeric_limits<float>::max()));
    std::fill_n(max, N, static_cast<T>(-std::numeric_limits<float>::max()));
  }
  Range(const Point& low, const Point& high) {
    SetMin(low);
    SetMax(high);
  }
  template <class U>
  explicit Range(const Range<U, N>& other) {
    for (size_t i = 0; i < N; ++i) {
      min[i] = static_cast<T>(other.min[i]);
      max[i] = static_cast<T>(other.max[i]);
    }
  }

  static Point Pack(const T* numbers) {
    if constexpr (N == 1) {
      return *numbers;
    } else {
      Point point;
      std::copy_n(numbers, N, point.data);
      return point;
    }
  }
  static void Unpack(const Point& point, T* numbers) {
    if constexpr (N == 1)
      *numbers = point;
    else
      std::copy_n(point.data, N, numbers);
  }
  Point GetMin() const { return Pack(min); }
  Point GetMax() const { return Pack(max); }
  void SetMin(const Point& point) { Unpack(point, min); }
  void SetMax(const Point& point) { Unpack(point, max); }
  bool IsEmpty() const {
    for (size_t i = 0; i < N; ++i)
      if (min[i] > max[i]) return true;
    return false;
  }
  bool Contains(const Point& point) const {
    T p[N];
    Unpack(point, p);
    for (size_t i = 0; i < N; ++i)
      if (!(p[i] >= min[i] && p[i] <= max[i])) return false;
    return true;
  }
  Point GetSize() const {
    T out[N];
    for (size_t i = 0; i < N; ++i) out[i] = max[i] - min[i];
    return Pack(out);
  }
  Point GetMidpoint() const {
    T out[N];
    for (size_t i = 0; i < N; ++i) out[i] = static_cast<T>(0.5) * min[i] + static_cast<T>(0.5) * max[i];
    return Pack(out);
  }
  double GetDistanceSquared(const Point& point) const {
    T p[N];
    Unpack(point, p);
    double sum = 0;
    for (size_t i = 0; i < N; ++i) {
      const double outside = p[i] < min[i] ? min[i] - p[i] : p[i] > max[i] ? p[i] - max[i] : 0;
      sum += outside * outside;
    }
    return sum;
  }
  Range& UnionWith(const Range& other) {
    for (size_t i = 0; i < N; ++i) {
      min[i] = std::min(min[i], other.min[i]);
      max[i] = std::max(max[i], other.max[i]);
    }
    return *this;
  }
  Range& IntersectWith(const Range& other) {
    for (size_t i = 0; i < N; ++i) {
      min[i] = std::max(min[i], other.min[i]);
      max[i] = std::min(max[i], other.max[i]);
    }
    return *this;
  }
  // Minkowski sum, or that with the other mirrored (factor -1).
  Range Add(const Range& other, double factor) const {
    Range out;
    for (size_t i = 0; i < N; ++i) {
      out.min[i] = static_cast<T>(min[i] + factor * (factor < 0 ? other.max[i] : other.min[i]));
      out.max[i] = static_cast<T>(max[i] + factor * (factor < 0 ? other.min[i] : other.max[i]));
    }
    return out;
  }
  Range Scale(double by) const {
    Range out;
    for (size_t i = 0; i < N; ++i) {
      const T a = static_cast<T>(min[i] * by), b = static_cast<T>(max[i] * by);
      out.min[i] = std::min(a, b);
      out.max[i] = std::max(a, b);
    }
    return out;
  }
  friend bool operator==(const Range& a, const Range& b) {
    return std::equal(a.min, a.min + N, b.min) && std::equal(a.max, a.max + N, b.max);
  }
};

}  // namespace strata::python
