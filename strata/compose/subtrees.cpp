// Subtrees of a cache, composed level by level: what one level lists is made when it is known that there is
// room for it.
#include <algorithm>
#include <atomic>

#include "strata/compose/cache_impl.h"

namespace strata::compose {

// Lives for one Cache::ComputeSubtrees.
class SubtreeComposer {
 public:
  SubtreeComposer(Cache::Impl& cache, std::vector<SubtreePrim> roots, std::vector<PrimIndexPtr> above,
                  SubtreeVisitor& visitor)
      : cache_(cache), visitor_(visitor), prims_(std::move(roots)), above_(std::move(above)) {}

  std::vector<SubtreePrim> Run() {
    while (first_ < prims_.size()) {
      count_ = prims_.size() - first_;
      ComposeLevel();
      if (cycles_ > GetBudgets().max_cycles_at_once) cache_.CutCircles(prims_, first_, children_);
      if (!BeginNextLevel()) break;
      first_ += count_;
    }
    return std::move(prims_);
  }

 private:
  const Budgets& GetBudgets() const { return cache_.options.budgets; }

  template <class Body>
  void ForAll(size_t count, Body&& body) {
    constexpr size_t kGrain = 64;
    Executor* const executor = cache_.options.executor;
    if (executor && count > 1)
      executor->ParallelFor(count, std::clamp<size_t>(count / 16, 1, kGrain), body);
    else
      body(size_t{0}, count);
  }

  // Makes the indices of the level, and lists what they have for children.
  void ComposeLevel() {
    visitor_.BeginLevel(first_, count_);
    children_.resize(count_);
    listed_ = prims_.size();
    const auto is_made = [&](SubtreePrim& prim) {
      prim.index = cache_.indices.Find(prim.path);
      return bool(prim.index);
    };
    if (count_ <= kLittle &&
        std::all_of(prims_.begin() + static_cast<ptrdiff_t>(first_), prims_.end(), is_made))
      return Compose(0, count_);
    // Of indices that nobody has seen yet: so some hundreds are made before it is known better.
    size_t bytes_each = 1 << 18;
    for (size_t done = 0; done < count_;) {
      size_t next = cache_.LookForRoom(count_ - done, bytes_each);
      if (cache_.has_room) next = std::min(next, most_at_once_);
      const uint64_t before = cache_.pool->GetBytes();
      const size_t full = cache_.pool->GetFullCount();
      ForAll(next, [&](size_t begin, size_t end) { Compose(done + begin, done + end); });
      done += next;
      bytes_each = static_cast<size_t>((std::max(cache_.pool->GetBytes(), before) - before) / next);
      most_at_once_ = cache_.pool->GetFullCount() > full ? kFew : std::max(most_at_once_, 2 * next);
    }
  }

  // Of the level, prims from `begin` to `end`.
  void Compose(size_t begin, size_t end) {
    std::vector<Token> names, prohibited;
    for (size_t i = first_ + begin; i < first_ + end; ++i) {
      SubtreePrim& prim = prims_[i];
      std::vector<Token>& children = children_[i - first_];
      children.clear();
      const PrimIndex* parent = i < above_.size() ? above_[i].get() : prims_[prim.parent].index.get();
      // Prims below the pseudo-root begin anew.
      if (prim.path.IsAbsoluteRoot() || prim.path.IsRootPrim()) parent = nullptr;
      if (!prim.index) prim.index = cache_.indices.Find(prim.path);
      if (!prim.index) prim.index = cache_.indices.Put(prim.path, cache_.Make(prim.path, parent));
      if (visitor_.PassesBy(i, prim.path)) continue;
      if (const size_t found = CountCycles(*prim.index)) cycles_.fetch_add(found, std::memory_order_relaxed);
      if (!visitor_.Recall(i, *prim.index, names)) {
        prim.index->ComputeChildNames(names, prohibited);
        if (!visitor_.Visit(i, *prim.index, names)) continue;
      }
      if (names.empty() || prim.path.GetElementCount() >= GetBudgets().max_namespace_depth) continue;
      // What is beyond all that a stage may hold is counted, and not kept.
      if (listed_.fetch_add(names.size(), std::memory_order_relaxed) <= GetBudgets().max_prims_at_once)
        children = names;
    }
  }

  // Says where the children of the level will stand; gives how many prims there are with them.
  size_t PlaceChildren() {
    size_t total = first_ + count_;
    for (size_t i = 0; i < count_; ++i) {
      prims_[first_ + i].first_child = static_cast<uint32_t>(total);
      prims_[first_ + i].child_count = static_cast<uint32_t>(children_[i].size());
      total += children_[i].size();
    }
    return total;
  }

  // A few small layers can ask for more prims than any machine holds: there the scene ends, at a whole level.
  bool BeginNextLevel() {
    const size_t total = PlaceChildren();
    const size_t asked = listed_ > GetBudgets().max_prims_at_once ? listed_.load() : total;
    const auto limit = cache_.LimitNextLevel(prims_, first_, children_, asked);
    if (asked <= limit.most) {
      if (AppendChildren(total)) return true;
      for (size_t i = 0; i < count_; ++i)
        std::erase_if(children_[i],
                      [&](Token name) { return prims_[first_ + i].path.AppendChild(name).IsEmpty(); });
      return AppendChildren(PlaceChildren());
    }
    for (size_t i = 0; i < count_; ++i) prims_[first_ + i].child_count = 0;
    cache_.TellOfCut(prims_[first_].path, "prims as deep", limit.budget, limit.value);
    return false;
  }

  // False when some name is none that a prim may have.
  bool AppendChildren(size_t total) {
    constexpr size_t kAtFirst = 32;
    if (total > prims_.capacity())
      prims_.reserve(std::max({total, prims_.capacity() + prims_.capacity() / 2, kAtFirst}));
    prims_.resize(total);
    std::atomic<bool> are_named{true};
    const auto append = [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const SubtreePrim& parent = prims_[first_ + i];
        SubtreePrim* child = prims_.data() + parent.first_child;
        for (Token name : children_[i]) {
          child->path = parent.path.AppendChild(name);
          child->parent = static_cast<uint32_t>(first_ + i);
          if (child->path.IsEmpty()) are_named.store(false, std::memory_order_relaxed);
          ++child;
        }
      }
    };
    if (total - first_ - count_ <= kLittle)
      append(0, count_);
    else
      ForAll(count_, append);
    return are_named;
  }

  static constexpr size_t kLittle = 64;  // prims that are nearly done: not worth waking other threads
  // Of prims that nobody has seen yet, few may be full before it is known that there are many.
  static constexpr size_t kFew = 4;
  Cache::Impl& cache_;
  SubtreeVisitor& visitor_;
  std::vector<SubtreePrim> prims_;
  const std::vector<PrimIndexPtr> above_;  // the parents of the first prims, where they have some that count
  size_t first_ = 0, count_ = 0;           // of the level, in prims_
  std::vector<std::vector<Token>> children_;  // of the prims of the level
  std::atomic<size_t> listed_{0};             // prims that there were to be, with those children
  std::atomic<size_t> cycles_{0};
  size_t most_at_once_ = kFew;
};

std::vector<SubtreePrim> Cache::ComputeSubtrees(const std::vector<Path>& roots, SubtreeVisitor& visitor) {
  std::vector<SubtreePrim> prims(roots.size());
  std::vector<PrimIndexPtr> above(roots.size());
  for (uint32_t i = 0; i < roots.size(); ++i) {
    prims[i].path = roots[i];
    prims[i].parent = i;
    if (!roots[i].IsAbsoluteRoot() && !roots[i].IsRootPrim())
      above[i] = ComputePrimIndex(roots[i].GetParent());
  }
  return SubtreeComposer(*impl_, std::move(prims), std::move(above), visitor).Run();
}

}  // namespace strata::compose
