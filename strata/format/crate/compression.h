// The two codings of crate files: LZ4 in chunks, and integers as differences of few bytes under it.
//
// Reading trusts nothing: sizes that do not fit are refused, and no memory is taken on the word of a count
// that the compressed bytes cannot bear out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace strata::format::crate {

// What LZ4 can make of so many bytes, at the most.
constexpr uint64_t GetMostDecompressed(uint64_t compressed_bytes) {
  return compressed_bytes > UINT64_MAX / 256 ? UINT64_MAX : compressed_bytes * 255;
}

// The most integers that so many compressed bytes can hold: each takes at least two bits before LZ4.
constexpr uint64_t GetMostIntegers(uint64_t compressed_bytes) {
  const uint64_t bytes = GetMostDecompressed(compressed_bytes);
  return bytes > UINT64_MAX / 4 ? UINT64_MAX : bytes * 4;
}

// Bytes of `count` integers of `width` bytes before LZ4, at the most: the commonest difference, two bits
// each, and the differences.
constexpr uint64_t GetMostEncodedBytes(uint64_t count, uint64_t width) {
  return count == 0 ? 0 : width + (count * 2 + 7) / 8 + count * width;
}

// Memory used again from one call to the next. Not zeroed.
class Scratch {
 public:
  char* Get(size_t bytes) {
    if (bytes > capacity_) {
      bytes_ = std::unique_ptr<char[]>(new char[bytes]);
      capacity_ = bytes;
    }
    return bytes_.get();
  }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
};

// Whether `compressed`, or the beginning of it that is given, makes `wanted` bytes, which then are at `out`.
[[nodiscard]] bool DecompressBeginning(std::string_view compressed, char* out, size_t wanted);

inline constexpr size_t kMalformed = SIZE_MAX;

// The bytes behind `compressed`, put at `out`; how many, or kMalformed when they are damaged or do not fit.
[[nodiscard]] size_t Decompress(std::string_view compressed, char* out, size_t capacity);

// Whether `compressed` holds `count` integers, which then are at `out`. What they say is undefined otherwise.
[[nodiscard]] bool DecodeIntegers(std::string_view compressed, uint64_t count, uint32_t* out,
                                  Scratch& scratch);
[[nodiscard]] bool DecodeIntegers(std::string_view compressed, uint64_t count, uint64_t* out,
                                  Scratch& scratch);

// The first half of DecodeIntegers, for those who make room only once they know that the integers are there:
// the encoded bytes in `scratch`, or nothing.
[[nodiscard]] std::string_view DecompressIntegers(std::string_view compressed, uint64_t count, uint64_t width,
                                                  Scratch& scratch);
// The second half. REQUIRES: `encoded` of DecompressIntegers for the same count and width.
void DecodeIntegers(std::string_view encoded, uint64_t count, uint32_t* out);
void DecodeIntegers(std::string_view encoded, uint64_t count, uint64_t* out);

// How many of the encoded bytes the first `wanted` of `count` integers take, told by the codes, which
// `encoded` must have whole.
[[nodiscard]] uint64_t CountEncodedBytes(std::string_view encoded, uint64_t count, uint64_t wanted);
// REQUIRES: `encoded` has as many bytes as that.
void DecodeFirstIntegers(std::string_view encoded, uint64_t count, uint64_t wanted, uint32_t* out);

}  // namespace strata::format::crate
