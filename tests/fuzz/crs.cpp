// Any text is a definition of a coordinate reference system or is none, whatever brackets, case and space it
// is written with; and any position in one that is known becomes a place or is refused.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>

#include "strata/compute/crs.h"
#include "tests/fuzz/mutators/random.h"
#include "tests/fuzz/require.h"

namespace {

using namespace strata;

// The same definition: other brackets, small letters, and space between all that is not quoted.
std::string WriteOtherwise(const std::string& text) {
  std::string other;
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '"') is_quoted = !is_quoted;
    const bool divides = !is_quoted && std::strchr("[](),", c) && c != '\0';
    if (divides) other += ' ';
    other += is_quoted  ? c
             : c == '[' ? '('
             : c == ']' ? ')'
                        : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (divides) other += '\n';
  }
  return other;
}

void ConvertPosition(int epsg, const Vec3d& position) {
  const compute::CrsConverterPtr converter = compute::MakeKnownConverter(epsg);
  if (!converter) return;
  const auto made = converter->Convert(position);
  if (!made) {
    Require(!made.GetError().message.empty());
    // Any point is above or below some place, as far as numbers go.
    Require(epsg != 4978 || !(std::hypot(position[0], position[1], position[2]) < 1e308));
    return;
  }
  Require(compute::IsUsable(*made));
  // A place is the same place again. Of what is far, the numbers are as many.
  const Vec3d point = compute::ToEcef(*made), again = compute::ToEcef(compute::FromEcef(point));
  const double size = std::hypot(point[0], point[1], point[2]);
  if (!std::isfinite(size)) return;  // of heights near the largest number
  Require(std::hypot(point[0] - again[0], point[1] - again[1], point[2] - again[2]) <=
          1e-15 * std::fmax(size, 6.4e6));
}

// The parts of definitions, more of them than one needs.
constexpr const char* kParts[] = {"GEOGCS[",
                                  "PROJCRS[",
                                  "COMPD_CS(",
                                  "VERTCRS[",
                                  "BASEGEOGCRS[",
                                  "ID[",
                                  "AUTHORITY[",
                                  "id (",
                                  "]",
                                  ")",
                                  "]",
                                  ",",
                                  ",",
                                  "\"EPSG\"",
                                  "\"epsg\"",
                                  "EPSG",
                                  "\"a \"\"b\"",
                                  "\"ESRI\"",
                                  "4326",
                                  "\"32632\"",
                                  "4979",
                                  "3857",
                                  "-1",
                                  "4326x",
                                  "\"",
                                  " ",
                                  "99999999999999999999"};

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* bytes, size_t count, size_t most, unsigned seed) {
  Random random(seed);
  std::string text(reinterpret_cast<const char*>(bytes), count);
  if (text.size() < 24)
    text = std::string(24, '\1') +
           "PROJCRS[\"WGS 84 / UTM zone 32N\",BASEGEOGCRS[\"x\",ID[\"EPSG\",4326]],"
           "CS[Cartesian,2],ID[\"EPSG\",32632]]";
  for (size_t i = 0; i < 24; ++i)
    if (random.Below(4) == 0) text[i] = static_cast<char>(random.Below(256));
  const size_t at = 24 + random.Below(text.size() - 23);
  const size_t taken = random.Below(3) ? 0 : random.Below(std::min<size_t>(text.size() - at, 12) + 1);
  text.replace(at, taken, random.Below(3) ? kParts[random.Below(std::size(kParts))] : "");
  if (text.size() > most) text.resize(most);
  std::memcpy(bytes, text.data(), text.size());
  return text.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  Vec3d position{};
  if (count < sizeof(double) * 3) return 0;
  std::memcpy(&position, bytes, sizeof(double) * 3);
  const std::string text(reinterpret_cast<const char*>(bytes) + sizeof(double) * 3,
                         count - sizeof(double) * 3);
  const std::optional<int> code = compute::FindEpsgInWkt(text);
  Require(!code || *code > 0);
  Require(compute::FindEpsgInWkt(WriteOtherwise(text)) == code);
  const compute::Crs crs = compute::ResolveCrs(Path("/C"), {text, 0, 0, {}}, nullptr);
  Require(!crs.converter == !crs.why.empty() && crs.why.empty() == crs.remedy.empty());
  Require(!crs.converter || code);
  for (const int epsg : {code.value_or(0), 4979, 4978, 3857, 32601 + static_cast<int>(count % 60),
                         32701 + static_cast<int>(count % 60)}) {
    ConvertPosition(epsg, position);
    ConvertPosition(epsg, {std::fmod(position[0], 1e6), std::fmod(position[1], 1e7), position[2]});
  }
  return 0;
}
