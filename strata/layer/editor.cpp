#include "strata/layer/editor.h"

#include <algorithm>

namespace strata::layer {

LayerEditor::LayerEditor(Layer& layer) : layer_(layer), block_(layer) {
  layer_.dirty_ = true;
  ++layer_.revision_;
}

LayerEditor::~LayerEditor() = default;

Change* LayerEditor::Note(Path path) {
  return layer_.listeners_.empty() ? nullptr : &layer_.pending_.by_path[path];
}

void LayerEditor::NoteField(Path path, Token field, const Value* before) {
  Change* change = Note(path);
  if (!change) return;
  for (const Change::FieldChange& known : change->fields)
    if (known.field == field) return;
  change->fields.push_back(
      {field, before ? *before : Value(), Value()});  // `after` is looked up when announced
}

SpecStore::SpecIndex LayerEditor::CreateSpec(Path path, SpecType type) {
  SpecStore& content = layer_.content_;
  const SpecStore::SpecIndex known = content.FindIndex(path);
  if (known != SpecStore::kNoSpec) {
    content.SetType(known, type);
    return known;
  }
  const SpecStore::SpecIndex created = content.Create(path, type);
  if (Change* change = Note(path)) change->spec_added = true;
  Child child;
  const Path parent = GetSpecParent(path, &child);
  const SpecStore::SpecIndex owner = content.FindIndex(parent);
  if (owner == SpecStore::kNoSpec) return created;
  if (child.target.IsEmpty()) {
    // Grown in place: making n children costs n steps.
    Value* listed = content.GetMutableField(owner, child.field);
    TokenVector* names = listed ? listed->GetMutable<TokenVector>() : nullptr;
    // A name that outlived its spec keeps its place; looking for one is only needed where specs were erased.
    if (names && erased_any_ && std::find(names->begin(), names->end(), child.name) != names->end())
      return created;
    if (names)
      names->push_back(child.name);
    else
      content.SetField(owner, child.field, Value(TokenVector{child.name}));
  } else {
    if (content.GetType(owner) == SpecType::kAttribute) child.field = GetFieldNames().connectionChildren;
    Value* listed = content.GetMutableField(owner, child.field);
    if (PathVector* targets = listed ? listed->GetMutable<PathVector>() : nullptr)
      targets->push_back(child.target);
    else
      content.SetField(owner, child.field, Value(PathVector{child.target}));
  }
  if (Change* change = Note(parent)) change->children_changed = true;
  return created;
}

void LayerEditor::CreateVariantSet(Path owner, Token set) {
  const FieldNames& names = GetFieldNames();
  CreateSpec(owner.AppendVariantSelection(set, Token()), SpecType::kVariantSet);
  const Value* known = layer_.content_.GetField(owner, names.variantSetNames);
  StringListOp list = known ? known->GetOr(StringListOp()) : StringListOp();
  const std::string name = set.GetString();
  const std::vector<std::string> listed = list.GetAppliedItems();
  if (std::find(listed.begin(), listed.end(), name) != listed.end()) return;
  std::erase(list.deleted_items, name);
  auto& items = list.is_explicit ? list.explicit_items : list.prepended_items;
  items.insert(items.begin(), name);
  SetField(owner, names.variantSetNames, Value(std::move(list)));
}

void LayerEditor::CreatePrimsUpTo(Path path) {
  const FieldNames& names = GetFieldNames();
  std::vector<Path> missing;
  for (Path p = path; !p.IsEmpty() && !layer_.content_.Has(p); p = p.GetParent()) missing.push_back(p);
  for (auto p = missing.rbegin(); p != missing.rend(); ++p) {
    if (!p->IsPrimVariantSelection()) {
      CreateSpec(*p, SpecType::kPrim);
    } else {
      if (!layer_.content_.Has(p->GetParent().AppendVariantSelection(p->GetVariantSet(), Token())))
        CreateVariantSet(p->GetParent(), p->GetVariantSet());
      if (p->GetVariantSelection().IsEmpty()) continue;
      CreateSpec(*p, SpecType::kVariant);
    }
    layer_.content_.SetField(*p, names.specifier, Value(Specifier::kOver));
  }
}

void LayerEditor::SetField(Path path, Token field, Value value) {
  SpecStore& content = layer_.content_;
  const SpecStore::SpecIndex spec = content.FindIndex(path);
  if (spec == SpecStore::kNoSpec) return;
  NoteField(path, field, content.GetField(spec, field));
  content.SetField(spec, field, std::move(value));
}

Value* LayerEditor::EditField(Path path, Token field) {
  SpecStore& content = layer_.content_;
  const SpecStore::SpecIndex spec = content.FindIndex(path);
  Value* value = spec == SpecStore::kNoSpec ? nullptr : content.GetMutableField(spec, field);
  if (value) NoteField(path, field, value);
  return value;
}

void LayerEditor::NoteReplaced(Path path) {
  if (Change* change = Note(path)) change->content_replaced = true;
}

void LayerEditor::EraseSpecs(const std::vector<Path>& paths) {
  erased_any_ = erased_any_ || !paths.empty();
  for (const Path path : paths) {
    const SpecStore::SpecView spec = layer_.content_.Find(path);
    if (!spec) continue;
    if (Change* change = Note(path)) {
      change->spec_removed = true;
      for (const SpecStore::Field& field : spec) NoteField(path, field.name, &field.value);
    }
    layer_.content_.Erase(path);
  }
}

void LayerEditor::EraseTree(Path path) {
  SpecStore& content = layer_.content_;
  EraseSpecs(ListSpecTree(content, path));
  Child child;
  const Path parent = GetSpecParent(path, &child);
  const SpecStore::SpecIndex owner = content.FindIndex(parent);
  if (owner == SpecStore::kNoSpec) return;
  if (!child.target.IsEmpty() && content.GetType(owner) == SpecType::kAttribute)
    child.field = GetFieldNames().connectionChildren;
  Value* listed = content.GetMutableField(owner, child.field);
  if (!listed) return;
  bool is_empty = false;
  if (TokenVector* names = listed->GetMutable<TokenVector>()) {
    // What was made last is often removed first.
    const auto found = std::find(names->rbegin(), names->rend(), child.name);
    if (found != names->rend()) names->erase(std::next(found).base());
    is_empty = names->empty();
  } else if (PathVector* targets = listed->GetMutable<PathVector>()) {
    std::erase(*targets, child.target);
    is_empty = targets->empty();
  }
  if (is_empty) content.EraseField(owner, child.field);
  if (Change* change = Note(parent)) change->children_changed = true;
}

void LayerEditor::ReplaceAll(SpecStore content) {
  layer_.content_ = std::move(content);
  if (!layer_.content_.Has(Path::AbsoluteRoot()))
    layer_.content_.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
  if (layer_.listeners_.empty()) return;
  layer_.pending_.by_path.clear();
  layer_.pending_.by_path[Path::AbsoluteRoot()].content_replaced = true;
}

void LayerEditor::Announce(Layer& layer) {
  if (layer.pending_.IsEmpty()) return;
  ChangeList changes = std::move(layer.pending_);
  layer.pending_ = ChangeList();
  for (auto& [path, change] : changes.by_path) {
    const SpecStore::SpecView spec = layer.content_.Find(path);
    for (Change::FieldChange& field : change.fields)
      if (const Value* now = spec.Find(field.field)) field.after = *now;
  }
  // A listener may add or remove listeners, and edit: it is called on a copy, with nothing pending.
  const auto listeners = layer.listeners_;
  for (const auto& [id, listener] : listeners) listener(layer, changes);
}

}  // namespace strata::layer
