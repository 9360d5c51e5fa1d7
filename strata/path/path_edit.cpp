// Paths made from other paths.
#include <algorithm>
#include <atomic>

#include "strata/path/identifier.h"
#include "strata/path/path.h"
#include "strata/path/path_table.h"

namespace strata {

using path_table::Find;
using path_table::FindOrAdd;
using path_table::Get;
using path_table::Node;

namespace {

bool IsParentToken(Token name) {
  return name == std::string_view("..");
}

// Names seen valid lately, prims' and properties' apart: the same few are appended again and again.
constexpr uint32_t kKnownNames = 4096;
constinit std::atomic<uint32_t> known_prim_names[kKnownNames];
constinit std::atomic<uint32_t> known_property_names[kKnownNames];

bool IsKnown(const std::atomic<uint32_t>* names, Token name) {
  return !name.IsEmpty() && names[name.GetId() % kKnownNames].load(std::memory_order_relaxed) == name.GetId();
}
void Remember(std::atomic<uint32_t>* names, Token name) {
  names[name.GetId() % kKnownNames].store(name.GetId(), std::memory_order_relaxed);
}

// What may stand before a prim name, apart from "/".
bool TakesChild(PathElement element) {
  return element == PathElement::kPrim || element == PathElement::kAbsoluteRoot ||
         element == PathElement::kVariantSelection || element == PathElement::kReflexiveRelative ||
         element == PathElement::kParent;
}

bool TakesTarget(PathElement element) {
  return element == PathElement::kProperty || element == PathElement::kRelationalAttribute;
}

uint32_t AddTarget(uint32_t parent, PathElement element, Path target) {
  if (target.IsEmpty() || !TakesTarget(Get(parent).element)) return 0;
  if (Get(target).nesting >= path_table::kMaxTargetNesting) return 0;
  return FindOrAdd(parent, element, target.GetId(), 0);
}

// The elements of `path` below its ancestor `base`, deepest first. REQUIRES: path.HasPrefix(base).
std::vector<uint32_t> CollectBelow(Path path, Path base) {
  std::vector<uint32_t> below;
  for (uint32_t id = path.GetId(); id != base.GetId(); id = Get(id).parent) below.push_back(id);
  return below;
}

Path FixTarget(Path target, Path old_prefix, Path new_prefix) {
  return target.ReplacePrefix(old_prefix, new_prefix, Path::TargetFix::kFixTargets);
}

// Targets are relative to the prim that owns the property.
Path MakeTargetsAbsolute(Path path) {
  Path result = path;
  while (result.ContainsTarget()) result = Path::FromId(Get(result).parent);
  Path owner = result.GetPrimPath();
  if (owner.IsEmpty()) owner = Path::AbsoluteRoot();
  std::vector<uint32_t> below = CollectBelow(path, result);
  for (size_t i = below.size(); i-- > 0 && !result.IsEmpty();) {
    const Node& node = Get(below[i]);
    Path target = Path::FromId(node.first);
    if (node.element == PathElement::kTarget)
      result = result.AppendTarget(target.MakeAbsolute(owner));
    else if (node.element == PathElement::kMapper)
      result = result.AppendMapper(target.MakeAbsolute(owner));
    else
      result = result.AppendElementOf(Path::FromId(below[i]));
  }
  return result;
}

}  // namespace

// A node that exists was checked when it was made, so names are looked at only when one is new.
Path Path::AppendChild(Token name) const {
  if (!TakesChild(GetElement())) return Path();
  if (!IsKnown(known_prim_names, name)) {
    if (uint32_t id = Find(id_, PathElement::kPrim, name.GetId(), 0)) return FromId(id);
    if (IsParentToken(name)) return GetParent();
    if (!IsValidIdentifier(name.GetText())) return Path();
    Remember(known_prim_names, name);
  }
  return FromId(FindOrAdd(id_, PathElement::kPrim, name.GetId(), 0));
}

void Path::PrefetchProperty(Token name) const {
  path_table::table.index.Prefetch(path_table::HashKey(id_, PathElement::kProperty, name.GetId(), 0));
}

void Path::Reserve(size_t more) {
  constexpr size_t kMost = size_t{1} << 24;  // the table grows for those who really come; it never shrinks
  path_table::table.index.Reserve(std::min(more, kMost));
}

Path Path::AppendProperty(Token name) const {
  PathElement element = GetElement();
  if (!TakesChild(element) || element == PathElement::kAbsoluteRoot) return Path();
  if (!IsKnown(known_property_names, name)) {
    if (uint32_t id = Find(id_, PathElement::kProperty, name.GetId(), 0)) return FromId(id);
    if (!IsValidNamespacedIdentifier(name.GetText())) return Path();
    Remember(known_property_names, name);
  }
  return FromId(FindOrAdd(id_, PathElement::kProperty, name.GetId(), 0));
}

Path Path::AppendVariantSelection(Token set, Token selection) const {
  if (!IsPrimOrPrimVariantSelection()) return Path();
  if (uint32_t id = Find(id_, PathElement::kVariantSelection, set.GetId(), selection.GetId()))
    return FromId(id);
  std::string_view set_text = set.GetText();
  // Wider than what parses: files name sets as they name variants.
  if (set.IsEmpty() ||
      (identifier::MatchVariantSetName(set_text, 0) != set_text.size() && !IsValidVariantName(set_text)))
    return Path();
  if (!selection.IsEmpty() && !IsValidVariantName(selection.GetText())) return Path();
  return FromId(FindOrAdd(id_, PathElement::kVariantSelection, set.GetId(), selection.GetId()));
}

Path Path::AppendTarget(Path target) const {
  return FromId(AddTarget(id_, PathElement::kTarget, target));
}

Path Path::AppendRelationalAttribute(Token name) const {
  // The grammar ends a target of a relational attribute there.
  if (!IsTarget() || Get(Get(id_).parent).element != PathElement::kProperty) return Path();
  if (!IsValidNamespacedIdentifier(name.GetText())) return Path();
  return FromId(FindOrAdd(id_, PathElement::kRelationalAttribute, name.GetId(), 0));
}

Path Path::AppendMapper(Path target) const {
  return FromId(AddTarget(id_, PathElement::kMapper, target));
}

Path Path::AppendMapperArgument(Token name) const {
  if (!IsMapper() || !IsValidIdentifier(name.GetText())) return Path();
  return FromId(FindOrAdd(id_, PathElement::kMapperArgument, name.GetId(), 0));
}

Path Path::AppendExpression() const {
  if (!TakesTarget(GetElement())) return Path();
  return FromId(FindOrAdd(id_, PathElement::kExpression, 0, 0));
}

Path Path::AppendElementOf(Path other) const {
  const Node& node = Get(other.id_);
  Token name = Token::FromId(node.first);
  switch (node.element) {
    case PathElement::kParent:
      return TakesChild(GetElement()) ? GetParent() : Path();
    case PathElement::kPrim:
      return AppendChild(name);
    case PathElement::kVariantSelection:
      return AppendVariantSelection(name, Token::FromId(node.second));
    case PathElement::kProperty:
      return AppendProperty(name);
    case PathElement::kRelationalAttribute:
      return AppendRelationalAttribute(name);
    case PathElement::kTarget:
      return AppendTarget(FromId(node.first));
    case PathElement::kMapper:
      return AppendMapper(FromId(node.first));
    case PathElement::kMapperArgument:
      return AppendMapperArgument(name);
    case PathElement::kExpression:
      return AppendExpression();
    default:
      return Path();
  }
}

Path Path::AppendPath(Path relative) const {
  if (id_ == 0 || relative.id_ == 0 || relative.IsAbsolute()) return Path();
  if (relative.id_ == 2) return *this;
  std::vector<uint32_t> elements = CollectBelow(relative, ReflexiveRelative());
  Path result = *this;
  for (size_t i = elements.size(); i-- > 0 && !result.IsEmpty();)
    result = result.AppendElementOf(FromId(elements[i]));
  return result;
}

Path Path::ReplaceName(Token name) const {
  switch (GetElement()) {
    case PathElement::kReflexiveRelative:
    case PathElement::kParent:
    case PathElement::kPrim:
      return GetParent().AppendChild(name);
    case PathElement::kProperty:
      return GetParent().AppendProperty(name);
    case PathElement::kRelationalAttribute:
      return GetParent().AppendRelationalAttribute(name);
    case PathElement::kMapperArgument:
      return GetParent().AppendMapperArgument(name);
    default:
      return Path();
  }
}

Path Path::ReplaceTarget(Path target) const {
  if (!ContainsTarget()) return *this;
  if (target.IsEmpty()) return Path();
  Path at = *this;
  while (!at.IsTarget() && !at.IsMapper()) at = FromId(Get(at).parent);
  Path owner = FromId(Get(at).parent);
  Path result = at.IsTarget() ? owner.AppendTarget(target) : owner.AppendMapper(target);
  std::vector<uint32_t> below = CollectBelow(*this, at);
  for (size_t i = below.size(); i-- > 0 && !result.IsEmpty();)
    result = result.AppendElementOf(FromId(below[i]));
  return result;
}

Path Path::ReplacePrefix(Path old_prefix, Path new_prefix, TargetFix fix) const {
  if (id_ == 0 || old_prefix == new_prefix) return *this;
  if (old_prefix.IsEmpty() || new_prefix.IsEmpty()) return Path();
  if (*this == old_prefix) return new_prefix;
  bool has_prefix = HasPrefix(old_prefix);
  bool fixes = fix == TargetFix::kFixTargets && ContainsTarget();
  if (!has_prefix && !fixes) return *this;
  // Elements above the first target stay as they are unless the prefix is replaced.
  Path kept = old_prefix;
  if (!has_prefix) {
    for (kept = *this; kept.ContainsTarget();) kept = FromId(Get(kept).parent);
  }
  std::vector<uint32_t> below = CollectBelow(*this, kept);
  Path result = has_prefix ? new_prefix : kept;
  for (size_t i = below.size(); i-- > 0 && !result.IsEmpty();) {
    const Node& node = Get(below[i]);
    bool is_target = node.element == PathElement::kTarget || node.element == PathElement::kMapper;
    if (!is_target || !fixes) {
      result = result.AppendElementOf(FromId(below[i]));
      continue;
    }
    Path target = FixTarget(FromId(node.first), old_prefix, new_prefix);  // as deep as kMaxTargetNesting
    result = node.element == PathElement::kTarget ? result.AppendTarget(target) : result.AppendMapper(target);
  }
  return result;
}

Path Path::MakeAbsolute(Path anchor) const {
  if (id_ == 0) return Path();
  bool is_anchor = anchor.IsAbsolute() && !anchor.ContainsProperty();
  if (!is_anchor) return Path();
  Path absolute = IsAbsolute() ? *this : anchor.AppendPath(*this);
  return absolute.ContainsTarget() ? MakeTargetsAbsolute(absolute) : absolute;
}

Path Path::MakeRelative(Path anchor) const {
  if (id_ == 0 || !anchor.IsAbsolute() || anchor.ContainsProperty()) return Path();
  if (!IsAbsolute()) {
    Path absolute = MakeAbsolute(anchor);
    return absolute.IsEmpty() ? Path() : absolute.MakeRelative(anchor);
  }
  Path common = GetCommonPrefix(anchor);
  Path result = ReflexiveRelative();
  for (uint32_t n = anchor.GetElementCount() - common.GetElementCount(); n > 0; --n)
    result = result.GetParent();
  std::vector<uint32_t> below = CollectBelow(*this, common);
  for (size_t i = below.size(); i-- > 0 && !result.IsEmpty();)
    result = result.AppendElementOf(FromId(below[i]));
  return result;
}

Path Path::StripAllVariantSelections() const {
  if (!ContainsPrimVariantSelection()) return *this;
  Path base = *this;
  while (base.ContainsPrimVariantSelection()) base = FromId(Get(base).parent);
  std::vector<uint32_t> below = CollectBelow(*this, base);
  Path result = base;
  for (size_t i = below.size(); i-- > 0 && !result.IsEmpty();) {
    if (Get(below[i]).element != PathElement::kVariantSelection)
      result = result.AppendElementOf(FromId(below[i]));
  }
  return result;
}

}  // namespace strata
