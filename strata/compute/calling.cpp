#include "strata/compute/calling.h"

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

}  // namespace strata::compute
