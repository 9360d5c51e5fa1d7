// The members of Array: storage that grows in place, is shared by copies and is made one's own before a
// write.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "strata/value/array.h"

namespace strata {

template <class T>
ArrayBlock* Array<T>::Allocate(size_t capacity) {
  if (capacity > (SIZE_MAX / 2 - sizeof(ArrayBlock)) / sizeof(T)) throw std::bad_alloc();
  void* memory = std::malloc(sizeof(ArrayBlock) + capacity * sizeof(T));
  if (!memory) throw std::bad_alloc();
  ArrayBlock* block = new (memory) ArrayBlock;
  block->capacity = capacity;
  block->data = block + 1;
  return block;
}

template <class T>
void Array<T>::Destroy(ArrayBlock* block) {
  if constexpr (!kIsPlain) {
    if (block->capacity) std::destroy_n(static_cast<T*>(block->data), block->size);
  }
  block->~ArrayBlock();
  std::free(block);
}

template <class T>
void Array<T>::Release(ArrayBlock* block) {
  if (block && block->references.fetch_sub(1, std::memory_order_acq_rel) == 1) Destroy(block);
}

template <class T>
Array<T>::Array(const Array& other) : block_(other.block_) {
  if (block_) block_->references.fetch_add(1, std::memory_order_relaxed);
}

template <class T>
Array<T>::Array(size_t count, const T& fill) {
  Resize(count, fill);
}

template <class T>
Array<T>::Array(std::initializer_list<T> list) : Array(list.begin(), list.end()) {}

template <class T>
template <std::input_iterator Iterator>
Array<T>::Array(Iterator begin, Iterator end) {
  if constexpr (std::forward_iterator<Iterator>) Reserve(static_cast<size_t>(std::distance(begin, end)));
  for (; begin != end; ++begin) PushBack(*begin);
}

template <class T>
Array<T> Array<T>::Borrow(const T* data, size_t count, std::shared_ptr<const void> owner) {
  Array out;
  if (count == 0) return out;
  out.block_ = Allocate(0);
  out.block_->size = count;
  out.block_->data = const_cast<T*>(data);
  out.block_->owner = std::move(owner);
  return out;
}

template <class T>
void Array<T>::Own(size_t capacity, size_t keep) {
  if (IsOwn()) {
    if constexpr (kIsPlain) {
      // The block's own fields move as bytes too: its owner is null.
      if (capacity > (SIZE_MAX / 2 - sizeof(ArrayBlock)) / sizeof(T)) throw std::bad_alloc();
      void* memory = std::realloc(static_cast<void*>(block_), sizeof(ArrayBlock) + capacity * sizeof(T));
      if (!memory) throw std::bad_alloc();
      block_ = static_cast<ArrayBlock*>(memory);
      block_->data = block_ + 1;
      block_->capacity = capacity;
      block_->size = keep;
    } else {
      ArrayBlock* block = Allocate(capacity);
      std::uninitialized_move_n(Elements(), keep, static_cast<T*>(block->data));
      block->size = keep;
      Release(std::exchange(block_, block));
    }
    return;
  }
  ArrayBlock* block = Allocate(capacity);
  if (keep) {
    try {
      std::uninitialized_copy_n(Elements(), keep, static_cast<T*>(block->data));
    } catch (...) {
      Destroy(block);
      throw;
    }
  }
  block->size = keep;
  Release(std::exchange(block_, block));
}

template <class T>
void Array<T>::Grow(size_t needed) {
  const size_t size = GetSize();
  if (IsOwn() && block_->capacity >= needed) return;
  size_t capacity = needed;
  if (IsOwn()) capacity = std::max(needed, block_->capacity + block_->capacity / 2 + 8);
  Own(capacity, size);
}

template <class T>
T* Array<T>::GetMutableData() {
  if (!block_) return nullptr;
  if (!IsOwn()) Own(std::max<size_t>(block_->size, 1), block_->size);
  return Elements();
}

template <class T>
void Array<T>::Reserve(size_t count) {
  if (count == 0) return;
  if (!IsOwn() || block_->capacity < count) Own(std::max(count, GetSize()), GetSize());
}

template <class T>
void Array<T>::PushBack(T value) {
  const size_t size = GetSize();
  Grow(size + 1);
  new (Elements() + size) T(std::move(value));
  block_->size = size + 1;
}

template <class T>
T* Array<T>::AppendUninitialized(size_t count) {
  const size_t size = GetSize();
  if (count > SIZE_MAX - size) throw std::bad_alloc();
  if (count == 0) return GetMutableData() ? Elements() + size : nullptr;
  Grow(size + count);
  T* first = Elements() + size;
  if constexpr (!kIsPlain) std::uninitialized_value_construct_n(first, count);
  block_->size = size + count;
  return first;
}

template <class T>
void Array<T>::Resize(size_t count, const T& fill) {
  const size_t size = GetSize();
  if (count == size) return;
  if (count == 0) {
    Release(std::exchange(block_, nullptr));
    return;
  }
  if (count < size) {
    if (!IsOwn()) return Own(count, count);
    std::destroy_n(Elements() + count, size - count);
    block_->size = count;
    return;
  }
  const T copy = fill;  // `fill` may be an element
  Grow(count);
  std::uninitialized_fill_n(Elements() + size, count - size, copy);
  block_->size = count;
}

template <class T>
void Array<T>::ShrinkToFit() {
  if (!IsOwn() || block_->capacity == block_->size) return;
  if (block_->size == 0) {
    Release(std::exchange(block_, nullptr));
    return;
  }
  Own(block_->size, block_->size);
}

}  // namespace strata
