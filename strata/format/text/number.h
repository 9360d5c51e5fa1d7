// Numbers as usda writes them: read, converted to the types of values, and printed.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

#include "strata/math/half.h"
#include "strata/value/time.h"

namespace strata::format::text {

// A literal: an integer when it is written as one and fits, a double otherwise. "-0" is a double.
struct Number {
  enum class Kind : uint8_t { kUnsigned, kSigned, kDouble };
  Kind kind = Kind::kDouble;
  union {
    uint64_t unsigned_value;
    int64_t signed_value;
    double double_value = 0;
  };
  double ToDouble() const {
    if (kind == Kind::kUnsigned) return static_cast<double>(unsigned_value);
    if (kind == Kind::kSigned) return static_cast<double>(signed_value);
    return double_value;
  }
};

// Parses the number that [begin, end) is, which follows the grammar (-?digits, optionally . and exponent;
// inf; -inf; nan).
Number ParseNumber(const char* begin, const char* end);

// Converts as usd-core does: fractions of integers are cut off; false when out of range.
template <class T>
bool ConvertNumber(const Number& number, T& out) {
  if constexpr (std::is_same_v<T, bool>) {
    out = number.ToDouble() != 0;
    return true;
  } else if constexpr (std::is_same_v<T, Half>) {
    out = Half(number.kind == Number::Kind::kUnsigned ? static_cast<float>(number.unsigned_value)
                                                      : static_cast<float>(number.ToDouble()));
    return true;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (number.kind == Number::Kind::kUnsigned)
      out = static_cast<T>(number.unsigned_value);
    else if (number.kind == Number::Kind::kSigned)
      out = static_cast<T>(number.signed_value);
    else
      out = static_cast<T>(number.double_value);
    return true;
  } else if constexpr (std::is_same_v<T, TimeCode> || std::is_same_v<T, Duration>) {
    out.value = number.ToDouble();
    return true;
  } else {
    static_assert(std::is_integral_v<T>);
    if (number.kind == Number::Kind::kUnsigned) {
      if (number.unsigned_value > static_cast<uint64_t>(std::numeric_limits<T>::max())) return false;
      out = static_cast<T>(number.unsigned_value);
      return true;
    }
    if (number.kind == Number::Kind::kSigned) {
      if (std::is_unsigned_v<T> && number.signed_value < 0) return false;
      if (std::is_signed_v<T> && number.signed_value < static_cast<int64_t>(std::numeric_limits<T>::min()))
        return false;
      if (number.signed_value > 0 &&
          static_cast<uint64_t>(number.signed_value) > static_cast<uint64_t>(std::numeric_limits<T>::max()))
        return false;
      out = static_cast<T>(number.signed_value);
      return true;
    }
    const double whole = std::trunc(number.double_value);  // NaN fails both comparisons
    const double limit = std::ldexp(1.0, std::numeric_limits<T>::digits);
    const bool is_wide = sizeof(T) == 8;  // there the least value is also what literals out of range round to
    if (!(whole < limit) ||
        (std::is_signed_v<T> ? !(whole > -limit || (whole == -limit && !is_wide)) : !(whole >= 0)))
      return false;
    out = static_cast<T>(whole);
    return true;
  }
}

// Writes the text of AppendNumber at `out`, which has room for kMostNumberBytes; returns its end.
inline constexpr size_t kMostNumberBytes = 48;
char* PutNumber(char* out, double value);
char* PutNumber(char* out, float value);
char* PutNumber(char* out, Half value);
char* PutNumber(char* out, int32_t value);

// Shortest text that reads back as the same number; an exponent only below 1e-6 and from 1e15 on ("1e15",
// "1.5e-7").
void AppendNumber(std::string& out, double value);
void AppendNumber(std::string& out, float value);
// Six significant digits, which hold every half.
void AppendNumber(std::string& out, Half value);
// Six significant digits where they hold the value (as usd-core prints time codes), the shortest text
// otherwise.
void AppendTime(std::string& out, double value);
void AppendNumber(std::string& out, uint64_t value);
void AppendNumber(std::string& out, int64_t value);

}  // namespace strata::format::text
