#include "strata/format/crate/compression.h"

#include <doctest/doctest.h>
#include <lz4.h>

#include <cstdint>
#include <string>
#include <vector>

namespace strata::format::crate {
namespace {

std::string Lz4(const std::string& bytes) {
  std::string out(static_cast<size_t>(LZ4_compressBound(static_cast<int>(bytes.size()))), '\0');
  const int made = LZ4_compress_default(bytes.data(), out.data(), static_cast<int>(bytes.size()),
                                        static_cast<int>(out.size()));
  out.resize(static_cast<size_t>(made));
  return out;
}
std::string InOneBlock(const std::string& bytes) {
  return '\0' + Lz4(bytes);
}
template <class T>
std::string Bytes(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}
// The example of the specification, 16.3.7.2: seven integers, of whose differences 1 is the commonest.
std::string MakeExample() {
  return Bytes<int32_t>(1) + "\xC1" + std::string("\x11") + Bytes<int8_t>(123) + Bytes<int32_t>(100000) +
         Bytes<int8_t>(0) + Bytes<int8_t>(0);
}

TEST_CASE("compressed bytes come back whole, in one block and in chunks") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "strata " + std::to_string(i % 7);
  std::vector<char> out(text.size());
  CHECK(Decompress(InOneBlock(text), out.data(), out.size()) == text.size());
  CHECK(std::string(out.begin(), out.end()) == text);

  const std::string first = Lz4(text.substr(0, 100)), second = Lz4(text.substr(100));
  const std::string chunks = '\2' + Bytes(static_cast<int32_t>(first.size())) + first +
                             Bytes(static_cast<int32_t>(second.size())) + second;
  std::fill(out.begin(), out.end(), '\0');
  CHECK(Decompress(chunks, out.data(), out.size()) == text.size());
  CHECK(std::string(out.begin(), out.end()) == text);
}

TEST_CASE("compressed bytes that are damaged or do not fit are refused") {
  const std::string text(1000, 'x');
  std::vector<char> out(text.size());
  const std::string good = InOneBlock(text);
  CHECK(Decompress("", out.data(), out.size()) == kMalformed);
  CHECK(Decompress(good, out.data(), out.size() - 1) == kMalformed);
  CHECK(Decompress(good.substr(0, good.size() - 3), out.data(), out.size()) == kMalformed);
  const std::string block = Lz4(text);
  CHECK(Decompress('\1' + Bytes<int32_t>(-1) + block, out.data(), out.size()) == kMalformed);
  CHECK(Decompress('\1' + Bytes<int32_t>(1 << 30) + block, out.data(), out.size()) == kMalformed);
  CHECK(Decompress('\2' + Bytes(static_cast<int32_t>(block.size())) + block, out.data(), out.size()) ==
        kMalformed);
}

TEST_CASE("integers are the running sums of differences of zero to four bytes") {
  Scratch scratch;
  std::vector<uint32_t> out(7);
  REQUIRE(DecodeIntegers(InOneBlock(MakeExample()), 7, out.data(), scratch));
  CHECK(out == std::vector<uint32_t>{123, 124, 125, 100125, 100125, 100126, 100126});
}

TEST_CASE("integers of 64 bits have differences of zero, two, four and eight bytes, and wrap around") {
  const std::string encoded =
      Bytes<int64_t>(-1) + "\xE4" + Bytes<int16_t>(-300) + Bytes<int32_t>(70000) + Bytes<int64_t>(INT64_MAX);
  Scratch scratch;
  std::vector<uint64_t> out(4);
  REQUIRE(DecodeIntegers(InOneBlock(encoded), 4, out.data(), scratch));
  CHECK(out == std::vector<uint64_t>{uint64_t(-1), uint64_t(-301), 69699, 69699 + uint64_t{INT64_MAX}});
}

TEST_CASE("integers that the bytes do not bear out are refused before memory is taken") {
  Scratch scratch;
  std::vector<uint32_t> out(8);
  const std::string encoded = MakeExample();
  CHECK_FALSE(DecodeIntegers(InOneBlock(encoded.substr(0, encoded.size() - 1)), 7, out.data(), scratch));
  CHECK_FALSE(DecodeIntegers(InOneBlock(encoded.substr(0, 5)), 7, out.data(), scratch));
  CHECK_FALSE(DecodeIntegers("", 7, out.data(), scratch));
  CHECK_FALSE(DecodeIntegers(InOneBlock(encoded), uint64_t{1} << 40, out.data(), scratch));
  CHECK(DecodeIntegers("", 0, out.data(), scratch));
}

}  // namespace
}  // namespace strata::format::crate
