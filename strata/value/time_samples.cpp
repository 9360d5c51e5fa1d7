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

const std::vector<double> TimeSamples::kNoTimes;

std::vector<double>& TimeSamples::MutateTimes() {
  if (!times_)
    times_ = std::make_shared<std::vector<double>>();
  else if (times_.use_count() != 1)
    times_ = std::make_shared<std::vector<double>>(*times_);
  return const_cast<std::vector<double>&>(*times_);  // made here, as one that may change
}

void TimeSamples::Own() {
  if (!source_) return;
  values_.reserve(GetSize());
  for (size_t i = 0; i < GetSize(); ++i) values_.push_back(source_->ReadSample(i));
  source_.reset();
  times_ = std::make_shared<std::vector<double>>(*times_);  // whoever made the source may still hand them out
}

void TimeSamples::Reserve(size_t count) {
  Own();
  MutateTimes().reserve(count);
  values_.reserve(count);
}

TimeSamples TimeSamples::WithTimes(std::vector<double> times) const {
  TimeSamples out = *this;
  out.times_ = std::make_shared<std::vector<double>>(std::move(times));
  return out;
}

void TimeSamples::Set(double time, Value value) {
  Own();
  std::vector<double>& times = MutateTimes();
  if (times.empty() || TimeLess(times.back(), time)) {
    times.push_back(time);
    values_.push_back(std::move(value));
    return;
  }
  const auto place = std::lower_bound(times.begin(), times.end(), time, TimeLess);
  const auto index = place - times.begin();
  if (TimeSame(*place, time)) {
    values_[index] = std::move(value);
    return;
  }
  times.insert(place, time);
  values_.insert(values_.begin() + index, std::move(value));
}

bool TimeSamples::Erase(double time) {
  const std::vector<double>& known = GetTimes();
  const auto place = std::lower_bound(known.begin(), known.end(), time, TimeLess);
  if (place == known.end() || !TimeSame(*place, time)) return false;
  const auto index = place - known.begin();
  Own();
  values_.erase(values_.begin() + index);
  std::vector<double>& times = MutateTimes();
  times.erase(times.begin() + index);
  return true;
}

std::optional<Value> TimeSamples::Find(double time) const {
  const std::vector<double>& times = GetTimes();
  const auto place = std::lower_bound(times.begin(), times.end(), time, TimeLess);
  if (place == times.end() || !TimeSame(*place, time)) return std::nullopt;
  return GetValue(static_cast<size_t>(place - times.begin()));
}

std::pair<size_t, size_t> TimeSamples::GetBracketing(double time) const {
  const std::vector<double>& times = GetTimes();
  const auto place = std::lower_bound(times.begin(), times.end(), time, TimeLess);
  if (place == times.end()) return {times.size() - 1, times.size() - 1};
  const size_t index = static_cast<size_t>(place - times.begin());
  if (index == 0 || TimeSame(*place, time)) return {index, index};
  return {index - 1, index};
}

bool operator==(const TimeSamples& a, const TimeSamples& b) {
  const std::vector<double>&x = a.GetTimes(), &y = b.GetTimes();
  if (a.times_ != b.times_ && !std::equal(x.begin(), x.end(), y.begin(), y.end(), TimeSame)) return false;
  if (a.source_ && a.source_ == b.source_) return true;
  for (size_t i = 0; i < a.GetSize(); ++i)
    if (!(a.GetValue(i) == b.GetValue(i))) return false;
  return true;
}

}  // namespace strata
