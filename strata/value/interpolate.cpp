// Values between samples, and values seen from another layer's time.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"
#include "strata/value/value.h"
#include "strata/value/visit.h"

namespace strata {

namespace {

template <class T>
inline constexpr bool kIsReal =
    std::is_same_v<T, double> || std::is_same_v<T, float> || std::is_same_v<T, Half>;

// Each overload rounds where OpenUSD does: single numbers once, from a double; each product and sum of a
// vector to its component type.
template <class T>
  requires kIsReal<T>
T Lerp(const T& a, const T& b, double u) {
  return static_cast<T>((1 - u) * a + u * b);
}
TimeCode Lerp(TimeCode a, TimeCode b, double u) {
  return {Lerp(a.value, b.value, u)};
}
Duration Lerp(Duration a, Duration b, double u) {
  return {Lerp(a.value, b.value, u)};
}

template <class T, size_t N>
  requires kIsReal<T>
Vec<T, N> Lerp(const Vec<T, N>& a, const Vec<T, N>& b, double u) {
  return a * (1 - u) + b * u;
}

template <class T>
Quat<T> Lerp(const Quat<T>& a, const Quat<T>& b, double u) {
  return Slerp(u, a, b);
}

template <size_t N>
Matrix<N> Lerp(const Matrix<N>& a, const Matrix<N>& b, double u) {
  Matrix<N> out;
  for (size_t i = 0; i < N; ++i)
    for (size_t j = 0; j < N; ++j) out.data[i][j] = Lerp(a.data[i][j], b.data[i][j], u);
  return out;
}

template <class T>
concept Lerpable = requires(const T& a) { Lerp(a, a, 0.5); };

template <class T>
Value InterpolateAs(const Value& a, const Value& b, double u) {
  if constexpr (Lerpable<T>) {
    if (const T* held = a.GetIf<T>()) return Lerp(*held, b.Get<T>(), u);
    const auto& left = a.Get<Array<T>>();
    const auto& right = b.Get<Array<T>>();
    if (left.GetSize() != right.GetSize()) return a;
    Array<T> out;
    T* to = out.AppendUninitialized(left.GetSize());
    const T* x = left.GetData();
    const T* y = right.GetData();
    for (size_t i = 0, n = left.GetSize(); i < n; ++i) to[i] = Lerp(x[i], y[i], u);
    return out;
  } else {
    return a;
  }
}

template <class T>
Value RetimeArray(const Array<T>& array, const LayerOffset& offset) {
  Array<T> out;
  out.Reserve(array.GetSize());
  for (const T& element : array) out.PushBack(offset * element);
  return out;
}

Value RetimeDictionary(const Dictionary& dictionary, const LayerOffset& offset) {
  Dictionary out;
  for (const auto& [key, value] : dictionary.entries)
    out.entries.emplace_hint(out.entries.end(), key, Retime(value, offset));
  return out;
}

bool MayHoldTimes(const TimeSamples& samples) {
  for (size_t i = 0; i < samples.GetSize(); ++i) {
    const ValueType type = GetElementType(samples.GetValueType(i));
    if (type == ValueType::kTimeCode || type == ValueType::kDuration || type == ValueType::kArrayEdit ||
        type == ValueType::kDictionary)
      return true;
  }
  return false;
}

Value RetimeSamples(const TimeSamples& samples, const LayerOffset& offset) {
  // Samples that only move stay where they are, in a file.
  if (offset.scale > 0 && !samples.IsEmpty() && !MayHoldTimes(samples)) {
    std::vector<double> times = samples.GetTimes();
    for (double& time : times) time = offset * time;
    if (std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) == times.end() &&
        !std::isnan(times.back()))
      return samples.WithTimes(std::move(times));
  }
  TimeSamples out;
  out.Reserve(samples.GetSize());
  for (size_t i = 0; i < samples.GetSize(); ++i)
    out.Set(offset * samples.GetTime(i), Retime(samples.GetValue(i), offset));
  return out;
}

// Knots move; what is measured along time scales. The value of a curve of time codes is itself mapped, so its
// slopes stay.
Value RetimeSpline(Spline spline, const LayerOffset& offset) {
  if (!(offset.scale > 0)) return spline;
  const auto slope = [&](double value) { return spline.time_valued ? value : value / offset.scale; };
  const auto value = [&](double held) { return spline.time_valued ? offset * held : held; };
  for (SplineKnot& knot : spline.knots) {
    knot.time = offset * knot.time;
    knot.value = value(knot.value);
    if (knot.pre_value) knot.pre_value = value(*knot.pre_value);
    for (SplineTangent* tangent : {&knot.pre_tangent, &knot.post_tangent}) {
      tangent->width *= offset.scale;
      tangent->slope = slope(tangent->slope);
    }
  }
  spline.pre_extrapolation.slope = slope(spline.pre_extrapolation.slope);
  spline.post_extrapolation.slope = slope(spline.post_extrapolation.slope);
  if (spline.loop) {
    spline.loop->proto_start = offset * spline.loop->proto_start;
    spline.loop->proto_end = offset * spline.loop->proto_end;
    if (spline.time_valued) spline.loop->value_offset *= offset.scale;
  }
  return spline;
}

}  // namespace

bool IsInterpolable(ValueType type) {
  return VisitElementType<bool>(GetElementType(type), false,
                                [](auto tag) { return Lerpable<typename decltype(tag)::Type>; });
}

Value Interpolate(const Value& a, const Value& b, double u) {
  if (a.GetType() != b.GetType() || u == 0) return a;
  return VisitElementType<Value>(GetElementType(a.GetType()), a, [&](auto tag) {
    return InterpolateAs<typename decltype(tag)::Type>(a, b, u);
  });
}

Value Retime(const Value& value, const LayerOffset& offset) {
  if (offset.IsIdentity()) return value;
  switch (value.GetType()) {
    case ValueType::kTimeCode:
      return offset * value.Get<TimeCode>();
    case ValueType::kDuration:
      return offset * value.Get<Duration>();
    case ValueType::kTimeCodeArray:
      return RetimeArray(value.Get<Array<TimeCode>>(), offset);
    case ValueType::kDurationArray:
      return RetimeArray(value.Get<Array<Duration>>(), offset);
    case ValueType::kDictionary:
      return RetimeDictionary(value.Get<Dictionary>(), offset);
    case ValueType::kTimeSamples:
      return RetimeSamples(value.Get<TimeSamples>(), offset);
    case ValueType::kSpline:
      return RetimeSpline(value.Get<Spline>(), offset);
    case ValueType::kArrayEdit: {
      ArrayEdit edit = value.Get<ArrayEdit>();
      edit.literals = Retime(edit.literals, offset);
      return edit;
    }
    default:
      return value;
  }
}

}  // namespace strata
