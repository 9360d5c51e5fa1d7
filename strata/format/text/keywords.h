// The reserved words of usda.
#pragma once

#include <string_view>

namespace strata::format::text {

// Whether `word` may not be used as a type name, a metadata field without a rule of its own, or a bare value.
bool IsKeyword(std::string_view word);

}  // namespace strata::format::text
