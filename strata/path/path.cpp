// What a path is and what it consists of.
#include "strata/path/path.h"

#include <algorithm>

#include "strata/path/path_table.h"

namespace strata {

using path_table::Get;
using path_table::Node;

namespace {

Token GetExpressionToken() {
  static const Token token("expression");
  return token;
}

bool IsPrimKind(PathElement element) {
  return element == PathElement::kPrim || element == PathElement::kParent ||
         element == PathElement::kReflexiveRelative;
}

// The nearest ancestor-or-self that is not part of the property.
Path GetOwner(Path path) {
  while (Get(path).flags & path_table::kHasProperty) path = path.GetParent();
  return path;
}

bool IsSeparatedBySlash(const Node& node) {
  if (node.element != PathElement::kPrim && node.element != PathElement::kParent) return false;
  PathElement before = Get(node.parent).element;
  return before == PathElement::kPrim || before == PathElement::kParent ||
         before == PathElement::kAbsoluteRoot;
}

// The chain of nodes from the first element to this one.
void CollectChain(Path path, std::vector<uint32_t>& chain) {
  chain.clear();
  chain.reserve(path.GetElementCount());
  for (uint32_t id = path.GetId(); Get(id).depth != 0; id = Get(id).parent) chain.push_back(id);
  std::reverse(chain.begin(), chain.end());
}

void AppendElement(const Node& node, std::string& out) {
  switch (node.element) {
    case PathElement::kEmpty:
    case PathElement::kAbsoluteRoot:
    case PathElement::kReflexiveRelative:
      break;
    case PathElement::kParent:
      out += "..";
      break;
    case PathElement::kPrim:
      out += Token::FromId(node.first).GetText();
      break;
    case PathElement::kVariantSelection:
      out += '{';
      out += Token::FromId(node.first).GetText();
      out += '=';
      out += Token::FromId(node.second).GetText();
      out += '}';
      break;
    case PathElement::kProperty:
    case PathElement::kRelationalAttribute:
    case PathElement::kMapperArgument:
      out += '.';
      out += Token::FromId(node.first).GetText();
      break;
    case PathElement::kMapper:
      out += ".mapper";
      [[fallthrough]];
    case PathElement::kTarget:
      out += '[';
      Path::FromId(node.first).AppendTo(out);  // as deep as kMaxTargetNesting
      out += ']';
      break;
    case PathElement::kExpression:
      out += ".expression";
      break;
  }
}

}  // namespace

void Path::AppendTo(std::string& out) const {
  const Node& self = Get(id_);
  if (self.depth == 0) {
    if (id_ == 1) out += '/';
    if (id_ == 2) out += '.';
    return;
  }
  if (self.flags & path_table::kAbsolute) out += '/';
  constexpr uint32_t kOnStack = 64;
  uint32_t few[kOnStack];
  std::vector<uint32_t> many;
  uint32_t* chain = few;
  if (self.depth > kOnStack) {
    many.resize(self.depth);
    chain = many.data();
  }
  uint32_t id = id_;
  for (uint32_t i = self.depth; i-- > 0; id = Get(id).parent) chain[i] = id;
  for (uint32_t i = 0; i < self.depth; ++i) {
    const Node& node = Get(chain[i]);
    bool is_after_parents =
        node.element == PathElement::kProperty && Get(node.parent).element == PathElement::kParent;
    if (i != 0 && (IsSeparatedBySlash(node) || is_after_parents)) out += '/';
    AppendElement(node, out);
  }
}

std::string Path::GetString() const {
  std::string text;
  AppendTo(text);
  return text;
}

PathElement Path::GetElement() const {
  return Get(id_).element;
}
bool Path::IsAbsolute() const {
  return Get(id_).flags & path_table::kAbsolute;
}
bool Path::IsAbsoluteRootOrPrim() const {
  return id_ == 1 || IsPrim();
}
bool Path::IsPrim() const {
  return IsPrimKind(GetElement());
}
bool Path::IsRootPrim() const {
  return GetElement() == PathElement::kPrim && Get(id_).parent == 1;
}
bool Path::IsPrimVariantSelection() const {
  return GetElement() == PathElement::kVariantSelection;
}
bool Path::IsPrimOrPrimVariantSelection() const {
  return IsPrim() || IsPrimVariantSelection();
}
bool Path::IsProperty() const {
  return IsPrimProperty() || IsRelationalAttribute();
}
bool Path::IsPrimProperty() const {
  return GetElement() == PathElement::kProperty;
}
bool Path::IsTarget() const {
  return GetElement() == PathElement::kTarget;
}
bool Path::IsRelationalAttribute() const {
  return GetElement() == PathElement::kRelationalAttribute;
}
bool Path::IsMapper() const {
  return GetElement() == PathElement::kMapper;
}
bool Path::IsMapperArgument() const {
  return GetElement() == PathElement::kMapperArgument;
}
bool Path::IsExpression() const {
  return GetElement() == PathElement::kExpression;
}
bool Path::ContainsPrimVariantSelection() const {
  return Get(id_).flags & path_table::kHasVariant;
}
bool Path::ContainsTarget() const {
  return Get(id_).flags & path_table::kHasTarget;
}
bool Path::ContainsProperty() const {
  return Get(id_).flags & path_table::kHasProperty;
}
uint32_t Path::GetElementCount() const {
  return Get(id_).depth;
}

Path Path::GetParent() const {
  const Node& node = Get(id_);
  if (node.element == PathElement::kParent || id_ == 2) {
    return FromId(path_table::FindOrAdd(id_, PathElement::kParent, 0, 0));
  }
  return FromId(node.parent);
}

Token Path::GetNameToken() const {
  static const Token root("/"), self("."), parent("..");
  const Node& node = Get(id_);
  switch (node.element) {
    case PathElement::kAbsoluteRoot:
      return root;
    case PathElement::kReflexiveRelative:
      return self;
    case PathElement::kParent:
      return parent;
    case PathElement::kVariantSelection:
      return Token::FromId(node.second ? node.second : node.first);
    case PathElement::kExpression:
      return GetExpressionToken();
    case PathElement::kEmpty:
    case PathElement::kTarget:
    case PathElement::kMapper:
      return Token();
    default:
      return Token::FromId(node.first);
  }
}

std::string Path::GetElementString() const {
  std::string text;
  AppendElement(Get(id_), text);
  return text;
}

Token Path::GetVariantSet() const {
  return IsPrimVariantSelection() ? Token::FromId(Get(id_).first) : Token();
}
Token Path::GetVariantSelection() const {
  return IsPrimVariantSelection() ? Token::FromId(Get(id_).second) : Token();
}

Path Path::GetTarget() const {
  for (uint32_t id = id_; Get(id).flags & path_table::kHasTarget; id = Get(id).parent) {
    const Node& node = Get(id);
    if (node.element == PathElement::kTarget || node.element == PathElement::kMapper)
      return FromId(node.first);
  }
  return Path();
}

Path Path::GetPrimPath() const {
  Path path = GetOwner(*this);
  while (path.IsPrimVariantSelection()) path = FromId(Get(path).parent);
  return Get(path).depth == 0 ? Path() : path;
}

Path Path::GetPrimOrPrimVariantSelectionPath() const {
  Path path = GetOwner(*this);
  return Get(path).depth == 0 ? Path() : path;
}

Path Path::GetAbsoluteRootOrPrimPath() const {
  return id_ == 1 ? *this : GetPrimPath();
}

std::vector<Path> Path::GetPrefixes() const {
  std::vector<uint32_t> chain;
  CollectChain(*this, chain);
  std::vector<Path> prefixes;
  prefixes.reserve(chain.size());
  for (uint32_t id : chain) prefixes.push_back(FromId(id));
  return prefixes;
}

std::vector<Path> Path::GetAllTargetsRecursively() const {
  std::vector<Path> found, pending{*this};
  while (!pending.empty()) {
    Path at = pending.back();
    pending.pop_back();
    for (; at.ContainsTarget(); at = FromId(Get(at).parent)) {
      if (!at.IsTarget() && !at.IsMapper()) continue;
      Path target = FromId(Get(at).first);
      found.push_back(target);
      pending.push_back(target);
    }
  }
  return found;
}

bool Path::HasPrefix(Path prefix) const {
  if (id_ == 0 || prefix.id_ == 0) return false;
  const Node* node = &Get(id_);
  uint32_t depth = Get(prefix.id_).depth;
  if (node->depth < depth) return false;
  uint32_t id = id_;
  for (; node->depth > depth; node = &Get(id)) id = node->parent;
  return id == prefix.id_;
}

Path Path::GetCommonPrefix(Path other) const {
  if (id_ == 0 || other.id_ == 0) return Path();
  uint32_t a = id_, b = other.id_;
  while (Get(a).depth > Get(b).depth) a = Get(a).parent;
  while (Get(b).depth > Get(a).depth) b = Get(b).parent;
  while (a != b) {
    if (Get(a).depth == 0) return Path();  // one absolute, one relative
    a = Get(a).parent;
    b = Get(b).parent;
  }
  return FromId(a);
}

void Path::RemoveDescendants(std::vector<Path>& paths) {
  if (!std::is_sorted(paths.begin(), paths.end())) std::sort(paths.begin(), paths.end());
  auto last =
      std::unique(paths.begin(), paths.end(), [](Path kept, Path next) { return next.HasPrefix(kept); });
  paths.erase(last, paths.end());
}

void Path::RemoveAncestors(std::vector<Path>& paths) {
  std::sort(paths.begin(), paths.end(), [](Path a, Path b) { return b < a; });
  auto last =
      std::unique(paths.begin(), paths.end(), [](Path kept, Path next) { return kept.HasPrefix(next); });
  paths.erase(last, paths.end());
  std::reverse(paths.begin(), paths.end());
}

}  // namespace strata
