#include "strata/compute/access.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <utility>

#include "strata/base/host_threads.h"
#include "strata/base/token.h"

namespace strata::compute {

namespace {

thread_local const Access* innermost = nullptr;  // that this thread asks or changes

void Leave(std::atomic<int>& count) {
  if (count.fetch_sub(1) == 1) count.notify_all();
}

}  // namespace

bool Access::IsMine() const {
  return innermost == this;
}

// One who asks counts itself and then looks for a change; one who changes says so and then looks for counts.
// Both in one order that all threads see: so at least one of them sees the other, and stands back.
Access::Asking::Asking(Access& access) : outer_(innermost) {
  if (innermost == &access) return;
  std::atomic<int>& count = access.counts_[MixBits(std::bit_cast<uintptr_t>(&innermost)) % kPlaces].value;
  for (;;) {
    count.fetch_add(1);
    if (!access.is_changing_.load()) break;
    Leave(count);
    const HostWait wait;
    access.is_changing_.wait(true);
  }
  count_ = &count;
  innermost = &access;
}

Access::Asking::~Asking() {
  innermost = outer_;
  if (count_) Leave(*count_);
}

Access::Changing::Changing(Access& access) : access_(access), outer_(innermost) {
  std::optional<HostWait> wait;
  const auto is_busy = [](const Count& count) { return count.value.load() != 0; };
  for (;;) {
    if (access.is_changing_.exchange(true)) {
      if (!wait) wait.emplace();
      access.is_changing_.wait(true);
      continue;
    }
    Count* busy = std::find_if(access.counts_.begin(), access.counts_.end(), is_busy);
    if (busy == access.counts_.end()) break;
    // Threads that ask on behalf of that one go on.
    access.is_changing_ = false;
    access.is_changing_.notify_all();
    if (!wait) wait.emplace();
    for (int running; (running = busy->value.load()) != 0;) busy->value.wait(running);
  }
  innermost = &access;
}

Access::Changing::~Changing() {
  innermost = outer_;
  access_.is_changing_ = false;
  access_.is_changing_.notify_all();
}

}  // namespace strata::compute
