#include "strata/stage/redefinition.h"

#include <algorithm>

#include "strata/layer/fields.h"
#include "strata/stage/stage.h"

namespace strata::stage {

namespace {

using compose::SpecChange;
using schema::PrimDefinition;
using schema::PropertyDefinition;

bool SaysSame(const PropertyDefinition* a, const PropertyDefinition* b) {
  if (!a || !b || a == b) return a == b;
  const auto same_field = [](const layer::SpecStore::Field& one, const layer::SpecStore::Field& other) {
    return one.name == other.name && one.value == other.value;
  };
  return a->type == b->type && a->type_name == b->type_name && a->variability == b->variability &&
         a->fallback == b->fallback && std::ranges::equal(a->metadata, b->metadata, same_field);
}

const PropertyDefinition* FindProperty(const PrimDefinition* definition, Token name) {
  return definition ? definition->FindProperty(name) : nullptr;
}

// Whether an edit of a prim's spec is of its API schemas alone. A new `over` says nothing else.
bool IsOfSchemas(const SpecChange& spec) {
  if (spec.kind != SpecChange::Kind::kEdited || spec.change->spec_removed || spec.change->content_replaced)
    return false;
  const layer::FieldNames& names = layer::GetFieldNames();
  const Value over(Specifier::kOver);
  return std::ranges::all_of(spec.change->fields, [&](const layer::Change::FieldChange& field) {
    return field.field == names.apiSchemas || layer::IsChildrenField(field.field) ||
           (spec.change->spec_added && field.field == names.specifier && field.after == over);
  });
}

bool IsPropertyOf(Path prim, Path path) {
  return path.IsPrimProperty() && path.GetPrimPath() == prim;
}

}  // namespace

void KeepRedefined(StageChanges& changes) {
  std::erase_if(changes.former, [&](const StageChanges::Former& former) {
    const Path prim = former.path;
    return std::ranges::any_of(changes.resynced,
                               [&](Path root) { return root.HasPrefix(prim) || prim.HasPrefix(root); }) ||
           std::ranges::any_of(changes.cache.specs, [&](const SpecChange& spec) {
             if (!spec.path.HasPrefix(prim)) return false;
             return spec.path == prim ? !IsOfSchemas(spec) : !IsPropertyOf(prim, spec.path);
           });
  });
}

std::vector<Token> Redefinition::FindOtherSchemas() const {
  static const std::vector<Token> kNone;
  const std::vector<Token>& before = former ? former->GetAppliedSchemas() : kNone;
  const std::vector<Token>& after = now ? now->GetAppliedSchemas() : kNone;
  std::vector<Token> others, kept, kept_before;
  for (const Token schema : after)
    (std::ranges::find(before, schema) == before.end() ? others : kept).push_back(schema);
  for (const Token schema : before)
    (std::ranges::find(after, schema) == after.end() ? others : kept_before).push_back(schema);
  if (kept != kept_before) others.insert(others.end(), kept.begin(), kept.end());
  return others;
}

std::vector<Token> Redefinition::FindOtherProperties() const {
  std::vector<Token> others;
  const auto take = [&](const PrimDefinition* definition, const PrimDefinition* other) {
    if (!definition) return;
    for (const Token name : definition->GetPropertyNames())
      if (!SaysSame(definition->FindProperty(name), FindProperty(other, name)) &&
          std::ranges::find(others, name) == others.end())
        others.push_back(name);
  };
  take(former, now);
  take(now, former);
  return others;
}

std::vector<Redefinition> FindRedefinitions(const Stage& stage, const ObjectsChanged& objects) {
  std::vector<Redefinition> found;
  const std::vector<Path>& resynced = objects.GetResyncedPaths();
  const StageChanges& changes = objects.GetChanges();
  for (const StageChanges::Former& former : changes.former) {
    if (!std::binary_search(resynced.begin(), resynced.end(), former.path)) continue;
    const Prim prim = stage.GetPrimAtPath(former.path);
    if (!prim || prim.IsInPrototype()) continue;
    Redefinition redefinition{former.path, former.definition, prim.GetPrimDefinition(), {}};
    const auto type_of = [](const PrimDefinition* definition) {
      return definition ? definition->GetSchemaType() : Token();
    };
    if (type_of(redefinition.former) != type_of(redefinition.now)) continue;
    for (const SpecChange& spec : changes.cache.specs)
      if (IsPropertyOf(former.path, spec.path)) redefinition.properties.push_back(spec.path);
    found.push_back(std::move(redefinition));
  }
  return found;
}

}  // namespace strata::stage
