// The indices that a cache has made, by path, and notes about them that editing needs.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/compose/prim_index.h"

namespace strata::compose {

// Arcs of the index that were refused because they lead back to where they began.
size_t CountCycles(const PrimIndex& index);

// In parts, so that threads seldom meet. What changes indices that are there may be called from any thread
// for prims that no other thread asks for; notes are read by one thread alone, when no other writes.
class IndexTable {
 public:
  static constexpr size_t kParts = 64;
  // An index that brings arcs of its own. `stacks` has a bit for each layer stack that they lead to, by its
  // number modulo 64. The path may have no index any more, or another one.
  struct Introduction {
    Path path;
    uint64_t stacks = 0;
    const IndexGraph* graph = nullptr;  // of the index; lives as long as it is there
  };

  PrimIndexPtr Find(Path path) const {
    const Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    const PrimIndexPtr* slot = part.FindSlot(path);
    return slot ? *slot : nullptr;
  }
  bool Has(Path path) const {
    const Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    const PrimIndexPtr* slot = part.FindSlot(path);
    return slot && *slot;
  }
  // The one kept: whoever came first. Equal inputs make equal indices.
  PrimIndexPtr Put(Path path, PrimIndexPtr index) {
    const uint64_t stacks = FindIntroducedStacks(*index);
    NoteAsker(path, *index);
    Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    PrimIndexPtr& slot = part.MakeSlot(path);
    if (slot) return slot;
    slot = std::move(index);
    ++part.size;
    Note(part, path, *slot, stacks);
    return slot;
  }
  // As Put, for an index made by itself: its path need not be among the names of its parent's children.
  PrimIndexPtr PutAlone(Path path, PrimIndexPtr index) {
    {
      Part& part = GetPart(path.GetParent());
      std::lock_guard lock(part.mutex);
      part.alone[path.GetParent()].push_back(path);
      has_alone_.store(true, std::memory_order_relaxed);
    }
    return Put(path, std::move(index));
  }
  void Replace(Path path, PrimIndexPtr index) {
    const uint64_t stacks = FindIntroducedStacks(*index);
    NoteAsker(path, *index);
    stale_notes_.fetch_add(1, std::memory_order_relaxed);
    Part& part = GetPart(path);
    PrimIndexPtr former;  // goes when the lock is free
    std::lock_guard lock(part.mutex);
    PrimIndexPtr& slot = part.MakeSlot(path);
    former = std::exchange(slot, std::move(index));
    if (!former) ++part.size;
    if (former) Forget(*former);
    Note(part, path, *slot, stacks);
  }
  // Takes the index out; null when there is none.
  PrimIndexPtr Take(Path path) {
    Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    PrimIndexPtr* slot = part.FindSlot(path);
    if (!slot || !*slot) return nullptr;
    --part.size;
    Forget(**slot);
    stale_notes_.fetch_add(1, std::memory_order_relaxed);
    return std::move(*slot);
  }
  // Whether introductions may be of indices that are no more.
  bool HasStaleNotes() const { return stale_notes_.load(std::memory_order_relaxed) != 0; }
  struct State {
    bool has_index = false;
    // What some prim at or below the path is made of may follow from the variants that are selected above it,
    // or from sites that nodes have there; also of prims that were.
    bool may_ask_above = false;
  };
  State GetState(Path path) const {
    const Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    const PrimIndexPtr* slot = part.FindSlot(path);
    return {slot && *slot, has_askers_.load(std::memory_order_relaxed) && part.askers.count(path) != 0};
  }
  // Paths below `parent` that were made by themselves; forgets them.
  std::vector<Path> TakeAlone(Path parent) {
    if (!has_alone_.load(std::memory_order_relaxed)) return {};
    Part& part = GetPart(parent);
    std::lock_guard lock(part.mutex);
    if (part.alone.empty()) return {};
    auto found = part.alone.find(parent);
    if (found == part.alone.end()) return {};
    std::vector<Path> paths = std::move(found.value());
    part.alone.erase(found);
    return paths;
  }
  void Clear() {
    for (Part& part : parts_) {
      std::lock_guard lock(part.mutex);
      part.pages.clear();
      part.size = 0;
      part.alone.clear();
      part.introductions.clear();
      part.stacks_of_runs.clear();
      part.faulty.clear();
      part.askers.clear();
    }
    stale_notes_ = compacted_at_ = 0;
    cycles_ = 0;
    has_askers_ = has_alone_ = false;
  }
  size_t GetSize() const {
    size_t size = 0;
    for (const Part& part : parts_) {
      std::lock_guard lock(part.mutex);
      size += part.size;
    }
    return size;
  }
  // What CountCycles finds of all indices together.
  size_t GetCycleCount() const { return cycles_.load(std::memory_order_relaxed); }
  template <class Visitor>
  void Visit(Visitor&& visit) const {
    for (size_t i = 0; i < kParts; ++i) {
      const Part& part = parts_[i];
      std::lock_guard lock(part.mutex);
      for (size_t page = 0; page < part.pages.size(); ++page) {
        if (!part.pages[page]) continue;
        for (size_t k = 0; k < kPageSize; ++k) {
          const PrimIndexPtr& index = (*part.pages[page])[k];
          if (index) visit(Path::FromId(static_cast<uint32_t>((page * kParts + i) * kPageSize + k)), index);
        }
      }
    }
  }

  // In the order in which they were made, part by part.
  const std::vector<Introduction>& GetIntroductions(size_t part) const { return parts_[part].introductions; }
  // Calls visit(introduction) for those of the first `count` of a part that lead to stacks in `stacks`.
  template <class Visitor>
  void VisitIntroductions(size_t part, size_t count, uint64_t stacks, Visitor&& visit) const {
    const Part& known = parts_[part];
    for (size_t run = 0; run * kRunSize < count; ++run) {
      if (!(known.stacks_of_runs[run] & stacks)) continue;
      for (size_t i = run * kRunSize; i < std::min((run + 1) * kRunSize, count); ++i)
        if (known.introductions[i].stacks & stacks) visit(known.introductions[i]);
    }
  }
  // Indices with errors, each once, unsorted.
  std::vector<PrimIndexPtr> FindFaulty() const {
    std::vector<PrimIndexPtr> faulty;
    for (const Part& part : parts_) {
      std::lock_guard lock(part.mutex);
      for (Path path : part.faulty) {
        const PrimIndexPtr* slot = part.FindSlot(path);
        if (slot && *slot && !(*slot)->GetErrors().empty()) faulty.push_back(*slot);
      }
    }
    std::sort(faulty.begin(), faulty.end());
    faulty.erase(std::unique(faulty.begin(), faulty.end()), faulty.end());
    return faulty;
  }
  // Notes about indices that are no more are dropped when they outnumber the others. True when any were: the
  // numbers of introductions are others then.
  bool Compact();

  // The stacks that arcs of the index itself lead to.
  static uint64_t FindIntroducedStacks(const PrimIndex& index);

 private:
  // Indices stand in pages by the numbers of their paths, which those of one scene have in a row.
  static constexpr size_t kPageSize = 64;
  static constexpr size_t kRunSize = 64;
  using Page = std::array<PrimIndexPtr, kPageSize>;
  struct Part {
    mutable std::mutex mutex;
    std::vector<std::unique_ptr<Page>> pages;
    size_t size = 0;
    tsl::robin_map<Path, std::vector<Path>> alone;  // by parent
    std::vector<Introduction> introductions;
    std::vector<uint64_t> stacks_of_runs;  // of each kRunSize introductions together
    std::vector<Path> faulty;
    tsl::robin_set<Path> askers;  // of graphs that ask above, and what is above these

    const PrimIndexPtr* FindSlot(Path path) const {
      const size_t page = path.GetId() / kPageSize / kParts;
      return page < pages.size() && pages[page] ? &(*pages[page])[path.GetId() % kPageSize] : nullptr;
    }
    PrimIndexPtr* FindSlot(Path path) {
      return const_cast<PrimIndexPtr*>(std::as_const(*this).FindSlot(path));
    }
    PrimIndexPtr& MakeSlot(Path path) {
      const size_t page = path.GetId() / kPageSize / kParts;
      if (page >= pages.size()) pages.resize(page + 1);
      if (!pages[page]) pages[page] = std::make_unique<Page>();
      return (*pages[page])[path.GetId() % kPageSize];
    }
    void NoteStacks(size_t introduction) {
      if (introduction % kRunSize == 0) stacks_of_runs.push_back(0);
      stacks_of_runs.back() |= introductions[introduction].stacks;
    }
  };
  void Note(Part& part, Path path, const PrimIndex& index, uint64_t stacks) {
    if (stacks) {
      part.introductions.push_back({path, stacks, index.GetGraph()});
      part.NoteStacks(part.introductions.size() - 1);
    }
    if (index.GetErrors().empty()) return;
    part.faulty.push_back(path);
    cycles_.fetch_add(CountCycles(index), std::memory_order_relaxed);
  }
  // The index is in the table no more.
  void Forget(const PrimIndex& index) {
    if (!index.GetErrors().empty()) cycles_.fetch_sub(CountCycles(index), std::memory_order_relaxed);
  }
  void NoteAsker(Path path, const PrimIndex& index);
  Part& GetPart(Path path) { return parts_[path.GetId() / kPageSize % kParts]; }
  const Part& GetPart(Path path) const { return parts_[path.GetId() / kPageSize % kParts]; }
  std::array<Part, kParts> parts_;
  std::atomic<size_t> stale_notes_{0};                      // at most, since the table was empty
  size_t compacted_at_ = 0;                                 // of these, when Compact looked last
  std::atomic<bool> has_askers_{false}, has_alone_{false};  // or had
  std::atomic<size_t> cycles_{0};
};

}  // namespace strata::compose
