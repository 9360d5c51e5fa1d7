// Values in the JSON forms of the corpus.
#include <cmath>
#include <cstring>
#include <type_traits>

#include "strata/base/sha256.h"
#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

constexpr size_t kLongestListed = 32;
constexpr size_t kHeadSize = 4;

template <class T>
struct IsVec : std::false_type {};
template <class T, size_t N>
struct IsVec<Vec<T, N>> : std::true_type {};
template <class T>
struct IsMatrix : std::false_type {};
template <size_t N>
struct IsMatrix<Matrix<N>> : std::true_type {};
template <class T>
struct IsQuat : std::false_type {};
template <class T>
struct IsQuat<Quat<T>> : std::true_type {};

// -- elements as JSON --------------------------------------------------------------------------------------

template <class T>
Json ElementToJson(const T& element, AssetForm assets) {
  if constexpr (std::is_same_v<T, bool>) {
    return element;
  } else if constexpr (std::is_integral_v<T>) {
    return element;
  } else if constexpr (std::is_same_v<T, Half>) {
    return NumberToJson(static_cast<float>(element));
  } else if constexpr (std::is_floating_point_v<T>) {
    return NumberToJson(element);
  } else if constexpr (std::is_same_v<T, TimeCode>) {
    return {{"$timecode", NumberToJson(element.value)}};
  } else if constexpr (std::is_same_v<T, Duration>) {
    return {{"$duration", NumberToJson(element.value)}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return element;
  } else if constexpr (std::is_same_v<T, Token>) {
    return element.GetString();
  } else if constexpr (std::is_same_v<T, AssetPath>) {
    Json form = {{"$asset", element.authored}};
    if (assets == AssetForm::kResolved && !element.evaluated.empty()) form["evaluated"] = element.evaluated;
    if (assets == AssetForm::kResolved && !element.resolved.empty()) form["resolved"] = element.resolved;
    return form;
  } else if constexpr (std::is_same_v<T, PathExpression>) {
    return {{"$pathExpression", element.GetText()}};
  } else if constexpr (IsVec<T>::value) {
    Json list = Json::array();
    for (size_t i = 0; i < T::kSize; ++i) list.push_back(ElementToJson(element[i], assets));
    return list;
  } else if constexpr (IsMatrix<T>::value) {
    Json rows = Json::array();
    for (size_t i = 0; i < T::kRows; ++i) {
      Json row = Json::array();
      for (size_t j = 0; j < T::kRows; ++j) row.push_back(NumberToJson(element[i][j]));
      rows.push_back(std::move(row));
    }
    return rows;
  } else {
    static_assert(IsQuat<T>::value);
    Json list = Json::array({ElementToJson(element.real, assets)});
    for (size_t i = 0; i < 3; ++i) list.push_back(ElementToJson(element.imaginary[i], assets));
    return list;
  }
}

// -- elements as bytes of a digest
// ----------------------------------------------------------------------------

template <class T>
void AddToDigest(const T& element, Sha256& digest) {
  if constexpr (std::is_same_v<T, bool>) {
    const uint8_t byte = element;
    digest.Add(&byte, 1);
  } else if constexpr (std::is_arithmetic_v<T>) {
    digest.Add(&element, sizeof element);
  } else if constexpr (std::is_same_v<T, Half>) {
    const uint16_t bits = element.GetBits();
    digest.Add(&bits, sizeof bits);
  } else if constexpr (std::is_same_v<T, TimeCode> || std::is_same_v<T, Duration>) {
    digest.Add(&element.value, sizeof element.value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    digest.Add(element.c_str(), element.size() + 1);
  } else if constexpr (std::is_same_v<T, Token>) {
    digest.Add(element.GetCString(), element.GetText().size() + 1);
  } else if constexpr (std::is_same_v<T, AssetPath>) {
    AddToDigest(element.authored, digest);
  } else if constexpr (std::is_same_v<T, PathExpression>) {
    AddToDigest(element.GetText(), digest);
  } else if constexpr (IsVec<T>::value) {
    for (size_t i = 0; i < T::kSize; ++i) AddToDigest(element[i], digest);
  } else if constexpr (IsMatrix<T>::value) {
    for (size_t i = 0; i < T::kRows; ++i)
      for (size_t j = 0; j < T::kRows; ++j) AddToDigest(element[i][j], digest);
  } else {
    static_assert(IsQuat<T>::value);
    AddToDigest(element.real, digest);
    for (size_t i = 0; i < 3; ++i) AddToDigest(element.imaginary[i], digest);
  }
}

template <class T>
Json ArrayToJson(const Array<T>& array, AssetForm assets) {
  // The corpus lists asset paths and path expressions however many there are.
  constexpr bool kIsListed = std::is_same_v<T, AssetPath> || std::is_same_v<T, PathExpression>;
  const bool is_long = !kIsListed && array.GetSize() > kLongestListed;
  Json list = Json::array();
  for (size_t i = 0; i < (is_long ? kHeadSize : array.GetSize()); ++i)
    list.push_back(ElementToJson(array[i], assets));
  if (!is_long) return list;
  Sha256 digest;
  for (const T& element : array) AddToDigest(element, digest);
  return {{"$array", {{"n", array.GetSize()}, {"sha256", digest.Finish()}, {"head", std::move(list)}}}};
}

// -- fields
// ---------------------------------------------------------------------------------------------------

Json ItemToJson(const Path& path) {
  return {{"$path", path.GetString()}};
}
Json ItemToJson(const Token& token) {
  return token.GetString();
}
Json ItemToJson(const Reference& reference) {
  return ToJson(reference);
}
Json ItemToJson(const Payload& payload) {
  return ToJson(payload);
}
Json ItemToJson(const UnregisteredValue& item) {
  return ToJson(Value(item));
}
template <class T>
Json ItemToJson(const T& item) {
  return item;
}

template <class T>
Json ListOpToJson(const ListOp<T>& op) {
  Json lists = Json::object();
  auto add = [&](const char* name, const std::vector<T>& items) {
    Json list = Json::array();
    for (const T& item : items) list.push_back(ItemToJson(item));
    lists[name] = std::move(list);
  };
  if (op.is_explicit) add("explicit", op.explicit_items);
  if (!op.added_items.empty()) add("added", op.added_items);
  if (!op.prepended_items.empty()) add("prepended", op.prepended_items);
  if (!op.appended_items.empty()) add("appended", op.appended_items);
  if (!op.deleted_items.empty()) add("deleted", op.deleted_items);
  if (!op.ordered_items.empty()) add("ordered", op.ordered_items);
  return {{"$listop", std::move(lists)}};
}

Json DictionaryToJson(const Dictionary& dictionary, AssetForm assets) {
  Json entries = Json::object();
  for (const auto& [key, value] : dictionary.entries) entries[key] = ToJson(value, assets);
  return {{"$dict", std::move(entries)}};
}

const char* GetName(ExtrapolationMode mode) {
  switch (mode) {
    case ExtrapolationMode::kNone:
      return "Value Block";
    case ExtrapolationMode::kHeld:
      return "Held";
    case ExtrapolationMode::kLinear:
      return "Linear";
    case ExtrapolationMode::kSloped:
      return "Sloped";
    case ExtrapolationMode::kLoopRepeat:
      return "Loop Repeat";
    case ExtrapolationMode::kLoopReset:
      return "Loop Reset";
    case ExtrapolationMode::kLoopOscillate:
      return "Loop Oscillate";
  }
  return "";
}
const char* GetName(KnotInterpolation interpolation) {
  switch (interpolation) {
    case KnotInterpolation::kNone:
      return "Value Block";
    case KnotInterpolation::kHeld:
      return "Held";
    case KnotInterpolation::kLinear:
      return "Linear";
    case KnotInterpolation::kCurve:
      return "Curve";
  }
  return "";
}
const char* GetName(TangentAlgorithm algorithm) {
  switch (algorithm) {
    case TangentAlgorithm::kNone:
      return "None";
    case TangentAlgorithm::kCustom:
      return "Custom";
    case TangentAlgorithm::kAutoEase:
      return "Auto Ease";
  }
  return "";
}

Json SplineToJson(const Spline& spline) {
  Json form = {
      {"valueType",
       spline.value_type == ValueType::kTimeCode ? "double" : std::string(GetTypeText(spline.value_type))},
      {"timeValued", spline.time_valued},
      {"curve", spline.curve_type == CurveType::kBezier ? "Bezier" : "Hermite"},
      {"pre", {GetName(spline.pre_extrapolation.mode), NumberToJson(spline.pre_extrapolation.slope)}},
      {"post", {GetName(spline.post_extrapolation.mode), NumberToJson(spline.post_extrapolation.slope)}}};
  if (spline.loop)
    form["loop"] = {NumberToJson(spline.loop->proto_start), NumberToJson(spline.loop->proto_end),
                    spline.loop->pre_loops, spline.loop->post_loops, NumberToJson(spline.loop->value_offset)};
  form["knots"] = Json::array();
  for (const SplineKnot& knot : spline.knots) {
    Json entry = {
        {"time", NumberToJson(knot.time)},
        {"value", NumberToJson(knot.value)},
        {"interp", GetName(knot.interpolation)},
        {"pre", {NumberToJson(knot.pre_tangent.width), NumberToJson(knot.pre_tangent.slope)}},
        {"post", {NumberToJson(knot.post_tangent.width), NumberToJson(knot.post_tangent.slope)}},
        {"tanAlgorithm", {GetName(knot.pre_tangent.algorithm), GetName(knot.post_tangent.algorithm)}}};
    if (knot.pre_value) entry["preValue"] = NumberToJson(*knot.pre_value);
    form["knots"].push_back(std::move(entry));
  }
  return {{"$spline", std::move(form)}};
}

template <class T>
Json ListToJson(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(ItemToJson(item));
  return list;
}

Json SamplesToJson(const TimeSamples& samples, AssetForm assets) {
  Json list = Json::array();
  for (size_t i = 0; i < samples.GetSize(); ++i)
    list.push_back(Json::array({NumberToJson(samples.GetTime(i)), ToJson(samples.GetValue(i), assets)}));
  return list;
}

Json FieldValueToJson(const Value& value, AssetForm assets) {
  switch (value.GetType()) {
    case ValueType::kEmpty:
      return nullptr;
    case ValueType::kOpaque:
      return {{"$repr", "Opaque"}};
    case ValueType::kArrayEdit:
      return {{"$repr", "ArrayEdit"}};
    case ValueType::kValueBlock:
      return {{"$block", true}};
    case ValueType::kAnimationBlock:
      return {{"$animationBlock", true}};
    case ValueType::kSpecifier: {
      static const char* const kNames[] = {"Def", "Over", "Class"};
      return {{"$enum", kNames[static_cast<size_t>(value.Get<Specifier>())]}};
    }
    case ValueType::kVariability:
      return {{"$enum", value.Get<Variability>() == Variability::kUniform ? "Uniform" : "Varying"}};
    case ValueType::kPermission:
      return {{"$enum", value.Get<Permission>() == Permission::kPrivate ? "Private" : "Public"}};
    case ValueType::kPath:
      return ItemToJson(value.Get<Path>());
    case ValueType::kLayerOffset:
      return {{"$offset", ToJson(value.Get<LayerOffset>())}};
    case ValueType::kDictionary:
      return DictionaryToJson(value.Get<Dictionary>(), assets);
    case ValueType::kTimeSamples:
      return SamplesToJson(value.Get<TimeSamples>(), assets);
    case ValueType::kSpline:
      return SplineToJson(value.Get<Spline>());
    case ValueType::kReference:
      return ToJson(value.Get<Reference>());
    case ValueType::kPayload:
      return ToJson(value.Get<Payload>());
    case ValueType::kUnregisteredValue: {
      const auto& held = value.Get<UnregisteredValue>().value;
      return {{"$unregistered", held ? ToJson(*held, assets) : Json("")}};
    }
    case ValueType::kVariantSelectionMap:
      return {{"$dict", value.Get<VariantSelectionMap>()}};
    case ValueType::kRelocates: {
      Json list = Json::array();
      for (const Relocate& relocate : value.Get<Relocates>())
        list.push_back(Json::array({relocate.first.GetString(), relocate.second.GetString()}));
      return list;
    }
    case ValueType::kTokenVector:
      return ListToJson(value.Get<TokenVector>());
    case ValueType::kStringVector:
      return ListToJson(value.Get<StringVector>());
    case ValueType::kPathVector:
      return ListToJson(value.Get<PathVector>());
    case ValueType::kLayerOffsetVector: {
      Json list = Json::array();
      for (const LayerOffset& offset : value.Get<LayerOffsetVector>())
        list.push_back({{"$offset", ToJson(offset)}});
      return list;
    }
    case ValueType::kValueVector: {
      Json list = Json::array();
      for (const Value& item : value.Get<ValueVector>()) list.push_back(ToJson(item, assets));
      return list;
    }
    case ValueType::kIntListOp:
      return ListOpToJson(value.Get<IntListOp>());
    case ValueType::kUIntListOp:
      return ListOpToJson(value.Get<UIntListOp>());
    case ValueType::kInt64ListOp:
      return ListOpToJson(value.Get<Int64ListOp>());
    case ValueType::kUInt64ListOp:
      return ListOpToJson(value.Get<UInt64ListOp>());
    case ValueType::kStringListOp:
      return ListOpToJson(value.Get<StringListOp>());
    case ValueType::kTokenListOp:
      return ListOpToJson(value.Get<TokenListOp>());
    case ValueType::kPathListOp:
      return ListOpToJson(value.Get<PathListOp>());
    case ValueType::kReferenceListOp:
      return ListOpToJson(value.Get<ReferenceListOp>());
    case ValueType::kPayloadListOp:
      return ListOpToJson(value.Get<PayloadListOp>());
    case ValueType::kUnregisteredListOp:
      return ListOpToJson(value.Get<UnregisteredListOp>());
    default:
      return {{"$repr", std::string(GetTypeText(value.GetType()))}};
  }
}

}  // namespace

Json NumberToJson(double number) {
  if (std::isnan(number)) return {{"$f", "nan"}};
  if (std::isinf(number)) return {{"$f", number < 0 ? "-inf" : "inf"}};
  return number;
}

Json ToJson(const LayerOffset& offset) {
  return Json::array({NumberToJson(offset.offset), NumberToJson(offset.scale)});
}

Json ToJson(const Reference& reference) {
  Json form = {{"asset", reference.asset_path},
               {"prim", reference.prim_path.GetString()},
               {"offset", ToJson(reference.offset)}};
  if (reference.custom_data && !reference.custom_data->IsEmpty())
    form["customData"] = DictionaryToJson(*reference.custom_data, AssetForm::kAuthored);
  return {{"$ref", std::move(form)}};
}

Json ToJson(const Payload& payload) {
  return {{"$payload",
           {{"asset", payload.asset_path},
            {"prim", payload.prim_path.GetString()},
            {"offset", ToJson(payload.offset)}}}};
}

Json ToJson(const Value& value, AssetForm assets) {
  switch (value.GetType()) {
#define X(name, type, text)                          \
  case ValueType::k##name:                           \
    return ElementToJson(value.Get<type>(), assets); \
  case ValueType::k##name##Array:                    \
    return ArrayToJson(value.Get<Array<type>>(), assets);
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      return FieldValueToJson(value, assets);
  }
}

std::string HashText(std::string_view text) {
  Sha256 digest;
  digest.Add(text.data(), text.size());
  return digest.Finish();
}

}  // namespace strata::conformance
