#include "strata/format/crate/numbering.h"

#include <algorithm>

#include "strata/format/crate/value_kinds.h"

namespace strata::format::crate {
namespace {

constexpr std::string_view kUnnamedToken = "-";
constexpr uint32_t kNone = IdMap::kNone;

uint32_t AsBits(int32_t number) {
  return static_cast<uint32_t>(number);
}

// How files spell the last element of a path: properties of prims by a negative token.
uint32_t NumberElement(Path path, TokenNumbers& tokens) {
  switch (path.GetElement()) {
    case PathElement::kPrim:
      return tokens.Add(path.GetNameToken());
    case PathElement::kProperty:
      return AsBits(-static_cast<int32_t>(tokens.Add(path.GetNameToken())));
    case PathElement::kAbsoluteRoot:
      return tokens.Add(Token());
    default:
      return tokens.Add(path.GetElementString());
  }
}

// Children of each node in the order of their numbers.
struct Family {
  uint32_t first_child = kNone, last_child = kNone, next_sibling = kNone;
};

}  // namespace

void IdMap::AddPage(size_t page) {
  pages_[page] = std::make_unique_for_overwrite<uint32_t[]>(kPageSize);
  std::fill_n(pages_[page].get(), kPageSize, kNone);
}

TokenNumbers::TokenNumbers() {
  AddText(kUnnamedToken);
}

uint32_t TokenNumbers::AddText(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) unwritable_ = text;
  texts_.push_back(text);
  return static_cast<uint32_t>(texts_.size() - 1);
}

uint32_t TokenNumbers::Add(std::string_view text) {
  bool is_interned = false;
  const Token token = Token::Find(text, &is_interned);
  if (is_interned) return Add(token);
  const auto found = by_text_.find(text);
  if (found != by_text_.end()) return found->second;
  const std::string& kept = owned_.emplace_back(text);
  const uint32_t number = AddText(kept);
  by_text_.emplace(kept, number);
  return number;
}

uint32_t TokenNumbers::AddString(std::string_view text) {
  const uint32_t token = Add(text);
  if (token >= string_of_token_.size())
    string_of_token_.resize(std::max<size_t>(token + 1, string_of_token_.size() * 2), kNone);
  uint32_t& number = string_of_token_[token];
  if (number == kNone) {
    number = static_cast<uint32_t>(strings_.size());
    strings_.push_back(token);
  }
  return number;
}

size_t TokenNumbers::AppendTexts(std::string& out) const {
  size_t bytes = out.size();
  for (const std::string_view text : texts_) bytes += text.size() + 1;
  out.reserve(bytes);
  for (const std::string_view text : texts_) {
    out.append(text);
    out += '\0';
  }
  return texts_.size();
}

PathTree PathNumbers::MakeTree(TokenNumbers& tokens) {
  const uint32_t root = Add(Path::AbsoluteRoot());
  std::vector<uint32_t> parents;
  parents.reserve(paths_.size());
  for (size_t i = 0; i < paths_.size(); ++i) {  // grows by the ancestors that it meets
    const Path parent = paths_[i].GetParent();
    parents.push_back(parent.IsEmpty() ? kNone : Add(parent));
  }
  const size_t count = paths_.size();
  std::vector<Family> families(count);
  for (uint32_t i = 0; i < count; ++i) {
    if (parents[i] == kNone) continue;
    Family& parent = families[parents[i]];
    (parent.first_child == kNone ? parent.first_child : families[parent.last_child].next_sibling) = i;
    parent.last_child = i;
  }

  PathTree tree;
  tree.paths.reserve(count);
  tree.elements.reserve(count);
  tree.jumps.reserve(count);
  std::vector<uint32_t> open;  // places in the tree of ancestors that have a sibling
  uint32_t node = root;
  for (;;) {
    const Family& family = families[node];
    const auto place = static_cast<uint32_t>(tree.paths.size());
    tree.paths.push_back(node);
    tree.elements.push_back(NumberElement(paths_[node], tokens));
    const bool has_sibling = family.next_sibling != kNone;
    if (family.first_child != kNone) {
      tree.jumps.push_back(AsBits(kJumpChildNext));
      if (has_sibling) open.push_back(place);
      node = family.first_child;
      continue;
    }
    tree.jumps.push_back(AsBits(has_sibling ? kJumpSiblingNext : kJumpLeaf));
    if (has_sibling) {
      node = family.next_sibling;
      continue;
    }
    if (open.empty()) return tree;
    const uint32_t last = open.back();
    open.pop_back();
    tree.jumps[last] = static_cast<uint32_t>(tree.paths.size()) - last;
    node = families[tree.paths[last]].next_sibling;
  }
}

}  // namespace strata::format::crate
