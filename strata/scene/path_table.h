// A tree of scene paths with something at each, for the indices of this room.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "strata/path/path.h"

namespace strata::scene {

// Paths that were added, and all above them. Many threads may look up and add at a time, and looking up takes
// no lock; removing is for one thread, and nobody looks meanwhile. Entries stay where they are until they are
// removed.
template <class T>
class PathTable {
 public:
  class Entry {
   public:
    explicit Entry(Path path, Entry* parent) : path_(path), parent_(parent) {}
    Path GetPath() const { return path_; }
    Entry* GetParent() const { return parent_; }
    Entry* GetFirstChild() const { return first_child_.load(std::memory_order_acquire); }
    Entry* GetNextSibling() const { return next_sibling_; }

   private:
    friend class PathTable;
    Path path_;
    uint32_t number_ = 0;  // in its shard
    Entry* parent_ = nullptr;
    std::atomic<Entry*> first_child_{nullptr};
    Entry* next_sibling_ = nullptr;
    Entry* previous_sibling_ = nullptr;  // kept when children are removed, not when they come

   public:
    T value{};
  };

  PathTable() = default;
  ~PathTable() { Clear(); }
  PathTable(const PathTable&) = delete;
  PathTable& operator=(const PathTable&) = delete;

  Entry* Find(Path path) const { return GetShard(path).Find(path); }

  // The entry of an absolute path, made where there is none, with those above it.
  Entry& FindOrAdd(Path path) {
    if (Entry* found = Find(path)) return *found;
    Entry* above = nullptr;
    std::vector<Path> missing;
    for (Path up = path.GetParent(); !up.IsEmpty(); up = up.GetParent()) {
      if ((above = Find(up))) break;
      missing.push_back(up);
    }
    for (; !missing.empty(); missing.pop_back()) above = &AddBelow(above, missing.back());
    return AddBelow(above, path);
  }

  // The same for a child of `parent`.
  Entry& FindOrAddBelow(Entry& parent, Path path) { return AddBelow(&parent, path); }

  // The entry and all below it go.
  void RemoveSubtree(Path path) {
    Entry* root = Find(path);
    if (!root) return;
    if (!root->parent_) return Clear();
    Unlink(*root);
    std::vector<Entry*> waiting = {root};
    while (!waiting.empty()) {
      Entry* entry = waiting.back();
      waiting.pop_back();
      for (Entry* child = entry->GetFirstChild(); child; child = child->next_sibling_)
        waiting.push_back(child);
      GetShard(entry->path_).Remove(*entry);
    }
  }

  void Clear() {
    for (Shard& shard : shards_) shard.Clear();
  }

  size_t GetSize() const {
    size_t size = 0;
    for (const Shard& shard : shards_) size += shard.count.load(std::memory_order_relaxed);
    return size;
  }

 private:
  // Entries by number, in blocks of which each is twice as large as the one before.
  class Arena {
   public:
    Entry* At(uint32_t number) const {
      const uint32_t place = number + kFirst;
      const auto block = static_cast<uint32_t>(std::bit_width(place)) - kFirstWidth;
      return reinterpret_cast<Entry*>(blocks_[block].get()) + (place - (kFirst << block));
    }
    Entry& Make(Path path, Entry* parent) {
      uint32_t number = top_;
      if (!free_.empty()) {
        number = free_.back();
        free_.pop_back();
      } else {
        const uint32_t place = top_ + kFirst;
        const auto block = static_cast<uint32_t>(std::bit_width(place)) - kFirstWidth;
        if (!blocks_[block])
          blocks_[block] = std::make_unique_for_overwrite<std::byte[]>((kFirst << block) * sizeof(Entry));
        ++top_;
      }
      Entry* made = new (At(number)) Entry(path, parent);
      made->number_ = number;
      return *made;
    }
    void Destroy(Entry& entry) {
      free_.push_back(entry.number_);
      entry.~Entry();
    }

   private:
    static constexpr uint32_t kFirst = 16, kFirstWidth = 5;
    static_assert(alignof(Entry) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    std::array<std::unique_ptr<std::byte[]>, 28> blocks_;
    std::vector<uint32_t> free_;
    uint32_t top_ = 0;
  };

  // Where the entry of a path is: the path's number above, the entry's below. Paths that were interned one
  // after the other have neighbouring places, for they are asked for together.
  class Slots {
   public:
    explicit Slots(uint32_t size) : mask_(size - 1), at_(std::make_unique<std::atomic<uint64_t>[]>(size)) {}
    static constexpr uint32_t kNone = UINT32_MAX;
    uint32_t GetSize() const { return mask_ + 1; }
    uint64_t Get(uint32_t place) const { return at_[place].load(std::memory_order_relaxed); }
    // The entry's number.
    uint32_t Find(Path path) const {
      for (uint32_t place = GetHome(path.GetId());; place = (place + 1) & mask_) {
        const uint64_t slot = at_[place].load(std::memory_order_acquire);
        if (!slot) return kNone;
        if (slot >> 32 == path.GetId()) return static_cast<uint32_t>(slot);
      }
    }
    void Put(uint64_t slot) {
      uint32_t place = GetHome(slot >> 32);
      while (Get(place)) place = (place + 1) & mask_;
      at_[place].store(slot, std::memory_order_release);
    }
    // Those that stand behind it because its place was taken move up.
    void Remove(Path path) {
      uint32_t hole = GetHome(path.GetId());
      while (Get(hole) >> 32 != path.GetId()) hole = (hole + 1) & mask_;
      for (uint32_t next = (hole + 1) & mask_; Get(next); next = (next + 1) & mask_) {
        const uint32_t home = GetHome(Get(next) >> 32);
        if (((next - home) & mask_) < ((next - hole) & mask_)) continue;
        at_[hole].store(Get(next), std::memory_order_relaxed);
        hole = next;
      }
      at_[hole].store(0, std::memory_order_relaxed);
    }

   private:
    uint32_t GetHome(uint64_t id) const {
      return static_cast<uint32_t>(MixBits(id >> 3) >> 24 << 3 | (id & 7)) & mask_;
    }
    uint32_t mask_;
    std::unique_ptr<std::atomic<uint64_t>[]> at_;
  };

  struct Shard {
    std::mutex mutex;  // of those who add; they alone change what follows
    std::atomic<Slots*> slots{nullptr};
    std::atomic<uint32_t> count{0};
    // The last is `slots`; somebody may still look into those before.
    std::vector<std::unique_ptr<Slots>> all_slots;
    std::unique_ptr<Arena> arena;

    Entry* Find(Path path) const {
      const Slots* known = slots.load(std::memory_order_acquire);
      const uint32_t number = known ? known->Find(path) : Slots::kNone;
      return number == Slots::kNone ? nullptr : arena->At(number);
    }
    // REQUIRES: `mutex` is held and there is none.
    Entry& Add(Path path, Entry* parent) {
      if (!arena) arena = std::make_unique<Arena>();
      const uint32_t size = all_slots.empty() ? 0 : all_slots.back()->GetSize();
      if (2 * (count.load(std::memory_order_relaxed) + 1) > size) Grow(size ? 2 * size : 16);
      Entry& made = arena->Make(path, parent);
      all_slots.back()->Put(uint64_t{path.GetId()} << 32 | made.number_);
      count.fetch_add(1, std::memory_order_relaxed);
      return made;
    }
    void Grow(uint32_t size) {
      auto larger = std::make_unique<Slots>(size);
      if (const Slots* known = slots.load(std::memory_order_relaxed))
        for (uint32_t i = 0; i < known->GetSize(); ++i)
          if (const uint64_t slot = known->Get(i)) larger->Put(slot);
      slots.store(larger.get(), std::memory_order_release);
      all_slots.push_back(std::move(larger));
    }
    void Remove(Entry& entry) {
      if (all_slots.size() > 1) all_slots.erase(all_slots.begin(), all_slots.end() - 1);
      all_slots.back()->Remove(entry.path_);
      arena->Destroy(entry);
      count.fetch_sub(1, std::memory_order_relaxed);
    }
    void Clear() {
      if (const Slots* known = slots.load(std::memory_order_relaxed))
        for (uint32_t i = 0; i < known->GetSize(); ++i)
          if (const uint64_t slot = known->Get(i)) arena->At(static_cast<uint32_t>(slot))->~Entry();
      slots.store(nullptr, std::memory_order_relaxed);
      all_slots.clear();
      arena.reset();
      count.store(0, std::memory_order_relaxed);
    }
  };
  static constexpr size_t kShards = 8;

  // Runs of paths share a shard: a thread that goes over a part of a scene meets the others rarely.
  Shard& GetShard(Path path) { return shards_[path.GetId() >> 8 & (kShards - 1)]; }
  const Shard& GetShard(Path path) const { return const_cast<PathTable*>(this)->GetShard(path); }

  Entry& AddBelow(Entry* parent, Path path) {
    Entry* made;
    {
      Shard& shard = GetShard(path);
      const std::lock_guard lock(shard.mutex);
      if (Entry* found = shard.Find(path)) return *found;
      made = &shard.Add(path, parent);
    }
    if (parent) {
      Entry* head = parent->first_child_.load(std::memory_order_relaxed);
      do made->next_sibling_ = head;
      while (!parent->first_child_.compare_exchange_weak(head, made, std::memory_order_release,
                                                         std::memory_order_relaxed));
    }
    return *made;
  }

  // Links backwards are made when they are first needed, so that adding stays free of locks.
  void Unlink(Entry& entry) {
    Entry& parent = *entry.parent_;
    Entry* first = parent.GetFirstChild();
    if (first == &entry) {
      parent.first_child_.store(entry.next_sibling_, std::memory_order_relaxed);
      if (entry.next_sibling_) entry.next_sibling_->previous_sibling_ = nullptr;
      return;
    }
    if (!entry.previous_sibling_ || entry.previous_sibling_->next_sibling_ != &entry)
      for (Entry* child = first; child->next_sibling_; child = child->next_sibling_)
        child->next_sibling_->previous_sibling_ = child;
    entry.previous_sibling_->next_sibling_ = entry.next_sibling_;
    if (entry.next_sibling_) entry.next_sibling_->previous_sibling_ = entry.previous_sibling_;
  }

  std::array<Shard, kShards> shards_;
};

}  // namespace strata::scene
