// An array that is one pointer, shared between copies until one of them is written.   (VtArray)
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace strata {

// Shared storage begins with this; values in boxes do too, so that a Value can hold either behind one pointer.
struct SharedHeader {
  std::atomic<uint32_t> references{1};
};

// Many threads may read one array; writing needs an array that no other thread reads. Elements are either owned, or
// borrowed from memory kept alive by an owner (a mapped file), and copied before the first write.
template <class T>
class Array {
 public:
  using Element = T;
  Array() = default;
  explicit Array(size_t count, const T& fill = T());
  Array(std::initializer_list<T> list);
  template <class Iterator>
  Array(Iterator begin, Iterator end);
  // Borrows `count` elements at `data`, alive as long as `owner`.
  static Array Borrow(const T* data, size_t count, std::shared_ptr<const void> owner);
  Array(const Array& other);
  Array(Array&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Array& operator=(Array other) noexcept { std::swap(block_, other.block_); return *this; }
  ~Array();

  size_t GetSize() const { return block_ ? block_->size : 0; }
  size_t size() const { return GetSize(); }
  bool IsEmpty() const { return GetSize() == 0; }
  const T* GetData() const { return block_ ? block_->data : nullptr; }
  const T* begin() const { return GetData(); }
  const T* end() const { return GetData() + GetSize(); }
  const T& operator[](size_t i) const { return block_->data[i]; }

  // Writing: each of these first makes the elements this array's own.
  T* GetMutableData();
  void Reserve(size_t count);
  void PushBack(T value);
  // Grows by `count` default-initialised (for numbers: unset) elements and returns the first of them.
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
  struct Block : SharedHeader {
    size_t size = 0;
    size_t capacity = 0;                       // 0: borrowed
    T* data = nullptr;
    std::shared_ptr<const void> owner;         // of borrowed elements
  };
  Block* block_ = nullptr;
};

}  // namespace strata

#include "strata/value/array_inline.h"
