// The door of `value`: one typed value of scene description, sixteen bytes, cheap to copy.   (VtValue,
// SdfValueTypeNames)
//
// Threads: reading is safe from any thread; a Value object itself is written by one. Owners: shared, counted
// storage.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/value/type_list.h"
#include "strata/value/types.h"

namespace strata {

class TimeSamples;  // value/time_samples.h
class Spline;       // value/spline.h
class ArrayEdit;    // value/array_edit.h
using ValueVector = std::vector<Value>;

// The C++ type a Value holds: kEmpty, then element types, then arrays of them in the same order, then field
// types.
enum class ValueType : uint8_t {
  kEmpty,
#define X(name, type, text) k##name,
  STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, type, text) k##name##Array,
      STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, type) k##name,
          STRATA_FIELD_TYPES(X)
#undef X
              kCount
};

template <class T>
struct ValueTypeOf;  // ValueTypeOf<Vec3f>::kType; defined for every type in type_list.h and Array of every
                     // element type
#define X(name, type, text)                                       \
  template <>                                                     \
  struct ValueTypeOf<type> {                                      \
    static constexpr ValueType kType = ValueType::k##name;        \
  };                                                              \
  template <>                                                     \
  struct ValueTypeOf<Array<type>> {                               \
    static constexpr ValueType kType = ValueType::k##name##Array; \
  };
STRATA_ELEMENT_TYPES(X)
#undef X
#define X(name, type)                                      \
  template <>                                              \
  struct ValueTypeOf<type> {                               \
    static constexpr ValueType kType = ValueType::k##name; \
  };
STRATA_FIELD_TYPES(X)
#undef X

bool IsArrayType(ValueType type);
ValueType GetArrayType(ValueType element);     // kEmpty when there is none
ValueType GetElementType(ValueType array);     // `array` itself when it is a scalar
std::string_view GetTypeText(ValueType type);  // "float3", "float3[]", "dictionary", ...

// Small trivially copyable types (up to 8 bytes) lie inside; others behind one counted pointer, shared by
// copies.
class Value {
 public:
  Value() = default;
  template <class T, class = decltype(ValueTypeOf<std::decay_t<T>>::kType)>
  Value(T&& held);
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(Value other) noexcept;
  ~Value();

  ValueType GetType() const { return type_; }
  bool IsEmpty() const { return type_ == ValueType::kEmpty; }
  bool IsArray() const { return IsArrayType(type_); }
  bool IsBlock() const { return type_ == ValueType::kValueBlock; }
  size_t GetArraySize() const;  // 0 when not an array

  template <class T>
  bool Holds() const {
    return type_ == ValueTypeOf<T>::kType;
  }
  // The held T, or null when it holds something else. Valid while this Value is unchanged.
  template <class T>
  const T* GetIf() const;
  // REQUIRES: Holds<T>().
  template <class T>
  const T& Get() const {
    return *GetIf<T>();
  }
  template <class T>
  T GetOr(T fallback) const {
    const T* held = GetIf<T>();
    return held ? *held : std::move(fallback);
  }
  // For changing in place: makes the held T this Value's own first. Null when it holds something else.
  template <class T>
  T* GetMutable();

  // Deep equality; floats as IEEE, except that NaN equals NaN of the same bits.
  friend bool operator==(const Value& a, const Value& b) { return Equal(a, b); }
  size_t GetHash() const;

 private:
  static bool Equal(const Value& a, const Value& b);
  // Whether values of the type lie in bits_ themselves. (Nothing does not need letting go either.)
  static constexpr bool IsInside(ValueType type);
  SharedHeader* GetShared() const;
  void SetShared(SharedHeader* header);

  alignas(8) unsigned char bits_[8] = {};  // the value itself, or a pointer to what copies share
  ValueType type_ = ValueType::kEmpty;
};
static_assert(sizeof(Value) == 16);

class Dictionary {
 public:
  using Map = std::map<std::string, Value, std::less<>>;
  Map entries;

  const Value* Find(std::string_view key) const;
  const Value* FindByKeyPath(std::string_view key_path) const;  // "a:b:c"
  void SetByKeyPath(std::string_view key_path, Value value);    // makes dictionaries on the way
  bool EraseByKeyPath(std::string_view key_path);
  bool IsEmpty() const { return entries.empty(); }
  // This over `weaker`: key by key, dictionaries recursively.
  Dictionary ComposeOver(const Dictionary& weaker) const;
  friend bool operator==(const Dictionary& a, const Dictionary& b) { return a.entries == b.entries; }
};

// -- attribute type names: 113 of them -------------------------------------------------------------

enum class Role : uint8_t {
  kNone,
  kPoint,
  kNormal,
  kVector,
  kColor,
  kTextureCoordinate,
  kFrame,
  kTransform,
  kPointIndex,
  kEdgeIndex,
  kFaceIndex,
  kGroup,
  kOpaque
};

// A name such as "color3f[]", its storage and role. Statically allocated; compare by pointer.
struct ValueTypeName {
  Token name;
  std::vector<Token> aliases;
  ValueType type = ValueType::kEmpty;
  Role role = Role::kNone;
  bool is_array = false;
  const ValueTypeName* scalar = nullptr;
  const ValueTypeName* array = nullptr;
  Value fallback;  // the type's default value: 0, "", identity, ...
};
const ValueTypeName* FindValueTypeName(Token name);  // null when unknown
const std::vector<const ValueTypeName*>& GetAllValueTypeNames();
// The first (role-less) name of a type; null when attributes cannot have it.
const ValueTypeName* GetValueTypeNameOf(ValueType type);

// -- operations over values ------------------------------------------------------------------------

// `value` as `type` when that loses nothing but precision (numbers among numbers, string-token-asset, arrays
// of them); empty otherwise.
Value CastValue(const Value& value, ValueType type);
// Whether values of this type interpolate linearly (AOUSD 12.5 and arrays, timecode, duration).
bool IsInterpolable(ValueType type);
// Between a (u = 0) and b (u = 1); a (held) when the type does not interpolate or array sizes differ.
Value Interpolate(const Value& a, const Value& b, double u);
// Maps time codes, durations, samples' times and splines inside `value` through `offset`; other values as
// they are.
Value Retime(const Value& value, const LayerOffset& offset);

}  // namespace strata

#include "strata/value/value_inline.h"
