// What stays of subtrees that edits concern: composed anew from the top, they often are what they were a few
// prims further down.
#include "strata/compose/change_processor.h"
#include "strata/compose/index_comparison.h"

namespace strata::compose {

namespace {

constexpr size_t kFew = 16;  // children that are looked through, or have room at once

}  // namespace

// Takes down which prims below the roots of subtrees must be looked at: what the edits say themselves is not
// told by comparing with parents.
void ChangeProcessor::NoteTouched() {
  touched_.reserve(kFew);
  auto touch = [&](Path path) {
    while (!path.IsEmpty() && touched_.insert(path).second) path = path.GetParent();
  };
  for (Path path : resynced_) touch(path);
  for (Path path : mended_) touch(path);
  for (const SpecChange& change : result_.specs)
    if (change.path.IsPrim()) touch(change.path);
}

void ChangeProcessor::RenewSubtrees() {
  // With a payload comes or goes nearly all that is below.
  const tsl::robin_set<Path> payloads(edits_.payloads.begin(), edits_.payloads.end());
  std::vector<Path> dropped, renewed;
  for (Path root : resynced_) (payloads.count(root) ? dropped : renewed).push_back(root);
  result_.dropped_indices += DropSubtrees(dropped);
  std::vector<Renewal> renewals(renewed.size());
  auto renew = [&](size_t begin, size_t end) {
    Scratch scratch;
    for (size_t i = begin; i < end; ++i) RenewSubtree(renewed[i], renewals[i], scratch);
  };
  Executor* const executor = cache_.options.executor;
  if (executor && renewed.size() > 1)
    executor->ParallelFor(renewed.size(), 8, renew);
  else
    renew(0, renewed.size());
  std::vector<Path>& kept = result_.kept;
  for (const Renewal& renewal : renewals) {
    result_.dropped_indices += renewal.dropped;
    kept.insert(kept.end(), renewal.kept.begin(), renewal.kept.end());
  }
}

void ChangeProcessor::RenewSubtree(Path root, Renewal& renewal, Scratch& scratch) {
  if (!cache_.indices.Has(root)) return;
  const PrimIndexPtr above = cache_.FindParent(root);
  std::vector<Open> open;
  open.reserve(kFew);
  renewal.kept.reserve(kFew);
  if (above || root.IsRootPrim()) open.push_back({root, above, nullptr});
  if (open.empty()) renewal.dropped += DropSubtree(root, scratch);
  while (!open.empty()) {
    const Open prim = std::move(open.back());
    open.pop_back();
    const PrimIndexPtr before = cache_.indices.Find(prim.path);
    if (!before) continue;
    auto common = std::make_shared<Common>();
    PrimIndexPtr after = MakeSwitched(prim, *before, common->switches);
    const bool is_switched = bool(after);
    if (!is_switched) {
      common->switches.clear();
      after = cache_.Make(prim.path, prim.parent.get());
    }
    if (!touched_.count(prim.path) && AreSameAtOnce(*before, *after)) {
      renewal.kept.push_back(prim.path);
      continue;
    }
    if (!after->HasSpecs()) {  // there is no prim any more
      renewal.dropped += DropSubtree(prim.path, scratch);
      continue;
    }
    common->comparison =
        is_switched ? IndexComparison(*cache_.pool, common->switches) : Compare(prim, *before, *after);
    RenewBelow(*before, after, std::move(common), open, renewal, scratch);
    cache_.indices.Replace(prim.path, std::move(after));
    ++renewal.dropped;
  }
}

// The index made from the former one, where other variants are all that is new; else null.
PrimIndexPtr ChangeProcessor::MakeSwitched(const Open& prim, const PrimIndex& before,
                                           std::vector<VariantSwitch>& switches) const {
  if (!prim.of_parents) {  // what is above is as it was
    const auto reselected = reselected_.find(prim.path);
    if (reselected == reselected_.end()) return nullptr;
    return cache_.sharing->MakeWithOwnSelections(before, reselected->second, switches);
  }
  if (prim.of_parents->switches.empty() || touched_.count(prim.path)) return nullptr;
  switches.reserve(prim.of_parents->switches.size());
  for (const VariantSwitch& one : prim.of_parents->switches)
    switches.push_back(one.Descend(*cache_.pool->GetStack(one.layer_stack), prim.path.GetNameToken()));
  return cache_.sharing->MakeBelowSwitched(before, switches);
}

IndexComparison ChangeProcessor::Compare(const Open& prim, const PrimIndex& before, const PrimIndex& after) {
  if (cache_.options.mode != CompositionMode::kUsd || !before.IsValid()) return {};
  IndexComparison as_parents;
  if (prim.of_parents && !touched_.count(prim.path) &&
      as_parents.Descend(prim.of_parents->comparison, before, after))
    return as_parents;
  return IndexComparison(before, after, comparisons_);
}

// Settles for each child whether it stays, goes, or is to be renewed, too.
void ChangeProcessor::RenewBelow(const PrimIndex& before, const PrimIndexPtr& after,
                                 std::shared_ptr<const Common> common, std::vector<Open>& open,
                                 Renewal& renewal, Scratch& scratch) {
  const Path path = after->GetPath();
  const IndexComparison& comparison = common->comparison;
  std::vector<Token>&names = scratch.names, &former = scratch.former;
  after->ComputeChildNames(names, scratch.prohibited);
  if (comparison.IsComparable()) {
    former = names;
    former.insert(former.end(), comparison.GetNamesOfOthers().begin(), comparison.GetNamesOfOthers().end());
    AppendRemovedNames(before, former);
  } else {
    ListFormerNames(before, scratch);
  }
  if (!descend_(*after, names)) names.clear();
  tsl::robin_set<Token> many;
  if (names.size() > kFew) many.insert(names.begin(), names.end());
  const auto is_named = [&](Token name) {
    return many.empty() ? std::find(names.begin(), names.end(), name) != names.end() : many.count(name) != 0;
  };
  std::vector<Path>& gone = scratch.gone;
  gone.clear();
  for (Path alone : cache_.indices.TakeAlone(path))
    if (!is_named(alone.GetNameToken())) gone.push_back(alone);
  for (Token name : former)
    if (!is_named(name))
      if (const Path child = path.AppendChild(name); !child.IsEmpty()) gone.push_back(child);
  for (Path child : gone) renewal.dropped += DropSubtree(child, scratch);
  for (Token name : names) {
    const Path child = path.AppendChild(name);
    const IndexTable::State state = child.IsEmpty() ? IndexTable::State() : cache_.indices.GetState(child);
    if (!state.has_index) continue;
    const bool asks_here = comparison.HasOthers() && state.may_ask_above;
    if (!asks_here && !touched_.count(child) && comparison.IsSameBelow(name))
      renewal.kept.push_back(child);
    else
      open.push_back({child, after, common});
  }
}

}  // namespace strata::compose
