// What text says is said by the usdc file that is written of it, and that file is written again as it is.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "strata/asset/asset.h"
#include "strata/format/crate/crate.h"
#include "strata/format/text/text.h"
#include "strata/layer/layer.h"
#include "tests/fuzz/mutators/mutators.h"
#include "tests/fuzz/require.h"

namespace {

using strata::layer::FileFormat;
using strata::layer::SpecStore;

bool Read(const FileFormat& format, std::string bytes, SpecStore& out) {
  strata::Diagnostics diagnostics;
  const auto asset = strata::asset::MakeMemoryAsset(std::move(bytes));
  const bool good = format.Read(*asset, "fuzz", {}, out, diagnostics);
  Require(good || diagnostics.HasErrors());
  return good;
}

constexpr const char* kSeed =
    "#usda 1.0\n(\n    subLayers = [@a.usda@ (offset = 2)]\n    customLayerData = { int a = 1 }\n)\n"
    "def \"A\" (\n    references = @b.usda@</B> (scale = 2)\n    variants = { string v = \"a\" }\n"
    "    variantSets = \"v\"\n) {\n    float3[] p = [(1, 2, 3), (4, 5, 6)]\n"
    "    double x.timeSamples = { 0: 1, 1: 2.5, 2: None }\n    double x.connect = </A.y>\n"
    "    rel r = [</A>, </B>]\n    variantSet \"v\" = {\n        \"a\" { over \"C\" { token t = \"u\" } }\n"
    "    }\n    double s.spline = { bezier, 1: 5; post curve (1, 2), 2: 6 }\n}\n";

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* bytes, size_t count, size_t most, unsigned seed) {
  Random random(seed);
  std::string text(reinterpret_cast<const char*>(bytes), count);
  if (count < 8) text = kSeed;
  ChangeText(text, random);
  if (text.size() > most) text.resize(most);
  std::memcpy(bytes, text.data(), text.size());
  return text.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  static const auto usda = strata::format::text::MakeUsdaFormat();
  static const auto usdc = strata::format::crate::MakeUsdcFormat();
  SpecStore layer, from_crate, again;
  if (!Read(*usda, std::string(reinterpret_cast<const char*>(bytes), count), layer)) return 0;
  const auto text = usda->WriteToString(layer, {});
  const auto crate = usdc->WriteToString(layer, {});
  if (!crate) return 0;  // it says what no usdc file can hold
  Require(bool(text));
  Require(Read(*usdc, *crate, from_crate));
  const auto same = usda->WriteToString(from_crate, {});
  Require(same && *same == *text);
  Require(from_crate.GetReadProblems().IsEmpty());
  const auto rewritten = usdc->WriteToString(from_crate, {});
  Require(bool(rewritten));
  Require(Read(*usdc, *rewritten, again));
  const auto third = usda->WriteToString(again, {});
  Require(third && *third == *text);
  return 0;
}
