#include "strata/format/crate/compression.h"

#include <lz4.h>

#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <cstring>
#include <type_traits>

namespace strata::format::crate {

static_assert(std::endian::native == std::endian::little, "crate files are read as they lie");

namespace {

template <class T>
T Load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

size_t DecompressChunk(std::string_view compressed, char* out, size_t capacity) {
  if (compressed.size() > INT_MAX) return kMalformed;
  const int made = LZ4_decompress_safe(compressed.data(), out, static_cast<int>(compressed.size()),
                                       static_cast<int>(std::min<size_t>(capacity, INT_MAX)));
  return made < 0 ? kMalformed : static_cast<size_t>(made);
}

// Bytes of the differences that the four codes in a byte announce, for codes of a quarter, half and all of a
// width.
template <unsigned kWidth>
constexpr std::array<uint8_t, 256> MakeLengths() {
  std::array<uint8_t, 256> lengths{};
  constexpr uint8_t kBytes[] = {0, kWidth / 4, kWidth / 2, kWidth};
  for (unsigned codes = 0; codes < 256; ++codes) {
    for (unsigned shift = 0; shift < 8; shift += 2)
      lengths[codes] = static_cast<uint8_t>(lengths[codes] + kBytes[codes >> shift & 3]);
  }
  return lengths;
}
template <unsigned kWidth>
constexpr std::array<uint8_t, 256> kLengths = MakeLengths<kWidth>();

// Bytes that the first `count` differences take.
template <unsigned kWidth>
uint64_t CountDifferenceBytes(std::string_view encoded, uint64_t count) {
  const auto* codes = reinterpret_cast<const unsigned char*>(encoded.data()) + kWidth;
  uint64_t needed = 0;
  for (uint64_t i = 0; i < count / 4; ++i) needed += kLengths<kWidth>[codes[i]];
  if (count % 4 != 0) {
    const unsigned used = (1u << (count % 4) * 2) - 1;
    needed += kLengths<kWidth>[codes[count / 4] & used];
  }
  return needed;
}

// Whether the codes of `encoded` ask for no more bytes than follow them.
template <unsigned kWidth>
bool HasAllDifferences(std::string_view encoded, uint64_t count) {
  const uint64_t code_bytes = (count * 2 + 7) / 8;
  if (encoded.size() < kWidth + code_bytes) return false;
  return CountDifferenceBytes<kWidth>(encoded, count) <= encoded.size() - kWidth - code_bytes;
}

// Reads one difference, after which `at` stands at the next.
template <class Signed, class Quarter, class Half>
Signed TakeDifference(unsigned code, Signed common, const char*& at) {
  const char* here = at;
  switch (code) {
    case 0:
      return common;
    case 1:
      at += sizeof(Quarter);
      return Load<Quarter>(here);
    case 2:
      at += sizeof(Half);
      return Load<Half>(here);
    default:
      at += sizeof(Signed);
      return Load<Signed>(here);
  }
}

// The first `wanted` of `count` integers.
template <class Quarter, class Half, class Unsigned>
void DecodeDifferences(std::string_view encoded, uint64_t count, uint64_t wanted, Unsigned* out) {
  using Signed = std::make_signed_t<Unsigned>;
  if (count == 0) return;
  const auto common = Load<Signed>(encoded.data());
  const auto* codes = reinterpret_cast<const unsigned char*>(encoded.data()) + sizeof(Signed);
  const char* at = encoded.data() + sizeof(Signed) + (count * 2 + 7) / 8;
  count = wanted;
  Unsigned sum = 0;  // wraps around, as the writer's differences do
  const auto add = [&](unsigned code) {
    sum += static_cast<Unsigned>(TakeDifference<Signed, Quarter, Half>(code, common, at));
    *out++ = sum;
  };
  for (uint64_t i = 0; i < count / 4; ++i) {
    const unsigned four = codes[i];
    add(four & 3);
    add(four >> 2 & 3);
    add(four >> 4 & 3);
    add(four >> 6);
  }
  for (unsigned i = 0; i < count % 4; ++i) add(codes[count / 4] >> i * 2 & 3);
}

}  // namespace

// One byte counts the chunks. Without any the rest is one block of LZ4; otherwise each chunk has its size, in
// 32 bits, before it.
size_t Decompress(std::string_view compressed, char* out, size_t capacity) {
  if (compressed.empty()) return kMalformed;
  const auto chunks = static_cast<unsigned char>(compressed.front());
  compressed.remove_prefix(1);
  if (chunks == 0) return DecompressChunk(compressed, out, capacity);
  size_t total = 0;
  for (unsigned i = 0; i < chunks; ++i) {
    if (compressed.size() < sizeof(int32_t)) return kMalformed;
    const auto size = Load<int32_t>(compressed.data());
    compressed.remove_prefix(sizeof size);
    if (size < 0 || static_cast<size_t>(size) > compressed.size()) return kMalformed;
    const size_t made = DecompressChunk(compressed.substr(0, size), out + total, capacity - total);
    if (made == kMalformed) return kMalformed;
    total += made;
    compressed.remove_prefix(size);
  }
  return total;
}

bool DecompressBeginning(std::string_view compressed, char* out, size_t wanted) {
  // Several chunks are for what takes gigabytes.
  if (compressed.empty() || compressed.front() != 0 || compressed.size() > INT_MAX || wanted > INT_MAX)
    return false;
  compressed.remove_prefix(1);
  const int made = LZ4_decompress_safe_partial(compressed.data(), out, static_cast<int>(compressed.size()),
                                               static_cast<int>(wanted), static_cast<int>(wanted));
  return made >= 0 && static_cast<size_t>(made) == wanted;
}

uint64_t CountEncodedBytes(std::string_view encoded, uint64_t count, uint64_t wanted) {
  return sizeof(uint32_t) + (count * 2 + 7) / 8 + CountDifferenceBytes<4>(encoded, wanted);
}

void DecodeFirstIntegers(std::string_view encoded, uint64_t count, uint64_t wanted, uint32_t* out) {
  DecodeDifferences<int8_t, int16_t>(encoded, count, wanted, out);
}

std::string_view DecompressIntegers(std::string_view compressed, uint64_t count, uint64_t width,
                                    Scratch& scratch) {
  if (count == 0 || count > GetMostIntegers(compressed.size())) return {};
  const uint64_t most = std::min(GetMostEncodedBytes(count, width), GetMostDecompressed(compressed.size()));
  char* bytes = scratch.Get(most);
  const size_t made = Decompress(compressed, bytes, most);
  if (made == kMalformed) return {};
  const std::string_view encoded(bytes, made);
  const bool good = width == 4 ? HasAllDifferences<4>(encoded, count) : HasAllDifferences<8>(encoded, count);
  return good ? encoded : std::string_view();
}

void DecodeIntegers(std::string_view encoded, uint64_t count, uint32_t* out) {
  DecodeDifferences<int8_t, int16_t>(encoded, count, count, out);
}
void DecodeIntegers(std::string_view encoded, uint64_t count, uint64_t* out) {
  DecodeDifferences<int16_t, int32_t>(encoded, count, count, out);
}

bool DecodeIntegers(std::string_view compressed, uint64_t count, uint32_t* out, Scratch& scratch) {
  if (count == 0) return true;
  const std::string_view encoded = DecompressIntegers(compressed, count, sizeof *out, scratch);
  if (encoded.empty()) return false;
  DecodeIntegers(encoded, count, out);
  return true;
}
bool DecodeIntegers(std::string_view compressed, uint64_t count, uint64_t* out, Scratch& scratch) {
  if (count == 0) return true;
  const std::string_view encoded = DecompressIntegers(compressed, count, sizeof *out, scratch);
  if (encoded.empty()) return false;
  DecodeIntegers(encoded, count, out);
  return true;
}

}  // namespace strata::format::crate
