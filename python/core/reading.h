// Threads that read stages without the interpreter's lock, and edits, which wait for them.
#pragma once

#include "python/core/core.h"
#include "strata/compute/computation.h"

namespace strata::python {

// Lives while stages are read without the interpreter's lock. Made and ended with the lock.
class Reading {
 public:
  Reading() = default;
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  struct Counted {
    Counted();
    ~Counted();
  };
  Counted counted_;
  nb::gil_scoped_release released_;
};

// For edits of a stage, or of a layer (null), with the lock: returns when no other thread is reading, and
// lets the lock go meanwhile, since those that read may need it. Inside of a computation nobody is waited
// for; where it is computed from the stage, RuntimeError is raised.
void WaitForReaders(const stage::Stage* edited = nullptr);

// What functions in Python are called by, one at a time.
const std::shared_ptr<compute::ExclusiveExecutor>& GetPythonExecutor();

}  // namespace strata::python
