#include "python/core/reading.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "strata/compute/calling.h"

namespace strata::python {

namespace {

struct Readers {
  std::mutex mutex;
  std::condition_variable changed;
  int count = 0;    // guarded by mutex
  int waiting = 0;  // edits; guarded by mutex
};
// As long as the interpreter: threads may read until its end.
Readers& GetReaders() {
  static auto* readers = new Readers;
  return *readers;
}
thread_local int own_count = 0;

void Count(int more) {
  Readers& readers = GetReaders();
  {
    const std::lock_guard lock(readers.mutex);
    readers.count += more;
  }
  readers.changed.notify_all();
}

std::atomic<bool> edits_are_alone = false;
std::atomic<bool> is_ending = false;  // of the interpreter
std::atomic<int> returning = 0;       // threads that take the lock again
std::recursive_mutex saves;           // a listener may save, too

// An interpreter that ends stops threads that take its lock, by an exit that C++ cannot be left by: they stop
// here instead.
void TakeLock(PyThreadState* state) {
  ++returning;
  if (is_ending) {
    --returning;
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
  PyEval_RestoreThread(state);
  --returning;
}

struct Released {
  PyThreadState* const state = PyEval_SaveThread();
  ~Released() { TakeLock(state); }
};

// Called when the interpreter is about to end: lets threads that are taking the lock have it, and none after
// them.
void End() {
  is_ending = true;
  while (returning > 0) {
    const nb::gil_scoped_release released;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

bool HoldsTheLock() {
  return own_count == 0 && Py_IsInitialized() && PyGILState_GetThisThreadState() != nullptr;
}

}  // namespace

// Those that come later let an edit that waits go first; but who reads already is what it waits for.
Reading::Reading() : threads_(SetCallerThreads(CallerThreads::kPool)) {
  Readers& readers = GetReaders();
  const auto must_wait = [&] {
    const std::lock_guard lock(readers.mutex);
    return own_count == 0 && readers.waiting > 0;
  };
  while (!compute::Calling::Find() && must_wait()) {
    const Released released;
    std::unique_lock lock(readers.mutex);
    readers.changed.wait(lock, [&] { return readers.waiting == 0; });
  }
  Count(1);
  ++own_count;
  state_ = PyEval_SaveThread();
}

Reading::~Reading() {
  Count(-1);
  TakeLock(state_);
  --own_count;
  SetCallerThreads(threads_);
}

std::shared_ptr<void> ReadForWhoHoldsTheLock() {
  if (compute::Calling::Find() || !HoldsTheLock() || !PyGILState_Check()) return nullptr;
  return std::make_shared<Reading>();
}

Saving::Saving() {
  saves.lock();
}
Saving::~Saving() {
  saves.unlock();
}

CallIntoPython::CallIntoPython() : is_edit_(HoldsTheLock()), state_(PyGILState_Ensure()) {}
CallIntoPython::~CallIntoPython() {
  if (is_edit_ && !compute::Calling::Find()) WaitForReaders();
  PyGILState_Release(state_);
}

void KeepEditsToTheirThread() {
  edits_are_alone = true;
}

void BindReadingHooks() {
  static const WaitHook hook = {[]() -> void* { return HoldsTheLock() ? PyEval_SaveThread() : nullptr; },
                                [](void* state) {
                                  if (state) TakeLock(static_cast<PyThreadState*>(state));
                                }};
  SetWaitHook(&hook);
  nb::module_::import_("atexit").attr("register")(nb::cpp_function(&End));
}

void WaitForReaders(const stage::Stage* edited) {
  if (const compute::Calling* calling = compute::Calling::Find()) {
    if (edited && calling->GetStage() == edited)
      throw std::runtime_error(
          "A computation cannot edit the stage that it is computed from: let it answer, and edit the stage "
          "outside "
          "of it");
    return;
  }
  if (edits_are_alone) SetCallerThreads(CallerThreads::kAlone);
  Readers& readers = GetReaders();
  const auto is_free = [&] { return readers.count == 0; };
  {
    const std::lock_guard lock(readers.mutex);
    if (readers.count == own_count) return;
    // Who waits reads nothing: of two that tell Python of something while they read, neither waits for the
    // other.
    readers.count -= own_count;
    ++readers.waiting;
  }
  readers.changed.notify_all();
  const auto is_done = [&] {
    const std::lock_guard lock(readers.mutex);
    if (!is_free()) return false;
    --readers.waiting;
    readers.count += own_count;
    return true;
  };
  while (!is_done()) {
    const Released released;
    std::unique_lock lock(readers.mutex);
    readers.changed.wait(lock, is_free);
  }
  readers.changed.notify_all();
}

const std::shared_ptr<compute::ExclusiveExecutor>& GetPythonExecutor() {
  static const auto executor = std::make_shared<compute::ExclusiveExecutor>();
  return executor;
}

}  // namespace strata::python
