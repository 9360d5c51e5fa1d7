// Any bytes are a crate layer or are refused with a reason; what is read can be visited, said as text, and
// written as a crate file that reads the same. Mutations keep files whole enough to get past the first check:
// they change one section, decompressed where it is compressed, and seal the file again.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "strata/asset/asset.h"
#include "strata/format/crate/compression.h"
#include "strata/format/crate/crate.h"
#include "strata/format/crate/encode.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/format/text/text.h"
#include "strata/layer/layer.h"
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

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ull + 1) {}
  uint64_t Next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ >> 8;
  }
  uint64_t Below(uint64_t bound) { return bound == 0 ? 0 : Next() % bound; }

 private:
  uint64_t state_;
};

void ChangeBytes(std::string& bytes, Random& random, size_t from) {
  for (uint64_t times = 1 + random.Below(4); times != 0 && bytes.size() > from; --times) {
    const size_t at = from + random.Below(bytes.size() - from);
    switch (random.Below(5)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << random.Below(8));
        break;
      case 1:
        bytes[at] = static_cast<char>(random.Next());
        break;
      case 2:
        bytes[at] = static_cast<char>(random.Below(2) ? 0xFF : 0);
        break;
      case 3:
        bytes.erase(at, 1 + random.Below(8));
        break;
      default:
        bytes.insert(at, bytes.substr(from + random.Below(bytes.size() - from), random.Below(16)));
    }
  }
}

template <class T>
T Load(const std::string& bytes, size_t at) {
  T value{};
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
template <class T>
void Append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// The integers that stand at `at` with some of them changed; `at` then stands after them.
std::string ChangeIntegers(const std::string& section, size_t& at, uint64_t count, Random& random,
                           bool change) {
  const auto size = Load<uint64_t>(section, at);
  if (at + 8 > section.size() || size > section.size() - at - 8 || count > 4096) return {};
  std::vector<uint32_t> numbers(count);
  crate::Scratch scratch;
  if (!crate::DecodeIntegers(std::string_view(section).substr(at + 8, size), count, numbers.data(), scratch))
    return {};
  at += 8 + size;
  for (uint64_t times = change && count != 0 ? 1 + random.Below(3) : 0; times != 0; --times) {
    uint32_t& number = numbers[random.Below(count)];
    number = random.Below(3) ? static_cast<uint32_t>(number + random.Below(5) - 2)
                             : static_cast<uint32_t>(random.Below(2) ? random.Next() : random.Below(count));
  }
  std::string out;
  crate::AppendIntegers(numbers.data(), numbers.size(), out, scratch);
  return out;
}

// A section with its numbers changed under their compression; empty when it is not what it should be.
std::string ChangeNumbers(std::string_view name, const std::string& section, Random& random) {
  const bool is_paths = name == crate::kPathsSection;
  const size_t head = is_paths ? 16 : 8;
  const auto count = Load<uint64_t>(section, head - 8);
  std::string out = section.substr(0, head);
  size_t at = head;
  const int arrays = is_paths || name == crate::kSpecsSection ? 3 : 1;
  const auto which = static_cast<int>(random.Below(arrays + 1));
  for (int i = 0; i < arrays; ++i) {
    const std::string array = ChangeIntegers(section, at, count, random, i == which);
    if (array.empty()) return {};
    out += array;
  }
  if (name == crate::kFieldsSection) {
    const auto size = Load<uint64_t>(section, at);
    if (at + 8 > section.size() || size > section.size() - at - 8 || count > 4096) return {};
    std::string values(count * 8, '\0');
    if (crate::Decompress(std::string_view(section).substr(at + 8, size), values.data(), values.size()) !=
        values.size())
      return {};
    if (which == 1) {
      const std::string before = values;
      ChangeBytes(values, random, 0);
      values.resize(before.size());
    }
    std::string packed;
    crate::AppendCompressed(values, packed);
    Append<uint64_t>(out, packed.size());
    out += packed;
  }
  return out;
}

// Splits a file at its sections, changes one part, and writes places and sizes anew.
bool Reseal(std::string& file, Random& random) {
  const auto contents = Load<uint64_t>(file, crate::kContentsOffset);
  const auto count = Load<uint64_t>(file, contents);
  if (contents >= file.size() || count > 16) return false;
  struct Part {
    std::string name, bytes;
  };
  std::vector<Part> parts;
  uint64_t first = contents;
  for (uint64_t i = 0; i < count; ++i) {
    const size_t entry = contents + 8 + i * crate::kSectionEntryBytes;
    const auto start = Load<uint64_t>(file, entry + 16), size = Load<uint64_t>(file, entry + 24);
    if (entry + 32 > file.size() || start > file.size() || size > file.size() - start) return false;
    parts.push_back({file.substr(entry, 16), file.substr(start, size)});
    first = std::min(first, start);
  }
  std::string out = file.substr(0, first);
  const uint64_t which = random.Below(parts.size() + 2);
  if (which >= parts.size()) {
    ChangeBytes(out, random, crate::kBootstrapBytes);
  } else {
    Part& part = parts[which];
    const std::string_view name(part.name.c_str());
    const bool has_numbers = name != crate::kTokensSection && name != crate::kStringsSection;
    const std::string changed =
        has_numbers && random.Below(4) ? ChangeNumbers(name, part.bytes, random) : std::string();
    if (!changed.empty())
      part.bytes = changed;
    else
      ChangeBytes(part.bytes, random, 0);
  }
  std::string table;
  Append<uint64_t>(table, parts.size());
  for (const Part& part : parts) {
    table += part.name;
    Append<uint64_t>(table, out.size());
    Append<uint64_t>(table, part.bytes.size());
    out += part.bytes;
  }
  const uint64_t start = out.size();
  std::memcpy(out.data() + crate::kContentsOffset, &start, sizeof start);
  file = out + table;
  return true;
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* bytes, size_t count, size_t most, unsigned seed) {
  Random random(seed);
  std::string file(reinterpret_cast<const char*>(bytes), count);
  if (count < crate::kBootstrapBytes || random.Below(50) == 0) file = MakeSeed(random.Next());
  if (random.Below(8) == 0 || !Reseal(file, random)) ChangeBytes(file, random, 0);
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
  (void)usda->WriteToString(layer, {});
  const auto written = crate::WriteCrateToString(layer, {});
  if (!written) return 0;
  SpecStore again;
  Require(Read(*usdc, *written, "again.usdc", again));
  Require(again.GetSpecCount() == layer.GetSpecCount());
  return 0;
}
