#include "strata/compose/change_processor.h"

namespace strata::compose {

namespace {

// Whether what is below a prim is composed the same from either index. Nodes that came or went with their
// specs alone leave nothing below them; those that stay although culled hand that on.
bool AreSameFromBelow(const PrimIndex& before, const PrimIndex& after) {
  const auto &a = before.GetGraph()->nodes, &b = after.GetGraph()->nodes;
  auto has_same_flags = [](const PrimIndexNode& x, const PrimIndexNode& y) { return x.flags == y.flags; };
  // Where there are relocates, what an arc finds decides about what they take away below.
  if ((before.HasRelocates() || after.HasRelocates()) &&
      !std::equal(a.begin() + 1, a.end(), b.begin() + 1, b.end(), has_same_flags))
    return false;
  // Where specializes come to stand follows from all that they meet, also from what says nothing further
  // down.
  auto may_matter = [](const PrimIndexNode& node) {
    return node.Has(kNodeCulled) || node.arc == ArcType::kSpecialize;
  };
  if (a.size() != b.size())
    return std::none_of(a.begin(), a.end(), may_matter) && std::none_of(b.begin(), b.end(), may_matter);
  for (size_t i = 0; i < a.size(); ++i)
    if ((a[i].flags ^ b[i].flags) & ~kNodeHasSpecs) return false;
  return true;
}

// What an instance shares comes over arcs of its own, and what those lead to; the rest is its own.
std::vector<uint16_t> ListSharedFlags(const PrimIndex& index) {
  const auto& nodes = index.GetGraph()->nodes;
  std::vector<bool> is_shared(nodes.size(), false);
  std::vector<uint16_t> flags;
  for (size_t i = 1; i < nodes.size(); ++i) {
    is_shared[i] = is_shared[nodes[i].parent] || !nodes[i].Has(kNodeDueToAncestor);
    if (is_shared[i]) flags.push_back(nodes[i].flags);
  }
  return flags;
}

// Whether the same nodes say what an instance shares from either index, and it has opinions where it stands
// itself in both or in none.
bool AreSameInstance(const PrimIndex& before, const PrimIndex& after) {
  const auto &a = before.GetGraph()->nodes, &b = after.GetGraph()->nodes;
  if (a.empty() || b.empty()) return a.empty() && b.empty();
  return a.front().Has(kNodeHasSpecs) == b.front().Has(kNodeHasSpecs) &&
         ListSharedFlags(before) == ListSharedFlags(after);
}

}  // namespace

bool ChangeProcessor::IsBelowResynced(Path path) const {
  if (resynced_set_.empty()) return false;
  for (; !path.IsEmpty(); path = path.GetParent())
    if (resynced_set_.count(path)) return true;
  return false;
}

// Whether what was found out about equal prims holds after the edits. What they leave unused stays with it,
// up to a limit.
bool ChangeProcessor::KeepsSharing() {
  constexpr size_t kMaxUnused = 10'000;
  const IndexSharing& sharing = *cache_.sharing;
  // What was found to be nowhere left no site to be asked of.
  if (resyncs_all_ || are_layers_changed_ || comes_over_arc_) return false;
  if (!changed_fallbacks_.empty() || edits_.resolver == CacheEdits::Resolver::kChanged) return false;
  for (const auto& [number, edit] : stacks_)
    if (edit.affects_all || edit.is_table_stale || edit.has_other_variables || !edit.moved.empty())
      return false;
  if (cache_.settled_graphs == 0) cache_.settled_graphs = sharing.GetSize();
  if (sharing.GetSize() > 2 * cache_.settled_graphs + kMaxUnused) return false;
  if (!cache_.has_room.load(std::memory_order_relaxed)) return false;  // what is unused may be in the way
  return std::none_of(edited_sites_.begin(), edited_sites_.end(),
                      [&](const auto& site) { return sharing.MayDependOn(site.first, site.second); });
}

bool ChangeProcessor::KeepsChildren() const {
  if (resyncs_all_ || names_unknown_ || !removed_names_.empty()) return false;
  if (!edits_.mute.empty() || !edits_.unmute.empty() || !changed_fallbacks_.empty()) return false;
  if (edits_.resolver == CacheEdits::Resolver::kChanged) return false;
  return std::none_of(stacks_.begin(), stacks_.end(), [](const auto& entry) {
    const StackEdit& edit = entry.second;
    return edit.fresh || edit.affects_all || edit.is_table_stale || edit.is_changed || !edit.moved.empty() ||
           !edit.entered.empty() || !edit.left.empty();
  });
}

void ChangeProcessor::Finish() {
  result_.keeps_children = KeepsChildren();
  for (const auto& [stack, edit] : stacks_)
    for (const layer::LayerPtr& layer : edit.left) left_layers_.push_back(layer.get());
  if (resyncs_all_) {
    result_.dropped_indices = cache_.indices.GetSize();
    resynced_.assign(1, Path::AbsoluteRoot());
    mended_.clear();
    cache_.indices.Clear();
    dependencies_->Restart();
  }
  if (descend_ && !resyncs_all_) NoteTouched();
  Path::RemoveDescendants(resynced_);
  resynced_set_.insert(resynced_.begin(), resynced_.end());
  const bool keeps_sharing = KeepsSharing();
  is_renewing_ = keeps_sharing && descend_;
  if (!is_renewing_ && !resyncs_all_) result_.dropped_indices += DropSubtrees(resynced_);
  AdoptStacks();
  if (!keeps_sharing) cache_.RenewSharing();
  cache_.LookForRoom(1, 0);
  std::vector<Path> mended(mended_.begin(), mended_.end());
  std::sort(mended.begin(), mended.end());  // what is above comes first
  for (Path prim : mended)
    if (!IsBelowResynced(prim)) Mend(prim);
  Path::RemoveDescendants(resynced_);  // mending may have come upon what is above; sorts them
  if (is_renewing_) RenewSubtrees();
  result_.resynced = std::move(resynced_);

  std::vector<SpecChange>& specs = result_.specs;
  std::erase_if(specs, [this](const SpecChange& change) {
    if (!IsBelowResynced(change.path.GetAbsoluteRootOrPrimPath())) return false;
    if (resynced_set_.count(change.path)) result_.resynced_specs.push_back(change);
    return true;
  });
  std::erase_if(result_.resynced_specs,
                [this](const SpecChange& change) { return !resynced_set_.count(change.path); });
  std::stable_sort(specs.begin(), specs.end(),
                   [](const SpecChange& a, const SpecChange& b) { return a.path < b.path; });
  auto is_same = [](const SpecChange& a, const SpecChange& b) {
    return a.path == b.path && a.layer == b.layer && a.spec == b.spec && a.change == b.change;
  };
  specs.erase(std::unique(specs.begin(), specs.end(), is_same), specs.end());
  if (cache_.indices.Compact()) dependencies_->Restart();
}

// Of children that the index may have had before the edits, and of more: those of now and those that were
// just removed.
void ChangeProcessor::ListFormerNames(const PrimIndex& index, Scratch& scratch) const {
  index.ComputeChildNames(scratch.former, scratch.prohibited);
  scratch.former.insert(scratch.former.end(), scratch.prohibited.begin(), scratch.prohibited.end());
  AppendRemovedNames(index, scratch.former);
}

// What no layer lists any more, and what the layers list that left; of what may have had another name by
// relocates, that one.
void ChangeProcessor::AppendRemovedNames(const PrimIndex& index, std::vector<Token>& names) const {
  if (removed_names_.empty() && left_layers_.empty()) return;
  names.insert(names.end(), removed_names_.begin(), removed_names_.end());
  for (uint32_t i = 0; index.HasRelocates() && i < index.GetNodeCount(); ++i) {
    const NodeRef node = index.GetNode(i);
    for (const auto& [source, target] : node.GetLayerStack()->GetIncrementalRelocatesSourceToTarget())
      if (source.GetParent() == node.GetPath() && target.GetParent() == node.GetPath())
        names.push_back(target.GetNameToken());
  }
  const Token field = layer::GetFieldNames().primChildren;
  for (const IndexGraph::Spec& spec : index.GetGraph()->specs) {
    const layer::Layer& layer = *spec.entry->layer;
    if (std::find(left_layers_.begin(), left_layers_.end(), &layer) == left_layers_.end()) continue;
    if (auto* children = layer.GetFieldAs<TokenVector>(index.GetNode(spec.node).GetPath(), field))
      names.insert(names.end(), children->begin(), children->end());
  }
}

// The indices at and below `root`; how many there were.
size_t ChangeProcessor::DropSubtree(Path root, Scratch& scratch) {
  if (names_unknown_) return DropByScan({root});
  size_t count = 0;
  std::vector<Path>& open = scratch.open;
  open.assign(1, root);
  while (!open.empty()) {
    const Path path = open.back();
    open.pop_back();
    const PrimIndexPtr index = cache_.indices.Take(path);
    if (!index) continue;
    for (Path alone : cache_.indices.TakeAlone(path)) open.push_back(alone);
    ListFormerNames(*index, scratch);
    for (Token name : scratch.former) {
      const Path child = path.AppendChild(name);
      if (!child.IsEmpty()) open.push_back(child);
    }
    ++count;
  }
  return count;
}

// The same for many. Where they may be a good part of all, to look at each index costs less than to go down
// from prim to prim.
size_t ChangeProcessor::DropSubtrees(const std::vector<Path>& roots) {
  constexpr size_t kPrimsOfSubtree = 256;
  if (roots.size() > 1 && roots.size() * kPrimsOfSubtree >= cache_.indices.GetSize())
    return DropByScan(roots);
  size_t count = 0;
  Scratch scratch;
  for (Path root : roots) count += DropSubtree(root, scratch);
  return count;
}

size_t ChangeProcessor::DropByScan(const std::vector<Path>& roots) {
  const tsl::robin_set<Path> known(roots.begin(), roots.end());
  auto is_below = [&](Path path) {
    while (!path.IsEmpty() && !known.count(path)) path = path.GetParent();
    return !path.IsEmpty();
  };
  std::vector<Path> dropped;
  Path parent;  // siblings mostly stand together
  bool is_parent_below = false;
  cache_.indices.Visit([&](Path path, const PrimIndexPtr&) {
    const Path above = path.GetParent();
    if (above != parent || parent.IsEmpty()) {
      parent = above;
      is_parent_below = is_below(above);
    }
    if (is_parent_below || known.count(path)) dropped.push_back(path);
  });
  auto drop = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      (void)cache_.indices.TakeAlone(dropped[i]);
      cache_.indices.Take(dropped[i]);
    }
  };
  constexpr size_t kAtOnce = 1024;
  if (cache_.options.executor && dropped.size() > kAtOnce)
    cache_.options.executor->ParallelFor(dropped.size(), kAtOnce, drop);
  else
    drop(0, dropped.size());
  return dropped.size();
}

// The index of a prim whose specs are not the same. Nothing when it has no parent any more.
PrimIndexPtr ChangeProcessor::MakeMended(Path prim, const PrimIndex& before) {
  const bool has_same_stacks = std::none_of(stacks_.begin(), stacks_.end(),
                                            [](const auto& edit) { return edit.second.fresh != nullptr; });
  if (has_same_stacks && !mended_fully_.count(prim))
    if (PrimIndexPtr after = cache_.sharing->MakeWithOwnSpecs(before)) return after;
  const PrimIndexPtr parent = cache_.FindParent(prim);
  if (!parent && !prim.IsAbsoluteRoot() && !prim.IsRootPrim()) return nullptr;
  return cache_.Make(prim, parent.get());
}

void ChangeProcessor::Mend(Path prim) {
  const PrimIndexPtr before = cache_.indices.Find(prim);
  if (!before) return;
  PrimIndexPtr after = MakeMended(prim, *before);
  // Prims come and go with their specs; an instance is another one with its first opinion of its own.
  // With a node goes what is selected above its site: prims further down may have asked for it.
  const auto lacks_selections = [&] {
    return before->GetNodeCount() != after->GetNodeCount() && cache_.indices.GetState(prim).may_ask_above;
  };
  if (!after || before->HasSpecs() != after->HasSpecs() ||
      before->IsInstanceable() != after->IsInstanceable() || !AreSameFromBelow(*before, *after) ||
      lacks_selections() || (after->IsInstanceable() && !AreSameInstance(*before, *after))) {
    resynced_.push_back(prim);
    resynced_set_.insert(prim);
    if (!is_renewing_) result_.dropped_indices += DropSubtrees({prim});
    return;
  }
  cache_.indices.Replace(prim, std::move(after));
  ++result_.mended_indices;
  result_.spec_stacks.push_back(prim);
}

}  // namespace strata::compose
