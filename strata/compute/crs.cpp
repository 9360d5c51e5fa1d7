#include "strata/compute/crs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <utility>

namespace strata::compute {

namespace {

Diagnostic Refuse(const Vec3d& position, std::string_view why) {
  return Diagnostic(kCrsUnresolved,
                    fmt::format("({}, {}, {}) {}", position[0], position[1], position[2], why), {}, {});
}

bool IsFinite(const Vec3d& position) {
  return std::isfinite(position[0]) && std::isfinite(position[1]) && std::isfinite(position[2]);
}

class Geographic final : public CrsConverter {
 public:
  Result<Geodetic> Convert(const Vec3d& position) const override {
    const Geodetic place{position[1], position[0], position[2]};
    if (IsUsable(place)) return place;
    return Refuse(position, std::abs(position[1]) > 90 && std::abs(position[0]) <= 90
                                ? "is no longitude, latitude and height: write the longitude first."
                                : "is no longitude, latitude and height.");
  }
};

class Geocentric final : public CrsConverter {
 public:
  Result<Geodetic> Convert(const Vec3d& position) const override {
    if (!IsFinite(position)) return Refuse(position, "is not finite.");
    const Geodetic place = FromEcef(position);
    if (IsUsable(place)) return place;
    return Refuse(position, "is farther away than numbers go.");
  }
};

// Angles in degrees have as many digits as positions: what leads to them is made in longer numbers, where the
// machine has them, and rounded once.
using Long = long double;
constexpr Long kDegrees = 180 / std::numbers::pi_v<Long>;
constexpr Long kA = 6378137, kFlattening = 1 / 298.257223563L;

// On a sphere of the semi-major axis, as if geodetic latitudes were those of the sphere.
class WebMercator final : public CrsConverter {
 public:
  Result<Geodetic> Convert(const Vec3d& position) const override {
    if (!IsFinite(position)) return Refuse(position, "is not finite.");
    return Geodetic{static_cast<double>(std::atan(std::sinh(position[1] / kA)) * kDegrees),
                    static_cast<double>(position[0] / kA * kDegrees), position[2]};
  }
};

// Krueger's series in the third flattening n, to its sixth power: from eastings and northings to latitudes
// and longitudes. In the zones what is left out is far below the last digit; beyond kFarthest from the
// central meridian it is worse than some nanometres, and refuses.
class Utm final : public CrsConverter {
 public:
  enum class Half : uint8_t { kNorth, kSouth };
  Utm(int zone, Half half)
      : meridian_(zone * 6 - 183), false_northing_(half == Half::kSouth ? 10'000'000 : 0) {
    constexpr Long n = kFlattening / (2 - kFlattening);
    const auto sum = [](std::array<Long, 7> coefficients) {
      Long value = 0;
      for (size_t i = coefficients.size(); i-- > 0;) value = value * n + coefficients[i];
      return value;
    };
    radius_ = kA / (1 + n) * sum({1, 0, 1.L / 4, 0, 1.L / 64, 0, 1.L / 256}) * 0.9996L;
    series_ = {
        sum({0, 1.L / 2, -2.L / 3, 37.L / 96, -1.L / 360, -81.L / 512, 96199.L / 604800}),
        sum({0, 0, 1.L / 48, 1.L / 15, -437.L / 1440, 46.L / 105, -1118711.L / 3870720}),
        sum({0, 0, 0, 17.L / 480, -37.L / 840, -209.L / 4480, 5569.L / 90720}),
        sum({0, 0, 0, 0, 4397.L / 161280, -11.L / 504, -830251.L / 7257600}),
        sum({0, 0, 0, 0, 0, 4583.L / 161280, -108847.L / 3991680}),
        sum({0, 0, 0, 0, 0, 0, 20648693.L / 638668800}),
    };
  }

  Result<Geodetic> Convert(const Vec3d& position) const override {
    if (!IsFinite(position)) return Refuse(position, "is not finite.");
    const Long east = position[0] - 500'000.L, north = position[1] - false_northing_;
    if (std::abs(east) > kFarthest || std::abs(north) > kFarthestNorth)
      return Refuse(position, "is farther from the zone than eastings and northings go.");
    const std::complex<Long> sphere = OfSphere({north / radius_, east / radius_});
    const Long along = sphere.real(), out = std::sinh(sphere.imag());
    const Long conformal = std::sin(along) / std::hypot(out, std::cos(along));
    const Long longitude = std::atan2(out, std::cos(along)) * kDegrees + meridian_;
    return Geodetic{static_cast<double>(std::atan(FromConformal(conformal)) * kDegrees),
                    static_cast<double>(longitude), position[2]};
  }

 private:
  // On the sphere of conformal latitudes: less a sum of sines of even multiples, by Clenshaw's recurrence.
  std::complex<Long> OfSphere(std::complex<Long> position) const {
    const std::complex<Long> twice = position * Long{2};
    const std::complex<Long> factor = std::cos(twice) * Long{2};
    std::complex<Long> next, after;
    for (size_t i = series_.size(); i-- > 0;) after = std::exchange(next, factor * next - after + series_[i]);
    return position - next * std::sin(twice);
  }
  // Newton's method on tangents of latitudes; from any start near it is right after three rounds.
  static Long FromConformal(Long conformal) {
    constexpr Long e2 = kFlattening * (2 - kFlattening);
    const Long e = std::sqrt(e2);
    Long tangent = conformal / (1 - e2);
    if (std::abs(conformal) > 70) tangent = conformal * std::exp(e * std::atanh(e));
    for (int i = 0; i < 8; ++i) {
      const Long secant = std::hypot(Long{1}, tangent);
      const Long sigma = std::sinh(e * std::atanh(e * tangent / secant));
      const Long made = tangent * std::hypot(Long{1}, sigma) - sigma * secant;
      const Long more = (conformal - made) / std::hypot(Long{1}, made) * (1 + (1 - e2) * tangent * tangent) /
                        ((1 - e2) * secant);
      tangent += more;
      if (!(std::abs(more) > std::numeric_limits<Long>::epsilon() * std::max(Long{1}, std::abs(tangent))))
        break;
    }
    return tangent;
  }

  static constexpr Long kFarthest = 3'900'000, kFarthestNorth = 10'000'000;
  Long meridian_, false_northing_;
  Long radius_ = 0;  // of a meridian made straight, scaled
  std::array<Long, 6> series_{};
};

// -- WKT ------------------------------------------------------------------------------------------------

// Words, brackets, commas and quoted texts, one after the other.
class Scanner {
 public:
  enum class Kind : uint8_t { kWord, kQuoted, kOpen, kClose, kComma, kEnd, kBad };
  struct Part {
    Kind kind;
    std::string_view text;
  };
  explicit Scanner(std::string_view text) : text_(text) {}
  Part Next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (at_ >= text_.size()) return {Kind::kEnd, {}};
    const char c = text_[at_];
    if (c == '[' || c == '(') return {Kind::kOpen, text_.substr(at_++, 1)};
    if (c == ']' || c == ')') return {Kind::kClose, text_.substr(at_++, 1)};
    if (c == ',') return {Kind::kComma, text_.substr(at_++, 1)};
    if (c == '"') return Quoted();
    const size_t begin = at_;
    while (at_ < text_.size() && std::string_view("[](),\"").find(text_[at_]) == std::string_view::npos &&
           !std::isspace(static_cast<unsigned char>(text_[at_])))
      ++at_;
    return {Kind::kWord, text_.substr(begin, at_ - begin)};
  }

 private:
  Part Quoted() {
    const size_t begin = ++at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') continue;
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
        const std::string_view inside = text_.substr(begin, at_ - begin);
        ++at_;
        return {Kind::kQuoted, inside};
      }
      ++at_;  // two of them stand for one
    }
    return {Kind::kBad, {}};
  }
  std::string_view text_;
  size_t at_ = 0;
};

std::string ToUpper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

// Of systems whose positions are three numbers of one place.
bool IsPlaceKeyword(std::string_view word) {
  const std::string upper = ToUpper(word);
  for (const char* known : {"GEOGCS", "GEOCCS", "PROJCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS",
                            "GEODETICCRS", "PROJCRS", "PROJECTEDCRS", "COMPD_CS", "COMPOUNDCRS"})
    if (upper == known) return true;
  return false;
}

std::optional<int> ParseCode(std::string_view text) {
  int code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc() || end != text.data() + text.size() || code <= 0) return std::nullopt;
  return code;
}

std::string Name(const CrsDefinition& definition, std::optional<int> in_wkt) {
  if (in_wkt) return fmt::format("EPSG:{}", *in_wkt);
  return definition.wkt.empty() ? fmt::format("EPSG:{}", definition.epsg) : "a WKT without an EPSG code";
}

// Whether coordinates of a known system move against WGS 84 as the years go.
bool MovesAgainstWgs84(int epsg) {
  return epsg == 4258 || epsg == 4936 || epsg == 4937;
}

}  // namespace

std::optional<int> FindEpsgInWkt(std::string_view wkt) {
  using Kind = Scanner::Kind;
  constexpr size_t kMaxBytes = 1 << 20;
  if (wkt.size() > kMaxBytes) return std::nullopt;
  Scanner scanner(wkt);
  const Scanner::Part keyword = scanner.Next();
  if (keyword.kind != Kind::kWord || !IsPlaceKeyword(keyword.text) || scanner.Next().kind != Kind::kOpen)
    return std::nullopt;
  std::optional<int> found;
  size_t depth = 1;
  std::string_view word;              // before a bracket that opens
  bool is_identifier = false;         // of the outermost node
  std::vector<std::string_view> own;  // what stands in it
  while (depth > 0) {
    const Scanner::Part part = scanner.Next();
    if (part.kind == Kind::kEnd || part.kind == Kind::kBad) return std::nullopt;
    if (part.kind == Kind::kOpen) {
      if (++depth == 2) {
        const std::string upper = ToUpper(word);
        is_identifier = upper == "ID" || upper == "AUTHORITY";
        own.clear();
      }
    } else if (part.kind == Kind::kClose) {
      if (--depth == 1 && is_identifier && own.size() >= 2 && ToUpper(own[0]) == "EPSG")
        found = ParseCode(own[1]);
    } else if (part.kind != Kind::kComma && depth == 2 && is_identifier) {
      own.push_back(part.text);
    }
    word = part.kind == Kind::kWord ? part.text : std::string_view();
  }
  return scanner.Next().kind == Kind::kEnd ? found : std::nullopt;
}

CrsConverterPtr MakeKnownConverter(int epsg) {
  if (epsg == 4326 || epsg == 4979 || epsg == 4258 || epsg == 4937) return std::make_shared<Geographic>();
  if (epsg == 4978 || epsg == 4936) return std::make_shared<Geocentric>();
  if (epsg == 3857) return std::make_shared<WebMercator>();
  if (epsg >= 32601 && epsg <= 32660) return std::make_shared<Utm>(epsg - 32600, Utm::Half::kNorth);
  if (epsg >= 32701 && epsg <= 32760) return std::make_shared<Utm>(epsg - 32700, Utm::Half::kSouth);
  return nullptr;
}

Crs ResolveCrs(Path prim, CrsDefinition definition, const CrsBackend* backend) {
  Crs crs{.prim = prim, .definition = std::move(definition), .converter = {}, .why = {}, .remedy = {}};
  const CrsDefinition& said = crs.definition;
  const std::optional<int> in_wkt = FindEpsgInWkt(said.wkt);
  const auto refuse = [&](std::string why, std::string remedy) {
    crs.why = std::move(why);
    crs.remedy = std::move(remedy);
  };
  if (said.IsEmpty()) {
    refuse(fmt::format("<{}> has neither crs:wkt nor crs:epsg", prim.GetString()),
           "Write crs:wkt or crs:epsg.");
    return crs;
  }
  const std::optional<int> code = in_wkt || !said.wkt.empty() ? in_wkt : said.epsg;
  const std::string name = Name(said, in_wkt);
  crs.converter = code ? MakeKnownConverter(*code) : nullptr;
  std::string why = crs.converter ? "" : fmt::format("{} is not known here", name);
  if (crs.converter && !said.grid_files.empty())
    why = fmt::format("{} comes with grid files", name);
  else if (crs.converter && said.epoch != 0 && MovesAgainstWgs84(*code))
    why = fmt::format("{} comes with an epoch, and moves against WGS 84", name);
  if (why.empty()) return crs;
  crs.converter = nullptr;
  if (!backend) {
    refuse(std::move(why), said.wkt.empty() || code
                               ? "Give the host a backend for coordinate reference systems, such as PROJ, or "
                                 "write the position in a system that needs none, such as EPSG:4979."
                               : "Write an ID with the EPSG code at the end of the WKT, or give the host a "
                                 "backend for coordinate reference systems, such as PROJ.");
    return crs;
  }
  Result<CrsConverterPtr> made = backend->Resolve(said);
  if (made && *made) {
    crs.converter = *std::move(made);
    return crs;
  }
  refuse(fmt::format("{}, and the backend does not resolve it{}", why,
                     made ? "" : ": " + made.GetError().message),
         "See what the backend says of it; it may want the grid files.");
  return crs;
}

}  // namespace strata::compute
