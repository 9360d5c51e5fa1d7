// Slots of memory numbered from 0 that grow by whole chunks; the store keeps its records and fields in them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <vector>

namespace strata::layer::spec_table {

// Raw slots numbered from 0 that stay where they are, but for those of the first chunk while it is small.
// Slots are moved by copying their bytes, so T must not point into itself.
template <class T, unsigned kChunkBits>
class RawSlots {
 public:
  static constexpr uint32_t kChunk = 1u << kChunkBits;

  RawSlots() = default;
  RawSlots(const RawSlots&) = delete;
  RawSlots& operator=(const RawSlots&) = delete;
  ~RawSlots() {
    for (void* owned : owned_) std::free(owned);
  }

  T* At(uint32_t slot) const { return chunks_[slot >> kChunkBits] + (slot & (kChunk - 1)); }
  uint32_t GetTop() const { return top_; }

  // Whether slots up to `end` can follow the top without a gap.
  bool CanExtend(uint32_t count) const {
    return top_ != 0 && ((top_ - 1) >> kChunkBits) == ((top_ - 1 + count) >> kChunkBits);
  }

  // The first of `count` new slots, side by side.
  uint32_t Take(uint32_t count) {
    const uint32_t room = kChunk - (top_ & (kChunk - 1));
    if (count > kChunk) {
      top_ = static_cast<uint32_t>(chunks_.size()) << kChunkBits;  // spans chunks, which are new ones then
    } else if (count > room) {
      top_ += room;
    }
    if (count > std::numeric_limits<uint32_t>::max() - kChunk - top_) throw std::bad_alloc();
    const uint32_t first = top_;
    top_ += count;
    const size_t needed_chunks = (size_t{top_} + kChunk - 1) >> kChunkBits;
    if (needed_chunks > chunks_.size()) AddChunks(needed_chunks - chunks_.size());
    if (chunks_.size() == 1 && top_ > first_capacity_) GrowFirst(top_);
    return first;
  }

  // Makes room for `count` slots in all, as far as that is not immoderate; nothing is touched before it is
  // used.
  void Reserve(uint64_t count) {
    if (count == 0) return;
    count = std::min<uint64_t>(count, kMostBytesReserved / sizeof(T));
    if (chunks_.empty()) AddChunks(1);
    if (chunks_.size() == 1) GrowFirst(static_cast<uint32_t>(std::min<uint64_t>(count, kChunk)));
    const size_t needed_chunks = (count + kChunk - 1) >> kChunkBits;
    if (needed_chunks > chunks_.size()) AddChunks(needed_chunks - chunks_.size());
  }

  // Gives the last slots back.
  void SetTop(uint32_t top) { top_ = top; }

  void ShrinkToFit() {
    if (chunks_.size() != 1 || top_ == 0 || top_ == first_capacity_) return;
    ResizeFirst(top_);
  }

  // Takes over the chunks of `other`, behind those in use here; returns where its slot 0 is now.
  uint32_t Adopt(RawSlots& other) {
    if (other.top_ == 0) return top_;
    if (chunks_.size() == 1 && first_capacity_ < kChunk) ResizeFirst(kChunk);
    if (other.chunks_.size() == 1 && other.first_capacity_ < kChunk) other.ResizeFirst(kChunk);
    const uint32_t chunks_in_use = static_cast<uint32_t>((size_t{top_} + kChunk - 1) >> kChunkBits);
    const uint32_t offset = chunks_in_use << kChunkBits;
    if (other.top_ > std::numeric_limits<uint32_t>::max() - kChunk - offset) throw std::bad_alloc();
    chunks_.resize(chunks_in_use);  // what was reserved beyond stays allocated and untouched
    chunks_.insert(chunks_.end(), other.chunks_.begin(), other.chunks_.end());
    owned_.insert(owned_.end(), other.owned_.begin(), other.owned_.end());
    top_ = offset + other.top_;
    first_capacity_ = kChunk;
    other.chunks_.clear();
    other.owned_.clear();
    other.top_ = other.first_capacity_ = 0;
    return offset;
  }

  size_t GetMemoryBytes() const {
    const size_t slots = chunks_.size() == 1 ? first_capacity_ : chunks_.size() * size_t{kChunk};
    return slots * sizeof(T) + (chunks_.capacity() + owned_.capacity()) * sizeof(void*);
  }

 private:
  void AddChunks(size_t count) {
    if (chunks_.empty() && count == 1) {  // the first chunk begins small
      owned_.reserve(1);
      chunks_.push_back(nullptr);
      owned_.push_back(nullptr);
      return;
    }
    if (chunks_.size() == 1 && first_capacity_ < kChunk) ResizeFirst(kChunk);
    owned_.reserve(owned_.size() + 1);
    chunks_.reserve(std::max(chunks_.capacity(), std::bit_ceil(chunks_.size() + count)));
    auto* memory = static_cast<T*>(std::malloc(count * kChunk * sizeof(T)));
    if (!memory) throw std::bad_alloc();
    owned_.push_back(memory);
    for (size_t i = 0; i < count; ++i) chunks_.push_back(memory + i * kChunk);
    if (chunks_.size() == count) first_capacity_ = kChunk;
  }
  void GrowFirst(uint32_t needed) {
    if (needed > first_capacity_) ResizeFirst(std::min(kChunk, std::bit_ceil(std::max(needed, 8u))));
  }
  void ResizeFirst(uint32_t capacity) {
    void* memory = std::realloc(owned_[0], capacity * sizeof(T));
    if (!memory) throw std::bad_alloc();
    owned_[0] = memory;
    chunks_[0] = static_cast<T*>(memory);
    first_capacity_ = capacity;
  }

  static constexpr size_t kMostBytesReserved = size_t{512} << 20;

  std::vector<T*> chunks_;    // one per kChunk slots
  std::vector<void*> owned_;  // allocations; one may span several chunks
  uint32_t top_ = 0;
  uint32_t first_capacity_ = 0;
};

}  // namespace strata::layer::spec_table
