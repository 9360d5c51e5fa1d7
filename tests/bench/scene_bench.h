// What the workloads of running scenes share.
#pragma once

#include <cstddef>
#include <functional>

namespace strata::bench {

// Prints the CPU seconds of `work`, and how many things it did, as one JSON line.
void Report(const char* name, size_t count, const std::function<void()>& work);

// The chain over stages made for it.
void RunTimes();
void RunChains();

}  // namespace strata::bench
