#include "python/core/call_limit.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "python/core/core.h"

namespace strata::python {

using Clock = std::chrono::steady_clock;

// One thread looks after all calls. It ends when there was none for a while, and holds no lock while it waits
// for the interpreter's.
class CallWatch {
 public:
  static CallWatch& Get() {
    static auto* watch = new CallWatch;  // never destroyed: its thread may outlive everything
    return *watch;
  }
  void Add(CallLimit& call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(&call);
    if (!is_running_) {
      std::thread([this] { Run(); }).detach();
      is_running_ = true;
    } else if (call.deadline_ < awake_at_) {
      changed_.notify_one();
    }
  }
  bool Remove(CallLimit& call) {
    const std::lock_guard lock(mutex_);
    std::erase(calls_, &call);
    return call.was_interrupted_;
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      awake_at_ = Clock::now() + std::chrono::seconds(1);
      const bool was_idle = calls_.empty();
      for (const CallLimit* call : calls_) awake_at_ = std::min(awake_at_, call->deadline_);
      changed_.wait_until(lock, awake_at_);
      if (was_idle && calls_.empty()) {
        is_running_ = false;
        return;
      }
      const bool has_overdue = std::any_of(calls_.begin(), calls_.end(),
                                           [](const auto* call) { return call->deadline_ <= Clock::now(); });
      if (!has_overdue || !Py_IsInitialized()) continue;
      lock.unlock();
      {
        const nb::gil_scoped_acquire held;
        Interrupt();
      }
      lock.lock();
    }
  }
  void Interrupt() {
    const std::lock_guard lock(mutex_);
    for (CallLimit* call : calls_) {
      if (call->deadline_ > Clock::now()) continue;
      call->was_interrupted_ = true;
      call->deadline_ = Clock::now() + std::chrono::seconds(1);
      PyThreadState_SetAsyncExc(call->thread_, PyExc_TimeoutError);
    }
  }

  std::mutex mutex_;  // taken with the interpreter's lock, and never the other way round
  std::condition_variable changed_;
  std::vector<CallLimit*> calls_;
  Clock::time_point awake_at_;
  bool is_running_ = false;
};

CallLimit::CallLimit(double seconds)
    : thread_(PyThread_get_thread_ident()),
      deadline_(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e9)))) {
  CallWatch::Get().Add(*this);
}

// What was not delivered any more is for nobody else.
CallLimit::~CallLimit() {
  if (CallWatch::Get().Remove(*this)) PyThreadState_SetAsyncExc(thread_, nullptr);
}

}  // namespace strata::python
