// Which sites were read, as a set that may also say yes to a few others.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "strata/base/token.h"
#include "strata/path/path.h"

namespace strata::compose {

// A Bloom filter: adding costs a few nanoseconds and takes no lock, which a set that only edits ask would not
// be worth otherwise. Wrong about one site in a hundred with some 200,000 of them. Thread-safe.
class SiteFilter {
 public:
  enum class Role : uint8_t {
    kRead,      // what is said there
    kNode,      // that, and what is directly below
    kArc,       // an arc leads there
    kAboveArc,  // an arc leads below
    kSelection  // a variant selection is looked for there
  };

  // `words` is a power of two.
  explicit SiteFilter(size_t words = kWords)
      : word_mask_(words - 1), words_(static_cast<Word*>(std::calloc(words, sizeof(Word)))) {
    if (!words_) throw std::bad_alloc();
  }

  void Add(Role role, uint32_t layer_stack, Path path) {
    const uint64_t hash = Hash(role, layer_stack, path);
    Set(hash);
    Set(hash >> 32);
  }
  bool MayHold(Role role, uint32_t layer_stack, Path path) const {
    const uint64_t hash = Hash(role, layer_stack, path);
    return Test(hash) && Test(hash >> 32);
  }

 private:
  // Pages that nothing is written to are not there.
  using Word = std::atomic<uint64_t>;
  static_assert(std::is_trivially_destructible_v<Word>);
  static constexpr size_t kWords = size_t{1} << 16;

  static uint64_t Hash(Role role, uint32_t layer_stack, Path path) {
    const uint64_t site = uint64_t{path.GetId()} | uint64_t{layer_stack} << 32;
    return MixBits(site * 8 + static_cast<uint64_t>(role)) * 0x9E3779B97F4A7C15ull;
  }
  void Set(uint64_t hash) {
    Word& word = words_.get()[hash / 64 & word_mask_];
    const uint64_t bit = uint64_t{1} << (hash % 64);
    if (!(word.load(std::memory_order_relaxed) & bit)) word.fetch_or(bit, std::memory_order_relaxed);
  }
  bool Test(uint64_t hash) const {
    return words_.get()[(hash / 64) & word_mask_].load(std::memory_order_relaxed) >> (hash % 64) & 1;
  }
  struct Free {
    void operator()(Word* words) const { std::free(words); }
  };
  const size_t word_mask_;
  std::unique_ptr<Word, Free> words_;
};

// Where arcs of prims lead, and where they look for variant selections, as far as any was ever followed: who
// depends on a site that is not here need not be looked for. Thread-safe.
class ArcSites {
 public:
  void Add(uint32_t layer_stack, Path path) {
    filter_.Add(SiteFilter::Role::kArc, layer_stack, path);
    for (Path above = path.GetParent(); !above.IsEmpty(); above = above.GetParent())
      filter_.Add(SiteFilter::Role::kAboveArc, layer_stack, above);
  }
  void AddSelection(uint32_t layer_stack, Path path) {
    filter_.Add(SiteFilter::Role::kSelection, layer_stack, path);
  }
  // Of those that lead elsewhere from each prim that has them.
  void AddWithinPlaces(uint32_t layer_stack) {
    within_places_.fetch_or(uint64_t{1} << (layer_stack % 64), std::memory_order_relaxed);
  }
  bool MayHold(SiteFilter::Role role, uint32_t layer_stack, Path path) const {
    return filter_.MayHold(role, layer_stack, path);
  }
  bool MayLeadWithinPlaces(uint32_t layer_stack) const {
    return within_places_.load(std::memory_order_relaxed) >> (layer_stack % 64) & 1;
  }

 private:
  SiteFilter filter_{size_t{1} << 13};
  std::atomic<uint64_t> within_places_{0};
};

}  // namespace strata::compose
