// The fast way through big arrays of numbers: plain literals between commas and parentheses, straight into
// elements.
#pragma once

#include <cstring>
#include <type_traits>

#include "strata/format/text/number.h"
#include "strata/math/math.h"

namespace strata::format::text {

// How an element is made of scalars; kCount is 0 for types that have no fast way.
template <class T>
struct ElementShape {
  static constexpr size_t kCount = (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) ||
                                           std::is_same_v<T, Half> || std::is_same_v<T, TimeCode> ||
                                           std::is_same_v<T, Duration>
                                       ? 1
                                       : 0;
  using Scalar = T;
  static void Set(T& out, const Scalar* scalars) { out = scalars[0]; }
};
template <class S, size_t N>
struct ElementShape<Vec<S, N>> {
  static constexpr size_t kCount = N;
  using Scalar = S;
  static void Set(Vec<S, N>& out, const S* scalars) {
    for (size_t i = 0; i < N; ++i) out[i] = scalars[i];
  }
};
template <class S>
struct ElementShape<Quat<S>> {  // written real first
  static constexpr size_t kCount = 4;
  using Scalar = S;
  static void Set(Quat<S>& out, const S* scalars) {
    out.real = scalars[0];
    for (size_t i = 0; i < 3; ++i) out.imaginary[i] = scalars[i + 1];
  }
};

inline constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline bool IsDigit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

// Eight digits in one step, where the next eight bytes are digits.   (the well-known SWAR reduction)
inline bool TakeEightDigits(const char*& p, uint64_t& mantissa) {
  uint64_t word;
  std::memcpy(&word, p, 8);
  if (((word & 0xF0F0F0F0F0F0F0F0ull) | (((word + 0x0606060606060606ull) & 0xF0F0F0F0F0F0F0F0ull) >> 4)) !=
      0x3333333333333333ull)
    return false;
  word -= 0x3030303030303030ull;
  word = word * 10 + (word >> 8);
  word = (((word & 0x000000FF000000FFull) * 0x000F424000000064ull) +
          (((word >> 16) & 0x000000FF000000FFull) * 0x0000271000000001ull)) >>
         32;
  mantissa = mantissa * 100'000'000 + word;
  p += 8;
  return true;
}

// The number at `p`, which a NUL ends at the latest. False, with `p` as it was, for whatever needs the
// careful way: too many digits for exact arithmetic are read there too, so that both ways give the same
// value.
template <class S>
inline bool TakePlainNumber(const char*& p, S& out) {
  const char* q = p;
  const bool negative = *q == '-';
  q += negative;
  const char* first = q;
  uint64_t mantissa = 0;
  while (IsDigit(*q)) mantissa = mantissa * 10 + static_cast<uint64_t>(*q++ - '0');
  const size_t whole_digits = static_cast<size_t>(q - first);
  if (whole_digits == 0 || whole_digits > 18) return false;
  if (*q != '.' && (*q | 0x20) != 'e') {
    if constexpr (std::is_integral_v<S>) {
      if (mantissa > static_cast<uint64_t>(std::numeric_limits<S>::max())) return false;
      if (negative && (std::is_unsigned_v<S> || mantissa == 0)) return false;
      out = negative ? static_cast<S>(0 - static_cast<int64_t>(mantissa)) : static_cast<S>(mantissa);
    } else {
      if (negative && mantissa == 0) return false;
      if (!ConvertNumber(Number{Number::Kind::kUnsigned, {mantissa}}, out)) return false;
      if (negative) {
        if constexpr (std::is_same_v<S, TimeCode> || std::is_same_v<S, Duration>)
          out.value = -out.value;
        else
          out =
              static_cast<S>(-static_cast<std::conditional_t<std::is_same_v<S, double>, double, float>>(out));
      }
    }
    p = q;
    return true;
  }
  if constexpr (std::is_integral_v<S>) return false;
  int exponent = 0;
  if (*q == '.') {
    ++q;
    const char* fraction = q;
    TakeEightDigits(q, mantissa);
    while (IsDigit(*q)) mantissa = mantissa * 10 + static_cast<uint64_t>(*q++ - '0');
    exponent = -static_cast<int>(q - fraction);
    if (whole_digits + static_cast<size_t>(q - fraction) > 18) return false;
  }
  if ((*q | 0x20) == 'e') {
    ++q;
    const bool down = *q == '-';
    if (down || *q == '+') ++q;
    if (!IsDigit(*q)) return false;
    int value = 0;
    while (IsDigit(*q) && value < 1000) value = value * 10 + (*q++ - '0');
    exponent += down ? -value : value;
  }
  if (mantissa > uint64_t{1} << 53 || exponent < -22 || exponent > 22) return false;
  // Both operands are exact, so one rounding gives the nearest double.
  double value = static_cast<double>(mantissa);
  value = exponent < 0 ? value / kPowersOfTen[-exponent] : value * kPowersOfTen[exponent];
  if (negative) value = -value;
  Number number;
  number.double_value = value;
  p = q;
  return ConvertNumber(number, out);
}

// Where a run of elements stopped.
struct RunEnd {
  const char* cursor = nullptr;      // at an element, or right after one
  bool after_element = false;        // no comma follows it here
  uint32_t lines = 0;                // line ends passed
  const char* line_start = nullptr;  // after the last of them
};

// Reads elements from `p` (at an element) while they are plain and lie wholly before `end`, at most `max` of
// them, and not beginning at `stop` or later. Returns how many were put at `out`. Lists end at "\n" or spaces
// after commas only; anything else (comments, carriage returns, quotes) ends the run.
template <class T>
size_t ReadPlainRun(const char* p, const char* end, const char* stop, T* out, size_t max, RunEnd& result) {
  using Shape = ElementShape<T>;
  constexpr size_t kCount = Shape::kCount;
  size_t done = 0;
  result = {p, false, 0, nullptr};
  while (done < max && p < stop) {
    typename Shape::Scalar scalars[kCount == 0 ? 1 : kCount];
    const char* q = p;
    if constexpr (kCount > 1) {
      if (*q != '(') break;
      ++q;
    }
    bool good = true;
    for (size_t i = 0; i < kCount; ++i) {
      if (!TakePlainNumber(q, scalars[i])) {
        good = false;
        break;
      }
      if (i + 1 < kCount) {
        if (*q != ',') {
          good = false;
          break;
        }
        ++q;
        while (*q == ' ') ++q;
      }
    }
    if (!good) break;
    if constexpr (kCount > 1) {
      if (*q != ')') break;
      ++q;
    }
    if (q >= end) break;  // it may go on in what is not read yet
    const char* after = q;
    while (*q == ' ') ++q;
    if (*q != ',') {
      if (q >= end) break;
      Shape::Set(out[done++], scalars);
      result.cursor = after;
      result.after_element = true;
      return done;
    }
    ++q;
    uint32_t lines = 0;
    const char* line_start = nullptr;
    while (*q == ' ' || *q == '\n') {
      if (*q++ == '\n') {
        ++lines;
        line_start = q;
      }
    }
    if (q >= end) break;
    Shape::Set(out[done++], scalars);
    p = q;
    result.cursor = p;
    if (lines != 0) {
      result.lines += lines;
      result.line_start = line_start;
    }
  }
  return done;
}

}  // namespace strata::format::text
