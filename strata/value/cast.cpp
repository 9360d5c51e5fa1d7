// Values as other types, where nothing but precision is lost.
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "strata/value/value.h"
#include "strata/value/visit.h"

namespace strata {

namespace {

template <class T>
inline constexpr bool kIsReal =
    std::is_same_v<T, double> || std::is_same_v<T, float> || std::is_same_v<T, Half>;
template <class T>
inline constexpr bool kIsNumber = std::is_integral_v<T> || kIsReal<T>;

template <class T>
inline constexpr bool kIsTime = std::is_same_v<T, TimeCode> || std::is_same_v<T, Duration>;

template <class T>
struct VecTraits {
  static constexpr size_t kSize = 0;
};
template <class T, size_t N>
struct VecTraits<Vec<T, N>> {
  static constexpr size_t kSize = N;
};
template <class T>
inline constexpr bool kIsQuat = false;
template <class T>
inline constexpr bool kIsQuat<Quat<T>> = true;

// False when `from` has no place among the values of To. Fractions are dropped; reals round.
template <class To, class From>
bool CastNumber(const From& from, To& to) {
  if constexpr (std::is_same_v<To, bool>) {
    to = from != From(0);
    return true;
  } else if constexpr (kIsReal<To>) {
    if constexpr (std::is_same_v<To, Half>)
      to = Half(static_cast<float>(from));
    else
      to = static_cast<To>(from);
    return true;
  } else if constexpr (kIsReal<From>) {
    const double whole = std::trunc(static_cast<double>(from));
    // The largest value of a 64-bit type is no double; one more is.
    const double end = std::ldexp(1.0, std::numeric_limits<To>::digits);
    if (!(whole < end) || whole < static_cast<double>(std::numeric_limits<To>::min())) return false;
    to = static_cast<To>(whole);
    return true;
  } else {
    if constexpr (std::is_same_v<From, bool>) {
      to = from ? 1 : 0;
      return true;
    } else if (!std::in_range<To>(from)) {
      return false;
    }
    to = static_cast<To>(from);
    return true;
  }
}

template <class To, class From>
bool CastElement(const From& from, To& to) {
  if constexpr (std::is_same_v<To, From>) {
    to = from;
    return true;
  } else if constexpr (kIsNumber<To> && kIsNumber<From>) {
    return CastNumber<To>(from, to);
  } else if constexpr (kIsTime<To> && kIsNumber<From>) {
    return CastNumber<double>(from, to.value);
  } else if constexpr (kIsNumber<To> && kIsTime<From>) {
    return CastNumber<To>(from.value, to);
  } else if constexpr (kIsTime<To> && kIsTime<From>) {
    to.value = from.value;
    return true;
  } else if constexpr (kIsQuat<To> && kIsQuat<From>) {
    return CastElement(from.imaginary, to.imaginary) && CastElement(from.real, to.real);
  } else if constexpr (VecTraits<To>::kSize != 0 && VecTraits<To>::kSize == VecTraits<From>::kSize) {
    // Components that are whole numbers do not come from others.
    if constexpr (std::is_integral_v<typename To::Scalar>) return false;
    for (size_t i = 0; i < To::kSize; ++i)
      if (!CastElement(from[i], to[i])) return false;
    return true;
  } else if constexpr (std::is_same_v<From, std::string> && std::is_same_v<To, Token>) {
    to = Token(from);
    return true;
  } else if constexpr (std::is_same_v<From, Token> && std::is_same_v<To, std::string>) {
    to = from.GetString();
    return true;
  } else if constexpr (std::is_same_v<From, std::string> && std::is_same_v<To, AssetPath>) {
    to = AssetPath(from);
    return true;
  } else if constexpr (std::is_same_v<From, Token> && std::is_same_v<To, AssetPath>) {
    to = AssetPath(from.GetString());
    return true;
  } else if constexpr (std::is_same_v<From, AssetPath> && std::is_same_v<To, std::string>) {
    to = from.GetPath();
    return true;
  } else if constexpr (std::is_same_v<From, AssetPath> && std::is_same_v<To, Token>) {
    to = Token(from.GetPath());
    return true;
  } else {
    return false;
  }
}

template <class To, class From>
Value CastAs(const Value& value) {
  if (const From* held = value.GetIf<From>()) {
    To out{};
    return CastElement(*held, out) ? Value(std::move(out)) : Value();
  }
  const auto& from = value.Get<Array<From>>();
  Array<To> out;
  out.Reserve(from.GetSize());
  for (const From& element : from) {
    To converted{};
    if (!CastElement(element, converted)) return Value();
    out.PushBack(std::move(converted));
  }
  return out;
}

// Names as children fields hold them, and as arrays do.
template <class T>
Value VectorToArray(const std::vector<T>& from) {
  return Array<T>(from.begin(), from.end());
}
template <class T>
Value ArrayToVector(const Array<T>& from) {
  return std::vector<T>(from.begin(), from.end());
}

Value CastField(const Value& value, ValueType type) {
  if (type == ValueType::kTokenArray && value.Holds<TokenVector>())
    return VectorToArray(value.Get<TokenVector>());
  if (type == ValueType::kStringArray && value.Holds<StringVector>())
    return VectorToArray(value.Get<StringVector>());
  if (type == ValueType::kTokenVector && value.Holds<Array<Token>>())
    return ArrayToVector(value.Get<Array<Token>>());
  if (type == ValueType::kStringVector && value.Holds<Array<std::string>>())
    return ArrayToVector(value.Get<Array<std::string>>());
  return Value();
}

}  // namespace

Value CastValue(const Value& value, ValueType type) {
  if (value.GetType() == type) return value;
  if (value.IsArray() != IsArrayType(type)) return CastField(value, type);
  return VisitElementType<Value>(GetElementType(type), CastField(value, type), [&](auto to) {
    return VisitElementType<Value>(GetElementType(value.GetType()), Value(), [&](auto from) {
      return CastAs<typename decltype(to)::Type, typename decltype(from)::Type>(value);
    });
  });
}

}  // namespace strata
