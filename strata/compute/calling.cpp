#include "strata/compute/calling.h"

#include <bit>
#include <cstdint>

#include "strata/base/token.h"

namespace strata::compute {

namespace {

thread_local Calling* innermost = nullptr;

}  // namespace

Calling::Calling(const Computation& computation, const stage::Prim& prim)
    : computation_(computation), prim_(prim), outer_(innermost) {
  innermost = this;
}

Calling::~Calling() {
  innermost = outer_;
}

Calling* Calling::Find() {
  return innermost;
}

Evaluations::Scope::Scope(Evaluations& evaluations)
    : count_(evaluations.counts_[MixBits(std::bit_cast<uintptr_t>(&innermost)) % kPlaces].value) {
  count_.fetch_add(1, std::memory_order_acquire);
}

Evaluations::Scope::~Scope() {
  if (count_.fetch_sub(1, std::memory_order_release) == 1) count_.notify_all();
}

void Evaluations::Wait() {
  for (Count& count : counts_)
    for (int running; (running = count.value.load(std::memory_order_acquire)) != 0;)
      count.value.wait(running);
}

}  // namespace strata::compute
