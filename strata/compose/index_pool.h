// What the nodes of many prim indices share: layer stacks and map functions, each kept once under a small
// number.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/compose/layer_stack.h"
#include "strata/compose/map_function.h"
#include "strata/compose/site_filter.h"

namespace strata::compose {

// A vector that only grows and never moves what it holds, so that readers need no lock.
template <class T>
class StableVector {
 public:
  StableVector() = default;
  StableVector(const StableVector&) = delete;
  StableVector& operator=(const StableVector&) = delete;
  ~StableVector() {
    for (auto& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
  }
  const T& operator[](uint32_t i) const {
    auto [chunk, offset] = Locate(i);
    return chunks_[chunk].load(std::memory_order_acquire)[offset];
  }
  // For one writer at a time.
  uint32_t Add(T item) {
    auto [chunk, offset] = Locate(size_);
    T* items = chunks_[chunk].load(std::memory_order_relaxed);
    if (!items) {
      items = new T[size_t{kFirst} << chunk];
      chunks_[chunk].store(items, std::memory_order_release);
    }
    items[offset] = std::move(item);
    return size_++;
  }
  uint32_t GetSize() const { return size_; }

 private:
  static constexpr uint32_t kFirst = 64;
  static std::pair<uint32_t, uint32_t> Locate(uint32_t i) {
    const uint32_t shifted = i / kFirst + 1;
    const uint32_t chunk = 31 - static_cast<uint32_t>(__builtin_clz(shifted));
    return {chunk, i - kFirst * ((1u << chunk) - 1)};
  }
  std::array<std::atomic<T*>, 26> chunks_{};
  uint32_t size_ = 0;
};

// Thread-safe. Numbers stay valid as long as the pool.
class IndexPool {
 public:
  static constexpr uint32_t kIdentity = 0;  // the number of the identity map

  IndexPool() : map_numbers_(0, {&maps_}, {&maps_}) { InternMap(MapFunction::Identity()); }

  uint32_t InternMap(const MapFunction& map) {
    const size_t hash = map.GetHash();
    std::lock_guard lock(mutex_);
    const auto found = map_numbers_.find(map, hash);
    if (found != map_numbers_.end()) return *found;
    const uint32_t number = maps_.Add(map);
    map_numbers_.insert(number);
    GetBytesOfNewMaps() += kBytesOfMap + map.GetPairCount() * sizeof(MapFunction::Pair);
    return number;
  }
  // What the maps that this thread has been the first to come to take, about; it only grows.
  static size_t& GetBytesOfNewMaps() {
    static thread_local size_t bytes = 0;
    return bytes;
  }
  // What the graphs of indices take, about: each with the maps that it was the first to have.
  size_t GetBytes() const { return graph_bytes_.load(std::memory_order_relaxed); }
  void AddGraphBytes(size_t bytes) { graph_bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  void RemoveGraphBytes(size_t bytes) { graph_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
  // How many graphs there are that ended at a budget for nodes.
  size_t GetFullCount() const { return full_count_.load(std::memory_order_relaxed); }
  void AddFullGraph() { full_count_.fetch_add(1, std::memory_order_relaxed); }
  void RemoveFullGraph() { full_count_.fetch_sub(1, std::memory_order_relaxed); }
  const MapFunction& GetMap(uint32_t number) const { return maps_[number]; }
  // outer after inner.
  uint32_t ComposeMaps(uint32_t outer, uint32_t inner) {
    if (outer == kIdentity) return inner;
    if (inner == kIdentity) return outer;
    // Maps of many pairs cost as many to compose, and many prims ask for the same.
    constexpr size_t kManyPairs = 16;
    if (maps_[outer].GetPairCount() < kManyPairs && maps_[inner].GetPairCount() < kManyPairs)
      return InternMap(maps_[outer].Compose(maps_[inner]));
    const uint64_t key = uint64_t{outer} << 32 | inner;
    {
      std::lock_guard lock(mutex_);
      const auto found = composed_.find(key);
      if (found != composed_.end()) return found->second;
    }
    const uint32_t number = InternMap(maps_[outer].Compose(maps_[inner]));
    std::lock_guard lock(mutex_);
    composed_.emplace(key, number);
    return number;
  }

  // Each stack is registered once.
  uint32_t AddStack(LayerStackPtr stack) {
    std::lock_guard lock(mutex_);
    const uint32_t number = stacks_.GetSize();
    for (const LayerStack::Entry& entry : stack->GetEntries()) uses_.push_back({entry.layer.get(), number});
    NoteRelocates(*stack);
    return stacks_.Add(std::move(stack));
  }
  // The stack has become another, with `entered` among its layers.
  void NoteEdit(uint32_t number, const std::vector<layer::LayerPtr>& entered) {
    std::lock_guard lock(mutex_);
    for (const layer::LayerPtr& layer : entered) uses_.push_back({layer.get(), number});
    NoteRelocates(*stacks_[number]);
  }
  const LayerStackPtr& GetStack(uint32_t number) const { return stacks_[number]; }
  // As the stack says; costs no look at it while none has any.
  bool HasRelocates(uint32_t stack) const {
    return may_have_relocates_.load(std::memory_order_relaxed) && GetStack(stack)->HasRelocates();
  }
  // The stacks that have the layer, in order.
  std::vector<uint32_t> FindStacksOf(const layer::Layer* layer) const {
    std::lock_guard lock(mutex_);
    std::vector<uint32_t> numbers;
    for (const LayerUse& use : uses_) {
      if (use.layer != layer) continue;
      const std::vector<LayerStack::Entry>& entries = stacks_[use.stack]->GetEntries();
      if (std::any_of(entries.begin(), entries.end(),
                      [&](const LayerStack::Entry& entry) { return entry.layer.get() == layer; }))
        numbers.push_back(use.stack);
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
  }
  // Which IndexSharing speaks for the layers as they are now: what others kept of them may be out of date.
  uint64_t GetSharing() const { return sharing_.load(std::memory_order_acquire); }
  void SetSharing(uint64_t id) { sharing_.store(id, std::memory_order_release); }

  ArcSites& GetArcSites() { return arc_sites_; }
  const ArcSites& GetArcSites() const { return arc_sites_; }

  uint32_t GetStackCount() const {
    std::lock_guard lock(mutex_);
    return stacks_.GetSize();
  }

 private:
  // With its place among the numbers, and what holds its pairs.
  static constexpr size_t kBytesOfMap = sizeof(MapFunction) + 96;
  using Maps = StableVector<MapFunction>;
  struct MapHash {
    using is_transparent = void;
    size_t operator()(const MapFunction& map) const { return map.GetHash(); }
    size_t operator()(uint32_t number) const { return (*maps)[number].GetHash(); }
    const Maps* maps;
  };
  struct MapEqual {
    using is_transparent = void;
    const MapFunction& Get(const MapFunction& map) const { return map; }
    const MapFunction& Get(uint32_t number) const { return (*maps)[number]; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return Get(a) == Get(b);
    }
    const Maps* maps;
  };
  void NoteRelocates(const LayerStack& stack) {
    if (stack.HasRelocates()) may_have_relocates_.store(true, std::memory_order_relaxed);
  }
  // A stack that has the layer, or had it.
  struct LayerUse {
    const layer::Layer* layer;
    uint32_t stack;
  };

  mutable std::mutex mutex_;
  Maps maps_;
  // Numbers alone: a map is kept once. Hashes are kept, for to make one means to follow its pairs.
  tsl::robin_set<uint32_t, MapHash, MapEqual, std::allocator<uint32_t>, true> map_numbers_;
  std::atomic<size_t> graph_bytes_{0}, full_count_{0};
  tsl::robin_map<uint64_t, uint32_t> composed_;  // of many pairs: by the outer one and the inner one
  StableVector<LayerStackPtr> stacks_;
  std::vector<LayerUse> uses_;
  std::atomic<bool> may_have_relocates_{false};  // some stack has them, or had
  ArcSites arc_sites_;
  std::atomic<uint64_t> sharing_{0};
};

}  // namespace strata::compose
