// The thread of a context: what was asked for, one after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <thread>

#include "strata/context/context.h"

namespace strata::context {

struct Context::Work {
  std::function<Result<void>(Diagnostics&, const Cancelled&)> run;
  Done done;
  Cancelled cancelled = std::make_shared<std::atomic<bool>>(false);
  std::promise<Outcome> outcome;
  std::shared_ptr<Context> keep;  // null for contexts that nobody shares
};

// Held by its thread and by its context.
class Context::Worker : public std::enable_shared_from_this<Worker> {
 public:
  // False, and nothing is done, when `busy` says so.
  bool Add(Context& context, std::shared_ptr<Work> work, Busy busy);
  // Calls off what is there and waits for its end, unless it is the thread itself that asks.
  void End();
  bool IsEnding() const;
  bool IsThisThread() const;

 private:
  void Run(Context& context);

  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::deque<std::shared_ptr<Work>> waiting_;  // guarded by mutex_
  std::shared_ptr<Work> current_;              // guarded by mutex_
  bool is_ending_ = false;                     // guarded by mutex_
  std::thread thread_;                         // guarded by mutex_
};

}  // namespace strata::context
