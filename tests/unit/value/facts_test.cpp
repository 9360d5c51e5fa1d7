// Value types, interpolation and splines against what usd-core answered: facts.json, written by
// make_facts.py.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "strata/value/spline.h"
#include "strata/value/value.h"

using namespace strata;
using nlohmann::json;

namespace {

const json& GetFacts() {
  static const json facts = [] {
    std::ifstream file(STRATA_SOURCE_DIR "/tests/unit/value/facts.json");
    return json::parse(file);
  }();
  return facts;
}

const char* GetRoleName(Role role) {
  static const std::map<Role, const char*> kNames = {{Role::kNone, ""},
                                                     {Role::kPoint, "Point"},
                                                     {Role::kNormal, "Normal"},
                                                     {Role::kVector, "Vector"},
                                                     {Role::kColor, "Color"},
                                                     {Role::kTextureCoordinate, "TextureCoordinate"},
                                                     {Role::kFrame, "Frame"},
                                                     {Role::kTransform, "Transform"},
                                                     {Role::kPointIndex, "PointIndex"},
                                                     {Role::kEdgeIndex, "EdgeIndex"},
                                                     {Role::kFaceIndex, "FaceIndex"},
                                                     {Role::kGroup, "Group"},
                                                     {Role::kOpaque, "Opaque"}};
  return kNames.at(role);
}

double ToNumber(const json& number) {
  if (!number.is_object()) return number.get<double>();
  const auto text = number["$f"].get<std::string>();
  return text == "nan" ? std::nan("") : text == "inf" ? INFINITY : -INFINITY;
}

template <class T>
Value Read(const json& j, T) {
  if constexpr (std::is_same_v<T, TimeCode> || std::is_same_v<T, Duration>)
    return T{ToNumber(j)};
  else
    return T(static_cast<float>(ToNumber(j)));
}
Value Read(const json& j, double) {
  return ToNumber(j);
}
template <class T, size_t N>
Value Read(const json& j, Vec<T, N> out) {
  for (size_t i = 0; i < N; ++i) out[i] = Read(j[i], T()).template Get<T>();
  return out;
}
template <class T>
Value Read(const json& j, Quat<T> out) {
  out.real = Read(j[0], T()).template Get<T>();
  for (size_t i = 0; i < 3; ++i) out.imaginary[i] = Read(j[i + 1], T()).template Get<T>();
  return out;
}
template <size_t N>
Value Read(const json& j, Matrix<N> out) {
  for (size_t i = 0; i < N * N; ++i) out.data[i / N][i % N] = ToNumber(j[i]);
  return out;
}

Value ReadAs(const std::string& type, const json& j) {
  // clang-format off
#define X(name, cpp, text) \
  if (type == text) return Read(j, cpp());
  X(Half, Half, "half")
  X(Float, float, "float")
  X(Double, double, "double")
  X(TimeCode, TimeCode, "timecode")
  X(Duration, Duration, "duration")
  X(Vec2h, Vec2h, "half2")
  X(Vec3h, Vec3h, "half3")
  X(Vec4h, Vec4h, "half4")
  X(Vec2f, Vec2f, "float2")
  X(Vec3f, Vec3f, "float3")
  X(Vec4f, Vec4f, "float4")
  X(Vec2d, Vec2d, "double2")
  X(Vec3d, Vec3d, "double3")
  X(Vec4d, Vec4d, "double4")
  X(Quath, Quath, "quath")
  X(Quatf, Quatf, "quatf")
  X(Quatd, Quatd, "quatd")
  X(Matrix2d, Matrix2d, "matrix2d")
  X(Matrix3d, Matrix3d, "matrix3d")
  X(Matrix4d, Matrix4d, "matrix4d")
#undef X
  // clang-format on
  return Value();
}

// The default value as the facts write it.
json Write(const Value& value) {
  if (value.IsArray()) return json::array();
  switch (value.GetType()) {
    case ValueType::kOpaque:
      return nullptr;
    case ValueType::kBool:
      return value.Get<bool>();
    case ValueType::kString:
    case ValueType::kToken:
    case ValueType::kAssetPath:
    case ValueType::kPathExpression:
      return "";
    case ValueType::kMatrix2d:
      return {1.0, 0.0, 0.0, 1.0};
    default:
      break;
  }
  const Value number = CastValue(value, ValueType::kDouble);
  return number.IsEmpty() ? json() : json(number.Get<double>());
}

}  // namespace

TEST_CASE("every attribute type name has the aliases, role, links and default value that usd-core gives it") {
  const json& rows = GetFacts()["valueTypes"];
  CHECK(rows.size() == GetAllValueTypeNames().size());
  for (const json& row : rows) {
    const auto name = row["name"].get<std::string>();
    CAPTURE(name);
    const ValueTypeName* found = FindValueTypeName(Token(name));
    REQUIRE(found);
    CHECK(found->name.GetText() == name);
    CHECK(GetRoleName(found->role) == row["role"].get<std::string>());
    CHECK(found->is_array == row["isArray"].get<bool>());
    CHECK(IsArrayType(found->type) == found->is_array);
    REQUIRE(found->scalar);
    CHECK(found->scalar->name.GetText() == row["scalar"].get<std::string>());
    if (row["array"].is_null())
      CHECK(found->array == nullptr);
    else
      CHECK(found->array->name.GetText() == row["array"].get<std::string>());
    REQUIRE(found->aliases.size() == row["aliases"].size());
    for (size_t i = 0; i < found->aliases.size(); ++i) {
      CHECK(found->aliases[i].GetText() == row["aliases"][i].get<std::string>());
      CHECK(FindValueTypeName(found->aliases[i]) == found);
    }
    CHECK(found->fallback.GetType() == found->type);
    const Value typed = row["default"].is_array() && !found->is_array
                            ? ReadAs(std::string(GetTypeText(found->type)), row["default"])
                            : Value();
    if (!typed.IsEmpty())
      CHECK(found->fallback == typed);
    else if (found->type < ValueType::kVec2i || found->is_array || found->type == ValueType::kOpaque)
      CHECK(Write(found->fallback) == row["default"]);
  }
}

TEST_CASE("the first name of a storage type is the one without a role") {
  CHECK(GetValueTypeNameOf(ValueType::kVec3f)->name == "float3");
  CHECK(GetValueTypeNameOf(ValueType::kMatrix4dArray)->name == "matrix4d[]");
  CHECK(GetValueTypeNameOf(ValueType::kOpaque)->name == "opaque");
  CHECK(GetValueTypeNameOf(ValueType::kDictionary) == nullptr);
  CHECK(FindValueTypeName(Token("group[]")) == nullptr);
  CHECK(FindValueTypeName(Token("nothing")) == nullptr);
}

TEST_CASE("values between samples are the same bits as usd-core's") {
  for (const json& row : GetFacts()["interpolation"]) {
    const auto type = row[0].get<std::string>();
    CAPTURE(row.dump());
    const Value a = ReadAs(type, row[1]);
    const Value b = ReadAs(type, row[2]);
    REQUIRE_FALSE(a.IsEmpty());
    CHECK(IsInterpolable(a.GetType()));
    CHECK(Interpolate(a, b, row[3].get<double>()) == ReadAs(type, row[4]));
  }
}

TEST_CASE("splines evaluate as in usd-core") {
  static const std::map<std::string, ExtrapolationMode> kModes = {
      {"none", ExtrapolationMode::kNone},
      {"held", ExtrapolationMode::kHeld},
      {"linear", ExtrapolationMode::kLinear},
      {"sloped", ExtrapolationMode::kSloped},
      {"repeat", ExtrapolationMode::kLoopRepeat},
      {"reset", ExtrapolationMode::kLoopReset},
      {"oscillate", ExtrapolationMode::kLoopOscillate}};
  static const std::map<std::string, KnotInterpolation> kKinds = {{"none", KnotInterpolation::kNone},
                                                                  {"held", KnotInterpolation::kHeld},
                                                                  {"linear", KnotInterpolation::kLinear},
                                                                  {"curve", KnotInterpolation::kCurve}};
  for (const json& row : GetFacts()["splines"]) {
    Spline spline;
    spline.curve_type = row["curve"] == "hermite" ? CurveType::kHermite : CurveType::kBezier;
    spline.pre_extrapolation = {kModes.at(row["pre"][0]), row["pre"][1]};
    spline.post_extrapolation = {kModes.at(row["post"][0]), row["post"][1]};
    if (const json& loop = row["loop"]; !loop.is_null())
      spline.loop = SplineLoop{loop[0], loop[1], loop[2], loop[3], loop[4]};
    for (const json& from : row["knots"]) {
      SplineKnot& knot = spline.knots.emplace_back();
      knot.time = from["time"];
      knot.value = from["value"];
      if (!from["preValue"].is_null()) knot.pre_value = from["preValue"].get<double>();
      knot.interpolation = kKinds.at(from["interp"]);
      knot.pre_tangent = {from["pre"][0], from["pre"][1]};
      knot.post_tangent = {from["post"][0], from["post"][1]};
    }
    for (const json& sample : row["eval"]) {
      const double time = sample[0];
      CAPTURE(row["text"].get<std::string>());
      CAPTURE(time);
      const auto value = spline.Evaluate(time);
      REQUIRE(value.has_value() == !sample[1].is_null());
      if (value) CHECK(*value == doctest::Approx(sample[1].get<double>()).epsilon(1e-9));
    }
  }
}
