// Times at a steady pace, as people name them: "1:24", "101:110x0.5".   (UsdUtilsTimeCodeRange)
#pragma once

#include <string_view>
#include <vector>

#include "strata/base/result.h"

namespace strata::pipeline {

inline constexpr DiagnosticCode kFrameSpecMalformed{"pipeline.frame-spec-malformed", Severity::kError,
                                                    "A text that should name frames does not."};

struct TimeCodeRange {
  double start = 0, end = 0;
  double stride = 1;  // negative where the end is before the start; never zero

  static constexpr size_t kMaxCount = 10'000'000;

  // A frame spec: "START", "START:END" or "START:ENDxSTRIDE". An error where it is none, where the stride
  // leads away from the end, or where there would be more than kMaxCount times.
  static Result<TimeCodeRange> FromFrameSpec(std::string_view text);

  size_t Count() const;  // both ends included, an end that rounding misses by little too
  std::vector<double> List() const;
};

}  // namespace strata::pipeline
