#include "strata/base/sha256.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace strata {

namespace {

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<uint32_t, 64> kRoundConstants = [] {
  std::array<uint32_t, 64> constants{};
  size_t count = 0;
  for (uint32_t candidate = 2; count < constants.size(); ++candidate) {
    bool is_prime = true;
    for (uint32_t divisor = 2; divisor * divisor <= candidate; ++divisor)
      is_prime = is_prime && candidate % divisor;
    if (!is_prime) continue;
    // The largest root with root^3 <= candidate * 2^96, by bisection; root < 2^35.
    unsigned __int128 low = 0, high = static_cast<unsigned __int128>(1) << 36;
    while (high - low > 1) {
      const unsigned __int128 middle = (low + high) / 2;
      // middle^3 <= candidate << 96, compared without overflow: middle^2 fits 72 bits, the product 108.
      if (middle * middle * middle <= static_cast<unsigned __int128>(candidate) << 96)
        low = middle;
      else
        high = middle;
    }
    constants[count++] = static_cast<uint32_t>(low);
  }
  return constants;
}();

uint32_t ReadBigEndian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

void Sha256::AddBlock(const uint8_t* block) {
  std::array<uint32_t, 64> w;
  for (size_t i = 0; i < 16; ++i) w[i] = ReadBigEndian(block + 4 * i);
  for (size_t i = 16; i < 64; ++i) {
    const uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
    const uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  std::array<uint32_t, 8> v = state_;  // a to h
  for (size_t i = 0; i < 64; ++i) {
    const uint32_t s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
    const uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
    const uint32_t t1 = v[7] + s1 + choice + kRoundConstants[i] + w[i];
    const uint32_t s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
    const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    std::rotate(v.begin(), v.end() - 1, v.end());
    v[4] += t1;
    v[0] = t1 + s0 + majority;
  }
  for (size_t i = 0; i < 8; ++i) state_[i] += v[i];
}

void Sha256::Add(const void* bytes, size_t count) {
  auto* at = static_cast<const uint8_t*>(bytes);
  total_ += count;
  while (count) {
    const size_t taken = std::min(count, rest_.size() - rest_size_);
    std::memcpy(rest_.data() + rest_size_, at, taken);
    rest_size_ += taken;
    at += taken;
    count -= taken;
    if (rest_size_ == rest_.size()) {
      AddBlock(rest_.data());
      rest_size_ = 0;
    }
  }
}

std::string Sha256::Finish() {
  const uint64_t bits = total_ * 8;
  const uint8_t one = 0x80, zero = 0;
  Add(&one, 1);
  while (rest_size_ != 56) Add(&zero, 1);
  uint8_t size[8];
  for (int i = 0; i < 8; ++i) size[i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  Add(size, 8);
  std::string text;
  for (uint32_t word : state_)
    for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[word >> shift & 15];
  return text;
}

}  // namespace strata
