// Values at times, sorted; shared until written.   (SdfTimeSampleMap)
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "strata/value/value.h"

namespace strata {

class TimeSamples {
 public:
  size_t GetSize() const { return times_.size(); }
  bool IsEmpty() const { return times_.empty(); }
  const std::vector<double>& GetTimes() const { return times_; }
  const std::vector<Value>& GetValues() const { return values_; }
  double GetTime(size_t i) const { return times_[i]; }
  const Value& GetValue(size_t i) const { return values_[i]; }

  void Set(double time, Value value);  // replaces an equal time; appending in order is fast. NaN sorts last.
  bool Erase(double time);
  const Value* Find(double time) const;
  // Indices of the samples at or around `time`: equal when on a sample or outside. REQUIRES: not empty.
  std::pair<size_t, size_t> GetBracketing(double time) const;
  void Reserve(size_t count) {
    times_.reserve(count);
    values_.reserve(count);
  }
  friend bool operator==(const TimeSamples& a, const TimeSamples& b);  // a NaN time equals a NaN time

 private:
  std::vector<double> times_;
  std::vector<Value> values_;
};

}  // namespace strata
