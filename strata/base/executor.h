// Runs independent pieces of work on a pool of threads; results are the same for any number of them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace strata {

// The threads this process may use: STRATA_THREADS, else PXR_WORK_THREAD_LIMIT (0 all, negative all but that
// many), else the smaller of the processors available and the container's CPU quota (cgroup v1 and v2). At
// least 1.
unsigned GetDefaultThreadCount();

// A fixed pool. Thread-safe. Nested use is fine: a waiting caller runs pieces itself, so it cannot deadlock.
class Executor {
 public:
  explicit Executor(unsigned thread_count = GetDefaultThreadCount());  // the caller counts as one of them
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  unsigned GetThreadCount() const;

  // Calls body(begin, end) on disjoint ranges that cover [0, count), each of at least `grain` items (but the
  // last); returns when all are done. Order of calls is not defined: write results by index.
  void ParallelFor(size_t count, size_t grain, const std::function<void(size_t begin, size_t end)>& body);

 private:
  class Pool;
  friend class TaskGroup;
  std::unique_ptr<Pool> pool_;
};

// A growing set of tasks: tasks may add tasks; Wait returns when none is left. For work found as one goes.
// The executor must outlive it. What a task throws (std::bad_alloc) reaches the caller of Wait; so for
// ParallelFor.
class TaskGroup {
 public:
  explicit TaskGroup(Executor& executor);
  ~TaskGroup();  // waits
  void Run(std::function<void()> task);
  void Wait();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace strata
