#include "strata/layer/children.h"

#include <unordered_set>

namespace strata::layer {

Path GetChildPath(Path parent, const Child& child) {
  const FieldNames& names = GetFieldNames();
  if (child.field == names.primChildren) return parent.AppendChild(child.name);
  if (child.field == names.properties)
    return parent.IsTarget() ? parent.AppendRelationalAttribute(child.name)
                             : parent.AppendProperty(child.name);
  if (child.field == names.variantSetChildren) return parent.AppendVariantSelection(child.name, Token());
  if (child.field == names.variantChildren)
    return parent.GetParent().AppendVariantSelection(parent.GetVariantSet(), child.name);
  if (child.field == names.targetChildren || child.field == names.connectionChildren)
    return parent.AppendTarget(child.target);
  return Path();
}

Path GetSpecParent(Path path, Child* child) {
  const FieldNames& names = GetFieldNames();
  const auto answer = [child](Path parent, Token field, Token name, Path target = Path()) {
    if (child) *child = Child{field, name, target};
    return parent;
  };
  switch (path.GetElement()) {
    case PathElement::kPrim:
      return answer(path.GetParent(), names.primChildren, path.GetNameToken());
    case PathElement::kProperty:
    case PathElement::kRelationalAttribute:
      return answer(path.GetParent(), names.properties, path.GetNameToken());
    case PathElement::kVariantSelection: {
      const Path owner = path.GetParent();
      if (path.GetVariantSelection().IsEmpty())
        return answer(owner, names.variantSetChildren, path.GetVariantSet());
      return answer(owner.AppendVariantSelection(path.GetVariantSet(), Token()), names.variantChildren,
                    path.GetVariantSelection());
    }
    case PathElement::kTarget:
      return answer(path.GetParent(), names.targetChildren, Token(), path.GetTarget());
    default:
      return Path();
  }
}

std::vector<Child> ListChildren(const SpecStore& content, Path parent) {
  const FieldNames& names = GetFieldNames();
  const SpecStore::SpecView spec = content.Find(parent);
  std::vector<Child> children;
  for (const Token field : {names.properties, names.targetChildren, names.connectionChildren,
                            names.primChildren, names.variantSetChildren, names.variantChildren}) {
    const Value* listed = spec.Find(field);
    if (!listed) continue;
    if (const auto* tokens = listed->GetIf<TokenVector>()) {
      for (const Token name : *tokens) children.push_back({field, name, Path()});
    } else if (const auto* paths = listed->GetIf<PathVector>()) {
      for (const Path target : *paths) children.push_back({field, Token(), target});
    }
  }
  return children;
}

std::vector<Path> ListSpecTree(const SpecStore& content, Path root) {
  std::vector<Path> found;
  std::vector<Path> open{root};
  while (!open.empty()) {
    const Path path = open.back();
    open.pop_back();
    if (!content.Has(path)) continue;
    found.push_back(path);
    const std::vector<Child> children = ListChildren(content, path);
    for (auto child = children.rbegin(); child != children.rend(); ++child)
      open.push_back(GetChildPath(path, *child));
  }
  return found;
}

size_t CountSpecsAsOpenUsd(const SpecStore& content, TargetCounting counting) {
  const FieldNames& names = GetFieldNames();
  size_t count = 0;
  std::unordered_set<Path> unique;
  content.VisitSpecs([&](Path, const SpecStore::SpecView& spec) {
    const SpecType type = spec.GetType();
    if (type == SpecType::kRelationshipTarget || type == SpecType::kConnection) return;
    ++count;
    if (type != SpecType::kAttribute && type != SpecType::kRelationship) return;
    const Value* edited = spec.Find(type == SpecType::kAttribute ? names.connectionPaths : names.targetPaths);
    const auto* list = edited ? edited->GetIf<PathListOp>() : nullptr;
    if (!list) return;
    unique.clear();
    unique.insert(list->explicit_items.begin(), list->explicit_items.end());
    unique.insert(list->added_items.begin(), list->added_items.end());
    if (counting == TargetCounting::kAsCrate) {
      unique.insert(list->prepended_items.begin(), list->prepended_items.end());
      unique.insert(list->appended_items.begin(), list->appended_items.end());
    }
    count += unique.size();
  });
  return count;
}

}  // namespace strata::layer
