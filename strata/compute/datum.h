// What computations give each other: values as attributes have them, and objects of any C++ type.
#pragma once

#include <memory>
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
  static Datum Of(T object) {
    Datum datum;
    if constexpr (HeldByValue<T>)
      datum.value_ = Value(std::move(object));
    else
      datum.object_ = std::make_shared<const Holder<T>>(std::move(object));
    return datum;
  }

  bool IsEmpty() const { return !object_ && value_.IsEmpty(); }
  // Empty where an object of another type is held.
  const Value& GetValue() const { return value_; }
  // Null where something else is held. Valid while a copy of this lives.
  template <class T>
  const T* GetIf() const {
    if constexpr (HeldByValue<T>)
      return value_.GetIf<T>();
    else
      return object_ && object_->type == &kType<T> ? &static_cast<const Holder<T>&>(*object_).object
                                                   : nullptr;
  }

  friend bool operator==(const Datum& a, const Datum& b) {
    if (!a.object_ || !b.object_) return !a.object_ && !b.object_ && a.value_ == b.value_;
    return a.object_ == b.object_ || (a.object_->type == b.object_->type && a.object_->Equals(*b.object_));
  }

 private:
  template <class T>
  static constexpr char kType = 0;  // its address tells types apart

  struct AnyHolder {
    explicit AnyHolder(const char* held) : type(held) {}
    virtual ~AnyHolder() = default;
    virtual bool Equals(const AnyHolder& other) const = 0;  // REQUIRES: of the same type
    const char* type;
  };
  template <class T>
  struct Holder final : AnyHolder {
    explicit Holder(T held) : AnyHolder(&kType<T>), object(std::move(held)) {}
    bool Equals(const AnyHolder& other) const override {
      return object == static_cast<const Holder&>(other).object;
    }
    T object;
  };

  Value value_;
  std::shared_ptr<const AnyHolder> object_;
};

}  // namespace strata::compute
