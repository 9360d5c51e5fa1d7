// Parents, children and ranges: the tree of records, with instances opened where asked for.
#include "strata/stage/prim.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

// The record whose children are the prim's: its own, or for an instance that of its prototype.
uint32_t FindChildrenOwner(const Stage::Impl& stage, uint32_t record, const PrimPredicate& predicate) {
  const PrimRecord& of_prim = stage.Record(record);
  if (of_prim.prototype == kNoRecord) return record;
  return predicate.TraversesInstanceProxies() ? of_prim.prototype : kNoRecord;
}

// Whoever stands on an instance proxy has chosen to look through instances.
PrimPredicate PredicateFrom(const Prim& prim, const PrimPredicate& predicate) {
  return prim.IsInstanceProxy() ? predicate.With(InstanceProxies::kTraverse) : predicate;
}

std::vector<Token> NamesOf(const std::vector<Prim>& prims) {
  std::vector<Token> names;
  names.reserve(prims.size());
  for (const Prim& prim : prims) names.push_back(prim.GetName());
  return names;
}

}  // namespace

Prim Prim::GetParent() const {
  PrimAccess access(*this);
  if (!access || path_.IsAbsoluteRoot()) return {};
  uint32_t parent = access.Get().parent;
  if (access.Get().path == path_) {
    return parent == kNoRecord ? access.stage->self->GetPseudoRoot()
                               : access.stage->MakePrim(access.stage->Record(parent).path, parent);
  }
  Path parent_path = path_.GetParent();
  return access.stage->MakePrim(parent_path, access.stage->FindRecord(parent_path));
}

std::vector<Prim> Prim::GetFilteredChildren(const PrimPredicate& wanted) const {
  std::vector<Prim> children;
  PrimAccess access(*this);
  if (!access) return children;
  PrimPredicate predicate = PredicateFrom(*this, wanted);
  uint32_t owner = FindChildrenOwner(*access.stage, access.record, predicate);
  if (owner == kNoRecord) return children;
  bool is_own = access.stage->Record(owner).path == path_;
  for (uint32_t child = access.stage->Record(owner).first_child; child != kNoRecord;
       child = access.stage->Record(child).next_sibling) {
    const PrimRecord& record = access.stage->Record(child);
    if (!predicate.Matches(record.flags)) continue;
    Path path = is_own ? record.path : path_.AppendChild(record.path.GetNameToken());
    children.push_back(access.stage->MakePrim(path, child));
  }
  return children;
}

std::vector<Token> Prim::GetChildrenNames() const {
  return NamesOf(GetChildren());
}
std::vector<Token> Prim::GetAllChildrenNames() const {
  return NamesOf(GetAllChildren());
}

Prim Prim::GetChild(Token name) const {
  return GetPrimAtPath(path_.AppendChild(name));
}

Prim Prim::GetPrimAtPath(Path path) const {
  Stage* stage = GetStage();
  return stage ? stage->GetPrimAtPath(path.MakeAbsolute(path_)) : Prim();
}

PrimRange::PrimRange(const Prim& start, const PrimPredicate& predicate, Start include)
    : start_(start), predicate_(PredicateFrom(start, predicate)), include_(include) {}

PrimRange::Iterator PrimRange::begin() const {
  Iterator at;
  uint32_t record = start_.GetRecord();
  if (record == kNoRecord) return at;
  const Stage::Impl& stage = start_.GetStage()->GetImpl();
  if (include_ == Start::kInclude && !predicate_.Matches(stage.Record(record).flags)) return at;
  at.prim_ = stage.MakePrim(start_.GetPath(), record);
  at.is_proxy_ = stage.Record(record).path != start_.GetPath();
  at.predicate_ = predicate_;
  at.at_end_ = false;
  if (include_ == Start::kSkip) ++at;
  return at;
}

// Moves to the first admitted sibling from `record` on.
bool PrimRange::Iterator::MoveToFirstOf(uint32_t record, Path parent_path) {
  const Stage::Impl& stage = prim_.GetStage()->GetImpl();
  for (; record != kNoRecord; record = stage.Record(record).next_sibling) {
    const PrimRecord& candidate = stage.Record(record);
    if (!predicate_.Matches(candidate.flags)) continue;
    prim_.path_ = IsInInstance() ? parent_path.AppendChild(candidate.path.GetNameToken()) : candidate.path;
    prim_.record_ = record;
    return true;
  }
  return false;
}

bool PrimRange::Iterator::MoveDown() {
  const Stage::Impl& stage = prim_.GetStage()->GetImpl();
  uint32_t instance = prim_.record_;
  uint32_t owner = FindChildrenOwner(stage, instance, predicate_);
  if (owner == kNoRecord) return false;
  if (owner != instance) instances_.push_back(instance);
  if (MoveToFirstOf(stage.Record(owner).first_child, prim_.path_)) {
    ++depth_;
    return true;
  }
  if (owner != instance) instances_.pop_back();
  return false;
}

// To the next sibling of the prim, or of the nearest ancestor below the start that has one.
bool PrimRange::Iterator::MoveOn() {
  const Stage::Impl& stage = prim_.GetStage()->GetImpl();
  for (; depth_ > 0; --depth_) {
    const PrimRecord& at = stage.Record(prim_.record_);
    uint32_t parent = at.parent;
    // Asking a path for its parent takes longer than all else here.
    const Path parent_path = IsInInstance() ? prim_.path_.GetParent() : stage.Record(parent).path;
    if (MoveToFirstOf(at.next_sibling, parent_path)) return true;
    if (stage.Record(parent).Is(PrimFlag::kPrototype) && !instances_.empty()) {
      parent = instances_.back();
      instances_.pop_back();
    }
    prim_.record_ = parent;
    prim_.path_ = parent_path;
  }
  return false;
}

PrimRange::Iterator& PrimRange::Iterator::operator++() {
  if (at_end_) return *this;
  if (!prim_.GetStage()) {
    at_end_ = true;
    return *this;
  }
  bool descend = !prune_;
  prune_ = false;
  if (!(descend && MoveDown()) && !MoveOn()) at_end_ = true;
  return *this;
}

}  // namespace strata::stage
