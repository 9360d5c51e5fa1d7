#include "python/core/reading.h"

#include <condition_variable>
#include <mutex>
#include <stdexcept>

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

}  // namespace

// Those that come later let an edit that waits go first; but who reads already is what it waits for.
Reading::Counted::Counted() {
  Readers& readers = GetReaders();
  const auto must_wait = [&] {
    const std::lock_guard lock(readers.mutex);
    return own_count == 0 && readers.waiting > 0;
  };
  while (!compute::Calling::Find() && must_wait()) {
    const nb::gil_scoped_release released;
    std::unique_lock lock(readers.mutex);
    readers.changed.wait(lock, [&] { return readers.waiting == 0; });
  }
  Count(1);
  ++own_count;
}

Reading::Counted::~Counted() {
  --own_count;
  Count(-1);
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
    const nb::gil_scoped_release released;
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
