#include "strata/format/text/number.h"

#include <bit>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>

#include <fast_float/fast_float.h>

namespace strata::format::text {

namespace {

// Puts digits, the first of which stands for 10^exponent, as usda wants them. The last one is not zero,
// unless it is the only one.
char* PutDigits(char* out, const char* digits, int count, int exponent) {
  const auto put = [&out](const char* from, int length) {
    std::memcpy(out, from, static_cast<size_t>(length));
    out += length;
  };
  const auto put_zeros = [&out](int length) {
    std::memset(out, '0', static_cast<size_t>(length));
    out += length;
  };
  if (exponent < -6 || exponent >= 15) {
    *out++ = digits[0];
    if (count > 1) {
      *out++ = '.';
      put(digits + 1, count - 1);
    }
    *out++ = 'e';
    return std::to_chars(out, out + 8, exponent).ptr;
  }
  if (exponent < 0) {
    put("0.", 2);
    put_zeros(-exponent - 1);
    put(digits, count);
  } else if (count <= exponent + 1) {
    put(digits, count);
    put_zeros(exponent + 1 - count);
  } else {
    put(digits, exponent + 1);
    *out++ = '.';
    put(digits + exponent + 1, count - exponent - 1);
  }
  return out;
}

constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// The power of ten of the first digit. REQUIRES: 1e-6 <= value < 1e9.
int FindExponent(double value) {
  int exponent = 0;
  if (value >= 1) {
    while (value >= kPowers[exponent + 1]) ++exponent;
  } else {
    do --exponent;
    while (value * kPowers[-exponent] < 1);
  }
  return exponent;
}

// Puts `whole`, whose first digit stands for 10^exponent or, where rounding made it longer, for the next one.
char* PutWhole(char* out, uint64_t whole, int digit_count, int exponent) {
  char digits[24];
  int count = static_cast<int>(std::to_chars(digits, digits + sizeof digits, whole).ptr - digits);
  exponent += count - digit_count;
  while (count > 1 && digits[count - 1] == '0') --count;
  return PutDigits(out, digits, count, exponent);
}

// The shortest text of most numbers that people and programs write, without the general algorithm; null for
// others. A decimal of at most fifteen digits that reads back as the number is the only such one, so its
// digits without the zeros at the end are the shortest. Both the product and the quotient below are rounded
// once from exact operands, as reading rounds.
char* PutFewDigits(char* out, double value) {
  for (const int digit_count : {9, 15}) {
    const int exponent = FindExponent(value);
    const int scale = digit_count - 1 - exponent;
    if (scale < 0 || scale > 22) return nullptr;
    const double whole = std::nearbyint(value * kPowers[scale]);
    if (whole / kPowers[scale] == value)
      return PutWhole(out, static_cast<uint64_t>(whole), digit_count, exponent);
  }
  return nullptr;
}

// The same for floats. A decimal reads back as the float when it is nearer to it than half the distance to
// the next float. Doubles tell that unless the two are as good as equal. REQUIRES: below 2^24.
char* PutFewDigits(char* out, float number) {
  const double value = static_cast<double>(number);
  const uint32_t bits = std::bit_cast<uint32_t>(number);
  // Below a power of two the next float is nearer.
  const bool is_power = (bits & 0x7FFFFF) == 0;
  const double unit = std::bit_cast<double>(uint64_t{(bits >> 23 & 0xFF) + 1023 - 127 - 24} << 52);
  const double reach = is_power ? unit / 2 : unit;
  const int exponent = FindExponent(value);
  for (int digit_count = 6; digit_count <= 9; ++digit_count) {
    const int scale = digit_count - 1 - exponent;
    if (scale < 0) continue;
    if (scale > 22) return nullptr;
    const double scaled = value * kPowers[scale];
    const double whole = std::nearbyint(scaled);
    const double off = std::abs(whole - scaled), limit = reach * kPowers[scale];
    if (off < limit * 0.999999) {
      // Where two decimals are as near, the general algorithm decides.
      if (off > 0.499999) return nullptr;
      return PutWhole(out, static_cast<uint64_t>(whole), digit_count, exponent);
    }
    if (is_power || off < limit * 1.000001) return nullptr;
  }
  return nullptr;
}

// The shortest text that reads back as the number; at most kMostNumberBytes of it.
template <class T>
char* PutShortest(char* out, T value) {
  if (!std::isfinite(value)) {
    const std::string_view text = std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
  }
  if (std::signbit(value)) {
    *out++ = '-';
    value = -value;
  }
  if (value == 0) {
    *out++ = '0';
    return out;
  }
  // All whole floats below the bound are apart by one or less: none of their digits can be left out.
  constexpr T kBound = sizeof(T) == 4 ? T(1 << 24) : T(1e9);
  if (value >= T(1e-5) && value < kBound) {
    if (value == std::trunc(value)) return std::to_chars(out, out + 12, static_cast<uint32_t>(value)).ptr;
    if (char* end = PutFewDigits(out, value)) return end;
  }
  char text[40];
  const char* end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  char digits[24];
  int count = 0;
  const char* p = text;
  for (; p != end && *p != 'e'; ++p)
    if (*p != '.') digits[count++] = *p;
  int exponent = 0;
  if (p != end) {
    ++p;
    if (*p == '+') ++p;
    std::from_chars(p, end, exponent);
  }
  while (count > 1 && digits[count - 1] == '0') --count;
  return PutDigits(out, digits, count, exponent);
}

template <class T>
void AppendShortest(std::string& out, T value) {
  char text[kMostNumberBytes];
  out.append(text, static_cast<size_t>(PutShortest(text, value) - text));
}

// As printf's %g, whatever the locale.
size_t FormatSixDigits(char* text, size_t size, double value) {
  return static_cast<size_t>(std::to_chars(text, text + size, value, std::chars_format::general, 6).ptr -
                             text);
}

}  // namespace

Number ParseNumber(const char* begin, const char* end) {
  Number number;
  const char* p = begin;
  const bool negative = p != end && *p == '-';
  if (negative) ++p;
  if (p != end && (*p == 'i' || *p == 'n')) {
    const double infinity = std::numeric_limits<double>::infinity();
    number.double_value = *p == 'n'  ? std::numeric_limits<double>::quiet_NaN()
                          : negative ? -infinity
                                     : infinity;
    return number;
  }
  uint64_t value = 0;
  const std::from_chars_result whole = std::from_chars(p, end, value);
  if (whole.ec == std::errc() && whole.ptr == end) {
    if (!negative) {
      number.kind = Number::Kind::kUnsigned;
      number.unsigned_value = value;
      return number;
    }
    if (value != 0 && value <= uint64_t{1} << 63) {
      number.kind = Number::Kind::kSigned;
      number.signed_value = static_cast<int64_t>(0 - value);
      return number;
    }
  }
  double result = 0;
  const auto parsed = fast_float::from_chars(begin, end, result);
  if (parsed.ec != std::errc()) result = std::strtod(std::string(begin, end).c_str(), nullptr);
  number.double_value = result;
  return number;
}

char* PutNumber(char* out, double value) {
  return PutShortest(out, value);
}
char* PutNumber(char* out, float value) {
  return PutShortest(out, value);
}
char* PutNumber(char* out, Half value) {
  const float wide = value;
  if (!std::isfinite(wide)) return PutShortest(out, wide);
  return out + FormatSixDigits(out, kMostNumberBytes, static_cast<double>(wide));
}
char* PutNumber(char* out, int32_t value) {
  return std::to_chars(out, out + kMostNumberBytes, value).ptr;
}

void AppendNumber(std::string& out, double value) {
  AppendShortest(out, value);
}
void AppendNumber(std::string& out, float value) {
  AppendShortest(out, value);
}

void AppendNumber(std::string& out, Half value) {
  char text[kMostNumberBytes];
  out.append(text, static_cast<size_t>(PutNumber(text, value) - text));
}

void AppendTime(std::string& out, double value) {
  if (!std::isfinite(value)) return AppendShortest(out, value);
  char text[32];
  const size_t length = FormatSixDigits(text, sizeof text, value);
  double back = 0;
  std::from_chars(text, text + length, back);
  if (back == value)
    out.append(text, length);
  else
    AppendShortest(out, value);
}

void AppendNumber(std::string& out, uint64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void AppendNumber(std::string& out, int64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace strata::format::text
