// Finds names that a mistyped one may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata::asset {

// Up to three of `names` that differ from `name` by few edits, nearest first, then by bytes.
std::vector<std::string> FindSimilarNames(std::string_view name, const std::vector<std::string>& names);

}  // namespace strata::asset
