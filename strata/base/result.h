// Either an answer or the diagnostic that says why there is none.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "strata/base/diagnostic.h"

namespace strata {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Diagnostic why) : state_(std::in_place_index<1>, std::make_unique<Diagnostic>(std::move(why))) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool HasValue() const { return state_.index() == 0; }

  // REQUIRES: HasValue().
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  // REQUIRES: !HasValue().
  const Diagnostic& GetError() const { return *std::get<1>(state_); }
  Diagnostic TakeError() { return std::move(*std::get<1>(state_)); }

  T ValueOr(T fallback) const& { return HasValue() ? **this : std::move(fallback); }

 private:
  std::variant<T, std::unique_ptr<Diagnostic>> state_;
};

// An operation without an answer: done, or why not.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Diagnostic why) : error_(std::make_unique<Diagnostic>(std::move(why))) {}

  explicit operator bool() const { return !error_; }
  bool HasValue() const { return !error_; }
  const Diagnostic& GetError() const { return *error_; }
  Diagnostic TakeError() { return std::move(*error_); }

 private:
  std::unique_ptr<Diagnostic> error_;
};

}  // namespace strata

#define STRATA_CONCAT_(a, b) a##b
#define STRATA_CONCAT(a, b) STRATA_CONCAT_(a, b)

// STRATA_TRY(auto x, F());  binds x to F's answer or returns F's diagnostic.
#define STRATA_TRY(declaration, expression)                                                           \
  auto STRATA_CONCAT(strata_try_, __LINE__) = (expression);                                           \
  if (!STRATA_CONCAT(strata_try_, __LINE__)) return STRATA_CONCAT(strata_try_, __LINE__).TakeError(); \
  declaration = *std::move(STRATA_CONCAT(strata_try_, __LINE__))

// STRATA_CHECK(F());  returns F's diagnostic if it has one (F returns Result<void>).
#define STRATA_CHECK(expression)                          \
  do {                                                    \
    auto strata_check_ = (expression);                    \
    if (!strata_check_) return strata_check_.TakeError(); \
  } while (false)
