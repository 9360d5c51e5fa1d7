// An array that is one pointer, shared between copies until one of them is written.   (VtArray)
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace strata {

enum class ValueType : uint8_t;
struct SharedHeader;
namespace value_detail {
void DestroyShared(ValueType type, SharedHeader* header);
}

// Shared storage begins with this; values in boxes do too, so that a Value can hold either behind one
// pointer.
struct SharedHeader {
  std::atomic<uint32_t> references{1};
};

// The storage of an array, alike for every element type. Owned elements follow it in the same allocation.
struct ArrayBlock : SharedHeader {
  size_t size = 0;
  size_t capacity = 0;  // 0: borrowed
  void* data = nullptr;
  std::shared_ptr<const void> owner;  // of borrowed elements
};
static_assert(sizeof(ArrayBlock) % alignof(std::max_align_t) == 0);

// Many threads may read one array; writing needs an array that no other thread reads. Elements are either
// owned, or borrowed from memory kept alive by an owner (a mapped file), and copied before the first write.
template <class T>
class Array {
 public:
  using Element = T;
  Array() = default;
  explicit Array(size_t count, const T& fill = T());
  Array(std::initializer_list<T> list);
  template <std::input_iterator Iterator>
  Array(Iterator begin, Iterator end);
  // Borrows `count` elements at `data`, alive as long as `owner`.
  static Array Borrow(const T* data, size_t count, std::shared_ptr<const void> owner);
  Array(const Array& other);
  Array(Array&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Array& operator=(Array other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Array() { Release(block_); }

  size_t GetSize() const { return block_ ? block_->size : 0; }
  size_t size() const { return GetSize(); }
  bool IsEmpty() const { return GetSize() == 0; }
  const T* GetData() const { return block_ ? static_cast<const T*>(block_->data) : nullptr; }
  const T* begin() const { return GetData(); }
  const T* end() const { return GetData() + GetSize(); }
  const T& operator[](size_t i) const { return static_cast<const T*>(block_->data)[i]; }

  // Writing: each of these first makes the elements this array's own.
  T* GetMutableData();
  void Reserve(size_t count);
  void PushBack(T value);
  // Grows by `count` elements and returns the first of them: unset where T is trivially copyable, else
  // default-made.
  T* AppendUninitialized(size_t count);
  void Resize(size_t count, const T& fill = T());
  void ShrinkToFit();

  bool IsIdentical(const Array& other) const { return block_ == other.block_; }  // shares storage
  friend bool operator==(const Array& a, const Array& b) {
    if (a.block_ == b.block_) return true;
    if (a.GetSize() != b.GetSize()) return false;
    for (size_t i = 0; i < a.GetSize(); ++i)
      if (!(a[i] == b[i])) return false;
    return true;
  }

 private:
  friend class Value;
  friend void value_detail::DestroyShared(ValueType type, SharedHeader* header);
  static constexpr bool kIsPlain = std::is_trivially_copyable_v<T>;  // can be moved by copying bytes
  static_assert(alignof(T) <= alignof(std::max_align_t));

  static ArrayBlock* Allocate(size_t capacity);
  static void Release(ArrayBlock* block);
  static void Destroy(ArrayBlock* block);
  T* Elements() const { return static_cast<T*>(block_->data); }
  bool IsOwn() const {
    return block_ && block_->capacity && block_->references.load(std::memory_order_acquire) == 1;
  }
  // Makes the elements this array's own, with room for `capacity` of them and the first `keep` kept.
  void Own(size_t capacity, size_t keep);
  void Grow(size_t needed);

  ArrayBlock* block_ = nullptr;
};

}  // namespace strata

#include "strata/value/array_inline.h"
