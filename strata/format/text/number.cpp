#include "strata/format/text/number.h"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>

#include <fast_float/fast_float.h>

namespace strata::format::text {

namespace {

// The digits and the exponent of the shortest text of a number, put as usda wants them.
template <class T>
void AppendShortest(std::string& out, T value) {
  if (std::isnan(value)) {
    out += "nan";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  char text[40];
  const char* end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const char* p = text;
  if (*p == '-') out += *p++;
  char digits[24];
  int count = 0;
  for (; p != end && *p != 'e'; ++p)
    if (*p != '.') digits[count++] = *p;
  int exponent = 0;
  if (p != end) {
    ++p;
    if (*p == '+') ++p;
    std::from_chars(p, end, exponent);
  }
  while (count > 1 && digits[count - 1] == '0') --count;
  if (exponent < -6 || exponent >= 15) {
    out += digits[0];
    if (count > 1) {
      out += '.';
      out.append(digits + 1, static_cast<size_t>(count - 1));
    }
    out += 'e';
    out += std::to_string(exponent);
  } else if (exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-exponent - 1), '0');
    out.append(digits, static_cast<size_t>(count));
  } else if (count <= exponent + 1) {
    out.append(digits, static_cast<size_t>(count));
    out.append(static_cast<size_t>(exponent + 1 - count), '0');
  } else {
    out.append(digits, static_cast<size_t>(exponent + 1));
    out += '.';
    out.append(digits + exponent + 1, static_cast<size_t>(count - exponent - 1));
  }
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

void AppendNumber(std::string& out, double value) {
  AppendShortest(out, value);
}
void AppendNumber(std::string& out, float value) {
  AppendShortest(out, value);
}

void AppendNumber(std::string& out, Half value) {
  const float wide = value;
  if (!std::isfinite(wide)) return AppendShortest(out, wide);
  char text[32];
  out.append(text, FormatSixDigits(text, sizeof text, static_cast<double>(wide)));
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
