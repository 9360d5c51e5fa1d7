// For hosts with a lock of their own, such as an interpreter's: how threads that hold it work and wait.
#pragma once

#include <cstdint>

namespace strata {

enum class CallerThreads : uint8_t { kPool, kAlone };

// From now on loops and tasks that this thread begins run on it alone (kAlone) or on the pool. A thread that
// holds a lock which the host takes when it is called back must not wait for others that call it back. Gives
// back what was set before.
CallerThreads SetCallerThreads(CallerThreads threads);

// What a thread does before and after it waits for another one's whole call, such as an edit of the same
// stage: hosts let go of their lock, which the other one may need. `begin` gives what `end` takes. One for
// the whole process; null: nothing is done.
struct WaitHook {
  void* (*begin)();
  void (*end)(void* begun);
};
void SetWaitHook(const WaitHook* hook);

// Lives while its thread waits.
class HostWait {
 public:
  HostWait();
  ~HostWait();
  HostWait(const HostWait&) = delete;
  HostWait& operator=(const HostWait&) = delete;

 private:
  const WaitHook* hook_;
  void* begun_ = nullptr;
};

}  // namespace strata
