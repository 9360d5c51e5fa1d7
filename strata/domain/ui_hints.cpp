#include "strata/domain/ui_hints.h"

#include "strata/layer/fields.h"

namespace strata::domain {

namespace {

using layer::GetFieldNames;

// An entry of uiHints, of its type, else the older field of the same name.
template <class T, class Object>
T Find(const Object& object, const char* key, Token older = Token()) {
  const Value hint = object.GetMetadataByDictKey(GetFieldNames().uiHints, key);
  if (const T* found = hint.template GetIf<T>()) return *found;
  return older.IsEmpty() ? T() : object.GetMetadata(older).GetOr(T());
}

template <class T>
T FindIn(const Dictionary& groups, std::string_view group) {
  const Value* value = groups.Find(group);
  return value ? value->GetOr(T()) : T();
}

Result<void> Set(stage::Editor& editor, Path path, std::string_view key, Value value, Token older = Token()) {
  if (!older.IsEmpty()) STRATA_CHECK(editor.SetMetadata(path, older, value));
  return editor.SetMetadataByDictKey(path, GetFieldNames().uiHints, key, std::move(value));
}

std::string MakeGroupKey(const char* key, std::string_view group) {
  return std::string(key) + ':' + std::string(group);
}

}  // namespace

std::string PrimHints::GetDisplayName() const {
  return Find<std::string>(prim_, "displayName", GetFieldNames().displayName);
}
bool PrimHints::IsHidden() const {
  return Find<bool>(prim_, "hidden", GetFieldNames().hidden);
}
Dictionary PrimHints::GetDisplayGroupsExpanded() const {
  return Find<Dictionary>(prim_, "displayGroupsExpanded");
}
bool PrimHints::IsDisplayGroupExpanded(std::string_view group) const {
  return FindIn<bool>(GetDisplayGroupsExpanded(), group);
}
Dictionary PrimHints::GetDisplayGroupsShownIf() const {
  return Find<Dictionary>(prim_, "displayGroupsShownIf");
}
std::string PrimHints::GetDisplayGroupShownIf(std::string_view group) const {
  return FindIn<std::string>(GetDisplayGroupsShownIf(), group);
}

Result<void> PrimHints::SetDisplayName(stage::Editor& editor, const std::string& name) const {
  return Set(editor, prim_.GetPath(), "displayName", Value(name), GetFieldNames().displayName);
}
Result<void> PrimHints::SetHidden(stage::Editor& editor, Hidden hidden) const {
  return Set(editor, prim_.GetPath(), "hidden", Value(hidden == Hidden::kYes), GetFieldNames().hidden);
}
Result<void> PrimHints::SetDisplayGroupExpanded(stage::Editor& editor, std::string_view group,
                                                Expanded expanded) const {
  return Set(editor, prim_.GetPath(), MakeGroupKey("displayGroupsExpanded", group),
             Value(expanded == Expanded::kYes));
}
Result<void> PrimHints::SetDisplayGroupShownIf(stage::Editor& editor, std::string_view group,
                                               const std::string& condition) const {
  return Set(editor, prim_.GetPath(), MakeGroupKey("displayGroupsShownIf", group), Value(condition));
}

std::string PropertyHints::GetDisplayName() const {
  return Find<std::string>(property_, "displayName", GetFieldNames().displayName);
}
std::string PropertyHints::GetDisplayGroup() const {
  return Find<std::string>(property_, "displayGroup", GetFieldNames().displayGroup);
}
bool PropertyHints::IsHidden() const {
  return Find<bool>(property_, "hidden", GetFieldNames().hidden);
}
std::string PropertyHints::GetShownIf() const {
  return Find<std::string>(property_, "shownIf");
}
Dictionary PropertyHints::GetValueLabels() const {
  return Find<Dictionary>(property_, "valueLabels");
}
Array<Token> PropertyHints::GetValueLabelsOrder() const {
  return Find<Array<Token>>(property_, "valueLabelsOrder");
}

Result<void> PropertyHints::SetDisplayName(stage::Editor& editor, const std::string& name) const {
  return Set(editor, property_.GetPath(), "displayName", Value(name), GetFieldNames().displayName);
}
Result<void> PropertyHints::SetDisplayGroup(stage::Editor& editor, const std::string& group) const {
  return Set(editor, property_.GetPath(), "displayGroup", Value(group), GetFieldNames().displayGroup);
}
Result<void> PropertyHints::SetHidden(stage::Editor& editor, PrimHints::Hidden hidden) const {
  return Set(editor, property_.GetPath(), "hidden", Value(hidden == PrimHints::Hidden::kYes),
             GetFieldNames().hidden);
}
Result<void> PropertyHints::SetShownIf(stage::Editor& editor, const std::string& condition) const {
  return Set(editor, property_.GetPath(), "shownIf", Value(condition));
}
Result<void> PropertyHints::SetValueLabels(stage::Editor& editor, Dictionary labels) const {
  return Set(editor, property_.GetPath(), "valueLabels", Value(std::move(labels)));
}
Result<void> PropertyHints::SetValueLabelsOrder(stage::Editor& editor, Array<Token> order) const {
  return Set(editor, property_.GetPath(), "valueLabelsOrder", Value(std::move(order)));
}

}  // namespace strata::domain
