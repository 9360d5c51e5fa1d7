// A moment to ask a value for: a number, the default time, or the left limit of a number.   (UsdTimeCode)
#pragma once

#include <cstdint>

namespace strata::stage {

class Time {
 public:
  constexpr Time(double value) : value_(value) {}
  static constexpr Time Default() {
    Time t(0);
    t.kind_ = Kind::kDefault;
    return t;
  }
  static constexpr Time PreTime(double value) {
    Time t(value);
    t.kind_ = Kind::kPreTime;
    return t;
  }
  constexpr bool IsDefault() const { return kind_ == Kind::kDefault; }
  constexpr bool IsPreTime() const { return kind_ == Kind::kPreTime; }
  constexpr double GetValue() const { return value_; }  // REQUIRES: !IsDefault()
  friend constexpr bool operator==(const Time&, const Time&) = default;

 private:
  enum class Kind : uint8_t { kNumeric, kDefault, kPreTime } kind_ = Kind::kNumeric;
  double value_;
};

}  // namespace strata::stage
