// Predicates of path patterns: read, checked and written in one canonical form.
#pragma once

#include <string>
#include <string_view>

namespace strata {

// Reads the predicate whose first character is text[offset] up to the '}' that closes it, and moves `offset`
// behind that. Returns its canonical text; false with `wanted` set where it is malformed.
bool ParsePathPredicate(std::string_view text, size_t& offset, std::string& canonical, std::string& wanted);

}  // namespace strata
