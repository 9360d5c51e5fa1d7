#include "strata/format/crate/path_tree.h"

#include <algorithm>
#include <limits>

namespace strata::format::crate {

namespace {

// The set and the selection of "{set=selection}".
bool SplitVariant(std::string_view text, std::string_view& set, std::string_view& selection) {
  if (text.size() < 3 || text.front() != '{' || text.back() != '}') return false;
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  set = text.substr(1, equals - 1);
  selection = text.substr(equals + 1, text.size() - equals - 2);
  return Path::IsValidIdentifier(set) && (selection.empty() || Path::IsValidVariantName(selection));
}

}  // namespace

void PathTree::ClassifyTokens() {
  token_kinds_.resize(tokens_->size());
  token_is_property_.resize(tokens_->size());
  constexpr uint8_t kUsedAsPrim = 1, kUsedAsProperty = 2;
  std::vector<uint8_t> uses(tokens_->size());
  for (uint32_t i = 1; i < count_; ++i)
    uses[elements_[i] & ~kIsProperty] |= elements_[i] & kIsProperty ? kUsedAsProperty : kUsedAsPrim;
  for (size_t i = 0; i < uses.size(); ++i) {
    if (uses[i] == 0) continue;
    const std::string_view text = (*tokens_)[i].GetText();
    if (uses[i] & kUsedAsProperty) token_is_property_[i] = Path::IsValidNamespacedIdentifier(text);
    if (!(uses[i] & kUsedAsPrim)) continue;
    std::string_view set, selection;
    Kind kind = Kind::kInvalid;
    if (Path::IsValidIdentifier(text))
      kind = Kind::kPrim;
    else if (text.starts_with('{'))
      kind = SplitVariant(text, set, selection) ? Kind::kVariant : Kind::kInvalid;
    else if (text.starts_with('[') || text.starts_with('.'))
      kind = Kind::kOther;
    token_kinds_[i] = static_cast<uint8_t>(kind);
  }
}

PathTree::Problem PathTree::Build(const Structure& structure, uint32_t budget) {
  tokens_ = &structure.tokens;
  count_ = structure.path_numbers.size;
  numbers_ = structure.path_count;
  const auto damaged = [](uint32_t place, const char* what) { return Problem{true, false, place, what}; };
  if (structure.path_elements.size != count_ || structure.path_jumps.size != count_)
    return damaged(0, "its three arrays have different sizes");
  parents_.reset(new uint32_t[count_]);
  elements_.reset(new uint32_t[count_]);
  places_.reset(new uint32_t[numbers_]);
  ids_.reset(new std::atomic<uint32_t>[count_]);
  std::fill_n(places_.get(), numbers_, kNoPlace);

  struct Open {
    uint32_t sibling;  // where the next child of the same parent stands
    uint32_t parent;
    uint32_t depth;
  };
  std::vector<Open> open;
  uint32_t parent = kNoPlace, depth = 0;
  const auto tokens = static_cast<uint32_t>(tokens_->size());
  for (uint32_t i = 0; i < count_; ++i) {
    const uint32_t number = structure.path_numbers[i];
    if (number >= numbers_) return damaged(i, "it names a path that there is not");
    if (places_[number] != kNoPlace) return damaged(i, "it names a path twice");
    places_[number] = i;
    const auto element = static_cast<int32_t>(structure.path_elements[i]);
    const uint32_t token = element < 0 ? 0u - static_cast<uint32_t>(element) : static_cast<uint32_t>(element);
    if (token >= tokens || token >= kIsProperty) return damaged(i, "its element is no token");
    parents_[i] = parent;
    elements_[i] = structure.GetFirstAlike(token) | (element < 0 ? kIsProperty : 0);
    const auto jump = static_cast<int32_t>(structure.path_jumps[i]);
    const bool is_last = i + 1 == count_;
    if (i == 0 && jump >= 0) return damaged(i, "the root has siblings");
    if (jump > 0) {
      const auto sibling = static_cast<uint64_t>(i) + static_cast<uint32_t>(jump);
      if (sibling <= i + 1 || sibling >= count_ || (!open.empty() && sibling >= open.back().sibling))
        return damaged(i, "its sibling is out of place");
      open.push_back({static_cast<uint32_t>(sibling), parent, depth});
    }
    if (jump == kJumpChildNext || jump > 0) {
      if (is_last) return damaged(i, "its child is missing");
      parent = i;
      if (++depth > budget) return {true, true, i, "it is nested too deep"};
    } else if (jump == kJumpSiblingNext) {
      if (is_last) return damaged(i, "its sibling is missing");
    } else if (jump == kJumpLeaf) {
      if (open.empty()) {
        if (!is_last) return damaged(i, "places follow the end of the tree");
        break;
      }
      parent = open.back().parent;
      depth = open.back().depth;
    } else {
      return damaged(i, "its jump leads nowhere");
    }
    // Below a child with a sibling pending, places go on up to that sibling and no farther.
    if (!open.empty() && open.back().sibling == i + 1) {
      if (jump != kJumpLeaf) return damaged(i, "its sibling is out of place");
      open.pop_back();
    } else if (jump == kJumpLeaf) {
      return damaged(i, "places are missing after it");
    }
  }
  if (!open.empty()) return damaged(count_, "siblings are missing");
  ClassifyTokens();
  return {};
}

Path PathTree::Append(Path parent, uint32_t place) const {
  const Token token = (*tokens_)[GetToken(place)];
  switch (GetKind(place)) {
    case Kind::kRoot:
      return Path::AbsoluteRoot();
    case Kind::kPrim:
      return parent.AppendChild(token);
    case Kind::kProperty:
      return parent.IsTarget() ? parent.AppendRelationalAttribute(token) : parent.AppendProperty(token);
    case Kind::kVariant: {
      std::string_view set, selection;
      SplitVariant(token.GetText(), set, selection);
      return parent.AppendVariantSelection(Token(set), Token(selection));
    }
    case Kind::kOther: {
      // "[/target]", ".mapper[/target]", ".expression", ...: as the text of the whole path tells.
      return Path(parent.GetString().append(token.GetText()));
    }
    case Kind::kInvalid:
      break;
  }
  return Path();
}

Path PathTree::GetPath(uint32_t place) const {
  uint32_t id = ids_[place].load(std::memory_order_relaxed);
  if (id != kUnknown) return id == kNone ? Path() : Path::FromId(id);
  std::vector<uint32_t> chain;
  uint32_t at = place;
  Path path;
  for (; at != kNoPlace; at = parents_[at]) {
    id = ids_[at].load(std::memory_order_relaxed);
    if (id != kUnknown) {
      path = id == kNone ? Path() : Path::FromId(id);
      break;
    }
    chain.push_back(at);
  }
  for (auto down = chain.rbegin(); down != chain.rend(); ++down) {
    const bool is_root = *down == 0;
    path = is_root || !path.IsEmpty() ? Append(path, *down) : Path();
    ids_[*down].store(path.IsEmpty() ? kNone : path.GetId(), std::memory_order_relaxed);
  }
  return path;
}

}  // namespace strata::format::crate
