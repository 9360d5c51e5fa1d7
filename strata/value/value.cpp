#include "strata/value/value.h"

#include <bit>
#include <cctype>
#include <cstring>
#include <string>
#include <utility>

#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"

namespace strata {

namespace {

// -- equality: numbers as IEEE, but NaN equals NaN of the same bits ------------------------------------

template <class T>
bool Same(const T& a, const T& b) {
  return a == b;
}
bool Same(float a, float b) {
  return a == b || std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}
bool Same(double a, double b) {
  return a == b || std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}
bool Same(Half a, Half b) {
  return a == b || a.GetBits() == b.GetBits();
}
bool Same(TimeCode a, TimeCode b) {
  return Same(a.value, b.value);
}
bool Same(Duration a, Duration b) {
  return Same(a.value, b.value);
}

bool Same(const LayerOffset& a, const LayerOffset& b) {
  return Same(a.offset, b.offset) && Same(a.scale, b.scale);
}
// Arcs, but for their offsets as they compare themselves.
template <class Arc>
bool SameArc(Arc a, Arc b) {
  if (!Same(a.offset, b.offset)) return false;
  a.offset = b.offset = LayerOffset();
  return a == b;
}
bool Same(const Reference& a, const Reference& b) {
  return a == b || SameArc(a, b);
}
bool Same(const Payload& a, const Payload& b) {
  return a == b || SameArc(a, b);
}

template <class T, size_t N>
bool Same(const Vec<T, N>& a, const Vec<T, N>& b) {
  for (size_t i = 0; i < N; ++i)
    if (!Same(a[i], b[i])) return false;
  return true;
}

template <class T>
bool Same(const Quat<T>& a, const Quat<T>& b) {
  return Same(a.imaginary, b.imaginary) && Same(a.real, b.real);
}

template <size_t N>
bool Same(const Matrix<N>& a, const Matrix<N>& b) {
  for (size_t i = 0; i < N; ++i)
    for (size_t j = 0; j < N; ++j)
      if (!Same(a.data[i][j], b.data[i][j])) return false;
  return true;
}

template <class T>
bool Same(const Array<T>& a, const Array<T>& b) {
  if (a.IsIdentical(b)) return true;
  if (a.GetSize() != b.GetSize()) return false;
  for (size_t i = 0; i < a.GetSize(); ++i)
    if (!Same(a[i], b[i])) return false;
  return true;
}

template <class T>
bool Same(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (!Same(a[i], b[i])) return false;
  return true;
}

template <class T>
bool Same(const ListOp<T>& a, const ListOp<T>& b) {
  return a.is_explicit == b.is_explicit && Same(a.explicit_items, b.explicit_items) &&
         Same(a.added_items, b.added_items) && Same(a.prepended_items, b.prepended_items) &&
         Same(a.appended_items, b.appended_items) && Same(a.deleted_items, b.deleted_items) &&
         Same(a.ordered_items, b.ordered_items);
}

// -- hash: equal values hash alike -----------------------------------------------------------------------

size_t Combine(size_t seed, size_t hash) {
  return MixBits(seed * 31 + hash + 0x9E37);
}

template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
size_t Hash(T value) {
  return MixBits(static_cast<uint64_t>(value));
}
size_t Hash(double value) {
  return MixBits(value == 0 ? 0 : std::bit_cast<uint64_t>(value));
}
size_t Hash(float value) {
  return MixBits(value == 0 ? 0 : std::bit_cast<uint32_t>(value));
}
size_t Hash(Half value) {
  return Hash(static_cast<float>(value));
}
size_t Hash(TimeCode value) {
  return Hash(value.value);
}
size_t Hash(Duration value) {
  return Hash(value.value);
}
size_t Hash(const std::string& text) {
  return std::hash<std::string>()(text);
}
size_t Hash(Token token) {
  return std::hash<Token>()(token);
}
size_t Hash(Path path) {
  return std::hash<Path>()(path);
}
size_t Hash(const AssetPath& asset) {
  return Combine(Combine(Hash(asset.authored), Hash(asset.evaluated)), Hash(asset.resolved));
}
size_t Hash(const PathExpression& expression) {
  return Hash(expression.GetText());
}
size_t Hash(Opaque) {
  return 1;
}
size_t Hash(ValueBlock) {
  return 2;
}
size_t Hash(AnimationBlock) {
  return 3;
}
size_t Hash(const LayerOffset& offset) {
  return Combine(Hash(offset.offset), Hash(offset.scale));
}
size_t Hash(const Reference& item) {
  return ListOpItemHash<Reference>()(item);
}
size_t Hash(const Payload& item) {
  return ListOpItemHash<Payload>()(item);
}
size_t Hash(const UnregisteredValue& item) {
  return ListOpItemHash<UnregisteredValue>()(item);
}
size_t Hash(const Value& value) {
  return value.GetHash();
}

// Ranges and pairs of hashable things; declared first because they nest.
template <class T, size_t N>
size_t Hash(const Vec<T, N>& vec);
template <class T>
size_t Hash(const Quat<T>& quat);
template <class T>
size_t Hash(const ListOp<T>& op);
template <class A, class B>
size_t Hash(const std::pair<A, B>& pair) {
  return Combine(Hash(pair.first), Hash(pair.second));
}

template <class Iterator>
size_t HashRange(Iterator begin, Iterator end) {
  size_t seed = 17;
  for (; begin != end; ++begin) seed = Combine(seed, Hash(*begin));
  return seed;
}

template <class T, size_t N>
size_t Hash(const Vec<T, N>& vec) {
  return HashRange(vec.data, vec.data + N);
}
template <class T>
size_t Hash(const Quat<T>& quat) {
  return Combine(Hash(quat.imaginary), Hash(quat.real));
}
template <size_t N>
size_t Hash(const Matrix<N>& m) {
  return HashRange(&m.data[0][0], &m.data[0][0] + N * N);
}
template <class T>
size_t Hash(const Array<T>& array) {
  return HashRange(array.begin(), array.end());
}
template <class T>
size_t Hash(const std::vector<T>& list) {
  return HashRange(list.begin(), list.end());
}
size_t Hash(const VariantSelectionMap& map) {
  return HashRange(map.begin(), map.end());
}
size_t Hash(const Dictionary& dictionary) {
  return HashRange(dictionary.entries.begin(), dictionary.entries.end());
}
size_t Hash(const TimeSamples& samples) {
  size_t seed = Hash(samples.GetTimes());
  for (size_t i = 0; i < samples.GetSize(); ++i) seed = Combine(seed, Hash(samples.GetValue(i)));
  return seed;
}
size_t Hash(const Spline& spline) {
  size_t seed = spline.knots.size();
  for (const SplineKnot& knot : spline.knots)
    seed = Combine(seed, Combine(Hash(knot.time), Hash(knot.value)));
  return seed;
}
size_t Hash(const ArrayEdit& edit) {
  return Combine(Hash(edit.literals), edit.instructions.size());
}
template <class T>
size_t Hash(const ListOp<T>& op) {
  size_t seed = Hash(op.is_explicit);
  for (const auto* list : {&op.explicit_items, &op.added_items, &op.prepended_items, &op.appended_items,
                           &op.deleted_items, &op.ordered_items})
    seed = Combine(seed, Hash(*list));
  return seed;
}

// -- the table of operations -------------------------------------------------------------------------------

struct TypeOperations {
  std::string text;
  bool (*equal)(const Value&, const Value&) = nullptr;
  size_t (*hash)(const Value&) = nullptr;
};

template <class T>
TypeOperations MakeOperations(std::string text) {
  static_assert(value_detail::IsArrayOf<T>::value ||
                value_detail::kInsideTable.inside[static_cast<size_t>(ValueTypeOf<T>::kType)] ==
                    (value_detail::GetStorage<T>() == value_detail::Storage::kInside));
  return {std::move(text), [](const Value& a, const Value& b) { return Same(*a.GetIf<T>(), *b.GetIf<T>()); },
          [](const Value& value) { return Hash(*value.GetIf<T>()); }};
}

constexpr size_t kTypeCount = static_cast<size_t>(ValueType::kCount);

std::string LowerFirst(std::string text) {
  text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

struct TypeTable {
  TypeOperations types[kTypeCount];
  TypeTable() {
#define X(name, type, text)                                                    \
  types[static_cast<size_t>(ValueType::k##name)] = MakeOperations<type>(text); \
  types[static_cast<size_t>(ValueType::k##name##Array)] = MakeOperations<Array<type>>(text "[]");
    STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, type) \
  types[static_cast<size_t>(ValueType::k##name)] = MakeOperations<type>(LowerFirst(#name));
    STRATA_FIELD_TYPES(X)
#undef X
  }
};

const TypeOperations& GetOperations(ValueType type) {
  static const TypeTable table;
  return table.types[static_cast<size_t>(type)];
}

constexpr size_t CountElementTypes() {
  size_t count = 0;
#define X(name, type, text) ++count;
  STRATA_ELEMENT_TYPES(X)
#undef X
  return count;
}
constexpr uint8_t kElementTypes = CountElementTypes();

bool IsElementType(ValueType type) {
  const auto index = static_cast<uint8_t>(type);
  return index >= 1 && index <= kElementTypes;
}

}  // namespace

namespace value_detail {

void DestroyShared(ValueType type, SharedHeader* header) {
  switch (type) {
#define X(name, type, text)                                 \
  case ValueType::k##name##Array:                           \
    Array<type>::Destroy(static_cast<ArrayBlock*>(header)); \
    return;
    STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, type, text)                                                                    \
  case ValueType::k##name:                                                                     \
    if constexpr (GetStorage<type>() == Storage::kBox) delete static_cast<Box<type>*>(header); \
    return;
    STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, type)                                                                          \
  case ValueType::k##name:                                                                     \
    if constexpr (GetStorage<type>() == Storage::kBox) delete static_cast<Box<type>*>(header); \
    return;
    STRATA_FIELD_TYPES(X)
#undef X
    case ValueType::kEmpty:
    case ValueType::kCount:
      return;
  }
}

}  // namespace value_detail

bool IsArrayType(ValueType type) {
  const auto index = static_cast<uint8_t>(type);
  return index > kElementTypes && index <= 2 * kElementTypes;
}

ValueType GetArrayType(ValueType element) {
  if (!IsElementType(element)) return ValueType::kEmpty;
  return static_cast<ValueType>(static_cast<uint8_t>(element) + kElementTypes);
}

ValueType GetElementType(ValueType array) {
  if (!IsArrayType(array)) return array;
  return static_cast<ValueType>(static_cast<uint8_t>(array) - kElementTypes);
}

std::string_view GetTypeText(ValueType type) {
  if (type == ValueType::kEmpty || type == ValueType::kCount) return "";
  return GetOperations(type).text;
}

size_t Value::GetArraySize() const {
  if (!IsArray()) return 0;
  const SharedHeader* header = GetShared();
  return header ? static_cast<const ArrayBlock*>(header)->size : 0;
}

bool Value::Equal(const Value& a, const Value& b) {
  if (a.type_ != b.type_) return false;
  if (a.IsEmpty()) return true;
  if (!IsInside(a.type_) && a.GetShared() == b.GetShared()) return true;
  return GetOperations(a.type_).equal(a, b);
}

size_t Value::GetHash() const {
  if (IsEmpty()) return 0;
  return Combine(static_cast<size_t>(type_), GetOperations(type_).hash(*this));
}

}  // namespace strata
