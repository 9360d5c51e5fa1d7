#include "strata/base/executor.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>

namespace strata {

namespace {

unsigned CountProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return static_cast<unsigned>(CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

// Processors that the container may use, rounded up; UINT_MAX when it has no quota.
unsigned GetContainerLimit() {
  std::string quota;
  double period = 0;
  if (std::ifstream v2("/sys/fs/cgroup/cpu.max"); v2 >> quota >> period) {
    if (quota == "max" || period <= 0) return UINT32_MAX;
    return std::max(1u, static_cast<unsigned>((std::atof(quota.c_str()) + period - 1) / period));
  }
  double limit = 0;
  std::ifstream v1_quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), v1_period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (v1_quota >> limit && v1_period >> period && limit > 0 && period > 0)
    return std::max(1u, static_cast<unsigned>((limit + period - 1) / period));
  return UINT32_MAX;
}

}  // namespace

unsigned GetDefaultThreadCount() {
  if (const char* own = std::getenv("STRATA_THREADS"))
    if (const int count = std::atoi(own); count > 0) return static_cast<unsigned>(std::min(count, 1024));
  const unsigned available = std::min(CountProcessors(), GetContainerLimit());
  if (const char* pixar = std::getenv("PXR_WORK_THREAD_LIMIT")) {
    const int limit = std::atoi(pixar);
    if (limit > 0) return static_cast<unsigned>(std::min(limit, 1024));
    if (limit < 0) return static_cast<unsigned>(std::max(1, static_cast<int>(available) + limit));
  }
  return available;
}

// Threads that take tasks from one queue. Those who wait take tasks too.
class Executor::Pool {
 public:
  explicit Pool(unsigned thread_count) : thread_count_(std::max(1u, thread_count)) {
    for (unsigned i = 1; i < thread_count_; ++i) threads_.emplace_back([this] { Work(); });
  }
  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  unsigned GetThreadCount() const { return thread_count_; }

  void Add(std::function<void()> task) {
    {
      std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
  }
  // Runs tasks until `is_done`; sleeps when there is none to take. Whoever makes `is_done` true calls Wake.
  void HelpUntil(const std::function<bool()>& is_done) {
    std::unique_lock lock(mutex_);
    while (!is_done()) {
      if (tasks_.empty()) {
        changed_.wait(lock);
        continue;
      }
      RunOne(lock);
    }
  }
  void Wake() {
    { std::lock_guard lock(mutex_); }   // nobody is between testing and sleeping
    changed_.notify_all();
  }

 private:
  void RunOne(std::unique_lock<std::mutex>& lock) {
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return is_ending_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      RunOne(lock);
    }
  }

  const unsigned thread_count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool is_ending_ = false;
  std::vector<std::thread> threads_;
};

Executor::Executor(unsigned thread_count) : pool_(std::make_unique<Pool>(thread_count)) {}

Executor::~Executor() = default;

unsigned Executor::GetThreadCount() const { return pool_->GetThreadCount(); }

void Executor::ParallelFor(size_t count, size_t grain, const std::function<void(size_t begin, size_t end)>& body) {
  if (count == 0) return;
  const size_t threads = pool_->GetThreadCount();
  // Several pieces a thread, so that one slow piece does not leave the others idle.
  const size_t piece = std::max({grain, size_t{1}, (count + threads * 4 - 1) / (threads * 4)});
  if (threads == 1 || piece >= count) {
    body(0, count);
    return;
  }
  const size_t pieces = (count + piece - 1) / piece;
  std::atomic<size_t> next{0}, running{0};
  const auto take = [&] {
    for (size_t i = next++; i < pieces; i = next++) body(i * piece, std::min(count, (i + 1) * piece));
  };
  const size_t helpers = std::min(threads, pieces) - 1;
  running = helpers;
  for (size_t i = 0; i < helpers; ++i) {
    pool_->Add([&take, &running, pool = pool_.get()] {
      take();
      if (running.fetch_sub(1) == 1) pool->Wake();
    });
  }
  take();
  pool_->HelpUntil([&running] { return running.load() == 0; });
}

struct TaskGroup::State {
  Executor::Pool* pool;
  std::atomic<size_t> open{0};
};

TaskGroup::TaskGroup(Executor& executor) : state_(std::make_shared<State>()) { state_->pool = executor.pool_.get(); }

TaskGroup::~TaskGroup() { Wait(); }

void TaskGroup::Run(std::function<void()> task) {
  state_->open.fetch_add(1);
  state_->pool->Add([state = state_, task = std::move(task)] {
    task();
    if (state->open.fetch_sub(1) == 1) state->pool->Wake();
  });
}

void TaskGroup::Wait() {
  state_->pool->HelpUntil([this] { return state_->open.load() == 0; });
}

}  // namespace strata
