// Which characters make names: the XID classes of Unicode 15.1, with the ASCII part as a table.
#pragma once

#include <cstddef>
#include <string_view>

namespace strata::identifier {

bool IsXidStart(char32_t code_point);     // without "_"
bool IsXidContinue(char32_t code_point);  // with "_"

// How many bytes at `offset` form an identifier (0 if none does), and the like for the other kinds of names.
size_t MatchIdentifier(std::string_view text, size_t offset);
size_t MatchNamespacedIdentifier(std::string_view text, size_t offset);  // longest that ends in an identifier
size_t MatchVariantSetName(std::string_view text, size_t offset);  // an identifier that may also hold "-"
size_t MatchVariantName(std::string_view text, size_t offset);

}  // namespace strata::identifier
