// A concurrent hash index from keys kept elsewhere to 32-bit ids: finding takes no lock, adding takes one of
// many.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

namespace strata {

// Ids are never 0 and never removed. Constant-initialised and trivially destructible: it serves tables that
// live as long as the process and are used by constructors and destructors of static objects.
class InternIndex {
 public:
  constexpr InternIndex() = default;

  // The id whose key `is_equal(id)` accepts, or 0. `hash` must be well mixed in all 64 bits.
  template <class IsEqual>
  uint32_t Find(uint64_t hash, const IsEqual& is_equal) const {
    const Table* table = GetShard(hash).table.load(std::memory_order_acquire);
    return table ? Probe(*table, static_cast<uint32_t>(hash), is_equal) : 0;
  }

  // Brings the place of a key that will soon be asked for into the cache.
  void Prefetch(uint64_t hash) const {
    const Table* table = GetShard(hash).table.load(std::memory_order_acquire);
    if (table) __builtin_prefetch(table->GetSlots() + (static_cast<uint32_t>(hash) & table->mask));
  }

  // As Find, but where there is none calls make() once, under a lock of this hash's shard, and keeps the id
  // it returns.
  template <class IsEqual, class Make>
  uint32_t FindOrAdd(uint64_t hash, const IsEqual& is_equal, const Make& make) {
    if (uint32_t id = Find(hash, is_equal)) return id;
    Shard& shard = const_cast<Shard&>(GetShard(hash));
    std::lock_guard lock(shard.mutex);
    if (uint32_t id = Find(hash, is_equal)) return id;
    Table* table = shard.table.load(std::memory_order_relaxed);
    if (!table || (shard.count + 1) * 4 > (size_t{table->mask} + 1) * 3)
      table = Grow(shard, table, table ? (size_t{table->mask} + 1) * 2 : 64);
    uint32_t id = make();
    Put(*table, static_cast<uint32_t>(hash), id);
    ++shard.count;
    return id;
  }

  // Makes room for `more` new ids at once, instead of by growing again and again.
  void Reserve(size_t more) {
    const size_t share = more / kShardCount * 17 / 16;  // shards fill almost evenly
    for (Shard& shard : shards_) {
      std::lock_guard lock(shard.mutex);
      Table* table = shard.table.load(std::memory_order_relaxed);
      const size_t capacity = std::bit_ceil((shard.count + share) * 4 / 3 + 1);
      if (capacity > (table ? size_t{table->mask} + 1 : 64)) Grow(shard, table, capacity);
    }
  }

  static constexpr size_t kShardCount = 64;
  static constexpr size_t GetShardIndex(uint64_t hash) { return hash >> 58; }

 private:
  // A slot holds the low half of the hash above the id; 0 is free. Smaller tables stay readable for those who
  // are still probing them, and are kept in a chain.
  struct Table {
    uint32_t mask;
    Table* smaller;
    std::atomic<uint64_t>* GetSlots() { return reinterpret_cast<std::atomic<uint64_t>*>(this + 1); }
    const std::atomic<uint64_t>* GetSlots() const {
      return reinterpret_cast<const std::atomic<uint64_t>*>(this + 1);
    }
  };
  struct alignas(64) Shard {
    std::atomic<Table*> table{nullptr};
    size_t count = 0;  // guarded by mutex
    std::mutex mutex;
  };

  const Shard& GetShard(uint64_t hash) const { return shards_[GetShardIndex(hash)]; }

  template <class IsEqual>
  static uint32_t Probe(const Table& table, uint32_t tag, const IsEqual& is_equal) {
    const std::atomic<uint64_t>* slots = table.GetSlots();
    for (uint32_t at = tag & table.mask;; at = (at + 1) & table.mask) {
      uint64_t slot = slots[at].load(std::memory_order_acquire);
      if (slot == 0) return 0;
      if (static_cast<uint32_t>(slot >> 32) == tag && is_equal(static_cast<uint32_t>(slot))) {
        return static_cast<uint32_t>(slot);
      }
    }
  }

  static void Put(Table& table, uint32_t tag, uint32_t id) {
    std::atomic<uint64_t>* slots = table.GetSlots();
    uint32_t at = tag & table.mask;
    while (slots[at].load(std::memory_order_relaxed) != 0) at = (at + 1) & table.mask;
    slots[at].store(uint64_t{tag} << 32 | id, std::memory_order_release);
  }

  static Table* Grow(Shard& shard, Table* old, size_t capacity) {
    void* memory = std::calloc(1, sizeof(Table) + capacity * sizeof(std::atomic<uint64_t>));
    if (!memory) throw std::bad_alloc();
    Table* table = new (memory) Table{static_cast<uint32_t>(capacity - 1), old};
    for (size_t i = 0; old && i <= old->mask; ++i) {
      uint64_t slot = old->GetSlots()[i].load(std::memory_order_relaxed);
      if (slot) Put(*table, static_cast<uint32_t>(slot >> 32), static_cast<uint32_t>(slot));
    }
    shard.table.store(table, std::memory_order_release);
    return table;
  }

  Shard shards_[kShardCount];
};

}  // namespace strata
