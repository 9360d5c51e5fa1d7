// Any bytes are a layer or are refused with a reason, read in pieces or not, and what is written of a layer
// reads and, once it has settled, writes the same again.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "strata/asset/asset.h"
#include "strata/format/text/pieces.h"
#include "strata/format/text/text.h"
#include "strata/layer/layer.h"
#include "tests/fuzz/mutators/mutators.h"
#include "tests/fuzz/require.h"

namespace {

using strata::layer::FileFormat;
using strata::layer::SpecStore;

bool Read(const FileFormat& usda, std::string text, SpecStore& out) {
  strata::Diagnostics diagnostics;
  const auto asset = strata::asset::MakeMemoryAsset(std::move(text));
  const bool good = usda.Read(*asset, "fuzz.usda", {}, out, diagnostics);
  Require(good || diagnostics.HasErrors());
  return good;
}

// Cuts the text where it can first be cut behind its middle; whether it was read so.
bool ReadInPieces(std::string text, SpecStore& out) {
  static strata::Executor executor(1);
  strata::layer::ReadOptions options;
  options.executor = &executor;
  const size_t middle = text.size() / 2, size = text.size();
  const auto asset = strata::asset::MakeMemoryAsset(std::move(text));
  const auto cut = strata::format::text::FindCut(*asset, middle, size);
  return cut && strata::format::text::ReadInPieces(*asset, "fuzz.usda", options, {*cut}, out);
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
  const std::string text(reinterpret_cast<const char*>(bytes), count);
  SpecStore layer, pieces;
  const bool good = Read(*usda, text, layer), in_pieces = ReadInPieces(text, pieces);
  Require(good || !in_pieces);
  if (!good) return 0;
  const auto written = usda->WriteToString(layer, {});
  if (!written) return 0;
  if (in_pieces) {
    const auto same = usda->WriteToString(pieces, {});
    Require(same && *same == *written);
  }
  SpecStore again, third;
  Require(Read(*usda, *written, again));
  const auto rewritten = usda->WriteToString(again, {});
  Require(bool(rewritten));
  if (*rewritten == *written) return 0;
  // Parentheses around nothing, such as a dictionary without entries leaves, are gone when read again.
  Require(Read(*usda, *rewritten, third));
  const auto settled = usda->WriteToString(third, {});
  Require(settled && *settled == *rewritten && rewritten->size() < written->size());
  return 0;
}
