// Patterns over paths: reading one, and asking whether a path fits.
#pragma once

#include "strata/path/path_expression.h"

namespace strata {

// Reads the pattern that begins at text[offset] and moves `offset` behind it; false with `wanted` set where
// there is none.
bool ParsePathPattern(std::string_view text, size_t& offset, PathPattern& pattern, std::string& wanted);

// Whether the names of `path` fit, and whether predicates remain to be asked. REQUIRES: the pattern is
// absolute.
PathExpression::Match MatchPathPattern(const PathPattern& pattern, Path path);

// Whether `name` fits a glob of * ? [a-z] [!a-z]; takes time linear in the product of their lengths.
bool MatchGlob(std::string_view glob, std::string_view name);

}  // namespace strata
