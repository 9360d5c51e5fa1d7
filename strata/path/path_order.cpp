// The orders of paths and of names.
#include "strata/path/path.h"
#include "strata/path/path_table.h"

namespace strata {

using path_table::Get;
using path_table::Node;

namespace {

// How kinds of siblings follow each other.
int GetRank(PathElement element) {
  switch (element) {
    case PathElement::kProperty:
      return 1;
    case PathElement::kPrim:
    case PathElement::kParent:
      return 2;
    case PathElement::kVariantSelection:
      return 3;
    case PathElement::kTarget:
      return 4;
    case PathElement::kMapper:
      return 5;
    case PathElement::kExpression:
      return 6;
    default:
      return 0;
  }
}

// Both nodes have the same parent and differ.
bool SiblingLess(const Node& a, const Node& b) {
  if (GetRank(a.element) != GetRank(b.element)) return GetRank(a.element) < GetRank(b.element);
  if (a.element == PathElement::kTarget || a.element == PathElement::kMapper) {
    return Path::FromId(a.first) < Path::FromId(b.first);  // as deep as kMaxTargetNesting
  }
  if (a.first != b.first || a.element != b.element) {
    auto name = [](const Node& node) {
      return node.element == PathElement::kParent ? std::string_view("..")
                                                  : Token::FromId(node.first).GetText();
    };
    if (const int order = name(a).compare(name(b)); order != 0) return order < 0;
  }
  return Token::FromId(a.second).GetText() < Token::FromId(b.second).GetText();
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A place among characters: letters folded to lower case, so that "_" lies between digits and letters.
int GetFoldedPlace(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A' + 'a';
  return static_cast<unsigned char>(c);
}

size_t CountDigits(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

}  // namespace

bool Path::Less(Path a, Path b) {
  if (a.id_ == b.id_) return false;
  if (a.id_ == 0 || b.id_ == 0) return a.id_ == 0;
  const Node *x = &Get(a), *y = &Get(b);
  if ((x->flags ^ y->flags) & path_table::kAbsolute) return x->flags & path_table::kAbsolute;
  const uint32_t depth_a = x->depth, depth_b = y->depth;
  if (depth_a == 0 || depth_b == 0) return depth_a < depth_b;  // "/" comes before all that is below it
  uint32_t i = a.id_, k = b.id_;
  for (; x->depth > depth_b; x = &Get(i)) i = x->parent;
  for (; y->depth > depth_a; y = &Get(k)) k = y->parent;
  if (i == k) return depth_a < depth_b;
  while (x->parent != y->parent) {
    x = &Get(x->parent);
    y = &Get(y->parent);
  }
  return SiblingLess(*x, *y);
}

bool ElementOrderLess(std::string_view a, std::string_view b) {
  size_t i = 0, k = 0;
  int tie = 0;  // the first difference of case or leading zeros decides between names equal otherwise
  while (i < a.size() && k < b.size()) {
    if (IsDigit(a[i]) && IsDigit(b[k])) {
      size_t digits_a = CountDigits(a, i), digits_b = CountDigits(b, k);
      size_t zeros_a = 0, zeros_b = 0;
      while (zeros_a + 1 < digits_a && a[i + zeros_a] == '0') ++zeros_a;
      while (zeros_b + 1 < digits_b && b[k + zeros_b] == '0') ++zeros_b;
      std::string_view number_a = a.substr(i + zeros_a, digits_a - zeros_a);
      std::string_view number_b = b.substr(k + zeros_b, digits_b - zeros_b);
      if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
      if (int order = number_a.compare(number_b)) return order < 0;
      if (tie == 0 && zeros_a != zeros_b) tie = zeros_a < zeros_b ? -1 : 1;
      i += digits_a;
      k += digits_b;
      continue;
    }
    if (a[i] != b[k]) {
      int place_a = GetFoldedPlace(a[i]), place_b = GetFoldedPlace(b[k]);
      if (place_a != place_b) return place_a < place_b;
      if (tie == 0 && IsLetter(a[i])) tie = a[i] < b[k] ? -1 : 1;
    }
    ++i;
    ++k;
  }
  if (i < a.size() || k < b.size()) return k < b.size();
  return tie < 0;
}

}  // namespace strata
