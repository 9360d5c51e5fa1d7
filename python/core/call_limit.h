// How long a function in Python may run that Strata calls: one that never comes back is interrupted.
#pragma once

#include <atomic>
#include <chrono>

namespace strata::python {

// While it lives, the code that its thread runs in Python is interrupted with a TimeoutError once the time is
// over, and every second from then on. What runs outside of the interpreter (a sleep, a kernel) is not: it is
// interrupted when it comes back to Python. REQUIRES: the interpreter's lock, when it is made and when it
// goes.
class CallLimit {
 public:
  explicit CallLimit(double seconds);
  ~CallLimit();
  CallLimit(const CallLimit&) = delete;
  CallLimit& operator=(const CallLimit&) = delete;

 private:
  friend class CallWatch;
  unsigned long thread_;
  std::chrono::steady_clock::time_point deadline_;
  bool was_interrupted_ = false;
};

// Seconds for a call by the systems of one registry: the longest that one of them allows.
class AllowedSeconds {
 public:
  double Get() const { return seconds_; }
  void Allow(double seconds) {
    double known = seconds_;
    while (known < seconds && !seconds_.compare_exchange_weak(known, seconds)) {
    }
  }

 private:
  std::atomic<double> seconds_ = 0;
};

}  // namespace strata::python
