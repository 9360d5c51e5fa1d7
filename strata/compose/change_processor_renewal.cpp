// What stays of subtrees that edits concern: composed anew from the top, they often are what they were a few
// prims further down.
#include "strata/compose/change_processor.h"
#include "strata/compose/index_comparison.h"

namespace strata::compose {

// Takes down which prims below the roots of subtrees must be looked at: what the edits say themselves is not
// told by comparing with parents.
void ChangeProcessor::NoteTouched() {
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
    for (size_t i = begin; i < end; ++i) {
      RenewSubtree(renewed[i], renewals[i]);
      std::sort(renewals[i].kept.begin(), renewals[i].kept.end());
    }
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

void ChangeProcessor::RenewSubtree(Path root, Renewal& renewal) {
  if (!cache_.indices.Find(root)) return;
  const PrimIndexPtr above = cache_.FindParent(root);
  std::vector<std::pair<Path, PrimIndexPtr>> open;  // with the new index of the parent
  if (above || root.IsRootPrim()) open.emplace_back(root, above);
  if (open.empty()) renewal.dropped += DropSubtree(root);
  while (!open.empty()) {
    const auto [path, parent] = std::move(open.back());
    open.pop_back();
    const PrimIndexPtr before = cache_.indices.Find(path);
    if (!before) continue;
    PrimIndexPtr after = cache_.Make(path, parent.get());
    if (!touched_.count(path) && AreSameAtOnce(*before, *after)) {
      renewal.kept.push_back(path);
      continue;
    }
    if (!after->HasSpecs()) {  // there is no prim any more
      renewal.dropped += DropSubtree(path);
      continue;
    }
    RenewBelow(path, *before, after, open, renewal);
    cache_.indices.Replace(path, std::move(after));
    ++renewal.dropped;
  }
}

// Settles for each child whether it stays, goes, or is to be renewed, too.
void ChangeProcessor::RenewBelow(Path path, const PrimIndex& before, const PrimIndexPtr& after,
                                 std::vector<std::pair<Path, PrimIndexPtr>>& open, Renewal& renewal) {
  std::vector<Token> names, prohibited, former;
  after->ComputeChildNames(names, prohibited);
  if (!descend_(*after, names)) names.clear();
  ListFormerNames(before, former);
  const bool is_comparable = cache_.options.mode == CompositionMode::kUsd;
  const IndexComparison comparison = is_comparable ? IndexComparison(before, *after, comparisons_)
                                                   : IndexComparison(PrimIndex(), PrimIndex(), comparisons_);
  const tsl::robin_set<Token> is_named(names.begin(), names.end());
  auto drop = [&](Path child) { renewal.dropped += DropSubtree(child); };
  for (Path alone : cache_.indices.TakeAlone(path))
    if (!is_named.count(alone.GetNameToken())) drop(alone);
  for (Token name : former)
    if (!is_named.count(name))
      if (const Path child = path.AppendChild(name); !child.IsEmpty()) drop(child);
  for (Token name : names) {
    const Path child = path.AppendChild(name);
    if (child.IsEmpty() || !cache_.indices.Find(child)) continue;
    if (!touched_.count(child) && comparison.IsSameBelow(name))
      renewal.kept.push_back(child);
    else
      open.emplace_back(child, after);
  }
}

}  // namespace strata::compose
