// Threads that read stages without the interpreter's lock, and edits, which wait for them.
#pragma once

#include <memory>

#include "python/core/core.h"
#include "strata/base/host_threads.h"
#include "strata/compute/computation.h"

namespace strata::python {

// Lives while stages are read without the interpreter's lock. Made and ended with the lock.
class Reading {
 public:
  Reading();
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  CallerThreads threads_;
  PyThreadState* state_;
};

// For what is asked by whoever: a Reading where this thread holds the lock and none is alive on it, else
// null.
std::shared_ptr<void> ReadForWhoHoldsTheLock();

// A reading that others of its kind wait for: saving changes what a layer says of its file.
class Saving {
 public:
  Saving();
  ~Saving();
  Saving(const Saving&) = delete;
  Saving& operator=(const Saving&) = delete;

 private:
  Reading reading_;
};

// A call of listeners in Python, by whoever edits or reads: holds the lock while it lives. Where it was an
// edit, waits then for the threads that began to read meanwhile.
class CallIntoPython {
 public:
  CallIntoPython();
  ~CallIntoPython();
  CallIntoPython(const CallIntoPython&) = delete;
  CallIntoPython& operator=(const CallIntoPython&) = delete;

 private:
  bool is_edit_;
  PyGILState_STATE state_;
};

// For edits of a stage, or of a layer (null), with the lock: returns when no other thread is reading, and
// lets the lock go meanwhile, since those that read may need it. Inside of a computation nobody is waited
// for; where it is computed from the stage, RuntimeError is raised.
void WaitForReaders(const stage::Stage* edited = nullptr);

// From now on edits keep to the thread that makes them: what they ask in Python, such as a resolver, is asked
// by the thread that has the lock.
void KeepEditsToTheirThread();

// What functions in Python are called by, one at a time.
const std::shared_ptr<compute::ExclusiveExecutor>& GetPythonExecutor();

// Has threads let go of the lock while they wait for each other's edits, and stop where the interpreter ends.
void BindReadingHooks();

}  // namespace strata::python
