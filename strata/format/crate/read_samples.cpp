// Time samples: their times are read with them, their values one by one when they are asked for.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "strata/format/crate/value_reader.h"
#include "strata/value/time_samples.h"

namespace strata::format::crate {

ValueType GetTypeOf(ValueRep rep) {
  if (rep.IsArrayEdit()) return ValueType::kArrayEdit;
  switch (rep.GetKind()) {
#define X(name, type, text) \
  case ValueKind::k##name:  \
    return rep.IsArray() ? ValueType::k##name##Array : ValueType::k##name;
    STRATA_ELEMENT_TYPES(X)
#undef X
    case ValueKind::kValueBlock:
      return rep.IsArray() ? ValueType::kEmpty : ValueType::kValueBlock;
    default:
      return ValueType::kEmpty;
  }
}

namespace {

constexpr const char* kOutside = "it lies outside the file";

class CrateSamples final : public SampleSource {
 public:
  CrateSamples(std::shared_ptr<const ValueSource> source, std::vector<ValueRep> reps)
      : source_(std::move(source)), reps_(std::move(reps)), was_read_(reps_.size()) {}

  Value ReadSample(size_t i) const override {
    const ValueRep rep = reps_[i];
    if (!rep.IsArray()) {  // as quickly read as remembered
      Value value = source_->ReadValue(rep, "timeSamples", ValueReader::Reading::kAgain);
      if (!value.IsEmpty()) return value;
    }
    bool was_read;
    {
      const std::lock_guard lock(mutex_);
      for (const Recent& recent : recent_)
        if (recent.rep == rep && !recent.value.IsEmpty()) return recent.value;
      was_read = was_read_[i];
      was_read_[i] = true;
    }
    const auto reading = was_read ? ValueReader::Reading::kAgain : ValueReader::Reading::kFirst;
    Value value = source_->ReadValue(rep, "timeSamples", reading);
    if (value.IsEmpty()) return Value(ValueBlock());
    if (!rep.IsInlined()) {
      const std::lock_guard lock(mutex_);
      recent_[next_] = {rep, value};
      next_ = 1 - next_;
    }
    return value;
  }
  ValueType GetSampleType(size_t i) const override { return GetTypeOf(reps_[i]); }

 private:
  struct Recent {
    ValueRep rep;
    Value value;
  };
  const std::shared_ptr<const ValueSource> source_;
  const std::vector<ValueRep> reps_;
  mutable std::mutex mutex_;
  mutable std::vector<bool> was_read_;    // by sample; guarded by mutex_, as all below
  mutable std::array<Recent, 2> recent_;  // those around a time, for the next time between them
  mutable size_t next_ = 0;
};

}  // namespace

// Null where they are none.
ValueSource::Times ValueReader::ReadTimes(Cursor& cursor) {
  const uint64_t at = cursor.GetOffset();
  const std::optional<ValueRep> rep = TakeIndirect(cursor);
  if (!rep) return nullptr;
  if (ValueSource::Times known = source_.FindTimes(*rep)) return known;
  const Value value = Read(*rep);
  const auto* array = value.GetIf<Array<double>>();
  if (!array) {
    Fail("its times are no list of numbers", at);
    return nullptr;
  }
  const auto times = std::make_shared<const std::vector<double>>(array->begin(), array->end());
  source_.KeepTimes(*rep, times);
  return times;
}

Value ValueReader::ReadTimeSamples(ValueRep rep) {
  if (rep.IsInlined()) return FailValue("time samples are not inlined", 0);
  Cursor cursor(source_.GetBytes(), rep.GetPayload());
  const ValueSource::Times shared_times = ReadTimes(cursor);
  if (!shared_times) return Value();
  const std::vector<double>& times = *shared_times;
  const uint64_t values_at = cursor.GetOffset();
  const auto distance = cursor.Take<int64_t>();
  if (cursor.IsGood()) cursor.Seek(values_at + static_cast<uint64_t>(distance));
  const uint64_t count = cursor.TakeCount(sizeof(ValueRep));
  if (!cursor.IsGood()) return FailValue(kOutside, values_at);
  if (count != times.size()) return FailValue("it has not as many values as times", values_at);
  if (!Charge(count * (sizeof(Value) + sizeof(double)))) return Value();
  std::vector<ValueRep> reps(count);
  if (!cursor.TakeInto(reps.data(), count * sizeof(ValueRep))) return FailValue(kOutside, values_at);

  const bool do_times_rise =
      std::adjacent_find(times.begin(), times.end(), std::not_fn(std::less<>())) == times.end() &&
      (times.empty() || !std::isnan(times.front()));
  const bool have_types =
      std::all_of(reps.begin(), reps.end(), [](ValueRep one) { return GetTypeOf(one) != ValueType::kEmpty; });
  const bool lie_elsewhere =
      std::any_of(reps.begin(), reps.end(), [](ValueRep one) { return !one.IsInlined(); });
  if (do_times_rise && have_types && lie_elsewhere) {
    auto samples = std::make_shared<const CrateSamples>(source_.shared_from_this(), std::move(reps));
    return Value(TimeSamples(shared_times, std::move(samples)));
  }
  return ReadAllSamples(times, reps);
}

Value ValueReader::ReadAllSamples(const std::vector<double>& times, const std::vector<ValueRep>& reps) {
  TimeSamples samples;
  samples.Reserve(times.size());
  std::unordered_map<uint64_t, Value> seen;  // samples that are written once and stand at several times
  for (size_t i = 0; i < times.size(); ++i) {
    if (reps[i].GetKind() == ValueKind::kTimeSamples) return FailValue("a sample holds samples", 0);
    Value value;
    if (reps[i].IsInlined()) {
      value = Read(reps[i]);
    } else {
      Value& kept = seen[reps[i].bits];
      if (kept.IsEmpty()) kept = Read(reps[i]);
      value = kept;
    }
    if (value.IsEmpty()) return Value();
    samples.Set(times[i], std::move(value));
  }
  return Value(std::move(samples));
}

}  // namespace strata::format::crate
