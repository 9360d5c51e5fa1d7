#include "strata/format/crate/encode.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "strata/format/crate/rep_index.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/math/half.h"

namespace strata::format::crate {
namespace {

template <class T>
T ReadAt(const std::string& bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

template <class Integer>
void CheckIntegers(const std::vector<Integer>& values) {
  Scratch scratch;
  std::string bytes = "before";
  AppendIntegers(values.data(), values.size(), bytes, scratch);
  REQUIRE(ReadAt<uint64_t>(bytes, 6) == bytes.size() - 14);
  std::vector<Integer> back(values.size());
  if (!values.empty())
    REQUIRE(DecodeIntegers(std::string_view(bytes).substr(14), values.size(), back.data(), scratch));
  CHECK(back == values);
}

template <class Integer>
void CheckAllShapes() {
  std::mt19937_64 random(7);
  for (const size_t count : {0, 1, 2, 3, 4, 5, 63, 64, 65, 1000, 5000, 20001}) {
    for (int shape = 0; shape < 6; ++shape) {
      std::vector<Integer> values(count);
      Integer walk = 0;
      for (size_t i = 0; i < count; ++i) {
        const Integer any = static_cast<Integer>(random());
        switch (shape) {
          case 0:
            walk = 7;
            break;
          case 1:
            ++walk;
            break;
          case 2:
            walk = static_cast<Integer>(walk + any % 200 - 100);
            break;
          case 3:
            walk = static_cast<Integer>(walk + any % 60000);
            break;
          case 4:
            walk = any;
            break;
          default:
            walk = i % 2 ? std::numeric_limits<Integer>::max() : Integer{0};
        }
        values[i] = walk;
      }
      CAPTURE(count);
      CAPTURE(shape);
      CheckIntegers(values);
    }
  }
}

// The numbers that a packed array of floats holds.
template <class T>
std::vector<T> Unpack(const std::string& bytes, bool is_compressed) {
  const auto count = ReadAt<uint64_t>(bytes, 0);
  std::vector<T> out(count);
  if (!is_compressed) {
    REQUIRE(bytes.size() == 8 + count * sizeof(T));
    std::memcpy(out.data(), bytes.data() + 8, count * sizeof(T));
    return out;
  }
  Scratch scratch;
  std::vector<uint32_t> integers(count);
  if (bytes[8] == kFloatsAsIntegers) {
    REQUIRE(DecodeIntegers(std::string_view(bytes).substr(17), count, integers.data(), scratch));
    for (size_t i = 0; i < count; ++i) out[i] = T(static_cast<float>(static_cast<int32_t>(integers[i])));
    return out;
  }
  REQUIRE(bytes[8] == kFloatsFromTable);
  const auto entries = ReadAt<uint32_t>(bytes, 9);
  REQUIRE(DecodeIntegers(std::string_view(bytes).substr(13 + entries * sizeof(T) + 8), count, integers.data(),
                         scratch));
  for (size_t i = 0; i < count; ++i) {
    REQUIRE(integers[i] < entries);
    out[i] = ReadAt<T>(bytes, 13 + integers[i] * sizeof(T));
  }
  return out;
}

template <class T>
bool CheckFloats(const std::vector<T>& numbers) {
  Scratch scratch;
  std::string bytes;
  const bool is_compressed = AppendPackedArray(numbers.data(), numbers.size(), bytes, scratch);
  const std::vector<T> back = Unpack<T>(bytes, is_compressed);
  CHECK(std::memcmp(back.data(), numbers.data(), numbers.size() * sizeof(T)) == 0);
  return is_compressed;
}

TEST_CASE("integers of any shape are read back") {
  CheckAllShapes<uint32_t>();
  CheckAllShapes<uint64_t>();
}

TEST_CASE("the example of the specification is encoded as it says") {
  const uint32_t example[] = {123, 124, 125, 100125, 100125, 100126, 100126};
  Scratch scratch;
  std::string bytes;
  AppendIntegers(example, 7, bytes, scratch);
  const std::string_view encoded = DecompressIntegers(std::string_view(bytes).substr(8), 7, 4, scratch);
  const char expected[] = "\x01\0\0\0\xC1\x11\x7B\xA0\x86\x01\0\0\0";
  CHECK(encoded == std::string_view(expected, 13));
}

TEST_CASE("numbers that are whole or few are compressed, and others stay as they are") {
  std::vector<float> whole, few, many, short_ones{1, 2, 3};
  std::vector<double> doubles;
  std::vector<Half> halves;
  for (int i = 0; i < 3000; ++i) {
    whole.push_back(static_cast<float>(i % 100 - 50));
    few.push_back(static_cast<float>(i % 7) * 0.1f);
    many.push_back(std::sin(static_cast<float>(i)));
    doubles.push_back(i * 65536.0);
    halves.push_back(Half(static_cast<float>(i % 9) * 0.25f));
  }
  for (float& number : whole)
    if (number == 0) number = 1;
  CHECK(CheckFloats(whole));
  CHECK(CheckFloats(few));
  CHECK_FALSE(CheckFloats(many));
  CHECK_FALSE(CheckFloats(short_ones));
  CHECK(CheckFloats(doubles));
  CHECK(CheckFloats(halves));
}

TEST_CASE("no sign of a zero and no bits of a NaN are lost") {
  std::vector<float> zeros(100, 0.0f);
  zeros[40] = -0.0f;
  CheckFloats(zeros);
  std::vector<double> odd(100, 1.0);
  odd[3] = std::bit_cast<double>(uint64_t{0x7FF8000000000123});
  odd[4] = std::bit_cast<double>(uint64_t{0xFFF8000000000456});
  odd[5] = INFINITY;
  odd[6] = 1e300;
  CheckFloats(odd);
  CheckFloats(std::vector<double>(50, 2147483648.0));
}

TEST_CASE("arrays that compression would make longer are kept as they are") {
  std::mt19937 random(3);
  std::vector<uint32_t> noise(4000);
  for (uint32_t& value : noise) value = static_cast<uint32_t>(random());
  Scratch scratch;
  std::string bytes;
  CHECK_FALSE(AppendPackedArray(noise.data(), noise.size(), bytes, scratch));
  CHECK(bytes.size() == 8 + noise.size() * 4);
}

TEST_CASE("fingerprints tell bytes, lengths and kinds apart") {
  std::string bytes(200, 'x');
  RepIndex index;
  uint64_t next = 1;
  for (size_t length = 0; length <= bytes.size(); ++length) {
    for (uint64_t kind = 0; kind < 3; ++kind) {
      ValueRep& rep = index.Find(MakeFingerprint(std::string_view(bytes).substr(0, length), kind));
      REQUIRE(rep.bits == 0);
      rep.bits = next++;
    }
  }
  for (size_t place = 0; place < bytes.size(); ++place) {
    std::string other = bytes;
    other[place] = 'y';
    ValueRep& rep = index.Find(MakeFingerprint(other, 0));
    REQUIRE(rep.bits == 0);
    rep.bits = next++;
  }
  CHECK(index.Find(MakeFingerprint(std::string_view(bytes).substr(0, 5), 2)).bits == 5 * 3 + 3);
}

}  // namespace
}  // namespace strata::format::crate
