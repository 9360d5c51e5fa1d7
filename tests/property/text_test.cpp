// Writing a layer as text and reading it again is identity, whatever the layer says and however many threads
// read.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "strata/asset/asset.h"
#include "strata/format/text/pieces.h"
#include "strata/format/text/text.h"
#include "strata/value/spline.h"
#include "tests/property/random_layer.h"
#include "tests/property/same_content.h"

using namespace strata;
using namespace strata::property;
using layer::SpecStore;

namespace {

std::string Write(const SpecStore& content) {
  auto text = format::text::MakeUsdaFormat()->WriteToString(content, {});
  REQUIRE_MESSAGE(text, (text ? "" : text.GetError().message));
  return *text;
}

SpecStore Read(const std::string& text, Executor* executor = nullptr) {
  SpecStore out;
  Diagnostics diagnostics;
  layer::ReadOptions options;
  options.executor = executor;
  const auto asset = asset::MakeMemoryAsset(text);
  const bool good = format::text::MakeUsdaFormat()->Read(*asset, "law.usda", options, out, diagnostics);
  REQUIRE_MESSAGE(good, RenderDiagnostics(diagnostics, ColorMode::kPlain) << text);
  return out;
}

}  // namespace

TEST_CASE("a layer written as text and read again says the same, and is written the same") {
  for (uint32_t seed = GetFirstSeed(); seed < GetFirstSeed() + GetCaseCount(); ++seed) {
    CAPTURE(seed);
    const auto layer = RandomLayer(seed).Make();
    const std::string text = Write(layer->GetContent());
    const SpecStore again = Read(text);
    const std::string difference = FindDifference(layer->GetContent(), again);
    REQUIRE_MESSAGE(difference.empty(), difference);
    REQUIRE(Write(again) == text);
  }
}

TEST_CASE("many threads read a layer as one does") {
  Executor executor(4);
  for (uint32_t seed = GetFirstSeed(); seed < GetFirstSeed() + GetCaseCount() / 10; ++seed) {
    CAPTURE(seed);
    const std::string text = Write(RandomLayer(seed).Make()->GetContent());
    const SpecStore one = Read(text), many = Read(text, &executor);
    const std::string difference = FindDifference(one, many);
    REQUIRE_MESSAGE(difference.empty(), difference);
  }
}

TEST_CASE("a layer read in pieces, wherever they are cut, says the same") {
  Executor executor(2);
  layer::ReadOptions options;
  options.executor = &executor;
  size_t cut_count = 0, read_count = 0;
  for (uint32_t seed = GetFirstSeed(); seed < GetFirstSeed() + GetCaseCount() / 10; ++seed) {
    CAPTURE(seed);
    const std::string text = Write(RandomLayer(seed).Make()->GetContent());
    const SpecStore whole = Read(text);
    const auto asset = asset::MakeMemoryAsset(text);
    for (uint64_t from = 0; from < text.size();) {
      const auto cut = format::text::FindCut(*asset, from, text.size());
      if (!cut) {
        from = text.find('\n', from + 1);
        continue;
      }
      from = cut->offset;
      ++cut_count;
      SpecStore pieces;
      if (!format::text::ReadInPieces(*asset, "law.usda", options, {*cut}, pieces)) continue;
      ++read_count;
      const std::string difference = FindDifference(whole, pieces);
      REQUIRE_MESSAGE(difference.empty(), difference);
    }
  }
  CHECK(read_count * 2 > cut_count);
}

TEST_CASE("large arrays are read alike by one thread and by many") {
  Executor executor(4);
  std::string text = "#usda 1.0\ndef \"a\" {\n  double3[] x = [";
  for (int i = 0; i < 60000; ++i) {
    if (i) text += ", ";
    text += "(" + std::to_string(i * 0.37) + ", " + std::to_string(-i) + ", " + std::to_string(i) + "e-3)";
  }
  text += "]\n  string[] s = [";
  for (int i = 0; i < 20000; ++i) text += (i ? ", \"t" : "\"t") + std::to_string(i) + "\"";
  text += "]\n}\n";
  const SpecStore one = Read(text), many = Read(text, &executor);
  const std::string difference = FindDifference(one, many);
  REQUIRE_MESSAGE(difference.empty(), difference);
  CHECK(one.GetField(Path("/a.x"), layer::GetFieldNames().default_)->GetArraySize() == 60000);
}

TEST_CASE("a value of any type is formatted and parsed back") {
  RandomLayer random(GetFirstSeed());
  for (uint32_t i = 0; i < GetCaseCount(); ++i) {
    for (const ValueTypeName* type : GetAllValueTypeNames()) {
      if (type->type == ValueType::kOpaque) continue;
      const Value value = random.MakeValue(type->type);
      const std::string text = format::text::FormatValue(value);
      CAPTURE(type->name.GetString());
      CAPTURE(text);
      const auto back = format::text::ParseValue(type->name.GetText(), text);
      REQUIRE(back);
      REQUIRE(*back == value);
    }
  }
}
