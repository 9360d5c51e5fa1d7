// Splines: a block of bytes with the curve, then the custom data of knots.
#include <algorithm>
#include <cstring>

#include "strata/format/crate/value_reader.h"
#include "strata/math/half.h"
#include "strata/value/spline.h"

namespace strata::format::crate {

namespace {

// The bytes of one curve, taken one after the other.
class SplineBytes {
 public:
  explicit SplineBytes(std::string_view bytes) : bytes_(bytes) {}
  bool IsGood() const { return good_; }
  size_t GetRemaining() const { return bytes_.size(); }

  template <class T>
  T Take() {
    T value{};
    if (bytes_.size() < sizeof value) {
      good_ = false;
      return value;
    }
    std::memcpy(static_cast<void*>(&value), bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  double TakeNumber(ValueType type) {
    switch (type) {
      case ValueType::kFloat:
        return Take<float>();
      case ValueType::kHalf:
        return static_cast<float>(Half::FromBits(Take<uint16_t>()));
      default:
        return Take<double>();
    }
  }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

constexpr unsigned kVersionWithAlgorithms = 2;
constexpr unsigned kVersionWithTimeTypes = 3;
constexpr unsigned kNewestVersion = 4;
constexpr unsigned kLastExtrapolation = 6, kLastAlgorithm = 2;

ValueType GetSplineType(unsigned code, bool is_time) {
  if (is_time) return code == 0 ? ValueType::kTimeCode : ValueType::kDuration;
  constexpr ValueType kTypes[] = {ValueType::kDouble, ValueType::kDouble, ValueType::kFloat,
                                  ValueType::kHalf};
  return kTypes[code];
}

SplineKnot TakeKnot(SplineBytes& bytes, const Spline& spline, unsigned version) {
  SplineKnot knot;
  const auto flags = bytes.Take<uint8_t>();
  knot.interpolation = static_cast<KnotInterpolation>(flags >> 1 & 3);
  knot.time = bytes.Take<double>();
  knot.value = bytes.TakeNumber(spline.value_type);
  if (flags & 0x01) knot.pre_value = bytes.TakeNumber(spline.value_type);
  if (spline.curve_type != CurveType::kHermite) {
    knot.pre_tangent.width = bytes.Take<double>();
    knot.post_tangent.width = bytes.Take<double>();
  }
  knot.pre_tangent.slope = bytes.TakeNumber(spline.value_type);
  knot.post_tangent.slope = bytes.TakeNumber(spline.value_type);
  if (version >= kVersionWithAlgorithms) {
    const auto algorithms = bytes.Take<uint8_t>();
    const auto to_algorithm = [](unsigned code) {
      return code <= kLastAlgorithm ? static_cast<TangentAlgorithm>(code) : TangentAlgorithm::kNone;
    };
    knot.pre_tangent.algorithm = to_algorithm(algorithms & 0x0F);
    knot.post_tangent.algorithm = to_algorithm(algorithms >> 4);
  }
  return knot;
}

// Why not, or null.
const char* TakeCurve(SplineBytes& bytes, Spline& out) {
  const auto first = bytes.Take<uint8_t>();
  const unsigned version = first & 0x0F;
  if (version == 0 || version > kNewestVersion) return "its version of splines is not read";
  const unsigned type = first >> 4 & 3;
  out.time_valued = first & 0x40;
  const bool is_time = out.time_valued && version >= kVersionWithTimeTypes;
  if (is_time && type > 1) return "its type of values is unknown";
  out.value_type = GetSplineType(type, is_time);
  out.curve_type = first & 0x80 ? CurveType::kHermite : CurveType::kBezier;
  const auto second = bytes.Take<uint8_t>();
  const unsigned pre = second & 7, post = second >> 3 & 7;
  if (pre > kLastExtrapolation || post > kLastExtrapolation) return "its extrapolation is unknown";
  if (version >= kVersionWithTimeTypes) bytes.Take<uint8_t>();  // always 0
  out.pre_extrapolation.mode = static_cast<ExtrapolationMode>(pre);
  out.post_extrapolation.mode = static_cast<ExtrapolationMode>(post);
  if (out.pre_extrapolation.mode == ExtrapolationMode::kSloped)
    out.pre_extrapolation.slope = bytes.Take<double>();
  if (out.post_extrapolation.mode == ExtrapolationMode::kSloped)
    out.post_extrapolation.slope = bytes.Take<double>();
  if (second & 0x40) {
    SplineLoop loop;
    loop.proto_start = bytes.Take<double>();
    loop.proto_end = bytes.Take<double>();
    loop.pre_loops = bytes.Take<int32_t>();
    loop.post_loops = bytes.Take<int32_t>();
    loop.value_offset = bytes.Take<double>();
    out.loop = loop;
  }
  if (type == 0 && !is_time) return bytes.IsGood() ? nullptr : "it ends early";
  const auto count = bytes.Take<uint32_t>();
  if (count > bytes.GetRemaining()) return "it has no room for its knots";
  for (uint32_t i = 0; i < count && bytes.IsGood(); ++i) {
    SplineKnot knot = TakeKnot(bytes, out, version);
    if (bytes.IsGood() && !out.knots.empty() && !(out.knots.back().time < knot.time))
      return "its knots are out of order";
    out.knots.push_back(std::move(knot));
  }
  if (out.curve_type == CurveType::kHermite) {  // widths are not written: tangents reach a third of the way
    for (size_t i = 1; i < out.knots.size(); ++i) {
      const double width = (out.knots[i].time - out.knots[i - 1].time) / 3;
      out.knots[i - 1].post_tangent.width = out.knots[i].pre_tangent.width = width;
    }
  }
  return bytes.IsGood() ? nullptr : "it ends early";
}

}  // namespace

Value ValueReader::ReadSpline(ValueRep rep) {
  if (rep.IsInlined()) return FailValue("splines are not inlined", 0);
  Cursor cursor(source_.GetBytes(), rep.GetPayload());
  const uint64_t size = cursor.TakeCount(1);
  const std::string_view raw = cursor.TakeBytes(size);
  if (!cursor.IsGood()) return FailValue("it lies outside the file", rep.GetPayload());
  Spline spline;
  SplineBytes bytes(raw);
  if (size != 0) {
    if (const char* problem = TakeCurve(bytes, spline)) return FailValue(problem, rep.GetPayload());
  }
  if (!Charge(spline.knots.size() * sizeof(SplineKnot))) return Value();
  const uint64_t with_data = cursor.TakeCount(sizeof(double) + sizeof(uint64_t));
  for (uint64_t i = 0; i < with_data && cursor.IsGood(); ++i) {
    const auto time = cursor.Take<double>();
    Dictionary data;
    if (!ReadDictionary(cursor, data)) return Value();
    const auto knot = std::lower_bound(spline.knots.begin(), spline.knots.end(), time,
                                       [](const SplineKnot& a, double t) { return a.time < t; });
    if (knot != spline.knots.end() && knot->time == time && !data.IsEmpty())
      knot->custom_data = std::make_shared<const Dictionary>(std::move(data));
  }
  if (!cursor.IsGood()) return FailValue("it lies outside the file", rep.GetPayload());
  return Value(std::move(spline));
}

}  // namespace strata::format::crate
