// Something for each of the few prim definitions that the prims of a stage have.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "strata/base/token.h"
#include "strata/schema/prim_definition.h"

namespace strata::bridge {

// Many threads may look up and add at a time, and looking up takes no lock; clearing is for one thread, and
// nobody looks meanwhile. What was added stays where it is until then.
template <class T>
class DefinitionTable {
 public:
  // Null where nothing was added. A prim without a definition counts as one more.
  const T* Find(const schema::PrimDefinition* definition) const {
    const Slots* slots = slots_.load(std::memory_order_acquire);
    return slots ? slots->Find(GetKey(definition)) : nullptr;
  }

  // What is there, where another thread was first.
  const T& Add(const schema::PrimDefinition* definition, std::unique_ptr<const T> made) {
    const std::lock_guard lock(mutex_);
    if (const T* known = Find(definition)) return *known;
    if (all_slots_.empty() || 2 * (held_.size() + 1) > all_slots_.back()->size) Grow();
    all_slots_.back()->Put(GetKey(definition), made.get());
    held_.push_back(std::move(made));
    return *held_.back();
  }

  void Clear() {
    slots_.store(nullptr, std::memory_order_relaxed);
    all_slots_.clear();
    held_.clear();
  }

 private:
  struct Slot {
    std::atomic<const void*> key{nullptr};
    std::atomic<const T*> held{nullptr};  // set before the key
  };
  struct Slots {
    explicit Slots(size_t count) : size(count), at(std::make_unique<Slot[]>(count)) {}
    size_t GetHome(const void* key) const {
      return MixBits(reinterpret_cast<uintptr_t>(key) >> 4) & (size - 1);
    }
    const T* Find(const void* key) const {
      for (size_t i = GetHome(key);; i = (i + 1) & (size - 1)) {
        const void* there = at[i].key.load(std::memory_order_acquire);
        if (there == key) return at[i].held.load(std::memory_order_relaxed);
        if (!there) return nullptr;
      }
    }
    void Put(const void* key, const T* held) {
      size_t i = GetHome(key);
      while (at[i].key.load(std::memory_order_relaxed)) i = (i + 1) & (size - 1);
      at[i].held.store(held, std::memory_order_relaxed);
      at[i].key.store(key, std::memory_order_release);
    }
    size_t size;
    std::unique_ptr<Slot[]> at;
  };

  // The table itself stands for there being no definition.
  const void* GetKey(const schema::PrimDefinition* definition) const {
    return definition ? static_cast<const void*>(definition) : this;
  }
  // Somebody may still look into the slots there were.
  void Grow() {
    auto larger = std::make_unique<Slots>(all_slots_.empty() ? 32 : 2 * all_slots_.back()->size);
    if (!all_slots_.empty())
      for (size_t i = 0; i < all_slots_.back()->size; ++i)
        if (const Slot& slot = all_slots_.back()->at[i]; slot.key.load(std::memory_order_relaxed))
          larger->Put(slot.key.load(std::memory_order_relaxed), slot.held.load(std::memory_order_relaxed));
    slots_.store(larger.get(), std::memory_order_release);
    all_slots_.push_back(std::move(larger));
  }

  std::mutex mutex_;  // of those who add; guards what follows
  std::vector<std::unique_ptr<Slots>> all_slots_;
  std::vector<std::unique_ptr<const T>> held_;
  std::atomic<const Slots*> slots_{nullptr};  // the last of all
};

}  // namespace strata::bridge
