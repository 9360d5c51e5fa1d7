// The SHA-256 digest of a stream of bytes (FIPS 180-4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace strata {

class Sha256 {
 public:
  void Add(const void* bytes, size_t count);
  std::string Finish();  // 64 hexadecimal digits; the object is used up

 private:
  void AddBlock(const uint8_t* block);
  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> rest_{};
  size_t rest_size_ = 0;
  uint64_t total_ = 0;
};

}  // namespace strata
