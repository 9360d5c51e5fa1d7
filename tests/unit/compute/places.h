// Frames and places on the Earth as text of scenes.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "strata/compute/geospatial.h"
#include "tests/unit/compute/running.h"

namespace strata::compute {

inline std::shared_ptr<const Registry> GetGeospatial() {
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddGeospatial(*registry));
  return registry;
}

inline constexpr double kTight = 1e-9;  // metres
inline constexpr Geodetic kHamburg{53.491591843133264, 10.209789719148057, 49.48313242683307};

inline std::string Frame(std::string_view name, const Geodetic& at, std::string_view more,
                         std::string_view body) {
  return fmt::format(
      "def Xform \"{}\" (\n    prepend apiSchemas = [\"OmniWGS84ReferencePositionAPI\"]\n)\n{{\n"
      "    double3 omni:geospatial:wgs84:reference:referencePosition = ({}, {}, {})\n{}\n{}\n}}\n",
      name, at.latitude, at.longitude, at.height, more, body);
}
inline std::string Place(std::string_view name, const Geodetic& at, std::string_view more = {},
                         std::string_view body = {}) {
  return fmt::format(
      "def Xform \"{}\" (\n    prepend apiSchemas = [\"OmniWGS84LocalPositionAPI\"]\n)\n{{\n"
      "    double3 omni:geospatial:wgs84:local:position = ({}, {}, {})\n{}\n{}\n}}\n",
      name, at.latitude, at.longitude, at.height, more, body);
}
inline constexpr std::string_view kZUp = "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n";
inline constexpr std::string_view kYUp = "(\n    metersPerUnit = 1\n    upAxis = \"Y\"\n)\n";
inline std::string Stage(std::string_view metrics, const std::string& text) {
  return std::string(metrics) + text;
}
// The ops of a prim that is moved.
inline std::string Moved(std::string_view by, std::string_view more = {}) {
  return fmt::format(
      "    double3 xformOp:translate = {}\n    uniform token[] xformOpOrder = [\"xformOp:translate\"{}]\n",
      by, more);
}

inline Vec3d Enu(const Geodetic& place, const Geodetic& origin) {
  return TangentFrame(origin).ToEastNorthUp(place);
}

}  // namespace strata::compute
