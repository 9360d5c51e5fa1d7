// Values at times, sorted; shared until written.   (SdfTimeSampleMap)
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "strata/value/value.h"

namespace strata {

// Samples that stay where they are, in a file, until one is asked for. Thread-safe.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  // A block where the value cannot be read; the source keeps why.
  virtual Value ReadSample(size_t i) const = 0;
  virtual ValueType GetSampleType(size_t i) const = 0;  // of what ReadSample gives, without reading it
};

class TimeSamples {
 public:
  TimeSamples() = default;
  // Samples of a source, which has one for each time. Many may share their times, which makes looking for one
  // time in all of them cheap. REQUIRES: both; `times` rise, each above the one before.
  TimeSamples(std::shared_ptr<const std::vector<double>> times, std::shared_ptr<const SampleSource> source)
      : times_(std::move(times)), source_(std::move(source)) {}
  TimeSamples(std::vector<double> times, std::shared_ptr<const SampleSource> source)
      : TimeSamples(std::make_shared<const std::vector<double>>(std::move(times)), std::move(source)) {}

  size_t GetSize() const { return GetTimes().size(); }
  bool IsEmpty() const { return GetTimes().empty(); }
  const std::vector<double>& GetTimes() const { return times_ ? *times_ : kNoTimes; }
  double GetTime(size_t i) const { return (*times_)[i]; }
  // Read from the source on each call, where there is one: callers keep what they need again.
  Value GetValue(size_t i) const { return source_ ? source_->ReadSample(i) : values_[i]; }
  ValueType GetValueType(size_t i) const {  // reads nothing
    return source_ ? source_->GetSampleType(i) : values_[i].GetType();
  }

  // Writing: each of these first reads all samples from their source.
  void Set(double time, Value value);  // replaces an equal time; appending in order is fast. NaN sorts last.
  bool Erase(double time);
  void Reserve(size_t count);
  // The same samples at other times, unread. REQUIRES: as many, that rise.
  TimeSamples WithTimes(std::vector<double> times) const;

  std::optional<Value> Find(double time) const;
  // Indices of the samples at or around `time`: equal when on a sample or outside. REQUIRES: not empty.
  std::pair<size_t, size_t> GetBracketing(double time) const;
  friend bool operator==(const TimeSamples& a, const TimeSamples& b);  // a NaN time equals a NaN time

 private:
  void Own();
  std::vector<double>& MutateTimes();  // its own

  static const std::vector<double> kNoTimes;
  std::shared_ptr<const std::vector<double>> times_;  // shared until written; null: none
  std::vector<Value> values_;                         // empty while there is a source
  std::shared_ptr<const SampleSource> source_;        // null: values_ has them
};

}  // namespace strata
