// Edits of what arguments of file formats are composed from: fields of prims, and default values of
// attributes.
#include "strata/compose/argument_changes.h"
#include "strata/compose/change_processor.h"

namespace strata::compose {

namespace {

using Names = Cache::ArgumentNames;

bool AsksForAny(const Names& names) {
  return !names.fields.empty() || !names.attributes.empty();
}

}  // namespace

bool MayChangeArguments(const Cache& cache, const layer::ChangeList& changes) {
  return ChangeProcessor::MayChangeArguments(cache, changes);
}

bool ChangeProcessor::MayChangeArguments(const Cache& cache, const layer::ChangeList& changes) {
  const Names& names = cache.impl_->argument_names;
  if (!AsksForAny(names)) return false;
  return std::any_of(changes.by_path.begin(), changes.by_path.end(), [&](const auto& entry) {
    const auto& [path, change] = entry;
    if (path.IsPrimProperty()) return names.attributes.count(path.GetNameToken()) != 0;
    return change.spec_added || change.spec_removed || change.content_replaced ||
           std::any_of(change.fields.begin(), change.fields.end(),
                       [&](const auto& field) { return names.fields.count(field.field) != 0; });
  });
}

void ChangeProcessor::ProcessArguments(const LayerEdit& edit, uint32_t stack, Path path,
                                       const layer::Change& change) {
  const Names& names = cache_.argument_names;
  if (!AsksForAny(names)) return;
  const bool is_prim = path.IsPrimOrPrimVariantSelection();
  if (!is_prim && !path.IsPrimProperty()) return;
  if (change.content_replaced) {
    const Value unknown;
    if (is_prim)
      ProcessArgument(stack, path, {ArgumentEdit::What::kSpec, {}, unknown, unknown});
    else
      ProcessArgument(stack, path.GetParent(),
                      {ArgumentEdit::What::kAttribute, path.GetNameToken(), unknown, unknown});
    return;
  }
  for (const layer::Change::FieldChange& field : change.fields) {
    if (is_prim)
      ProcessArgument(stack, path, {ArgumentEdit::What::kField, field.field, field.before, field.after});
    else if (field.field == layer::GetFieldNames().default_)
      ProcessArgument(stack, path.GetParent(),
                      {ArgumentEdit::What::kAttribute, path.GetNameToken(), field.before, field.after});
  }
  // What a new spec was made with may not be listed.
  if (change.spec_added) ProcessArgumentsOf(edit.layer->GetContent().Find(path), stack, path);
}

// What a spec says came, or went with it.
void ChangeProcessor::ProcessArgumentsOf(const layer::SpecStore::SpecView& spec, uint32_t stack, Path path) {
  if (!AsksForAny(cache_.argument_names)) return;
  const Value nothing;
  for (const layer::SpecStore::Field& field : spec) {
    if (path.IsPrimOrPrimVariantSelection())
      ProcessArgument(stack, path, {ArgumentEdit::What::kField, field.name, nothing, field.value});
    else if (path.IsPrimProperty() && field.name == layer::GetFieldNames().default_)
      ProcessArgument(stack, path.GetParent(),
                      {ArgumentEdit::What::kAttribute, path.GetNameToken(), nothing, field.value});
  }
}

void ChangeProcessor::ProcessArgument(uint32_t stack, Path site, const ArgumentEdit& edit) {
  const Names& names = cache_.argument_names;
  using What = ArgumentEdit::What;
  if (edit.what == What::kField && !names.fields.count(edit.name)) return;
  if (edit.what == What::kAttribute && !names.attributes.count(edit.name)) return;
  const ComposedArguments::Site edited{stack, site};
  auto can_affect = [&](const ComposedArguments& composed) {
    if (!composed.DependsOn(edited)) return false;
    if (edit.what == What::kSpec) return true;
    if (edit.what == What::kField)
      return composed.fields.count(edit.name) != 0 &&
             composed.format->CanFieldChangeAffectFileFormatArguments(edit.name, edit.before, edit.after,
                                                                      composed.data);
    return composed.attributes.count(edit.name) != 0 &&
           composed.format->CanAttributeDefaultValueChangeAffectFileFormatArguments(
               edit.name, edit.before, edit.after, composed.data);
  };
  auto check = [&](Path prim) {
    const PrimIndexPtr index = cache_.indices.Find(prim);
    if (!index) return;
    const std::vector<ComposedArguments>& all = index->GetComposedArguments();
    if (std::any_of(all.begin(), all.end(), can_affect)) resynced_.push_back(prim);
  };
  VisitDependents(stack, site, check);
  // Payloads above what an arc leads to ask for what is said there.
  dependencies_->VisitBelow(stack, site, [&](Path index, Path) { check(index); });
  dependencies_->VisitSelectionsAt(stack, site, [&](Path index, Path) { check(index); });
}

}  // namespace strata::compose
