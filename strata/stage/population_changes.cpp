// What edits do to the records of a stage: subtrees made anew in place, records mended, children linked.
#include <algorithm>
#include <utility>

#include <tsl/robin_set.h>

#include "strata/layer/fields.h"
#include "strata/stage/populator.h"

namespace strata::stage {

namespace {

constexpr size_t kFewRecords = 32;  // are what most edits concern

}  // namespace

// Whether nothing of the stage can stay as it is.
bool Populator::NeedsAll(const compose::CacheChanges& changes) const {
  if (!changes.resynced.empty() && changes.resynced.front().IsAbsoluteRoot()) return true;
  // Every type may have another meaning: see FindSchemaType.
  const Token field = layer::GetFieldNames().fallbackPrimTypes;
  if (stage_.is_session_heard != stage_.IsSessionHeard() &&
      stage_.session->GetField(Path::AbsoluteRoot(), field))
    return true;
  for (const compose::SpecChange& change : changes.specs) {
    if (!change.path.IsAbsoluteRoot() || !change.change) continue;
    if (change.layer != stage_.root && change.layer != stage_.session) continue;
    if (change.change->content_replaced) return true;
    for (const layer::Change::FieldChange& edited : change.change->fields)
      if (edited.field == field) return true;
  }
  return false;
}

namespace {

// Whether names of what is below a spec are all that was edited of it.
bool OnlyLists(const compose::SpecChange& change) {
  return change.kind == compose::SpecChange::Kind::kEdited && change.change && !change.change->spec_added &&
         !change.change->spec_removed && !change.change->content_replaced && change.change->fields.empty();
}

// Whether the order in which a spec puts children is what it was, were it not for their names.
bool MayKeepOrder(const compose::SpecChange& edited) {
  const layer::Change* change = edited.change;
  if (edited.kind != compose::SpecChange::Kind::kEdited || !change) return false;
  if (change->spec_removed || change->content_replaced) return false;
  const Token field = layer::GetFieldNames().primOrder;
  if (change->spec_added) return !edited.layer->GetField(edited.spec, field);
  return std::none_of(change->fields.begin(), change->fields.end(),
                      [&](const layer::Change::FieldChange& known) { return known.field == field; });
}

}  // namespace

std::map<Path, Populator::Touched> Populator::ListTouched(const compose::CacheChanges& changes) {
  std::map<Path, Touched> touched;
  // The lists are in path order: most is found, or put, a step further on.
  auto at = touched.begin();
  auto touch = [&](Path path) -> Touched& {
    if (at != touched.end() && at->first != path) ++at;
    if (at == touched.end() || at->first != path) at = touched.try_emplace(at, path);
    return at->second;
  };
  for (Path path : changes.resynced) touch(path.GetParent()).remade.push_back(path.GetNameToken());
  at = touched.begin();
  for (Path path : changes.spec_stacks) {
    Touched& what = touch(path);
    what.is_edited = what.has_other_specs = true;
  }
  at = touched.begin();
  Touched* what = nullptr;
  Path last;  // those of one prim stand together
  for (const compose::SpecChange& change : changes.specs) {
    if (!change.path.IsAbsoluteRootOrPrim()) continue;
    const bool is_first = change.path != last;
    if (is_first) what = &touch(change.path);
    last = change.path;
    what->change = ++what->change_count == 1 ? &change : nullptr;
    what->is_edited |= !OnlyLists(change);
  }
  return touched;
}

bool Populator::Refresh(StageChanges& changes) {
  if (NeedsAll(changes.cache)) return false;
  kept_.reserve(changes.cache.kept.size());
  kept_.insert(changes.cache.kept.begin(), changes.cache.kept.end());
  keeps_children_ = changes.cache.keeps_children;
  Path remade;
  // What is above comes first: what is made anew comes with all that is below.
  for (const auto& [path, what] : ListTouched(changes.cache)) {
    if (!remade.IsEmpty() && path.HasPrefix(remade)) continue;
    if (what.change_count != 0 && !what.is_edited) NoteListing(path);
    if (what.is_edited && !UpdateRecord(path, what))
      remade = path;
    else
      UpdateChildren(path, what);
  }
  for (std::vector<uint32_t>* marked : {&gone_, &passed_}) marked->reserve(kFewRecords);
  for (const Subtree& subtree : subtrees_) {
    const uint32_t known = stage_.FindOwn(subtree.target);
    if (known != kNoRecord) MarkGone(known);
  }
  for (const Subtree& subtree : subtrees_) changes_.resynced.push_back(subtree.target);
  LayOutChanged();
  for (const Relink& relink : relinks_) LinkChildren(relink);
  DropGone();
  SettlePrototypes();
  FinishChanges(changes);
  return true;
}

// Whether all that is new is a spec of the prim's own that says nothing of it.
bool Populator::OnlyPlainOverCame(const compose::PrimIndex& index, const Touched& what) const {
  const compose::SpecChange* const edited = what.change;
  if (!keeps_children_ || !edited || edited->spec != edited->path) return false;
  // Where specs went, too, children may be others.
  if (edited->kind != compose::SpecChange::Kind::kEdited || !edited->change->spec_added) return false;
  for (const compose::SpecSite site : index.GetSpecStack()) {
    if (!site.node.IsRoot()) break;
    if (site.entry->layer == edited->layer)
      return compose::IsPlainOver(edited->layer->GetContent().Find(edited->spec));
  }
  return false;
}

// Brings the record of an edited prim up to date where it stands. False when what is below must be made anew
// with it.
bool Populator::UpdateRecord(Path path, const Touched& what) {
  const uint32_t number = stage_.FindByIndexPath(path);
  if (number == kNoRecord || stage_.Record(number).flags & kGoneRecord) return true;
  compose::PrimIndexPtr index = stage_.cache->ComputePrimIndex(path);
  PrimRecord& known = stage_.records[number];
  if (OnlyPlainOverCame(*index, what)) {
    changes_.former.push_back({known.path, known.definition});
  } else if (!path.IsAbsoluteRoot()) {
    const PrimRecord made = MakeRecord(known.parent, path, FindFacts(*index), index);
    if (made.flags != known.flags) {
      RemakePrim(number, path);
      return false;
    }
    changes_.former.push_back({known.path, known.definition});
    known.type_name = made.type_name;
    known.definition = made.definition;
  }
  known.index = index;
  changes_.changed.push_back(known.path);
  // The root of a prototype stands on the index of the instance that it was made from.
  const auto shared = stage_.prototypes_by_source.find(path);
  if (shared != stage_.prototypes_by_source.end())
    stage_.records[stage_.prototypes[shared->second].record].index = std::move(index);
  return true;
}

// Tells of an edited prim whose record is what it was.
void Populator::NoteListing(Path path) {
  const uint32_t number = stage_.FindByIndexPath(path);
  if (number == kNoRecord || stage_.Record(number).flags & kGoneRecord) return;
  changes_.changed.push_back(stage_.Record(number).path);
}

void Populator::RemakePrim(uint32_t record, Path path) {
  const PrimRecord& known = stage_.Record(record);
  subtrees_.push_back({path, known.path, known.parent});
}

std::vector<Token> Populator::ListChildNames(uint32_t record, Path path) const {
  std::vector<Token> names, prohibited;
  const PrimRecord& known = stage_.Record(record);
  const bool is_open =
      known.parent == kNoRecord || (known.Is(PrimFlag::kActive) && !known.Is(PrimFlag::kInstance));
  if (!is_open || path.GetElementCount() >= stage_.cache->GetOptions().budgets.max_namespace_depth)
    return names;
  known.index->ComputeChildNames(names, prohibited);
  std::erase_if(names, [&](Token name) { return path.AppendChild(name).IsEmpty(); });
  const StagePopulationMask& mask = stage_.options.population_mask;
  if (!mask.IsAll()) RemoveMasked(mask, path, names);
  return names;
}

bool Populator::HasChildren(uint32_t parent, const std::vector<Token>& names) const {
  uint32_t child = stage_.Record(parent).first_child;
  for (Token name : names) {
    if (child == kNoRecord || stage_.Record(child).path.GetNameToken() != name) return false;
    child = stage_.Record(child).next_sibling;
  }
  return child == kNoRecord;
}

// Whether the record has the children that it had, in the same order, as far as that shows without listing
// them: what one spec lists does not count where weaker ones list it, too.
bool Populator::KeepsChildren(uint32_t parent, const Touched& what) const {
  const PrimRecord& known = stage_.Record(parent);
  if (!keeps_children_) return false;
  for (Token name : what.remade)
    if (stage_.FindOwn(known.path.AppendChild(name)) == kNoRecord) return false;
  if (what.change_count == 0) return !what.has_other_specs;
  if (!what.change || !MayKeepOrder(*what.change)) return false;
  constexpr size_t kMostNames = 64;  // to look for more costs as much as to list all
  const compose::PrimIndex& index = *known.index;
  if (index.IsInstanceable() || index.HasRelocates()) return false;
  const Token field = layer::GetFieldNames().primChildren;
  auto list = [&](const layer::Layer& layer, Path path) {
    return layer.GetFieldAs<TokenVector>(path, field);
  };
  const compose::SpecStack specs = index.GetSpecStack();
  size_t edited = specs.size();  // where it occurs last: there it counts
  while (edited != 0 && (specs[edited - 1].entry->layer != what.change->layer ||
                         specs[edited - 1].path != what.change->spec))
    --edited;
  if (edited == 0) return false;
  // A spec of the prim's own that came is all there is; others may bring more.
  if (what.has_other_specs && !(what.change->change->spec_added && specs[edited - 1].node.IsRoot()))
    return false;
  const TokenVector* listed = list(*what.change->layer, what.change->spec);
  if (!listed) return true;
  if (listed->size() > kMostNames) return false;
  TokenVector names = *listed;
  for (size_t i = specs.size(); i-- > edited;) {
    const compose::SpecSite site = specs[i];
    if (const TokenVector* weaker = list(*site.entry->layer, site.path))
      std::erase_if(names, [&](Token name) {
        return std::find(weaker->begin(), weaker->end(), name) != weaker->end();
      });
    if (names.empty()) return true;
  }
  return names.empty();
}

// Finds out which children there are now of the prim that is composed at `path`.
void Populator::UpdateChildren(Path path, const Touched& what) {
  const uint32_t parent = stage_.FindHolder(path);
  if (parent == kNoRecord || stage_.Record(parent).flags & kGoneRecord) return;
  const Path parent_path = stage_.Record(parent).path;
  const std::vector<Token>& remade = what.remade;
  const bool keeps_children = KeepsChildren(parent, what);
  const std::vector<Token> names = keeps_children ? std::vector<Token>() : ListChildNames(parent, path);
  auto remake = [&](Token name) {
    subtrees_.push_back({path.AppendChild(name), parent_path.AppendChild(name), parent});
  };
  if (keeps_children || HasChildren(parent, names)) {
    for (Token name : remade)
      if (stage_.FindOwn(parent_path.AppendChild(name)) != kNoRecord) remake(name);
    return;
  }
  const tsl::robin_set<Token> is_remade(remade.begin(), remade.end());
  tsl::robin_set<uint32_t> kept;
  Relink relink{parent, {}};
  for (Token name : names) {
    const uint32_t known = stage_.FindOwn(parent_path.AppendChild(name));
    if (known != kNoRecord) kept.insert(known);
    if (known == kNoRecord || is_remade.count(name)) {
      relink.children.push_back({kNoRecord, subtrees_.size()});
      remake(name);
    } else {
      relink.children.push_back({known, 0});
    }
  }
  for (uint32_t child = stage_.Record(parent).first_child; child != kNoRecord;
       child = stage_.Record(child).next_sibling) {
    if (kept.count(child)) continue;
    changes_.resynced.push_back(stage_.Record(child).path);
    MarkGone(child);
  }
  relinks_.push_back(std::move(relink));
  changes_.changed.push_back(parent_path);
}

void Populator::LinkChildren(const Relink& relink) {
  uint32_t last = kNoRecord;
  for (const Relink::Child& child : relink.children) {
    const uint32_t number = child.record == kNoRecord ? subtrees_[child.subtree].record : child.record;
    (last == kNoRecord ? stage_.records[relink.parent].first_child : stage_.records[last].next_sibling) =
        number;
    last = number;
  }
  (last == kNoRecord ? stage_.records[relink.parent].first_child : stage_.records[last].next_sibling) =
      kNoRecord;
}

// Makes the records of all subtrees, but for those below prims that are what they were.
void Populator::LayOutChanged() {
  if (!subtrees_.empty()) LayOut(subtrees_);
  kept_.clear();
  std::vector<Subtree> unkept = std::exchange(unkept_, {});
  for (const Subtree& subtree : unkept) {
    const uint32_t known = stage_.FindOwn(subtree.target);
    if (TakePassed(known)) MarkGone(known);
  }
  // Those that nothing leads to any more.
  for (const uint32_t record : passed_)
    if (TakePassed(record)) MarkGone(record);
  passed_.clear();
  if (!unkept.empty()) LayOut(unkept);
}

// Whether the record was passed by, and nobody has taken it since.
bool Populator::TakePassed(uint32_t record) {
  uint32_t& flags = stage_.records[record].flags;
  return (std::exchange(flags, flags & ~kPassedRecord) & kPassedRecord) != 0;
}

// Whether the record with this number, of a prim whose subtree is composed as before, needs no other one in
// its place: what it is hands on to what is below. `has_same_parent`: as far as its parent hands on flags.
bool Populator::StaysAsItIs(uint32_t number, uint32_t parent, bool has_same_parent,
                            const compose::SubtreePrim& prim) {
  const PrimRecord& known = stage_.Record(number);
  if (!(known.flags & kPassedRecord) || known.parent != parent || known.index != prim.index) return false;
  // Which payloads are loaded is not told by indices alone.
  if (!has_same_parent || known.Is(PrimFlag::kHasPayload)) {
    const PrimRecord made = MakeRecord(parent, prim.path, FindFacts(*prim.index), prim.index);
    if (known.flags != (made.flags | kPassedRecord) || known.type_name != made.type_name ||
        known.definition != made.definition)
      return false;
  }
  return TakePassed(number);
}

// Marks the subtree: what is not made anew until DropGone is gone. Passes by what is to be kept.
void Populator::MarkGone(uint32_t root) {
  uint32_t at = root;
  while (true) {
    PrimRecord& record = stage_.records[at];
    const Path source = record.Is(PrimFlag::kInPrototype) ? record.index->GetPath() : record.path;
    const bool is_passed = at != root && !kept_.empty() && kept_.count(source) != 0;
    if (is_passed) {
      record.flags |= kPassedRecord;
      passed_.push_back(at);
    } else {
      record.flags |= kGoneRecord;
      gone_.push_back(at);
      if (record.prototype != kNoRecord) {
        const uint32_t prototype = stage_.FindPrototype(record.prototype);
        touched_prototypes_.insert(prototype);
        left_[prototype].push_back(at);
        if (stage_.prototypes[prototype].source_record == at)
          stage_.prototypes[prototype].source_record = kNoRecord;
      }
    }
    if (!is_passed && record.first_child != kNoRecord) {
      at = record.first_child;
      continue;
    }
    while (at != root && stage_.Record(at).next_sibling == kNoRecord) at = stage_.Record(at).parent;
    if (at == root) return;
    at = stage_.Record(at).next_sibling;
  }
}

void Populator::DropGone() {
  for (uint32_t number : gone_) {
    PrimRecord& record = stage_.records[number];
    if (!(record.flags & kGoneRecord) || !record.index) continue;
    stage_.by_path.Erase(record.path);
    if (released_.empty()) released_.reserve(gone_.size());
    const Path path = record.path;
    record = PrimRecord();
    record.path = path;
    record.flags = kGoneRecord;
    released_.push_back(number);
  }
  gone_.clear();
}

void Populator::ReleaseNumbers() {
  // The lowest numbers are taken first.
  std::sort(released_.begin(), released_.end(), std::greater<>());
  for (uint32_t number : released_) {
    stage_.records[number] = PrimRecord();
    stage_.free_records.push_back(number);
  }
}

void Populator::FinishChanges(StageChanges& changes) {
  ForgetDropped();
  ReleaseNumbers();
  changes_.dropped_prims = released_.size();
  Path::RemoveDescendants(changes_.resynced);  // sorts them
  changes_.cache = std::move(changes.cache);
  changes = std::move(changes_);
  std::vector<Path>& changed = changes.changed;
  if (!std::is_sorted(changed.begin(), changed.end())) std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  // Of what is not made anew. Both lists are in path order.
  auto root = changes.resynced.begin();
  std::erase_if(changed, [&](Path path) {
    while (root != changes.resynced.end() && !path.HasPrefix(*root) && *root < path) ++root;
    return root != changes.resynced.end() && path.HasPrefix(*root);
  });
}

}  // namespace strata::stage
