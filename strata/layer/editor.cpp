#include "strata/layer/editor.h"

#include <algorithm>
#include <utility>

#include "strata/layer/thread_change_block.h"

namespace strata::layer {

LayerEditor::LayerEditor(Layer& layer) : layer_(layer), block_(layer) {
  ThreadChangeBlock::Hold(layer);
  layer_.dirty_ = true;
  ++layer_.revision_;
}

LayerEditor::~LayerEditor() {
  for (size_t i : unsettled_) {
    JournalStep& step = layer_.journal_.steps[i];
    if (const Value* now = layer_.content_.GetField(step.path, step.field)) step.after = *now;
  }
}

namespace {

template <class Listeners, class... Arguments>
void CallEach(const Listeners& listeners, const Arguments&... arguments) {
  if (!listeners) return;
  for (const auto& [id, listener] : *listeners) {
    try {
      listener(arguments...);
    } catch (...) {  // the edit is done, whatever a listener thinks of it
    }
  }
}

}  // namespace

void Layer::Send(const LayerNotice& notice) const {
  CallEach(HoldListeners(notice_listeners_), *this, notice);
}

Change* LayerEditor::Note(Path path) {
  return layer_.is_watched_.load(std::memory_order_acquire) ? &layer_.pending_.by_path[path] : nullptr;
}

JournalStep* LayerEditor::Record(JournalStep::Kind kind, Path path) {
  if (!layer_.is_recorded_.load(std::memory_order_acquire)) return nullptr;
  JournalStep& step = layer_.journal_.steps.emplace_back();
  step.kind = kind;
  step.path = path;
  return &step;
}

// The step whose `after` is to be told; null when nobody records.
JournalStep* LayerEditor::RecordField(Path path, Token field, const Value* before) {
  if (!layer_.is_recorded_.load(std::memory_order_acquire)) return nullptr;
  std::vector<JournalStep>& steps = layer_.journal_.steps;
  const bool is_known = !steps.empty() && steps.back().kind == JournalStep::Kind::kSetField &&
                        steps.back().path == path && steps.back().field == field;
  if (is_known) return &steps.back();
  JournalStep* step = Record(JournalStep::Kind::kSetField, path);
  step->field = field;
  if (before) step->before = *before;
  return step;
}

void LayerEditor::NoteChangedField(Change& change, Token field, const Value* before) {
  for (const Change::FieldChange& known : change.fields)
    if (known.field == field) return;
  change.fields.push_back(
      {field, before ? *before : Value(), Value()});  // `after` is looked up when announced
}

void LayerEditor::NoteField(Path path, Token field, const Value* before) {
  if (Change* change = Note(path)) NoteChangedField(*change, field, before);
}

SpecStore::SpecIndex LayerEditor::CreateSpec(Path path, SpecType type, std::optional<uint32_t> place) {
  SpecStore& content = layer_.content_;
  const SpecStore::SpecIndex known = content.FindIndex(path);
  if (known != SpecStore::kNoSpec) {
    const SpecType old_type = content.GetType(known);
    if (old_type == type) return known;
    if (JournalStep* step = Record(JournalStep::Kind::kSetType, path)) {
      step->type = type;
      step->old_type = old_type;
    }
    content.SetType(known, type);
    return known;
  }
  const SpecStore::SpecIndex created = content.Create(path, type);
  if (Change* change = Note(path)) change->spec_added = true;
  if (JournalStep* step = Record(JournalStep::Kind::kCreate, path)) step->type = type;
  Child child;
  const Path parent = GetSpecParent(path, &child);
  const SpecStore::SpecIndex owner = content.FindIndex(parent);
  if (owner == SpecStore::kNoSpec) return created;
  if (!child.target.IsEmpty() && content.GetType(owner) == SpecType::kAttribute)
    child.field = GetFieldNames().connectionChildren;
  // A name that outlived its spec keeps its place; looking for one is only needed where specs were erased.
  const Value* listed = content.GetField(owner, child.field);
  const TokenVector* names = listed ? listed->GetIf<TokenVector>() : nullptr;
  if (names && erased_any_ && std::find(names->begin(), names->end(), child.name) != names->end())
    return created;
  const PathVector* targets = listed ? listed->GetIf<PathVector>() : nullptr;
  const auto size = static_cast<uint32_t>(names ? names->size() : targets ? targets->size() : 0);
  InsertChild(parent, child, std::min(place.value_or(size), size));
  return created;
}

// Grown in place: making n children costs n steps.
void LayerEditor::InsertChild(Path parent, const Child& child, uint32_t index) {
  SpecStore& content = layer_.content_;
  const SpecStore::SpecIndex owner = content.FindIndex(parent);
  Value* listed = content.GetMutableField(owner, child.field);
  if (child.target.IsEmpty()) {
    if (TokenVector* names = listed ? listed->GetMutable<TokenVector>() : nullptr)
      names->insert(names->begin() + index, child.name);
    else
      content.SetField(owner, child.field, Value(TokenVector{child.name}));
  } else if (PathVector* targets = listed ? listed->GetMutable<PathVector>() : nullptr) {
    targets->insert(targets->begin() + index, child.target);
  } else {
    content.SetField(owner, child.field, Value(PathVector{child.target}));
  }
  RecordChild(JournalStep::Kind::kInsertChild, parent, child, index);
}

void LayerEditor::RemoveChild(Path parent, const Child& child, uint32_t index) {
  SpecStore& content = layer_.content_;
  const SpecStore::SpecIndex owner = content.FindIndex(parent);
  Value* listed = content.GetMutableField(owner, child.field);
  bool is_empty = false;
  if (TokenVector* names = listed->GetMutable<TokenVector>()) {
    names->erase(names->begin() + index);
    is_empty = names->empty();
  } else if (PathVector* targets = listed->GetMutable<PathVector>()) {
    targets->erase(targets->begin() + index);
    is_empty = targets->empty();
  }
  if (is_empty) content.EraseField(owner, child.field);
  RecordChild(JournalStep::Kind::kRemoveChild, parent, child, index);
}

void LayerEditor::RecordChild(JournalStep::Kind kind, Path parent, const Child& child, uint32_t index) {
  if (Change* change = Note(parent)) change->children_changed = true;
  JournalStep* step = Record(kind, parent);
  if (!step) return;
  step->field = child.field;
  step->name = child.name;
  step->target = child.target;
  step->index = index;
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
    SetField(*p, names.specifier, Value(Specifier::kOver));
  }
}

void LayerEditor::SetField(Path path, Token field, Value value) {
  SpecStore& content = layer_.content_;
  const SpecStore::SpecIndex spec = content.FindIndex(path);
  if (spec == SpecStore::kNoSpec) return;
  const Value* before = content.GetField(spec, field);
  NoteField(path, field, before);
  if (JournalStep* step = RecordField(path, field, before)) step->after = value;
  content.SetField(spec, field, std::move(value));
}

// Who keeps the value as it was makes the edit copy it.
Value* LayerEditor::EditField(Path path, Token field) {
  SpecStore& content = layer_.content_;
  const SpecStore::SpecIndex spec = content.FindIndex(path);
  Value* value = spec == SpecStore::kNoSpec ? nullptr : content.GetMutableField(spec, field);
  if (!value) return nullptr;
  NoteField(path, field, layer_.wants_all_before_.load(std::memory_order_acquire) ? value : nullptr);
  if (RecordField(path, field, value)) unsettled_.push_back(layer_.journal_.steps.size() - 1);
  return value;
}

// Not noted as a change: what holds the copies is noted as replaced.
void LayerEditor::CreateCopy(Path path, SpecType type, std::vector<SpecStore::Field> fields) {
  SpecStore& content = layer_.content_;
  SpecStore::SpecIndex spec = content.FindIndex(path);
  const bool is_new = spec == SpecStore::kNoSpec;
  if (is_new) spec = content.Create(path, type);
  for (const SpecStore::Field& field : fields) {
    JournalStep* step = is_new ? nullptr : RecordField(path, field.name, content.GetField(spec, field.name));
    if (step) step->after = field.value;
    content.SetField(spec, field.name, field.value);
  }
  JournalStep* step = is_new ? Record(JournalStep::Kind::kCreate, path) : nullptr;
  if (!step) return;
  step->type = type;
  step->fields = std::move(fields);
}

void LayerEditor::NoteReplaced(Path path) {
  if (Change* change = Note(path)) change->content_replaced = true;
}

void LayerEditor::EraseSpecs(const std::vector<Path>& paths) {
  erased_any_ = erased_any_ || !paths.empty();
  for (const Path path : paths) {
    const SpecStore::SpecView spec = layer_.content_.Find(path);
    if (!spec) continue;
    if (JournalStep* step = Record(JournalStep::Kind::kErase, path)) {
      step->type = spec.GetType();
      for (const SpecStore::Field& field : spec) step->fields.push_back(field);
    }
    if (Change* change = Note(path)) {
      change->spec_removed = true;
      for (const SpecStore::Field& field : spec) NoteChangedField(*change, field.name, &field.value);
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
  const Value* listed = content.GetField(owner, child.field);
  if (!listed) return;
  if (const TokenVector* names = listed->GetIf<TokenVector>()) {
    // What was made last is often removed first.
    const auto found = std::find(names->rbegin(), names->rend(), child.name);
    if (found != names->rend()) RemoveChild(parent, child, static_cast<uint32_t>(names->rend() - found - 1));
  } else if (const PathVector* targets = listed->GetIf<PathVector>()) {
    const auto found = std::find(targets->begin(), targets->end(), child.target);
    if (found != targets->end()) RemoveChild(parent, child, static_cast<uint32_t>(found - targets->begin()));
  }
}

void LayerEditor::ReplaceAll(SpecStore content) {
  NoteMetadataOfBoth(layer_.content_, content);
  Swap(std::move(content));
}

namespace {

// The fields of a spec that both contents have, as they differ.
Change CompareSpecs(const SpecStore::SpecView& before, const SpecStore::SpecView& after) {
  Change change;
  const auto note = [&](Token field, const Value* value) {
    if (IsChildrenField(field))
      change.children_changed = true;
    else
      change.fields.push_back({field, value ? *value : Value(), Value()});
  };
  for (const SpecStore::Field& field : before) {
    const Value* now = after.Find(field.name);
    if (!now || !(*now == field.value)) note(field.name, &field.value);
  }
  for (const SpecStore::Field& field : after)
    if (!before.Find(field.name)) note(field.name, nullptr);
  return change;
}

// What edits would have been told of that lead from one content to the other. Nothing where a spec becomes
// one of another kind.
std::optional<ChangeList> CompareContents(const SpecStore& before, const SpecStore& after) {
  ChangeList changes;
  bool fits = true;
  before.VisitSpecs([&](Path path, const SpecStore::SpecView& spec) {
    const SpecStore::SpecView other = after.Find(path);
    if (other) {
      fits = fits && other.GetType() == spec.GetType();
      Change change = CompareSpecs(spec, other);
      if (change.children_changed || !change.fields.empty()) changes.by_path.emplace(path, std::move(change));
      return;
    }
    Change& change = changes.by_path[path];
    change.spec_removed = true;
    for (const SpecStore::Field& field : spec) change.fields.push_back({field.name, field.value, Value()});
  });
  after.VisitSpecs([&](Path path, const SpecStore::SpecView& spec) {
    if (before.Has(path)) return;
    Change& change = changes.by_path[path];
    change.spec_added = true;
    for (const SpecStore::Field& field : spec)
      if (!IsChildrenField(field.name)) change.fields.push_back({field.name, Value(), Value()});
  });
  return fits ? std::optional(std::move(changes)) : std::nullopt;
}

}  // namespace

void LayerEditor::ReplaceByDifferences(SpecStore content) {
  const bool is_watched = layer_.is_watched_.load(std::memory_order_acquire);
  // Edits that wait to be announced know no other content than that which they were made in.
  if (!is_watched || !layer_.pending_.by_path.empty() || !content.Has(Path::AbsoluteRoot()))
    return ReplaceAll(std::move(content));
  std::optional<ChangeList> changes = CompareContents(layer_.content_, content);
  if (!changes) return ReplaceAll(std::move(content));
  layer_.pending_ = *std::move(changes);
  Swap(std::move(content));
}

void LayerEditor::Swap(SpecStore content) {
  JournalStep* step = Record(JournalStep::Kind::kReplaceAll, Path::AbsoluteRoot());
  if (step) step->old_content = std::make_shared<SpecStore>(std::move(layer_.content_));
  layer_.content_ = std::move(content);
  if (!layer_.content_.Has(Path::AbsoluteRoot()))
    layer_.content_.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
  if (step) step->content = std::make_shared<SpecStore>(layer_.content_.Clone());
}

// Nothing but "/" is noted of a content that another one replaces: its fields as they were, or as empty as
// they were.
void LayerEditor::NoteMetadataOfBoth(const SpecStore& before, const SpecStore& after) {
  if (!layer_.is_watched_.load(std::memory_order_acquire)) return;
  layer_.pending_.by_path.clear();
  Change& change = layer_.pending_.by_path[Path::AbsoluteRoot()];
  change.content_replaced = true;
  for (const SpecStore::Field& field : before.Find(Path::AbsoluteRoot()))
    if (!IsChildrenField(field.name)) NoteChangedField(change, field.name, &field.value);
  for (const SpecStore::Field& field : after.Find(Path::AbsoluteRoot()))
    if (!IsChildrenField(field.name)) NoteChangedField(change, field.name, nullptr);
}

void LayerEditor::Take(const JournalStep& step) {
  using Kind = JournalStep::Kind;
  SpecStore& content = layer_.content_;
  switch (step.kind) {
    case Kind::kCreate: {
      const SpecStore::SpecIndex created = content.Create(step.path, step.type);
      for (const SpecStore::Field& field : step.fields) content.SetField(created, field.name, field.value);
      if (JournalStep* made = Record(Kind::kCreate, step.path)) {
        made->type = step.type;
        made->fields = step.fields;
      }
      if (Change* change = Note(step.path)) {
        change->spec_added = true;
        for (const SpecStore::Field& field : step.fields) NoteChangedField(*change, field.name, nullptr);
      }
      return;
    }
    case Kind::kErase:
      return EraseSpecs({step.path});
    case Kind::kSetType: {
      if (JournalStep* made = Record(Kind::kSetType, step.path)) {
        made->type = step.type;
        made->old_type = step.old_type;
      }
      return content.SetType(content.FindIndex(step.path), step.type);
    }
    case Kind::kSetField:
      return SetField(step.path, step.field, step.after);
    case Kind::kInsertChild:
      return InsertChild(step.path, {step.field, step.name, step.target}, step.index);
    case Kind::kRemoveChild:
      return RemoveChild(step.path, {step.field, step.name, step.target}, step.index);
    case Kind::kReplaceAll:
      return ReplaceAll(step.content->Clone());
  }
}

void LayerEditor::SendNotices(Layer& layer, const ChangeList& changes) {
  using Kind = LayerNotice::Kind;
  std::vector<LayerNotice> notices;
  if (layer.dirty_ != layer.announced_dirty_) notices.push_back({Kind::kDirtinessChanged, {}, {}});
  layer.announced_dirty_ = layer.dirty_;
  const auto root = changes.by_path.find(Path::AbsoluteRoot());
  if (root != changes.by_path.end()) {
    std::vector<Token> fields;
    for (const Change::FieldChange& field : root->second.fields) fields.push_back(field.field);
    std::sort(fields.begin(), fields.end());
    for (Token field : fields) notices.push_back({Kind::kInfoDidChange, field, {}});
    if (root->second.content_replaced) {
      if (layer.is_reloading_) notices.push_back({Kind::kDidReloadContent, {}, {}});
      notices.push_back({Kind::kDidReplaceContent, {}, {}});
    }
  }
  layer.is_reloading_ = false;
  for (const LayerNotice& notice : notices) layer.Send(notice);
}

void LayerEditor::Announce(Layer& layer) {
  if (layer.pending_.IsEmpty() && layer.journal_.IsEmpty() && layer.dirty_ == layer.announced_dirty_) return;
  Journal journal = std::exchange(layer.journal_, {});
  ChangeList changes = std::exchange(layer.pending_, {});
  for (auto& [path, change] : changes.by_path) {
    const SpecStore::SpecView spec = layer.content_.Find(path);
    for (Change::FieldChange& field : change.fields)
      if (const Value* now = spec.Find(field.field)) field.after = *now;
  }
  // A listener may add or remove listeners, and edit: all in the lists of now are called, with nothing
  // pending.
  if (!journal.IsEmpty()) CallEach(layer.HoldListeners(layer.journal_listeners_), layer, journal);
  SendNotices(layer, changes);
  if (!changes.IsEmpty()) CallEach(layer.HoldListeners(layer.listeners_), layer, changes);
}

}  // namespace strata::layer
