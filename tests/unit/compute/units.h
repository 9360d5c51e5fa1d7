// Scenes of parts in different units as text, and what is asked of them.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>

#include "strata/compute/metrics_assembly.h"
#include "tests/unit/compute/running.h"

namespace strata::compute {

inline std::shared_ptr<const Registry> GetMetrics(const MetricsOptions& options = {}) {
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddMetricsAssembly(*registry, options));
  return registry;
}

inline std::string Move(std::string_view by, std::string_view more = {}) {
  return fmt::format(
      "    double3 xformOp:translate = {}\n    uniform token[] xformOpOrder = [\"xformOp:translate\"{}]\n",
      by, more);
}
inline std::string Ref(std::string_view name, std::string_view asset, std::string_view body = {}) {
  return fmt::format("def \"{}\" (\n    prepend references = @{}@\n)\n{{\n{}\n}}\n", name, asset, body);
}
inline Vec3d At(Running& running, const char* path, stage::Time time = stage::Time(0)) {
  return Translation(running.World(path, time));
}
inline double Scale(const Matrix4d& m) {
  return std::hypot(m[0][0], m[0][1], m[0][2]);
}
inline double Number(Running& running, const char* attribute, stage::Time time = stage::Time(0)) {
  const stage::Attribute found = running.GetStage().GetAttributeAtPath(Path(attribute));
  const Value value = running.GetSystem().GetValue(found, time).value_or(found.Get(time));
  return CastValue(value, ValueType::kDouble).GetOr(std::nan(""));
}

}  // namespace strata::compute
