// Asks the system to back a big table with large pages, so that filling it costs fewer page faults.
#pragma once

#include <cstddef>

namespace strata {

// For memory that is not touched yet. A request only: no effect where large pages are off, or on less than
// one of them.
void AdviseLargePages(void* memory, size_t bytes);

}  // namespace strata
