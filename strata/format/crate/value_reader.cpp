#include "strata/format/crate/value_reader.h"

#include <cstring>

#include "strata/math/math.h"

namespace strata::format::crate {

bool ValueReader::Fail(const char* what, uint64_t offset) {
  if (!problem_) {
    problem_ = what;
    problem_offset_ = offset;
  }
  return false;
}

bool ValueReader::Charge(uint64_t bytes) {
  return reading_ == Reading::kAgain || source_.Charge(bytes) ||
         Fail("the values of the file are larger than its size can account for", 0);
}

bool ValueReader::GetToken(uint32_t index, Token& out) {
  if (index >= structure_.tokens.size()) return Fail("it names a token that there is not", 0);
  out = structure_.tokens[index];
  return true;
}
bool ValueReader::GetString(uint32_t index, std::string& out) {
  if (index >= structure_.strings.size) return Fail("it names a string that there is not", 0);
  out = structure_.tokens[structure_.strings[index]].GetString();
  return true;
}
bool ValueReader::GetPath(uint32_t index, Path& out) {
  if (index >= structure_.path_count) return Fail("it names a path that there is not", 0);
  out = source_.GetPaths().GetPathOf(index);
  return true;
}

Value ValueReader::Read(ValueRep rep) {
  if (++depth_ > source_.GetBudgets().max_value_depth) {
    --depth_;
    return FailValue("values are nested too deep", rep.GetPayload());
  }
  Value value;
  if (rep.IsArrayEdit())
    value = ReadArrayEdit(rep);
  else if (rep.IsArray())
    value = ReadArray(rep);
  else if (rep.IsCompressed())
    Fail("only arrays are compressed", rep.GetPayload());
  else
    value = ReadOne(rep);
  --depth_;
  return value;
}

// Values that always lie in the representation, or at an offset where they are larger.
template <class T>
Value ValueReader::ReadPlain(ValueRep rep) {
  T value{};
  if (rep.IsInlined()) {
    if constexpr (sizeof(T) > sizeof(uint32_t)) {
      if (rep.GetInlined() != 0) return FailValue("it does not fit where it is said to lie", 0);
    } else {
      const uint32_t bits = rep.GetInlined();
      std::memcpy(static_cast<void*>(&value), &bits, sizeof value);
    }
    return Value(value);
  }
  Cursor cursor(source_.GetBytes(), rep.GetPayload());
  value = cursor.Take<T>();
  if (!cursor.IsGood()) return FailValue("it lies outside the file", rep.GetPayload());
  return Value(value);
}

// Vectors of small whole numbers are inlined as bytes.
template <class T>
Value ValueReader::ReadVector(ValueRep rep) {
  if (!rep.IsInlined() || sizeof(T) <= sizeof(uint32_t)) return ReadPlain<T>(rep);
  T value{};
  using Scalar = std::decay_t<decltype(value[0])>;
  for (size_t i = 0; i < sizeof(T) / sizeof(Scalar); ++i) {
    const auto component = static_cast<int8_t>(rep.GetInlined() >> 8 * i);
    if constexpr (std::is_same_v<Scalar, Half>)
      value[i] = Half(static_cast<float>(component));
    else
      value[i] = static_cast<Scalar>(component);
  }
  return Value(value);
}

template <class T>
Value ValueReader::ReadMatrix(ValueRep rep) {
  if (!rep.IsInlined()) return ReadPlain<T>(rep);
  T value{};
  for (size_t i = 0; i < T::kRows; ++i) value[i][i] = static_cast<int8_t>(rep.GetInlined() >> 8 * i);
  return Value(value);
}

// Wide numbers are inlined as narrow ones that equal them.
template <class Wide, class Narrow, class Held>
Value ValueReader::ReadNarrowed(ValueRep rep) {
  Wide value{};
  if (rep.IsInlined()) {
    const uint32_t bits = rep.GetInlined();
    Narrow narrow;
    std::memcpy(&narrow, &bits, sizeof narrow);
    value = static_cast<Wide>(narrow);
  } else {
    Cursor cursor(source_.GetBytes(), rep.GetPayload());
    value = cursor.Take<Wide>();
    if (!cursor.IsGood()) return FailValue("it lies outside the file", rep.GetPayload());
  }
  return Value(Held{value});
}

template <class Enum>
Value ValueReader::ReadEnum(ValueRep rep, uint32_t last) {
  uint32_t number = rep.GetInlined();
  if (!rep.IsInlined()) {
    Cursor cursor(source_.GetBytes(), rep.GetPayload());
    number = cursor.Take<uint32_t>();
    if (!cursor.IsGood()) return FailValue("it lies outside the file", rep.GetPayload());
  }
  if (number > last) return FailValue("it is none of the values that there are", rep.GetPayload());
  return Value(static_cast<Enum>(number));
}

// Strings, tokens, asset paths and path expressions are numbers of strings or tokens.
Value ValueReader::ReadText(ValueRep rep) {
  uint32_t index = rep.GetInlined();
  if (!rep.IsInlined()) {
    Cursor cursor(source_.GetBytes(), rep.GetPayload());
    index = cursor.Take<uint32_t>();
    if (!cursor.IsGood()) return FailValue("it lies outside the file", rep.GetPayload());
  }
  const ValueKind kind = rep.GetKind();
  Token token;
  std::string text;
  if (kind == ValueKind::kToken) return GetToken(index, token) ? Value(token) : Value();
  // Inlined asset paths and path expressions are numbers of tokens.
  if (rep.IsInlined() && kind != ValueKind::kString) {
    if (!GetToken(index, token)) return Value();
    text = token.GetString();
  } else if (!GetString(index, text)) {
    return Value();
  }
  if (kind == ValueKind::kString) return Value(std::move(text));
  if (kind == ValueKind::kAssetPath) return Value(AssetPath(std::move(text)));
  Result<PathExpression> parsed = PathExpression::Parse(text);
  return Value(parsed ? *std::move(parsed) : PathExpression());
}

Value ValueReader::ReadOne(ValueRep rep) {
  switch (rep.GetKind()) {
    case ValueKind::kBool:
      return Value(rep.IsInlined() ? (rep.GetInlined() & 0xFF) != 0
                                   : Cursor(source_.GetBytes(), rep.GetPayload()).Take<uint8_t>() != 0);
    case ValueKind::kUChar:
      return ReadPlain<uint8_t>(rep);
    case ValueKind::kInt:
      return ReadPlain<int32_t>(rep);
    case ValueKind::kUInt:
      return ReadPlain<uint32_t>(rep);
    case ValueKind::kInt64:
      return ReadNarrowed<int64_t, int32_t, int64_t>(rep);
    case ValueKind::kUInt64:
      return ReadNarrowed<uint64_t, uint32_t, uint64_t>(rep);
    case ValueKind::kHalf:
      return ReadPlain<Half>(rep);
    case ValueKind::kFloat:
      return ReadPlain<float>(rep);
    case ValueKind::kDouble:
      return ReadNarrowed<double, float, double>(rep);
    case ValueKind::kTimeCode:
      return ReadNarrowed<double, float, TimeCode>(rep);
    case ValueKind::kDuration:
      return ReadNarrowed<double, float, Duration>(rep);
    case ValueKind::kString:
    case ValueKind::kToken:
    case ValueKind::kAssetPath:
    case ValueKind::kPathExpression:
      return ReadText(rep);
    case ValueKind::kMatrix2d:
      return ReadMatrix<Matrix2d>(rep);
    case ValueKind::kMatrix3d:
      return ReadMatrix<Matrix3d>(rep);
    case ValueKind::kMatrix4d:
      return ReadMatrix<Matrix4d>(rep);
    case ValueKind::kQuatd:
      return ReadPlain<Quatd>(rep);
    case ValueKind::kQuatf:
      return ReadPlain<Quatf>(rep);
    case ValueKind::kQuath:
      return ReadPlain<Quath>(rep);
    case ValueKind::kVec2d:
      return ReadVector<Vec2d>(rep);
    case ValueKind::kVec2f:
      return ReadVector<Vec2f>(rep);
    case ValueKind::kVec2h:
      return ReadVector<Vec2h>(rep);
    case ValueKind::kVec2i:
      return ReadVector<Vec2i>(rep);
    case ValueKind::kVec3d:
      return ReadVector<Vec3d>(rep);
    case ValueKind::kVec3f:
      return ReadVector<Vec3f>(rep);
    case ValueKind::kVec3h:
      return ReadVector<Vec3h>(rep);
    case ValueKind::kVec3i:
      return ReadVector<Vec3i>(rep);
    case ValueKind::kVec4d:
      return ReadVector<Vec4d>(rep);
    case ValueKind::kVec4f:
      return ReadVector<Vec4f>(rep);
    case ValueKind::kVec4h:
      return ReadVector<Vec4h>(rep);
    case ValueKind::kVec4i:
      return ReadVector<Vec4i>(rep);
    case ValueKind::kSpecifier:
      return ReadEnum<Specifier>(rep, 2);
    case ValueKind::kPermission:
      return ReadEnum<Permission>(rep, 1);
    case ValueKind::kVariability:
      return ReadEnum<Variability>(rep, 1);
    case ValueKind::kValueBlock:
      return Value(ValueBlock());
    case ValueKind::kAnimationBlock:
      return Value(AnimationBlock());
    case ValueKind::kTimeSamples:
      return ReadTimeSamples(rep);
    case ValueKind::kSpline:
      return ReadSpline(rep);
    default:
      return ReadCollection(rep);
  }
}

}  // namespace strata::format::crate
