#include "strata/value/time_samples.h"

#include <algorithm>
#include <cmath>

namespace strata {

namespace {

bool TimeLess(double a, double b) {
  return a < b || (std::isnan(b) && !std::isnan(a));
}
bool TimeSame(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace

void TimeSamples::Own() {
  if (!source_) return;
  values_.reserve(times_.size());
  for (size_t i = 0; i < times_.size(); ++i) values_.push_back(source_->ReadSample(i));
  source_.reset();
}

void TimeSamples::Reserve(size_t count) {
  Own();
  times_.reserve(count);
  values_.reserve(count);
}

TimeSamples TimeSamples::WithTimes(std::vector<double> times) const {
  TimeSamples out = *this;
  out.times_ = std::move(times);
  return out;
}

void TimeSamples::Set(double time, Value value) {
  Own();
  if (times_.empty() || TimeLess(times_.back(), time)) {
    times_.push_back(time);
    values_.push_back(std::move(value));
    return;
  }
  const auto place = std::lower_bound(times_.begin(), times_.end(), time, TimeLess);
  const auto index = place - times_.begin();
  if (TimeSame(*place, time)) {
    values_[index] = std::move(value);
    return;
  }
  times_.insert(place, time);
  values_.insert(values_.begin() + index, std::move(value));
}

bool TimeSamples::Erase(double time) {
  const auto place = std::lower_bound(times_.begin(), times_.end(), time, TimeLess);
  if (place == times_.end() || !TimeSame(*place, time)) return false;
  Own();
  values_.erase(values_.begin() + (place - times_.begin()));
  times_.erase(place);
  return true;
}

std::optional<Value> TimeSamples::Find(double time) const {
  const auto place = std::lower_bound(times_.begin(), times_.end(), time, TimeLess);
  if (place == times_.end() || !TimeSame(*place, time)) return std::nullopt;
  return GetValue(static_cast<size_t>(place - times_.begin()));
}

std::pair<size_t, size_t> TimeSamples::GetBracketing(double time) const {
  const auto place = std::lower_bound(times_.begin(), times_.end(), time, TimeLess);
  if (place == times_.end()) return {times_.size() - 1, times_.size() - 1};
  const size_t index = static_cast<size_t>(place - times_.begin());
  if (index == 0 || TimeSame(*place, time)) return {index, index};
  return {index - 1, index};
}

bool operator==(const TimeSamples& a, const TimeSamples& b) {
  if (!std::equal(a.times_.begin(), a.times_.end(), b.times_.begin(), b.times_.end(), TimeSame)) return false;
  if (a.source_ && a.source_ == b.source_) return true;
  for (size_t i = 0; i < a.GetSize(); ++i)
    if (!(a.GetValue(i) == b.GetValue(i))) return false;
  return true;
}

}  // namespace strata
