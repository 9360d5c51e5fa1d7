// A tree of scene paths with something at each, for the indices of this room.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/path/path.h"

namespace strata::scene {

// Paths that were added, and all above them. Many threads may look up and add at a time; removing is for one
// thread, and nobody looks meanwhile. Entries stay where they are until they are removed.
template <class T>
class PathTable {
 public:
  class Entry {
   public:
    explicit Entry(Path path) : path_(path) {}
    Path GetPath() const { return path_; }
    Entry* GetParent() const { return parent_; }
    Entry* GetFirstChild() const { return first_child_.load(std::memory_order_acquire); }
    Entry* GetNextSibling() const { return next_sibling_; }
    T value{};

   private:
    friend class PathTable;
    Path path_;
    Entry* parent_ = nullptr;
    std::atomic<Entry*> first_child_{nullptr};
    Entry* next_sibling_ = nullptr;
    Entry* previous_sibling_ = nullptr;  // kept when children are removed, not when they come
  };

  PathTable() = default;
  ~PathTable() { Clear(); }
  PathTable(const PathTable&) = delete;
  PathTable& operator=(const PathTable&) = delete;

  Entry* Find(Path path) const {
    const Shard& shard = GetShard(path);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(path);
    return found == shard.entries.end() ? nullptr : found->second;
  }

  // The entry of an absolute path, made where there is none, with those above it.
  Entry& FindOrAdd(Path path) {
    if (Entry* found = Find(path)) return *found;
    std::vector<Path> missing = {path};
    Entry* above = nullptr;
    for (Path up = path.GetParent(); !up.IsEmpty(); up = up.GetParent()) {
      if ((above = Find(up))) break;
      missing.push_back(up);
    }
    for (; !missing.empty(); missing.pop_back()) above = &AddBelow(above, missing.back());
    return *above;
  }

  // The entry and all below it go.
  void RemoveSubtree(Path path) {
    Entry* root = Find(path);
    if (!root) return;
    if (root->parent_) Unlink(*root);
    std::vector<Entry*> waiting = {root};
    while (!waiting.empty()) {
      Entry* entry = waiting.back();
      waiting.pop_back();
      for (Entry* child = entry->GetFirstChild(); child; child = child->next_sibling_)
        waiting.push_back(child);
      GetShard(entry->path_).entries.erase(entry->path_);
      delete entry;
    }
  }

  void Clear() {
    for (Shard& shard : shards_) {
      for (const auto& [path, entry] : shard.entries) delete entry;
      shard.entries.clear();
    }
  }

  size_t GetSize() const {
    size_t size = 0;
    for (const Shard& shard : shards_) size += shard.entries.size();
    return size;
  }

 private:
  struct Shard {
    mutable std::mutex mutex;
    tsl::robin_map<Path, Entry*> entries;  // guarded by mutex
  };
  static constexpr size_t kShards = 32;

  Shard& GetShard(Path path) { return shards_[MixBits(path.GetId()) >> 40 & (kShards - 1)]; }
  const Shard& GetShard(Path path) const { return const_cast<PathTable*>(this)->GetShard(path); }

  Entry& AddBelow(Entry* parent, Path path) {
    Entry* made;
    {
      Shard& shard = GetShard(path);
      const std::lock_guard lock(shard.mutex);
      const auto [found, is_new] = shard.entries.emplace(path, nullptr);
      if (!is_new) return *found->second;
      made = new Entry(path);
      made->parent_ = parent;
      found.value() = made;
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
