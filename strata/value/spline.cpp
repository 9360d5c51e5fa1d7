#include "strata/value/spline.h"

#include <algorithm>
#include <cmath>

namespace strata {

namespace {

using Knots = std::vector<SplineKnot>;

// Which of a knot's two values counts when a time falls on it: its own, or the one that the curve comes with.
enum class Side : uint8_t { kAt, kBefore };

// What is asked of the curve at a time.
enum class Ask : uint8_t { kValue, kSlope };

double GetPreValue(const SplineKnot& knot) {
  return knot.pre_value.value_or(knot.value);
}

// A cubic by its coefficients, the highest first; its variable runs from 0 to 1 between the knots.
struct Cubic {
  double a = 0, b = 0, c = 0, d = 0;
  static Cubic FromControls(double p0, double p1, double p2, double p3) {
    return {-p0 + 3 * p1 - 3 * p2 + p3, 3 * p0 - 6 * p1 + 3 * p2, -3 * p0 + 3 * p1, p0};
  }
  double At(double u) const { return ((a * u + b) * u + c) * u + d; }
  double SlopeAt(double u) const { return (3 * a * u + 2 * b) * u + c; }
};

// The zero in [0, 1] of a cubic that rises. Newton's steps are kept inside a bracket that halves when they
// leave it.
double FindZero(const Cubic& cubic, double guess) {
  double low = 0, high = 1, u = guess;
  for (int i = 0; i < 100 && low < high; ++i) {
    const double error = cubic.At(u);
    if (error == 0) return u;
    (error < 0 ? low : high) = u;
    const double slope = cubic.SlopeAt(u);
    double next = slope > 0 ? u - error / slope : low;
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (next == u || next == low || next == high) return next;
    u = next;
  }
  return u;
}

// Cardano's formula, for cubics with one real zero. Where time almost stands still, which is where tangents
// were contained, its last digits are lost; usd-core loses the same ones, so they are not mended.
std::optional<double> FindOnlyZero(const Cubic& cubic) {
  if (std::abs(cubic.a) < 1e-6 * (std::abs(cubic.b) + std::abs(cubic.c))) return std::nullopt;
  const double a = cubic.b / cubic.a, b = cubic.c / cubic.a, c = cubic.d / cubic.a;
  const double third_p = (3 * b - a * a) / 3 / 3;
  const double half_q = (2 * a * a * a - 9 * a * b + 27 * c) / 27 / 2;
  const double discriminant = half_q * half_q + third_p * third_p * third_p;
  if (!(discriminant > 0)) return std::nullopt;
  const double root = std::sqrt(discriminant);
  const double zero = std::cbrt(root - half_q) - std::cbrt(root + half_q) - a / 3;
  return std::isfinite(zero) ? std::optional(std::clamp(zero, 0.0, 1.0)) : std::nullopt;
}

// Tangents so long that the curve would run back in time are shortened, to just inside the longest of the
// same ratio that do not. With widths a and b of a segment of length one, time never falls while a + b -
// sqrt(ab) <= 1.
void Contain(double& a, double& b) {
  constexpr double kMargin = 1e-5;
  if (a + b - std::sqrt(a * b) <= 1) return;
  if (b == 0) {
    a = 1 - kMargin;
    return;
  }
  const double ratio = a / b;
  const double longest = (std::sqrt(ratio) + ratio + 1) / (ratio * ratio + ratio + 1);
  a = std::max(0.0, longest * ratio - kMargin);
  b = std::max(0.0, longest - kMargin);
}

double EvaluateCurve(CurveType type, const SplineKnot& from, const SplineKnot& to, double time, Ask ask) {
  if (ask == Ask::kSlope && time == from.time) return from.post_tangent.slope;
  if (ask == Ask::kSlope && time == to.time) return to.pre_tangent.slope;
  const double length = to.time - from.time;
  const double end = GetPreValue(to);
  if (type == CurveType::kHermite) {
    const double third = length / 3, u = (time - from.time) / length;
    const Cubic value = Cubic::FromControls(from.value, from.value + third * from.post_tangent.slope,
                                            end - third * to.pre_tangent.slope, end);
    return ask == Ask::kSlope ? value.SlopeAt(u) / length : value.At(u);
  }
  double a = std::max(0.0, from.post_tangent.width) / length;
  double b = std::max(0.0, to.pre_tangent.width) / length;
  Contain(a, b);
  a *= length;
  b *= length;
  const Cubic until =
      Cubic::FromControls(from.time - time, from.time + a - time, to.time - b - time, to.time - time);
  const std::optional<double> only = FindOnlyZero(until);
  const double u = only ? *only : FindZero(until, (time - from.time) / length);
  const Cubic value = Cubic::FromControls(from.value, from.value + a * from.post_tangent.slope,
                                          end - b * to.pre_tangent.slope, end);
  if (ask == Ask::kValue) return value.At(u);
  // Time stands still only where tangents are as long as they may be; the margin keeps the quotient finite.
  return value.SlopeAt(u) / until.SlopeAt(u);
}

// REQUIRES: from.time <= time <= to.time.
std::optional<double> EvaluateSegment(CurveType type, const SplineKnot& from, const SplineKnot& to,
                                      double time, Ask ask) {
  switch (from.interpolation) {
    case KnotInterpolation::kNone:
      return std::nullopt;
    case KnotInterpolation::kHeld:
      return ask == Ask::kSlope ? 0 : from.value;
    case KnotInterpolation::kLinear: {
      const double rise = GetPreValue(to) - from.value;
      if (ask == Ask::kSlope) return rise / (to.time - from.time);
      return from.value + rise * ((time - from.time) / (to.time - from.time));
    }
    case KnotInterpolation::kCurve:
      return EvaluateCurve(type, from, to, time, ask);
  }
  return std::nullopt;
}

// REQUIRES: knots.front().time <= time <= knots.back().time.
std::optional<double> EvaluateInside(const Knots& knots, CurveType type, double time, Side side, Ask ask) {
  const auto next =
      std::lower_bound(knots.begin(), knots.end(), time,
                       [](const SplineKnot& knot, double moment) { return knot.time < moment; });
  if (next->time != time) return EvaluateSegment(type, *(next - 1), *next, time, ask);
  const bool is_last = next + 1 == knots.end();
  if (ask == Ask::kSlope) {
    if (side == Side::kAt) return is_last ? 0 : EvaluateSegment(type, *next, *(next + 1), time, ask);
    return next == knots.begin() ? 0 : EvaluateSegment(type, *(next - 1), *next, time, ask);
  }
  if (side == Side::kAt) {
    if (!is_last && next->interpolation == KnotInterpolation::kNone) return std::nullopt;
    return next->value;
  }
  if (next == knots.begin()) return GetPreValue(*next);
  const SplineKnot& before = *(next - 1);
  if (before.interpolation == KnotInterpolation::kNone) return std::nullopt;
  return before.interpolation == KnotInterpolation::kHeld ? before.value : GetPreValue(*next);
}

// The slope with which the curve leaves its first knot, or arrives at its last; continued by linear
// extrapolation.
double GetEndSlope(const Knots& knots, bool at_start) {
  if (knots.size() < 2) return 0;
  const SplineKnot& end = at_start ? knots.front() : knots.back();
  const SplineKnot& from = at_start ? knots[0] : knots[knots.size() - 2];
  const SplineKnot& to = at_start ? knots[1] : knots.back();
  if (end.pre_value) return 0;
  if (from.interpolation == KnotInterpolation::kCurve)
    return at_start ? from.post_tangent.slope : to.pre_tangent.slope;
  if (from.interpolation == KnotInterpolation::kLinear)
    return (GetPreValue(to) - from.value) / (to.time - from.time);
  return 0;
}

bool IsLooping(ExtrapolationMode mode) {
  return mode >= ExtrapolationMode::kLoopRepeat;
}

// A moment beyond the knots, as one among them.
struct Mapped {
  double time = 0;
  double value_offset = 0;
  Side side = Side::kAt;
};

// The other side of a moment in a copy that runs backwards.
Side Mirror(Side side) {
  return side == Side::kAt ? Side::kBefore : Side::kAt;
}

// `loops` is 1 for the copy next to the knots.
Mapped MapBefore(const Knots& knots, ExtrapolationMode mode, double time, Side side) {
  const SplineKnot& first = knots.front();
  const SplineKnot& last = knots.back();
  const double length = last.time - first.time;
  const double copies = (first.time - time) / length;
  const double loops = side == Side::kAt ? std::ceil(copies) : std::floor(copies) + 1;
  Mapped out;
  out.side = side;
  out.time = std::clamp(time + loops * length, first.time, last.time);
  if (mode == ExtrapolationMode::kLoopRepeat)
    out.value_offset = -loops * (GetPreValue(last) - GetPreValue(first));
  if (mode == ExtrapolationMode::kLoopOscillate && std::fmod(loops, 2) == 1) {
    out.time = std::clamp(first.time + last.time - out.time, first.time, last.time);
    out.side = Mirror(side);
  }
  return out;
}

Mapped MapAfter(const Knots& knots, ExtrapolationMode mode, double time, Side side) {
  const SplineKnot& first = knots.front();
  const SplineKnot& last = knots.back();
  const double length = last.time - first.time;
  const double copies = (time - last.time) / length;
  const double loops = side == Side::kAt ? std::floor(copies) + 1 : std::ceil(copies);
  Mapped out;
  out.side = side;
  out.time = std::clamp(time - loops * length, first.time, last.time);
  if (mode == ExtrapolationMode::kLoopRepeat) out.value_offset = loops * (last.value - first.value);
  if (mode == ExtrapolationMode::kLoopOscillate && std::fmod(loops, 2) == 1) {
    out.time = std::clamp(first.time + last.time - out.time, first.time, last.time);
    out.side = Mirror(side);
  }
  return out;
}

// Inner loops without writing out each repetition: the knots around them, and the prototype that repeats.
struct LoopedKnots {
  Knots prototype;  // from its first knot to a copy of that at its end
  Knots outer;      // knots before, the first and the last repetition, knots after
  double start = 0, end = 0, length = 0;
};

SplineKnot Shift(SplineKnot knot, double time, double value) {
  knot.time += time;
  knot.value += value;
  if (knot.pre_value) *knot.pre_value += value;
  return knot;
}

// Nothing when the loop does not apply: it needs a knot where the prototype begins.
std::optional<LoopedKnots> MakeLoops(const Spline& spline) {
  const SplineLoop& loop = *spline.loop;
  if (!(loop.proto_end > loop.proto_start) || (loop.pre_loops <= 0 && loop.post_loops <= 0))
    return std::nullopt;
  LoopedKnots out;
  for (const SplineKnot& knot : spline.knots)
    if (knot.time >= loop.proto_start && knot.time < loop.proto_end) out.prototype.push_back(knot);
  if (out.prototype.empty() || out.prototype.front().time != loop.proto_start) return std::nullopt;
  const double before = std::max(0, loop.pre_loops);
  const double after = std::max(0, loop.post_loops);
  out.length = loop.proto_end - loop.proto_start;
  out.start = loop.proto_start - before * out.length;
  out.end = loop.proto_end + after * out.length;

  for (const SplineKnot& knot : spline.knots)
    if (knot.time < out.start) out.outer.push_back(knot);
  for (const SplineKnot& knot : out.prototype)
    out.outer.push_back(Shift(knot, -before * out.length, -before * loop.value_offset));
  if (before + after > 0)
    for (const SplineKnot& knot : out.prototype)
      out.outer.push_back(Shift(knot, after * out.length, after * loop.value_offset));
  out.outer.push_back(
      Shift(out.prototype.front(), (after + 1) * out.length, (after + 1) * loop.value_offset));
  out.outer.back().time = out.end;
  for (const SplineKnot& knot : spline.knots)
    if (knot.time > out.end) out.outer.push_back(knot);
  out.prototype.push_back(Shift(out.prototype.front(), out.length, loop.value_offset));
  return out;
}

std::optional<double> EvaluateLooped(const LoopedKnots& loops, const Spline& spline, double time, Side side,
                                     Ask ask) {
  if (time < loops.start || time > loops.end || (time == loops.end && side == Side::kAt))
    return EvaluateInside(loops.outer, spline.curve_type, time, side, ask);
  const double proto_start = loops.prototype.front().time;
  double repetition = std::floor((time - proto_start) / loops.length);
  if (side == Side::kBefore && proto_start + repetition * loops.length == time && time > loops.start)
    --repetition;
  const double inner = std::clamp(time - repetition * loops.length, proto_start, loops.prototype.back().time);
  const auto value = EvaluateInside(loops.prototype, spline.curve_type, inner, side, ask);
  if (ask == Ask::kSlope) return value;
  return value ? std::optional(*value + repetition * spline.loop->value_offset) : std::nullopt;
}

std::optional<double> EvaluateAt(const Spline& spline, double time, Side side, Ask ask = Ask::kValue) {
  const Knots& knots = spline.knots;
  if (knots.empty() || std::isnan(time)) return std::nullopt;
  std::optional<LoopedKnots> loops;
  if (spline.loop) loops = MakeLoops(spline);
  const Knots& curve = loops ? loops->outer : knots;

  Mapped mapped;
  mapped.time = time;
  mapped.side = side;
  // Seen from before, an end belongs to what leads to it.
  const bool is_before = side == Side::kAt ? time < curve.front().time : time <= curve.front().time;
  const bool is_after = side == Side::kAt ? time >= curve.back().time : time > curve.back().time;
  if (is_before || is_after) {
    const SplineExtrapolation& rule = is_before ? spline.pre_extrapolation : spline.post_extrapolation;
    // Authored knots lead where they reach beyond the loops.
    const bool authored_lead =
        !loops || (is_before ? knots.front().time <= loops->start : knots.back().time >= loops->end);
    const Knots& ends = authored_lead ? knots : curve;
    const SplineKnot& end = is_before ? ends.front() : ends.back();
    const double value = is_before ? GetPreValue(end) : end.value;
    if (rule.mode == ExtrapolationMode::kNone) return std::nullopt;
    if (rule.mode == ExtrapolationMode::kSloped || rule.mode == ExtrapolationMode::kLinear) {
      const double slope =
          rule.mode == ExtrapolationMode::kSloped ? rule.slope : GetEndSlope(ends, is_before);
      return ask == Ask::kSlope ? slope : value + slope * (time - end.time);
    }
    if (!IsLooping(rule.mode) || curve.size() < 2 || !std::isfinite(time))
      return ask == Ask::kSlope ? 0 : value;
    mapped = is_before ? MapBefore(curve, rule.mode, time, side) : MapAfter(curve, rule.mode, time, side);
  }
  const auto value = loops ? EvaluateLooped(*loops, spline, mapped.time, mapped.side, ask)
                           : EvaluateInside(knots, spline.curve_type, mapped.time, mapped.side, ask);
  // A copy that runs backwards falls where the curve rises.
  if (ask == Ask::kSlope) return value && mapped.side != side ? std::optional(-*value) : value;
  return value ? std::optional(*value + mapped.value_offset) : std::nullopt;
}

}  // namespace

std::optional<double> Spline::Evaluate(double time) const {
  return EvaluateAt(*this, time, Side::kAt);
}
std::optional<double> Spline::EvaluatePreValue(double time) const {
  return EvaluateAt(*this, time, Side::kBefore);
}

std::optional<double> Spline::EvaluateDerivative(double time) const {
  return EvaluateAt(*this, time, Side::kAt, Ask::kSlope);
}
std::optional<double> Spline::EvaluatePreDerivative(double time) const {
  return EvaluateAt(*this, time, Side::kBefore, Ask::kSlope);
}

bool operator==(const SplineKnot& a, const SplineKnot& b) {
  const auto same_data = [&] {
    if (a.custom_data == b.custom_data) return true;
    if (!a.custom_data) return b.custom_data->IsEmpty();
    if (!b.custom_data) return a.custom_data->IsEmpty();
    return *a.custom_data == *b.custom_data;
  };
  return a.time == b.time && a.value == b.value && a.pre_value == b.pre_value &&
         a.interpolation == b.interpolation && a.pre_tangent == b.pre_tangent &&
         a.post_tangent == b.post_tangent && same_data();
}

bool operator==(const Spline& a, const Spline& b) {
  return a.value_type == b.value_type && a.time_valued == b.time_valued && a.curve_type == b.curve_type &&
         a.pre_extrapolation == b.pre_extrapolation && a.post_extrapolation == b.post_extrapolation &&
         a.loop == b.loop && a.knots == b.knots;
}

}  // namespace strata
