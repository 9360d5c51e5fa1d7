#include "strata/asset/similar.h"

#include <algorithm>
#include <utility>

namespace strata::asset {

namespace {

char Fold(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Edits from one to the other (insert, erase, replace, swap of neighbours; letters of either case alike);
// more than `limit` is limit + 1.
size_t CountEdits(std::string_view a, std::string_view b, size_t limit) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit) return limit + 1;
  std::vector<size_t> before_last, last(a.size() + 1), row(a.size() + 1);
  for (size_t i = 0; i <= a.size(); ++i) row[i] = i;
  for (size_t j = 1; j <= b.size(); ++j) {
    before_last = std::exchange(last, row);
    row[0] = j;
    size_t least = j;
    for (size_t i = 1; i <= a.size(); ++i) {
      const size_t replaced = last[i - 1] + (Fold(a[i - 1]) != Fold(b[j - 1]));
      row[i] = std::min({replaced, last[i] + 1, row[i - 1] + 1});
      const bool is_swapped =
          i > 1 && j > 1 && Fold(a[i - 1]) == Fold(b[j - 2]) && Fold(a[i - 2]) == Fold(b[j - 1]);
      if (is_swapped) row[i] = std::min(row[i], before_last[i - 2] + 1);
      least = std::min(least, row[i]);
    }
    if (least > limit) return limit + 1;
  }
  return row.back();
}

}  // namespace

std::vector<std::string> FindSimilarNames(std::string_view name, const std::vector<std::string>& names) {
  constexpr size_t kLongestName = 256;
  constexpr size_t kMostShown = 3;
  if (name.empty() || name.size() > kLongestName) return {};
  const size_t limit = std::max<size_t>(1, std::min<size_t>(4, name.size() / 3));
  std::vector<std::pair<size_t, std::string>> found;
  for (const std::string& other : names) {
    if (other == name) continue;
    const size_t edits = CountEdits(name, other, limit);
    if (edits <= limit) found.emplace_back(edits, other);
  }
  std::sort(found.begin(), found.end());
  if (found.size() > kMostShown) found.resize(kMostShown);
  std::vector<std::string> out;
  for (auto& [edits, other] : found) out.push_back(std::move(other));
  return out;
}

}  // namespace strata::asset
