// Any bytes are a crate layer or are refused with a reason; what is read can be visited, said as text, and
// written as a crate file that reads the same. The metadata alone are those of the whole.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "strata/asset/asset.h"
#include "strata/format/crate/crate.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/format/text/text.h"
#include "strata/layer/layer.h"
#include "tests/fuzz/mutators/mutators.h"
#include "tests/fuzz/require.h"

namespace {

namespace crate = strata::format::crate;
using strata::layer::FileFormat;
using strata::layer::SpecStore;

constexpr const char* kSeeds[] = {
    R"(#usda 1.0
(
    subLayers = [@./a.usda@ (offset = 2)]
    customLayerData = {
        dictionary x = { int y = 1; int[] w = [1, 2] }
        double d = 5
    }
    defaultPrim = "A"
)
def "A" (
    prepend references = [@x.usda@, @y.usda@</Q> (offset = 1; customData = { int a = 1 })]
    payload = @p.usda@ (scale = 2)
    variantSets = "v"
    variants = { string v = "a" }
    inherits = </C>
    prepend apiSchemas = ["X"]
    foo = 1
) {
    double d = 1.5
    float[] f = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
    float[] t = [1.5, 2, 1.5, 2, 1.5, 2, 1.5, 2, 1.5, 2, 1.5, 2, 1.5, 2, 1.5, 2, 1.5, 2, 1.5, 2, 1.5, 2]
    int[] i = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    int64[] l = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    string s = "text"
    string[] ss = ["a", "b"]
    asset[] as = [@a@, @b@]
    matrix4d m = ((1, 0, 0, 1.5), (0, 2, 0, 0), (0, 0, 3, 0), (0, 0, 0, 4))
    double3 v = (1, 2, 3.5)
    double x.timeSamples = { 0: 1, 1: 2.5, 2: None }
    double x.connect = </A.d>
    rel r = [</A>, </A.d>]
    def "B" {
        token k = "w"
    }
    variantSet "v" = {
        "a" {
            def "Z" {
                bool b = true
            }
            double p = 3
        }
        "b" {
        }
    }
}
class "C" { }
)",
    R"(#usda 1.4
def "A" {
    int[] e = edit [append 9; write 7 to [1]; erase [2]; minsize 3 fill 8]
    double s.spline = { post: sloped(2), loop: (1, 2, 0, 3, 5), 1: 5; post curve (1, 2); { int a = 3 }, 2: 6 }
    float h.spline = { hermite, 1: 5; post curve (2) }
    timecode t = 5
    duration d = 3
    pathExpression p = "/foo//"
    double a = AnimationBlock
}
)",
};

bool Read(const FileFormat& format, std::string bytes, const char* name, SpecStore& out) {
  strata::Diagnostics diagnostics;
  const auto asset = strata::asset::MakeMemoryAsset(std::move(bytes));
  const bool good = format.Read(*asset, name, {}, out, diagnostics);
  Require(good || diagnostics.HasErrors());
  return good;
}

std::string MakeSeed(uint64_t random) {
  static const auto usda = strata::format::text::MakeUsdaFormat();
  SpecStore layer;
  Require(Read(*usda, kSeeds[random % std::size(kSeeds)], "seed.usda", layer));
  const auto bytes = crate::WriteCrateToString(layer, {});
  Require(bytes.HasValue());
  return *bytes;
}

// What is read of "/" alone is what the whole file says of it.
void CompareMetadata(const FileFormat& usdc, const uint8_t* bytes, size_t count, const SpecStore& whole) {
  strata::Diagnostics diagnostics;
  strata::layer::ReadOptions options;
  options.scope = strata::layer::ReadScope::kMetadataOnly;
  SpecStore metadata;
  const auto asset = strata::asset::MakeMemoryAsset(std::string(reinterpret_cast<const char*>(bytes), count));
  Require(usdc.Read(*asset, "metadata.usdc", options, metadata, diagnostics));
  const strata::Path root = strata::Path::AbsoluteRoot();
  for (const SpecStore::Field& field : metadata.Find(root)) {
    // Lists of children are put right where the children are known.
    if (field.value.Holds<strata::TokenVector>()) continue;
    const strata::Value* one = metadata.GetField(root, field.name);
    const strata::Value* other = whole.GetField(root, field.name);
    Require(one && other ? *one == *other : one == other);
  }
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* bytes, size_t count, size_t most, unsigned seed) {
  Random random(seed);
  std::string file(reinterpret_cast<const char*>(bytes), count);
  if (count < crate::kBootstrapBytes || random.Below(50) == 0) file = MakeSeed(random.Next());
  ChangeCrate(file, random);
  if (file.size() > most) file.resize(most);
  std::memcpy(bytes, file.data(), file.size());
  return file.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  static const auto usdc = crate::MakeUsdcFormat();
  static const auto usda = strata::format::text::MakeUsdaFormat();
  SpecStore layer;
  if (!Read(*usdc, std::string(reinterpret_cast<const char*>(bytes), count), "fuzz.usdc", layer)) return 0;
  size_t fields = 0;
  layer.VisitSpecs([&](strata::Path path, const SpecStore::SpecView& spec) {
    Require(layer.GetType(path) == spec.GetType());
    for (const SpecStore::Field& field : spec) fields += !field.value.IsEmpty();
  });
  Require(layer.Has(strata::Path::AbsoluteRoot()));
  CompareMetadata(*usdc, bytes, count, layer);
  (void)usda->WriteToString(layer, {});
  const auto written = crate::WriteCrateToString(layer, {});
  if (!written) return 0;
  SpecStore again;
  Require(Read(*usdc, *written, "again.usdc", again));
  Require(again.GetSpecCount() == layer.GetSpecCount());
  return 0;
}
