// A 16-bit IEEE 754 float that converts to and from float, rounding to nearest even.
#pragma once

#include <cstdint>

namespace strata {

class Half {
 public:
  constexpr Half() = default;
  explicit Half(float value);
  static constexpr Half FromBits(uint16_t bits) {
    Half h;
    h.bits_ = bits;
    return h;
  }
  constexpr uint16_t GetBits() const { return bits_; }
  operator float() const;
  friend bool operator==(Half a, Half b) { return static_cast<float>(a) == static_cast<float>(b); }

 private:
  uint16_t bits_ = 0;
};

}  // namespace strata
