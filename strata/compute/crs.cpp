#include "strata/compute/crs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>

namespace strata::compute {

namespace {

constexpr double kDegrees = 180 / std::numbers::pi;

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
    const Vec3d back = ToEcef(place);
    constexpr double kMetres = 1e-6;
    if (IsUsable(place) && std::hypot(back[0] - position[0], back[1] - position[1], back[2] - position[2]) <=
                               kMetres * std::max(1.0, std::abs(place.height) / Wgs84::kSemiMajorAxis))
      return place;
    // Deep inside of the Earth several latitudes lead to a point.
    return Refuse(position, "is no place on the Earth.");
  }
};

// On a sphere of the semi-major axis, as if geodetic latitudes were those of the sphere.
class WebMercator final : public CrsConverter {
 public:
  Result<Geodetic> Convert(const Vec3d& position) const override {
    if (!IsFinite(position)) return Refuse(position, "is not finite.");
    return Geodetic{std::atan(std::sinh(position[1] / Wgs84::kSemiMajorAxis)) * kDegrees,
                    position[0] / Wgs84::kSemiMajorAxis * kDegrees, position[2]};
  }
};

// Krueger's series in the third flattening n, to its sixth power: from eastings and northings to latitudes
// and longitudes. Beyond kFarthest from the central meridian it is worse than some nanometres, and refuses.
class Utm final : public CrsConverter {
 public:
  enum class Half : uint8_t { kNorth, kSouth };
  Utm(int zone, Half half)
      : meridian_(zone * 6 - 183), false_northing_(half == Half::kSouth ? 10'000'000 : 0) {
    constexpr double n = Wgs84::kFlattening / (2 - Wgs84::kFlattening);
    const auto sum = [](std::array<double, 7> coefficients) {
      double value = 0;
      for (size_t i = coefficients.size(); i-- > 0;) value = value * n + coefficients[i];
      return value;
    };
    radius_ = Wgs84::kSemiMajorAxis / (1 + n) * sum({1, 0, 1. / 4, 0, 1. / 64, 0, 1. / 256}) * kScale;
    series_ = {
        sum({0, 1. / 2, -2. / 3, 37. / 96, -1. / 360, -81. / 512, 96199. / 604800}),
        sum({0, 0, 1. / 48, 1. / 15, -437. / 1440, 46. / 105, -1118711. / 3870720}),
        sum({0, 0, 0, 17. / 480, -37. / 840, -209. / 4480, 5569. / 90720}),
        sum({0, 0, 0, 0, 4397. / 161280, -11. / 504, -830251. / 7257600}),
        sum({0, 0, 0, 0, 0, 4583. / 161280, -108847. / 3991680}),
        sum({0, 0, 0, 0, 0, 0, 20648693. / 638668800}),
    };
  }

  Result<Geodetic> Convert(const Vec3d& position) const override {
    if (!IsFinite(position)) return Refuse(position, "is not finite.");
    const double east = position[0] - 500'000, north = position[1] - false_northing_;
    if (std::abs(east) > kFarthest || std::abs(north) > kFarthestNorth)
      return Refuse(position, "is farther from the zone than eastings and northings go.");
    const double xi = north / radius_, eta = east / radius_;
    double along = xi, across = eta;  // on the sphere of conformal latitudes
    for (size_t i = 0; i < series_.size(); ++i) {
      const double times = 2 * static_cast<double>(i + 1);
      along -= series_[i] * std::sin(times * xi) * std::cosh(times * eta);
      across -= series_[i] * std::cos(times * xi) * std::sinh(times * eta);
    }
    const double conformal = std::sin(along) / std::hypot(std::sinh(across), std::cos(along));
    const double longitude = std::atan2(std::sinh(across), std::cos(along)) * kDegrees + meridian_;
    return Geodetic{std::atan(FromConformal(conformal)) * kDegrees, longitude, position[2]};
  }

 private:
  // Newton's method on tangents of latitudes; from any start near it is right after three rounds.
  static double FromConformal(double conformal) {
    constexpr double e2 = Wgs84::kEccentricitySquared;
    const double e = std::sqrt(e2);
    double tangent = conformal / (1 - e2);
    if (std::abs(conformal) > 70) tangent = conformal * std::exp(e * std::atanh(e));
    for (int i = 0; i < 8; ++i) {
      const double secant = std::hypot(1, tangent);
      const double sigma = std::sinh(e * std::atanh(e * tangent / secant));
      const double made = tangent * std::hypot(1, sigma) - sigma * secant;
      const double more =
          (conformal - made) / std::hypot(1, made) * (1 + (1 - e2) * tangent * tangent) / ((1 - e2) * secant);
      tangent += more;
      if (!(std::abs(more) > 1e-16 * std::max(1.0, std::abs(tangent)))) break;
    }
    return tangent;
  }

  static constexpr double kScale = 0.9996;
  static constexpr double kFarthest = 3'900'000, kFarthestNorth = 10'000'000;
  double meridian_, false_northing_;
  double radius_ = 0;  // of a meridian made straight, scaled
  std::array<double, 6> series_{};
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
