// A shared owner of a data source: one pointer wide, the count lies in what it points to.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace strata::scene {

// Base of what handles point to. The count is atomic: handles to one object may be copied and dropped on any
// thread.
class Counted {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  virtual ~Counted() = default;

  void Retain() const { references_.fetch_add(1, std::memory_order_relaxed); }
  void Release() const {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 private:
  mutable std::atomic<uint32_t> references_{0};
};

// Null by default. A null handle of a data source means that there is none.
template <class T>
class Handle {
 public:
  constexpr Handle() = default;
  constexpr Handle(std::nullptr_t) {}
  explicit Handle(T* object) : object_(object) { Retain(); }
  Handle(const Handle& other) : object_(other.object_) { Retain(); }
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class U, class = std::enable_if_t<std::is_convertible_v<U*, T*>>>
  Handle(const Handle<U>& other) : object_(other.Get()) {
    Retain();
  }
  template <class U, class = std::enable_if_t<std::is_convertible_v<U*, T*>>>
  Handle(Handle<U>&& other) noexcept : object_(other.Detach()) {}
  Handle& operator=(Handle other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() {
    if (object_) object_->Release();
  }

  T* Get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  // Gives the object away with the count that this handle held.
  T* Detach() { return std::exchange(object_, nullptr); }
  // Takes over such a count.
  static Handle Adopt(T* object) {
    Handle handle;
    handle.object_ = object;
    return handle;
  }

  template <class U>
  friend bool operator==(const Handle& a, const Handle<U>& b) {
    return a.Get() == b.Get();
  }
  friend bool operator==(const Handle& a, std::nullptr_t) { return !a.object_; }

 private:
  void Retain() const {
    if (object_) object_->Retain();
  }
  T* object_ = nullptr;
};

template <class T, class... Arguments>
Handle<T> Make(Arguments&&... arguments) {
  return Handle<T>(new T(std::forward<Arguments>(arguments)...));
}

}  // namespace strata::scene

template <class T>
struct std::hash<strata::scene::Handle<T>> {
  size_t operator()(const strata::scene::Handle<T>& handle) const noexcept {
    return std::hash<const void*>()(handle.Get());
  }
};
