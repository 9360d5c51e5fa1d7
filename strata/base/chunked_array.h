// An array that grows by whole chunks and never moves an element, so it is read without a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <type_traits>

namespace strata {

// Elements are zero bytes until written. Whoever hands an index to another thread publishes the element with
// it. Trivially destructible: meant for tables that live as long as the process.
template <class T>
class ChunkedArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  static constexpr uint32_t kChunkBits = 16;
  static constexpr uint32_t kChunkSize = 1u << kChunkBits;

  constexpr ChunkedArray() = default;

  // REQUIRES: Reserve(index) returned in a thread that published `index`.
  const T& operator[](uint32_t index) const {
    return chunks_[index >> kChunkBits].load(std::memory_order_acquire)[index & (kChunkSize - 1)];
  }

  // Makes room for one element and returns it for writing. Thread-safe.
  T& Reserve(uint32_t index) {
    std::atomic<T*>& chunk = chunks_[index >> kChunkBits];
    T* elements = chunk.load(std::memory_order_acquire);
    if (!elements) elements = AddChunk(chunk);
    return elements[index & (kChunkSize - 1)];
  }

  size_t CountChunks() const {
    size_t count = 0;
    while (count < kChunkCount && chunks_[count].load(std::memory_order_relaxed)) ++count;
    return count;
  }

 private:
  static constexpr size_t kChunkCount = size_t{1} << (32 - kChunkBits);

  static T* AddChunk(std::atomic<T*>& chunk) {
    // calloc leaves untouched pages unbacked, which keeps small processes small.
    T* fresh = static_cast<T*>(std::calloc(kChunkSize, sizeof(T)));
    if (!fresh) throw std::bad_alloc();
    T* expected = nullptr;
    if (chunk.compare_exchange_strong(expected, fresh, std::memory_order_acq_rel)) return fresh;
    std::free(fresh);
    return expected;
  }

  std::atomic<T*> chunks_[kChunkCount] = {};
};

}  // namespace strata
