#include "strata/layer/journal.h"

#include <algorithm>

#include <fmt/format.h>

#include "strata/layer/editor.h"
#include "strata/layer/validate.h"

namespace strata::layer {

namespace {

using Kind = JournalStep::Kind;

JournalStep Reverse(const JournalStep& step) {
  JournalStep reversed = step;
  switch (step.kind) {
    case Kind::kCreate:
      reversed.kind = Kind::kErase;
      break;
    case Kind::kErase:
      reversed.kind = Kind::kCreate;
      break;
    case Kind::kInsertChild:
      reversed.kind = Kind::kRemoveChild;
      break;
    case Kind::kRemoveChild:
      reversed.kind = Kind::kInsertChild;
      break;
    case Kind::kSetType:
    case Kind::kSetField:
    case Kind::kReplaceAll:
      break;
  }
  std::swap(reversed.before, reversed.after);
  std::swap(reversed.type, reversed.old_type);
  if (step.kind == Kind::kCreate || step.kind == Kind::kErase) reversed.type = step.type;
  std::swap(reversed.content, reversed.old_content);
  return reversed;
}

// As equal as values can be: what is not a number equals nothing, itself included.
bool AreSame(const Value& a, const Value& b) {
  return a == b || (a.GetType() == b.GetType() && !(a == a) && !(b == b));
}

// Whether the children field holds the child at the place that a step names, or has room for it there.
bool FitsChild(const SpecStore& content, const JournalStep& step) {
  const Value* listed = content.GetField(step.path, step.field);
  const auto* names = listed ? listed->GetIf<TokenVector>() : nullptr;
  const auto* targets = listed ? listed->GetIf<PathVector>() : nullptr;
  const size_t size = names ? names->size() : targets ? targets->size() : 0;
  if (step.kind == Kind::kInsertChild) return step.index <= size && content.Has(step.path);
  if (step.index >= size) return false;
  return names ? (*names)[step.index] == step.name : (*targets)[step.index] == step.target;
}

// Whether a step can be taken on what is there now.
bool Fits(const SpecStore& content, const JournalStep& step) {
  const SpecStore::SpecView spec = content.Find(step.path);
  switch (step.kind) {
    case Kind::kCreate:
      return !spec;
    case Kind::kErase:
      if (!spec || spec.GetType() != step.type || spec.GetFieldCount() != step.fields.size()) return false;
      return std::all_of(step.fields.begin(), step.fields.end(), [&](const SpecStore::Field& field) {
        const Value* now = spec.Find(field.name);
        return now && AreSame(*now, field.value);
      });
    case Kind::kSetType:
      return spec && spec.GetType() == step.old_type;
    case Kind::kSetField: {
      const Value* now = spec.Find(step.field);
      return spec && (now ? AreSame(*now, step.before) : step.before.IsEmpty());
    }
    case Kind::kInsertChild:
    case Kind::kRemoveChild:
      return FitsChild(content, step);
    case Kind::kReplaceAll:
      return step.content != nullptr;
  }
  return false;
}

}  // namespace

Journal Journal::GetInverse() const {
  Journal inverse;
  inverse.steps.reserve(steps.size());
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) inverse.steps.push_back(Reverse(*step));
  return inverse;
}

Result<void> Layer::Apply(const Journal& journal) {
  STRATA_CHECK(CheckEditable(*this, Path::AbsoluteRoot()));
  const ChangeList pending = pending_;
  const size_t recorded = journal_.steps.size();
  const bool was_dirty = dirty_;
  LayerEditor editor(*this);
  for (size_t i = 0; i < journal.steps.size(); ++i) {
    const JournalStep& step = journal.steps[i];
    if (Fits(content_, step)) {
      editor.Take(step);
      continue;
    }
    while (i-- > 0) editor.Take(Reverse(journal.steps[i]));
    pending_ = pending;
    journal_.steps.resize(recorded);
    dirty_ = was_dirty;
    return MakeRefusal(*this, step.path,
                       fmt::format("The layer is not as it was at <{}> when this edit was made or undone.",
                                   step.path.GetString()),
                       "Undo the edits that came in between first, the last one first.");
  }
  return {};
}

}  // namespace strata::layer
