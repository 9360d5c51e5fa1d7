#include "strata/base/host_threads.h"

#include <atomic>

namespace strata {

namespace {
std::atomic<const WaitHook*> wait_hook = nullptr;
}

void SetWaitHook(const WaitHook* hook) {
  wait_hook.store(hook, std::memory_order_release);
}

HostWait::HostWait() : hook_(wait_hook.load(std::memory_order_acquire)) {
  if (hook_) begun_ = hook_->begin();
}

HostWait::~HostWait() {
  if (hook_) hook_->end(begun_);
}

}  // namespace strata
