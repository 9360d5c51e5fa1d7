// The thread pool. A waiter runs only work of what it waits for, so its stack stays shallow and it cannot
// deadlock.
#include "strata/base/executor.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "strata/base/host_threads.h"

namespace strata {

namespace {
thread_local CallerThreads caller_threads = CallerThreads::kPool;
}

CallerThreads SetCallerThreads(CallerThreads threads) {
  return std::exchange(caller_threads, threads);
}

// Threads take helpers from a queue: a helper joins some parallel work and returns when there is nothing left
// to join.
class Executor::Pool {
 public:
  explicit Pool(unsigned thread_count) : thread_count_(std::max(1u, thread_count)) {}

  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      is_closing_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  unsigned GetThreadCount() const { return thread_count_; }

  // Invites one thread; none may be free, so the caller must not rely on it.
  void Invite(std::function<void()> helper) {
    {
      std::lock_guard lock(mutex_);
      helpers_.push_back(std::move(helper));
      // Threads start when first needed: reading a small file on a large machine starts none.
      if (idle_ < helpers_.size() && threads_.size() + 1 < thread_count_) StartThread();
    }
    wake_.notify_one();
  }

 private:
  void StartThread() {
    try {
      threads_.emplace_back([this] { Work(); });
    } catch (const std::system_error&) {
      // No more threads to be had: those waiting do the work.
    }
  }

  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      wake_.wait(lock, [this] { return is_closing_ || !helpers_.empty(); });
      --idle_;
      if (is_closing_) return;
      std::function<void()> helper = std::move(helpers_.front());
      helpers_.pop_front();
      lock.unlock();
      helper();
      helper = nullptr;
      lock.lock();
    }
  }

  const unsigned thread_count_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> helpers_;  // guarded by mutex_, as is all that follows
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool is_closing_ = false;
};

Executor::Executor(unsigned thread_count) : pool_(std::make_unique<Pool>(thread_count)) {}
Executor::~Executor() = default;
unsigned Executor::GetThreadCount() const {
  return pool_->GetThreadCount();
}

namespace {

// One ParallelFor. Helpers that come late find no piece left and touch neither the body nor the caller's
// stack.
struct Loop {
  size_t count, piece;
  const std::function<void(size_t, size_t)>* body;
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::condition_variable done;
  size_t finished = 0;  // items, guarded by mutex
  std::exception_ptr failure;

  void Join() {
    for (;;) {
      size_t begin = next.fetch_add(piece, std::memory_order_relaxed);
      if (begin >= count) return;
      size_t end = std::min(count, begin + piece);
      std::exception_ptr caught;
      try {
        (*body)(begin, end);
      } catch (...) {
        caught = std::current_exception();
      }
      std::lock_guard lock(mutex);
      if (caught && !failure) failure = caught;
      finished += end - begin;
      if (finished == count) done.notify_all();
    }
  }
};

}  // namespace

void Executor::ParallelFor(size_t count, size_t grain, const std::function<void(size_t, size_t)>& body) {
  grain = std::max<size_t>(1, grain);
  if (count == 0) return;
  size_t threads = GetThreadCount();
  if (threads == 1 || count <= grain || caller_threads == CallerThreads::kAlone) {
    body(0, count);
    return;
  }
  auto loop = std::make_shared<Loop>();
  loop->count = count;
  loop->piece = std::max(grain, count / (threads * 8));  // a few pieces a thread evens out unequal ones
  loop->body = &body;
  size_t pieces = (count + loop->piece - 1) / loop->piece;
  for (size_t i = 1; i < std::min(threads, pieces); ++i) pool_->Invite([loop] { loop->Join(); });
  loop->Join();
  std::unique_lock lock(loop->mutex);
  loop->done.wait(lock, [&] { return loop->finished == loop->count; });
  if (loop->failure) std::rethrow_exception(loop->failure);
}

// Tasks are taken newest first, which keeps the walk of a tree from holding a whole level of it.
struct TaskGroup::State : std::enable_shared_from_this<State> {
  explicit State(Executor::Pool& used_pool) : pool(used_pool) {}

  void Add(std::function<void()> task) {
    bool invite = false;
    {
      std::lock_guard lock(mutex);
      tasks.push_back(std::move(task));
      ++pending;
      if (caller_threads == CallerThreads::kPool && helpers + 1 < pool.GetThreadCount() &&
          helpers < tasks.size()) {
        ++helpers;
        invite = true;
      }
    }
    changed.notify_one();
    if (invite) pool.Invite([self = shared_from_this()] { self->Help(); });
  }

  void Help() {
    std::unique_lock lock(mutex);
    while (!tasks.empty()) RunOne(lock);
    --helpers;
  }

  void Wait() {
    std::unique_lock lock(mutex);
    while (pending != 0) {
      if (tasks.empty())
        changed.wait(lock, [this] { return pending == 0 || !tasks.empty(); });
      else
        RunOne(lock);
    }
  }

  void RunOne(std::unique_lock<std::mutex>& lock) {
    std::function<void()> task = std::move(tasks.back());
    tasks.pop_back();
    lock.unlock();
    std::exception_ptr caught;
    try {
      task();
      task = nullptr;
    } catch (...) {
      caught = std::current_exception();
    }
    lock.lock();
    if (caught && !failure) failure = caught;
    if (--pending == 0) changed.notify_all();
  }

  Executor::Pool& pool;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::function<void()>> tasks;  // guarded by mutex, as is all that follows
  size_t pending = 0;                        // added and not finished
  size_t helpers = 0;                        // invited and not gone
  std::exception_ptr failure;
};

TaskGroup::TaskGroup(Executor& executor) : state_(std::make_shared<State>(*executor.pool_)) {}
TaskGroup::~TaskGroup() {
  state_->Wait();
}
void TaskGroup::Run(std::function<void()> task) {
  state_->Add(std::move(task));
}

void TaskGroup::Wait() {
  state_->Wait();
  if (std::exception_ptr failure = std::exchange(state_->failure, nullptr)) std::rethrow_exception(failure);
}

}  // namespace strata
