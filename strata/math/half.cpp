#include "strata/math/half.h"

#include <bit>

namespace strata {

Half::Half(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) {  // NaN: keep the top of its payload, and keep it a NaN
    const uint16_t payload = static_cast<uint16_t>(magnitude >> 13 & 0x3ff);
    bits_ = sign | 0x7c00 | payload | (payload == 0 ? 1 : 0);
    return;
  }
  if (magnitude >= 0x477ff000) {  // 65520 and more round to infinity
    bits_ = sign | 0x7c00;
    return;
  }
  if (magnitude >= 0x38800000) {  // normal: rebias the exponent, round to nearest even
    const uint32_t rebiased = magnitude - (uint32_t{127 - 15} << 23);
    bits_ = static_cast<uint16_t>(sign | (rebiased + 0xfff + (rebiased >> 13 & 1)) >> 13);
    return;
  }
  if (magnitude < 0x33000000) {  // less than half the smallest subnormal
    bits_ = sign;
    return;
  }
  const int shift = 126 - static_cast<int>(magnitude >> 23);  // 14 to 24: what the subnormal form drops
  const uint32_t mantissa = (magnitude & 0x7fffff) | 0x800000;
  const uint32_t kept = mantissa >> shift;
  const uint32_t dropped = mantissa & ((uint32_t{1} << shift) - 1);
  const uint32_t halfway = uint32_t{1} << (shift - 1);
  bits_ = static_cast<uint16_t>(sign |
                                (kept + (dropped > halfway || (dropped == halfway && (kept & 1)) ? 1 : 0)));
}

Half::operator float() const {
  const uint32_t sign = uint32_t{bits_ & 0x8000u} << 16;
  const uint32_t exponent = bits_ >> 10 & 0x1f;
  const uint32_t mantissa = bits_ & 0x3ff;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000 | mantissa << 13);
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | (exponent + 127 - 15) << 23 | mantissa << 13);
}

}  // namespace strata
