// The members of Value that depend on the held type: where it lies, how it is made and reached.
#pragma once

#include <atomic>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "strata/value/value.h"

namespace strata {

namespace value_detail {

template <class T>
struct IsArrayOf : std::false_type {};
template <class T>
struct IsArrayOf<Array<T>> : std::true_type {};

// A value too large or too involved to lie inside a Value.
template <class T>
struct Box : SharedHeader {
  template <class U>
  explicit Box(U&& held) : value(std::forward<U>(held)) {}
  T value;
};

enum class Storage : uint8_t { kInside, kArray, kBox };

// REQUIRES: T is complete.
template <class T>
constexpr Storage GetStorage() {
  if constexpr (IsArrayOf<T>::value)
    return Storage::kArray;
  else if constexpr (std::is_trivially_copyable_v<T> && sizeof(T) <= 8)
    return Storage::kInside;
  else
    return Storage::kBox;
}

struct InsideTable {
  bool inside[static_cast<size_t>(ValueType::kCount)] = {};
};

// Field types beyond those named here lie in boxes; value.cpp checks the table against the types themselves.
constexpr InsideTable MakeInsideTable() {
  InsideTable table;
  const auto set = [&table](ValueType type) { table.inside[static_cast<size_t>(type)] = true; };
  set(ValueType::kEmpty);
#define X(name, type, text) \
  if (GetStorage<type>() == Storage::kInside) set(ValueType::k##name);
  STRATA_ELEMENT_TYPES(X)
#undef X
  for (ValueType type :
       {ValueType::kOpaque, ValueType::kValueBlock, ValueType::kAnimationBlock, ValueType::kSpecifier,
        ValueType::kVariability, ValueType::kPermission, ValueType::kPath})
    set(type);
  return table;
}
inline constexpr InsideTable kInsideTable = MakeInsideTable();

// Destroys what a pointer of each type leads to, once nothing shares it. For arrays and boxes only.
void DestroyShared(ValueType type, SharedHeader* header);

}  // namespace value_detail

constexpr bool Value::IsInside(ValueType type) {
  return value_detail::kInsideTable.inside[static_cast<size_t>(type)];
}

inline SharedHeader* Value::GetShared() const {
  SharedHeader* header;
  std::memcpy(&header, bits_, sizeof header);
  return header;
}

inline void Value::SetShared(SharedHeader* header) {
  std::memcpy(bits_, &header, sizeof header);
}

template <class T, class>
Value::Value(T&& held) : type_(ValueTypeOf<std::decay_t<T>>::kType) {
  using Held = std::decay_t<T>;
  constexpr auto kStorage = value_detail::GetStorage<Held>();
  if constexpr (kStorage == value_detail::Storage::kBox) {
    SetShared(new value_detail::Box<Held>(std::forward<T>(held)));
  } else {
    static_assert(sizeof(Held) <= sizeof bits_ && alignof(Held) <= 8);
    new (static_cast<void*>(bits_)) Held(std::forward<T>(held));
  }
}

inline Value::Value(const Value& other) : type_(other.type_) {
  std::memcpy(bits_, other.bits_, sizeof bits_);
  if (!IsInside(type_)) {
    if (SharedHeader* header = GetShared()) header->references.fetch_add(1, std::memory_order_relaxed);
  }
}

inline Value::Value(Value&& other) noexcept : type_(std::exchange(other.type_, ValueType::kEmpty)) {
  std::memcpy(bits_, other.bits_, sizeof bits_);
}

inline Value& Value::operator=(Value other) noexcept {
  unsigned char bits[sizeof bits_];
  std::memcpy(bits, bits_, sizeof bits_);
  std::memcpy(bits_, other.bits_, sizeof bits_);
  std::memcpy(other.bits_, bits, sizeof bits_);
  std::swap(type_, other.type_);
  return *this;
}

inline Value::~Value() {
  if (IsInside(type_)) return;
  SharedHeader* header = GetShared();
  if (header && header->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
    value_detail::DestroyShared(type_, header);
}

template <class T>
const T* Value::GetIf() const {
  if (type_ != ValueTypeOf<T>::kType) return nullptr;
  if constexpr (value_detail::GetStorage<T>() == value_detail::Storage::kBox) {
    return &static_cast<const value_detail::Box<T>*>(GetShared())->value;
  } else {
    return std::launder(reinterpret_cast<const T*>(bits_));
  }
}

template <class T>
T* Value::GetMutable() {
  if (type_ != ValueTypeOf<T>::kType) return nullptr;
  if constexpr (value_detail::GetStorage<T>() == value_detail::Storage::kBox) {
    auto* box = static_cast<value_detail::Box<T>*>(GetShared());
    if (box->references.load(std::memory_order_acquire) != 1) {
      *this = Value(T(box->value));
      box = static_cast<value_detail::Box<T>*>(GetShared());
    }
    return &box->value;
  } else {
    return std::launder(reinterpret_cast<T*>(bits_));
  }
}

}  // namespace strata
