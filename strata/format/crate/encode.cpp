#include "strata/format/crate/encode.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include <lz4.h>

#include "strata/base/token.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/math/half.h"

namespace strata::format::crate {
namespace {

constexpr size_t kMostChunkBytes = LZ4_MAX_INPUT_SIZE;

template <class T>
void AppendPlain(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

// The difference to the integer before that is taken to be the commonest: that of a sample, so that the
// choice costs little. Any choice can be read back.
template <class Integer>
Integer FindCommonDifference(const Integer* values, size_t count) {
  constexpr size_t kRun = 64, kRuns = 64, kPlaces = 512;
  struct Place {
    Integer difference;
    uint32_t count;
  };
  Place places[kPlaces] = {};
  Place best{0, 0};
  const auto add = [&](Integer difference) {
    size_t at = MixBits(difference) >> 32 & (kPlaces - 1);
    for (int probe = 0; probe < 8; ++probe, at = (at + 1) & (kPlaces - 1)) {
      Place& place = places[at];
      if (place.count != 0 && place.difference != difference) continue;
      place.difference = difference;
      ++place.count;
      if (place.count > best.count) best = place;
      return;
    }
  };
  const size_t runs = count <= kRun * kRuns ? 1 : kRuns;
  const size_t length = runs == 1 ? count : kRun;
  for (size_t run = 0; run < runs; ++run) {
    const size_t first = runs == 1 ? 0 : (count - kRun) / (kRuns - 1) * run;
    for (size_t i = first; i < first + length; ++i)
      add(static_cast<Integer>(values[i] - (i ? values[i - 1] : 0)));
  }
  return best.difference;
}

// Writes the integers before LZ4 at `out`, which has room for GetMostEncodedBytes of them and one more.
template <class Integer>
size_t EncodeIntegers(const Integer* values, size_t count, char* out) {
  using Signed = std::make_signed_t<Integer>;
  using Half = std::conditional_t<sizeof(Integer) == 4, int16_t, int32_t>;
  using Quarter = std::conditional_t<sizeof(Integer) == 4, int8_t, int16_t>;
  constexpr uint8_t kBytes[4] = {0, sizeof(Quarter), sizeof(Half), sizeof(Integer)};
  if (count == 0) return 0;
  const Integer common = FindCommonDifference(values, count);
  std::memcpy(out, &common, sizeof common);
  char* codes = out + sizeof common;
  char* data = codes + (count * 2 + 7) / 8;
  Integer before = 0;
  const auto encode = [&](size_t i) {
    const Integer difference = static_cast<Integer>(values[i] - before);
    before = values[i];
    const auto number = static_cast<Signed>(difference);
    const uint32_t wide = number != static_cast<Quarter>(number);
    const uint32_t wider = number != static_cast<Half>(number);
    const uint32_t code = difference == common ? 0 : 1 + wide + wider;
    std::memcpy(data, &difference, sizeof difference);  // the low bytes come first; the next ones overwrite
    data += kBytes[code];
    return code;
  };
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    uint32_t four = encode(i);
    four |= encode(i + 1) << 2;
    four |= encode(i + 2) << 4;
    four |= encode(i + 3) << 6;
    *codes++ = static_cast<char>(four);
  }
  uint32_t rest = 0;
  for (uint32_t shift = 0; i < count; ++i, shift += 2) rest |= encode(i) << shift;
  if (count % 4 != 0) *codes = static_cast<char>(rest);
  return static_cast<size_t>(data - out);
}

template <class Integer>
void AppendIntegersAs(const Integer* values, size_t count, std::string& out, Scratch& scratch) {
  char* encoded = scratch.Get(GetMostEncodedBytes(count, sizeof(Integer)) + sizeof(Integer));
  const size_t bytes = EncodeIntegers(values, count, encoded);
  const size_t start = out.size();
  out.resize(start + sizeof(uint64_t));
  AppendCompressed({encoded, bytes}, out);
  const uint64_t compressed = out.size() - start - sizeof(uint64_t);
  std::memcpy(out.data() + start, &compressed, sizeof compressed);
}

template <class T>
auto GetBits(T number) {
  if constexpr (std::is_same_v<T, Half>)
    return number.GetBits();
  else if constexpr (sizeof(T) == 4)
    return std::bit_cast<uint32_t>(number);
  else
    return std::bit_cast<uint64_t>(number);
}

// Whether all are whole numbers of 32 bits, a negative zero not among them; then as such.
template <class T>
bool AsIntegers(const T* numbers, size_t count, std::vector<uint32_t>& out) {
  const auto convert = [](T number, uint32_t& bits) {
    const double value =
        static_cast<double>(static_cast<std::conditional_t<sizeof(T) == 8, double, float>>(number));
    if (!(value >= -2147483648.0 && value <= 2147483647.0)) return false;
    const auto whole = static_cast<int32_t>(value);
    bits = static_cast<uint32_t>(whole);
    return static_cast<double>(whole) == value && !(whole == 0 && std::signbit(value));
  };
  uint32_t first;
  for (size_t i = 0; i < std::min<size_t>(count, 64); ++i)
    if (!convert(numbers[i], first)) return false;
  out.resize(count);
  for (size_t i = 0; i < count; ++i)
    if (!convert(numbers[i], out[i])) return false;
  return true;
}

// Whether the numbers are few different ones; then these, and for each number which one it is.
template <class T>
bool AsTable(const T* numbers, size_t count, std::vector<T>& table, std::vector<uint32_t>& indices) {
  constexpr uint32_t kMostEntries = 1024, kPlaces = 4096, kShift = 52;
  const size_t most = std::min<size_t>(kMostEntries, count / 4);
  uint16_t places[kPlaces] = {};  // one more than the index in the table; 0: none
  table.clear();
  indices.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const auto bits = GetBits(numbers[i]);
    size_t at = uint64_t{bits} * 0x9E3779B97F4A7C15ull >> kShift;
    while (places[at] != 0 && GetBits(table[places[at] - 1u]) != bits) at = (at + 1) & (kPlaces - 1);
    if (places[at] == 0) {
      if (table.size() == most) return false;
      table.push_back(numbers[i]);
      places[at] = static_cast<uint16_t>(table.size());
    }
    indices[i] = places[at] - 1u;
  }
  return true;
}

template <class T>
bool AppendCompressedFloats(const T* numbers, size_t count, std::string& out, Scratch& scratch) {
  std::vector<uint32_t> integers;
  if (AsIntegers(numbers, count, integers)) {
    out += kFloatsAsIntegers;
    AppendIntegers(integers.data(), count, out, scratch);
    return true;
  }
  std::vector<T> table;
  if (!AsTable(numbers, count, table, integers)) return false;
  out += kFloatsFromTable;
  AppendPlain(out, static_cast<uint32_t>(table.size()));
  out.append(reinterpret_cast<const char*>(table.data()), table.size() * sizeof(T));
  AppendIntegers(integers.data(), count, out, scratch);
  return true;
}

}  // namespace

void AppendCompressed(std::string_view bytes, std::string& out) {
  const size_t chunks = bytes.size() <= kMostChunkBytes ? 0 : (bytes.size() - 1) / kMostChunkBytes + 1;
  out += static_cast<char>(chunks);
  do {
    const std::string_view chunk = bytes.substr(0, kMostChunkBytes);
    bytes.remove_prefix(chunk.size());
    const size_t header = chunks ? sizeof(int32_t) : 0;
    const size_t start = out.size();
    const int most = LZ4_compressBound(static_cast<int>(chunk.size()));
    out.resize(start + header + static_cast<size_t>(most));
    const int32_t size =
        LZ4_compress_default(chunk.data(), out.data() + start + header, static_cast<int>(chunk.size()), most);
    if (header) std::memcpy(out.data() + start, &size, sizeof size);
    out.resize(start + header + static_cast<size_t>(size));
  } while (!bytes.empty());
}

void AppendIntegers(const uint32_t* values, size_t count, std::string& out, Scratch& scratch) {
  AppendIntegersAs(values, count, out, scratch);
}
void AppendIntegers(const uint64_t* values, size_t count, std::string& out, Scratch& scratch) {
  AppendIntegersAs(values, count, out, scratch);
}

template <class T>
bool AppendPackedArray(const T* elements, size_t count, std::string& out, Scratch& scratch) {
  AppendPlain(out, static_cast<uint64_t>(count));
  const size_t start = out.size();
  if (count >= kLeastCompressedElements) {
    bool is_compressed = true;
    if constexpr (std::is_integral_v<T>) {
      using Unsigned = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
      AppendIntegers(reinterpret_cast<const Unsigned*>(elements), count, out, scratch);
    } else {
      is_compressed = AppendCompressedFloats(elements, count, out, scratch);
    }
    if (is_compressed && out.size() - start < count * sizeof(T)) return true;
    out.resize(start);
  }
  out.append(reinterpret_cast<const char*>(elements), count * sizeof(T));
  return false;
}

template bool AppendPackedArray(const int32_t*, size_t, std::string&, Scratch&);
template bool AppendPackedArray(const uint32_t*, size_t, std::string&, Scratch&);
template bool AppendPackedArray(const int64_t*, size_t, std::string&, Scratch&);
template bool AppendPackedArray(const uint64_t*, size_t, std::string&, Scratch&);
template bool AppendPackedArray(const Half*, size_t, std::string&, Scratch&);
template bool AppendPackedArray(const float*, size_t, std::string&, Scratch&);
template bool AppendPackedArray(const double*, size_t, std::string&, Scratch&);

}  // namespace strata::format::crate
