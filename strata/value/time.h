// Time codes, durations, and the affine map from a layer's time to that of whoever brings it in.
// (SdfTimeCode, SdfLayerOffset)
#pragma once

#include <cmath>
#include <limits>

namespace strata {

struct TimeCode {  // a time value that retiming scales and offsets (the value type; the moment asked for is
                   // stage::Time)
  double value = 0;
  friend bool operator==(TimeCode a, TimeCode b) { return a.value == b.value; }
};

struct Duration {  // a length of time: retiming scales it and does not offset it
  double value = 0;
  friend bool operator==(Duration a, Duration b) { return a.value == b.value; }
};

// outer = offset + scale * inner
struct LayerOffset {
  double offset = 0;
  double scale = 1;

  bool IsIdentity() const { return offset == 0 && scale == 1; }
  bool IsValid() const { return std::isfinite(offset) && std::isfinite(scale); }
  LayerOffset GetInverse() const {
    return scale == 0 ? LayerOffset{0, std::numeric_limits<double>::infinity()}
                      : LayerOffset{-offset / scale, 1 / scale};
  }
  double operator*(double inner) const { return offset + scale * inner; }
  TimeCode operator*(TimeCode inner) const { return {offset + scale * inner.value}; }
  Duration operator*(Duration inner) const { return {scale * inner.value}; }
  // (a * b) maps through b first, then a.
  friend LayerOffset operator*(const LayerOffset& a, const LayerOffset& b) {
    return {a.offset + a.scale * b.offset, a.scale * b.scale};
  }
  friend bool operator==(const LayerOffset& a, const LayerOffset& b) {
    return a.offset == b.offset && a.scale == b.scale;
  }
};

}  // namespace strata
