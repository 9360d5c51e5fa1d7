// What reading and writing costs grows as the layer does: memory asked for is counted, no time is taken.
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>
#include <string>

#include "strata/asset/asset.h"
#include "strata/format/crate/crate.h"
#include "strata/format/text/text.h"
#include "strata/layer/layer.h"

namespace {

std::atomic<uint64_t> taken_count = 0, taken_bytes = 0;

void* Take(size_t bytes) {
  taken_count.fetch_add(1, std::memory_order_relaxed);
  taken_bytes.fetch_add(bytes, std::memory_order_relaxed);
  if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(size_t bytes) {
  return Take(bytes);
}
void* operator new[](size_t bytes) {
  return Take(bytes);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, size_t) noexcept {
  std::free(memory);
}

namespace {

using namespace strata;

struct Cost {
  double count, bytes;
};

template <class Work>
Cost Measure(const Work& work) {
  const uint64_t count = taken_count, bytes = taken_bytes;
  work();
  return {static_cast<double>(taken_count - count), static_cast<double>(taken_bytes - bytes)};
}

std::string MakeDeep(size_t depth) {
  std::string text = "#usda 1.0\n";
  for (size_t i = 0; i < depth; ++i) text += "def \"P" + std::to_string(i) + "\"\n{\n    double x = 1.5\n";
  for (size_t i = 0; i < depth; ++i) text += "}\n";
  return text;
}

std::string MakeWide(size_t count) {
  std::string text = "#usda 1.0\n";
  for (size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    text += "def Mesh \"P" + number + "\" (\n    doc = \"number " + number +
            "\"\n)\n{\n    int n = " + number + "\n    rel r = </P" + number + ">\n    double[] a = [1, 2, " +
            number + "]\n}\n";
  }
  return text;
}

void Read(const layer::FileFormat& format, const std::string& bytes, layer::SpecStore& out) {
  Diagnostics diagnostics;
  REQUIRE(format.Read(*asset::MakeMemoryAsset(bytes), "slope", {}, out, diagnostics));
}

struct Costs {
  Cost read_text, write_crate, read_crate, write_text;
};

Costs MeasureAll(const std::string& text) {
  const auto usda = format::text::MakeUsdaFormat(), usdc = format::crate::MakeUsdcFormat();
  layer::SpecStore from_text, from_crate;
  std::string bytes;
  size_t fields = 0;
  Costs costs;
  costs.read_text = Measure([&] { Read(*usda, text, from_text); });
  costs.write_crate = Measure([&] { bytes = usdc->WriteToString(from_text, {}).ValueOr({}); });
  costs.read_crate = Measure([&] {
    Read(*usdc, bytes, from_crate);
    from_crate.VisitSpecs([&](Path, const layer::SpecStore::SpecView& spec) {
      for (const layer::SpecStore::Field& field : spec) fields += !field.value.IsEmpty();
    });
  });
  costs.write_text = Measure([&] { CHECK(usda->WriteToString(from_crate, {}).HasValue()); });
  CHECK(fields > 0);
  return costs;
}

double GetSlope(double small, double large, double times) {
  return std::log(large / small) / std::log(times);
}

void CheckSlopes(std::string (*make)(size_t), size_t size, bool checks_text_bytes) {
  constexpr double kMostSlope = 1.1;
  constexpr size_t kTimes = 4;
  (void)MeasureAll(make(size * kTimes));  // what is made once, as tokens and paths are, is not counted
  const Costs small = MeasureAll(make(size)), large = MeasureAll(make(size * kTimes));
  const auto check = [&](const Cost& a, const Cost& b, bool checks_bytes) {
    CHECK(GetSlope(a.count, b.count, kTimes) <= kMostSlope);
    if (checks_bytes) CHECK(GetSlope(a.bytes, b.bytes, kTimes) <= kMostSlope);
  };
  check(small.read_text, large.read_text, true);
  check(small.write_crate, large.write_crate, true);
  check(small.read_crate, large.read_crate, true);
  check(small.write_text, large.write_text, checks_text_bytes);
}

}  // namespace

TEST_CASE("prims nested in prims cost the same each, from 1,000 to 4,000") {
  // Text of nested prims is indented, so that its bytes alone grow as the square.
  CheckSlopes(MakeDeep, 1000, false);
}

TEST_CASE("prims beside each other cost the same each, from 2,000 to 8,000") {
  CheckSlopes(MakeWide, 2000, true);
}
