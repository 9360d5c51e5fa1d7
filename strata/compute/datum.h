// What computations give each other: values as attributes have them, and objects of any C++ type.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "strata/value/value.h"

namespace strata::compute {

template <class T>
concept HeldByValue = requires { ValueTypeOf<T>::kType; };

// Immutable; copies share what they hold. Empty: there is no answer.
class Datum {
 public:
  Datum() = default;
  Datum(Value value) : value_(std::move(value)) {}
  // An object that compares; of types that a Value holds, such a value.
  template <class T>
  static Datum Of(T&& object) {
    using Held = std::remove_cvref_t<T>;
    Datum datum;
    if constexpr (HeldByValue<Held>)
      datum.value_ = Value(std::forward<T>(object));
    else
      datum.object_ = Shared(new Holder<Held>(std::forward<T>(object)));
    return datum;
  }

  bool IsEmpty() const { return !object_.Get() && value_.IsEmpty(); }
  // Empty where an object of another type is held.
  const Value& GetValue() const { return value_; }
  // Null where something else is held. Valid while a copy of this lives.
  template <class T>
  const T* GetIf() const {
    if constexpr (HeldByValue<T>)
      return value_.GetIf<T>();
    else
      return object_.Get() && object_.Get()->type == &kType<T>
                 ? &static_cast<const Holder<T>*>(object_.Get())->object
                 : nullptr;
  }

  // What is held will be looked at soon.
  void Prefetch() const {
    if (const AnyHolder* holder = object_.Get()) {
      __builtin_prefetch(holder);
      __builtin_prefetch(reinterpret_cast<const char*>(holder) + 64);
    }
  }

  friend bool operator==(const Datum& a, const Datum& b) {
    const AnyHolder *of_a = a.object_.Get(), *of_b = b.object_.Get();
    if (!of_a || !of_b) return !of_a && !of_b && a.value_ == b.value_;
    return of_a == of_b || (of_a->type == of_b->type && of_a->type->equal(*of_a, *of_b));
  }

 private:
  struct AnyHolder;
  // What objects of one type have in common; its address tells types apart.
  struct Type {
    void (*destroy)(const AnyHolder*);
    bool (*equal)(const AnyHolder&, const AnyHolder&);  // REQUIRES: both of the type
  };
  struct AnyHolder {
    explicit AnyHolder(const Type* held) : type(held) {}
    const Type* type;
    mutable std::atomic<uint32_t> references{1};
  };
  template <class T>
  struct Holder : AnyHolder {
    template <class From>
    explicit Holder(From&& held) : AnyHolder(&kType<T>), object(std::forward<From>(held)) {}
    T object;
  };
  template <class T>
  static constexpr Type kType = {
      [](const AnyHolder* holder) { delete static_cast<const Holder<T>*>(holder); },
      [](const AnyHolder& a, const AnyHolder& b) {
        return static_cast<const Holder<T>&>(a).object == static_cast<const Holder<T>&>(b).object;
      }};
  // A holder that goes with the last one that shares it: half as large as a std::shared_ptr, which there are
  // several of for each prim that something is computed of.
  class Shared {
   public:
    Shared() = default;
    explicit Shared(const AnyHolder* made) : holder_(made) {}
    Shared(const Shared& other) : holder_(other.holder_) {
      if (holder_) holder_->references.fetch_add(1, std::memory_order_relaxed);
    }
    Shared(Shared&& other) noexcept : holder_(std::exchange(other.holder_, nullptr)) {}
    Shared& operator=(Shared other) noexcept {
      std::swap(holder_, other.holder_);
      return *this;
    }
    ~Shared() {
      if (holder_ && holder_->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
        holder_->type->destroy(holder_);
    }
    const AnyHolder* Get() const { return holder_; }

   private:
    const AnyHolder* holder_ = nullptr;
  };

  Value value_;
  Shared object_;
};

}  // namespace strata::compute
