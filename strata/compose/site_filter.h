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
    kRead,  // what is said there
    kNode   // that, and what is directly below
  };

  SiteFilter() : words_(static_cast<Word*>(std::calloc(kWords, sizeof(Word)))) {
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
    return MixBits(site * 2 + static_cast<uint64_t>(role)) * 0x9E3779B97F4A7C15ull;
  }
  void Set(uint64_t hash) {
    Word& word = words_.get()[hash / 64 % kWords];
    const uint64_t bit = uint64_t{1} << (hash % 64);
    if (!(word.load(std::memory_order_relaxed) & bit)) word.fetch_or(bit, std::memory_order_relaxed);
  }
  bool Test(uint64_t hash) const {
    return words_.get()[hash / 64 % kWords].load(std::memory_order_relaxed) >> (hash % 64) & 1;
  }
  struct Free {
    void operator()(Word* words) const { std::free(words); }
  };
  std::unique_ptr<Word, Free> words_;
};

}  // namespace strata::compose
