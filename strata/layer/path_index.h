// The hash table of a store, from paths to specs.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "strata/layer/spec_store.h"

namespace strata::layer::spec_table {

using SpecIndex = SpecStore::SpecIndex;

// From path ids to spec indices. Paths interned together have ids in a row, which lie together here too:
// eight of them are neighbours, and the groups are spread by a hash. An entry is four bytes: the index of the
// spec, and in the bits that it leaves some of the path's hash, so that most paths without a spec are told
// from those with one without looking at a record.
class PathIndex {
 public:
  // `path_of(spec)` is the path id of a record.
  template <class PathOf>
  SpecIndex Find(uint32_t path, const PathOf& path_of) const {
    if (entries_.empty()) return SpecStore::kNoSpec;
    const size_t place = FindPlace(path, path_of);
    return entries_[place] == 0 ? SpecStore::kNoSpec : SpecOf(entries_[place]);
  }

  // The spec of `path`: `spec` itself when there was none.
  template <class PathOf>
  SpecIndex Insert(uint32_t path, SpecIndex spec, const PathOf& path_of) {
    if ((count_ + 1) * 4 > entries_.size() * 3) {
      Resize(std::max<size_t>(16, entries_.size() * 2), spec, path_of);
    } else if (spec >= spec_mask_) {
      Resize(entries_.size(), spec, path_of);
    }
    uint32_t& entry = entries_[FindPlace(path, path_of)];
    if (entry != 0) return SpecOf(entry);
    entry = MakeEntry(path, spec);
    ++count_;
    return spec;
  }

  // Brings the place of a path that is about to be inserted into the cache.
  void Prefetch(uint32_t path) const {
    if (!entries_.empty()) __builtin_prefetch(entries_.data() + Home(path), 1);
  }

  template <class PathOf>
  void Erase(uint32_t path, const PathOf& path_of) {
    if (entries_.empty()) return;
    size_t hole = FindPlace(path, path_of);
    if (entries_[hole] == 0) return;
    --count_;
    // Entries of the same run move up, as far as their own place allows, so that no mark of the erased one is
    // needed.
    for (size_t i = (hole + 1) & mask_; entries_[i] != 0; i = (i + 1) & mask_) {
      if (((i - Home(path_of(SpecOf(entries_[i])))) & mask_) < ((i - hole) & mask_)) continue;
      entries_[hole] = entries_[i];
      hole = i;
    }
    entries_[hole] = 0;
  }

  // `last`: the greatest index of a spec that is to come.
  template <class PathOf>
  void Reserve(size_t count, SpecIndex last, const PathOf& path_of) {
    const size_t size = std::bit_ceil(std::max<size_t>(16, count * 4 / 3 + 1));
    if (size > entries_.size() || last >= spec_mask_) Resize(std::max(size, entries_.size()), last, path_of);
  }
  void Clear() {
    std::fill(entries_.begin(), entries_.end(), 0);
    count_ = 0;
  }
  size_t GetMemoryBytes() const { return entries_.capacity() * sizeof(uint32_t); }

 private:
  size_t Home(uint32_t path) const { return ((MixBits(path >> 3) << 3) | (path & 7)) & mask_; }
  SpecIndex SpecOf(uint32_t entry) const { return (entry & spec_mask_) - 1; }
  uint32_t TagOf(uint32_t path) const { return static_cast<uint32_t>(MixBits(path) >> 24) & ~spec_mask_; }
  uint32_t MakeEntry(uint32_t path, SpecIndex spec) const { return TagOf(path) | (spec + 1); }

  // Where the entry of `path` is, or the empty place where it would be.
  template <class PathOf>
  size_t FindPlace(uint32_t path, const PathOf& path_of) const {
    const uint32_t tag = TagOf(path);
    for (size_t i = Home(path);; i = (i + 1) & mask_) {
      const uint32_t entry = entries_[i];
      if (entry == 0 || ((entry & ~spec_mask_) == tag && path_of(SpecOf(entry)) == path)) return i;
    }
  }

  template <class PathOf>
  void Resize(size_t size, SpecIndex last, const PathOf& path_of) {
    std::vector<uint32_t> old(size);
    old.swap(entries_);
    const uint32_t old_spec_mask = spec_mask_;
    mask_ = size - 1;
    // The store keeps no more dead records than live ones, or 64: indices stay below twice the size of the
    // table, or 512, unless properties that have only names lie between.
    const size_t specs = std::max<size_t>(size * 2, 512);
    spec_mask_ = std::max({static_cast<uint32_t>(specs - 1), old_spec_mask,
                           static_cast<uint32_t>(std::bit_ceil(uint64_t{last} + 2) - 1)});
    for (const uint32_t entry : old) {
      if (entry == 0) continue;
      const SpecIndex spec = (entry & old_spec_mask) - 1;
      const uint32_t path = path_of(spec);
      size_t i = Home(path);
      while (entries_[i] != 0) i = (i + 1) & mask_;
      entries_[i] = MakeEntry(path, spec);
    }
  }

  std::vector<uint32_t> entries_;  // 0: empty
  size_t mask_ = 0;
  size_t count_ = 0;
  uint32_t spec_mask_ = 0;
};

}  // namespace strata::layer::spec_table
