// Values in one line, for people.
#pragma once

#include <string>

#include "strata/value/value.h"

namespace strata::inspect {

// A value in one line of at most about `width` bytes, long arrays and dictionaries cut with their size; no
// control characters.
std::string SummarizeValue(const Value& value, size_t width);

}  // namespace strata::inspect
