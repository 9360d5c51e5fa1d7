// Writing a layer as usdc and reading it again is identity, in every version and for any number of threads.
#include <doctest/doctest.h>

#include <string>

#include "strata/asset/asset.h"
#include "strata/format/crate/crate.h"
#include "strata/format/crate/writer.h"
#include "strata/format/text/text.h"
#include "tests/property/random_layer.h"
#include "tests/property/same_content.h"

using namespace strata;
using namespace strata::property;
using layer::SpecStore;

namespace {

std::string Write(const SpecStore& content, const layer::WriteOptions& options = {}) {
  auto bytes = format::crate::MakeUsdcFormat()->WriteToString(content, options);
  REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.GetError().message));
  return *bytes;
}

SpecStore Read(const std::string& bytes) {
  SpecStore out;
  Diagnostics diagnostics;
  const auto asset = asset::MakeMemoryAsset(bytes);
  const bool good = format::crate::MakeUsdcFormat()->Read(*asset, "law.usdc", {}, out, diagnostics);
  REQUIRE_MESSAGE(good, RenderDiagnostics(diagnostics, ColorMode::kPlain));
  REQUIRE_MESSAGE(diagnostics.IsEmpty(), RenderDiagnostics(diagnostics, ColorMode::kPlain));
  return out;
}

std::string WriteText(const SpecStore& content) {
  auto text = format::text::MakeUsdaFormat()->WriteToString(content, {});
  REQUIRE(text);
  return *text;
}

}  // namespace

TEST_CASE("a layer written as usdc of any version and read again says the same, and is printed the same") {
  for (uint32_t seed = GetFirstSeed(); seed < GetFirstSeed() + GetCaseCount(); ++seed) {
    CAPTURE(seed);
    const auto layer = RandomLayer(seed).Make();
    layer::WriteOptions options;
    options.arguments[format::crate::kVersionArgument] = "0." + std::to_string(8 + seed % 9);
    const std::string bytes = Write(layer->GetContent(), options);
    const SpecStore again = Read(bytes);
    const std::string difference = FindDifference(layer->GetContent(), again, Carried::kAll);
    REQUIRE_MESSAGE(difference.empty(), difference);
    REQUIRE(again.GetReadProblems().IsEmpty());
    REQUIRE(WriteText(again) == WriteText(layer->GetContent()));
    // And once more, from the file.
    const SpecStore third = Read(Write(again, options));
    const std::string later = FindDifference(layer->GetContent(), third, Carried::kAll);
    REQUIRE_MESSAGE(later.empty(), later);
  }
}

TEST_CASE("many threads write a layer as one does") {
  Executor executor(4);
  for (uint32_t seed = GetFirstSeed(); seed < GetFirstSeed() + GetCaseCount() / 10; ++seed) {
    CAPTURE(seed);
    const auto layer = RandomLayer(seed).Make();
    layer::WriteOptions options;
    options.executor = &executor;
    REQUIRE(Write(layer->GetContent()) == Write(layer->GetContent(), options));
  }
}
