// Any bytes are a layer or are refused with a reason, and what is written of a layer reads and writes the
// same again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "strata/asset/asset.h"
#include "strata/format/text/text.h"
#include "strata/layer/layer.h"
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  static const auto usda = strata::format::text::MakeUsdaFormat();
  SpecStore layer;
  if (!Read(*usda, std::string(reinterpret_cast<const char*>(bytes), count), layer)) return 0;
  const auto written = usda->WriteToString(layer, {});
  if (!written) return 0;
  SpecStore again;
  Require(Read(*usda, *written, again));
  const auto rewritten = usda->WriteToString(again, {});
  Require(rewritten && *rewritten == *written);
  return 0;
}
