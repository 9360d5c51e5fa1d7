#include "strata/pipeline/time_code_range.h"

#include <charconv>
#include <cmath>
#include <optional>

namespace strata::pipeline {

namespace {

Diagnostic Malformed(std::string_view text, std::string_view why) {
  return Diagnostic(kFrameSpecMalformed,
                    "'" + std::string(text) + "' names no frames: " + std::string(why) + ".", {},
                    "Write START, START:END or START:ENDxSTRIDE, as in 1, 1:24 or 101:110x0.5.");
}

// Takes a number off the front of `text`.
std::optional<double> TakeNumber(std::string_view& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number)) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

bool Take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Result<TimeCodeRange> TimeCodeRange::FromFrameSpec(std::string_view text) {
  std::string_view rest = text;
  const std::optional<double> start = TakeNumber(rest);
  if (!start) return Malformed(text, "it does not begin with a number");
  TimeCodeRange range{*start, *start, 1};
  if (rest.empty()) return range;
  if (!Take(rest, ':')) return Malformed(text, "a ':' should stand between the first and the last");
  const std::optional<double> end = TakeNumber(rest);
  if (!end) return Malformed(text, "no number stands behind ':'");
  range.end = *end;
  range.stride = range.end < range.start ? -1 : 1;
  if (!rest.empty()) {
    const std::optional<double> stride = Take(rest, 'x') ? TakeNumber(rest) : std::nullopt;
    if (!stride || !rest.empty()) return Malformed(text, "behind the last there is no 'x' with a number");
    if (*stride == 0) return Malformed(text, "a stride of 0 gets nowhere");
    if (*stride * range.stride < 0) return Malformed(text, "its stride leads away from its end");
    range.stride = *stride;
  }
  if ((range.end - range.start) / range.stride >= static_cast<double>(kMaxCount))
    return Malformed(text, "they would be more than ten million");
  return range;
}

size_t TimeCodeRange::Count() const {
  constexpr double kOfAStride = 1e-6;
  return static_cast<size_t>(std::floor((end - start) / stride + kOfAStride)) + 1;
}

std::vector<double> TimeCodeRange::List() const {
  std::vector<double> times(Count());
  for (size_t i = 0; i < times.size(); ++i) times[i] = start + static_cast<double>(i) * stride;
  return times;
}

}  // namespace strata::pipeline
