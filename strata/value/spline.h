// An animation curve as data: knots, tangents, extrapolation, loops.   (TsSpline)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "strata/value/value.h"

namespace strata {

enum class CurveType : uint8_t { kBezier, kHermite };
enum class KnotInterpolation : uint8_t { kNone, kHeld, kLinear, kCurve };
enum class TangentAlgorithm : uint8_t { kNone, kCustom, kAutoEase };
enum class ExtrapolationMode : uint8_t {
  kNone,
  kHeld,
  kLinear,
  kSloped,
  kLoopRepeat,
  kLoopReset,
  kLoopOscillate
};

struct SplineTangent {
  double width = 0;
  double slope = 0;
  TangentAlgorithm algorithm = TangentAlgorithm::kNone;
  friend bool operator==(const SplineTangent&, const SplineTangent&) = default;
};
struct SplineKnot {
  double time = 0;
  double value = 0;
  std::optional<double> pre_value;
  KnotInterpolation interpolation = KnotInterpolation::kHeld;  // of the segment after this knot
  SplineTangent pre_tangent, post_tangent;
  std::shared_ptr<const Dictionary> custom_data;
  friend bool operator==(const SplineKnot& a, const SplineKnot& b);
};
struct SplineExtrapolation {
  ExtrapolationMode mode = ExtrapolationMode::kHeld;
  double slope = 0;
  friend bool operator==(const SplineExtrapolation&, const SplineExtrapolation&) = default;
};
struct SplineLoop {
  double proto_start = 0, proto_end = 0;
  int32_t pre_loops = 0, post_loops = 0;
  double value_offset = 0;
  friend bool operator==(const SplineLoop&, const SplineLoop&) = default;
};

class Spline {
 public:
  ValueType value_type = ValueType::kDouble;  // kDouble, kFloat or kHalf (or kTimeCode with time_valued)
  bool time_valued = false;
  CurveType curve_type = CurveType::kBezier;
  SplineExtrapolation pre_extrapolation, post_extrapolation;
  std::optional<SplineLoop> loop;
  std::vector<SplineKnot> knots;  // sorted by time, times unique

  // The value at `time`, loops and extrapolation included; nothing where the curve has none.
  std::optional<double> Evaluate(double time) const;
  std::optional<double> EvaluatePreValue(double time) const;  // the limit from before `time`
  // The slope there, in value per unit of time; at a knot that with which the curve leaves, or arrives.
  std::optional<double> EvaluateDerivative(double time) const;
  std::optional<double> EvaluatePreDerivative(double time) const;
  friend bool operator==(const Spline& a, const Spline& b);
};

}  // namespace strata
