#include "strata/context/context_worker.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>

namespace strata::context {

// -- operations --

void Operation::Cancel() {
  if (cancelled_) *cancelled_ = true;
}

bool Operation::IsDone() const {
  return outcome_.valid() && outcome_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

// -- the worker --

bool Context::Worker::Add(Context& context, std::shared_ptr<Work> work, Busy busy) {
  std::lock_guard lock(mutex_);
  const bool is_busy = current_ || !waiting_.empty();
  if (is_busy && busy == Busy::kRefuse) return false;
  if (busy == Busy::kCancelPrevious) {
    if (current_) *current_->cancelled = true;
    for (const std::shared_ptr<Work>& other : waiting_) *other->cancelled = true;
  }
  waiting_.push_back(std::move(work));
  if (!thread_.joinable())
    thread_ = std::thread([self = shared_from_this(), &context] { self->Run(context); });
  added_.notify_all();
  return true;
}

bool Context::Worker::IsEnding() const {
  std::lock_guard lock(mutex_);
  return is_ending_;
}

bool Context::Worker::IsThisThread() const {
  std::lock_guard lock(mutex_);
  return thread_.get_id() == std::this_thread::get_id();
}

void Context::Worker::End() {
  std::thread thread;
  {
    std::lock_guard lock(mutex_);
    is_ending_ = true;
    if (current_) *current_->cancelled = true;
    for (const std::shared_ptr<Work>& other : waiting_) *other->cancelled = true;
    thread = std::move(thread_);
    added_.notify_all();
  }
  if (!thread.joinable()) return;
  if (thread.get_id() == std::this_thread::get_id())
    thread.detach();
  else
    thread.join();
}

void Context::Worker::Run(Context& context) {
  for (;;) {
    std::shared_ptr<Work> work;
    {
      std::unique_lock lock(mutex_);
      current_.reset();
      added_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      work = current_ = std::move(waiting_.front());
      waiting_.pop_front();
    }
    context.Finish(*work);
    // The context may end with what its own work held of it.
    const std::shared_ptr<Context> last = std::move(work->keep);
  }
}

// -- what the context does with it --

Operation Context::Start(std::function<Result<void>(Diagnostics&, const Cancelled&)> run, Done done,
                         Busy busy) {
  auto work = std::make_shared<Work>();
  work->run = std::move(run);
  work->done = std::move(done);
  work->keep = weak_from_this().lock();
  Operation operation;
  operation.cancelled_ = work->cancelled;
  operation.outcome_ = work->outcome.get_future().share();
  std::shared_ptr<Worker> worker;
  {
    std::lock_guard lock(mutex_);
    if (!worker_) worker_ = std::make_shared<Worker>();
    worker = worker_;
  }
  if (!worker->Add(*this, work, busy)) {
    Outcome refused;
    refused.error = Refuse(kContextBusy, fmt::format("The context '{}' is busy.", name_),
                           "Wait for its operations, or let this one wait for them.");
    work->outcome.set_value(std::move(refused));
  }
  return operation;
}

void Context::Finish(Work& work) {
  Outcome outcome;
  Result<void> result;
  if (*work.cancelled)
    result = Refuse(kContextCancelled,
                    fmt::format("What the context '{}' was asked for was called off.", name_), "Ask again.");
  else
    result = work.run(outcome.diagnostics, work.cancelled);
  if (!result) outcome.error = result.TakeError();
  work.outcome.set_value(outcome);
  if (work.done) Dispatch([&] { work.done(outcome); });
}

void Context::SetDispatcher(Dispatcher dispatcher) {
  std::lock_guard lock(mutex_);
  dispatcher_ = std::move(dispatcher);
}

void Context::Dispatch(const std::function<void()>& step) {
  Dispatcher dispatcher;
  std::shared_ptr<Worker> worker;
  {
    std::lock_guard lock(mutex_);
    dispatcher = dispatcher_;
    worker = worker_;
  }
  if (!dispatcher || !worker || !worker->IsThisThread()) return step();
  // Taken by whoever is first: where the dispatcher puts it, or here when the context ends, whose end may
  // keep the dispatcher from calling anything.
  struct Posted {
    std::atomic<bool> is_taken{false};
    std::promise<void> done;
  };
  const auto posted = std::make_shared<Posted>();
  std::future<void> done = posted->done.get_future();
  dispatcher([posted, &step] {
    if (posted->is_taken.exchange(true)) return;
    step();
    posted->done.set_value();
  });
  while (done.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready)
    if (worker->IsEnding() && !posted->is_taken.exchange(true)) return step();
}

Operation Context::OpenAsync(std::string path, stage::OpenOptions options, Done done, Busy busy) {
  auto run = [this, path = std::move(path), options = std::move(options)](Diagnostics& diagnostics,
                                                                          const Cancelled& cancelled) {
    return OpenWith(path, options, diagnostics, cancelled);
  };
  return Start(std::move(run), std::move(done), busy);
}

Operation Context::NewAsync(Done done, Busy busy) {
  return Start([this](Diagnostics& diagnostics, const Cancelled&) { return New(diagnostics); },
               std::move(done), busy);
}

Operation Context::AttachAsync(StageCache& cache, StageCache::Id id, Done done, Busy busy) {
  return Start([this, &cache, id](Diagnostics&, const Cancelled&) { return Attach(cache, id); },
               std::move(done), busy);
}

Operation Context::ReopenAsync(Done done, Busy busy) {
  auto run = [this](Diagnostics& diagnostics, const Cancelled& cancelled) {
    return ReopenWith(diagnostics, cancelled);
  };
  return Start(std::move(run), std::move(done), busy);
}

Operation Context::CloseAsync(Done done, Busy busy) {
  auto run = [this](Diagnostics&, const Cancelled&) {
    Result<void> closed;
    Dispatch([&] { closed = Close(); });
    return closed;
  };
  return Start(std::move(run), std::move(done), busy);
}

Operation Context::SaveAsync(Done done, Busy busy) {
  return Start([this](Diagnostics& diagnostics, const Cancelled&) { return Save(diagnostics); },
               std::move(done), busy);
}

Operation Context::SaveAsAsync(std::string path, Done done, Busy busy) {
  auto run = [this, path = std::move(path)](Diagnostics& diagnostics, const Cancelled& cancelled) {
    return SaveAsWith(path, diagnostics, cancelled);
  };
  return Start(std::move(run), std::move(done), busy);
}

}  // namespace strata::context
