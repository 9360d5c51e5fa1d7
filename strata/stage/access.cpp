#include "strata/stage/access.h"

#include <optional>

#include "strata/base/host_threads.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

void StageGate::BeginReading() {
  const std::thread::id self = std::this_thread::get_id();
  std::optional<HostWait> waiting;  // ends after the lock: what it takes again may be held by who needs that
  std::unique_lock lock(mutex_);
  if (IsOthers(self)) {
    lock.unlock();
    waiting.emplace();
    lock.lock();
  }
  // Who reads already may go on: a writer that has begun has waited for that.
  freed_.wait(lock, [&] { return !IsOthers(self); });
  ++readers_[self];
}

void StageGate::EndReading() {
  std::lock_guard lock(mutex_);
  const auto self = readers_.find(std::this_thread::get_id());
  if (--self->second == 0) readers_.erase(self);
  freed_.notify_all();
}

bool StageGate::BeginWriting(WhileRead policy) {
  const std::thread::id self = std::this_thread::get_id();
  std::optional<HostWait> waiting;
  std::unique_lock lock(mutex_);
  if (writes_ > 0 && writer_ == self) {
    ++writes_;
    return true;
  }
  if (readers_.count(self)) return false;
  const auto is_free = [&] { return readers_.empty() && writes_ == 0; };
  if (policy == WhileRead::kRefuse && !is_free()) return false;
  if (!is_free()) {
    lock.unlock();
    waiting.emplace();
    lock.lock();
  }
  freed_.wait(lock, is_free);
  writer_ = self;
  writes_ = 1;
  return true;
}

void StageGate::EndWriting() {
  std::lock_guard lock(mutex_);
  if (--writes_ == 0) freed_.notify_all();
}

ReadScope::ReadScope(const Stage& stage) : gate_(stage.GetImpl().gate) {
  gate_->BeginReading();
}

Result<WriteScope> WriteScope::Begin(const Stage& stage) {
  return Begin(stage, stage.GetOpenOptions().while_read);
}

Result<WriteScope> WriteScope::Begin(const Stage& stage, WhileRead policy) {
  const std::shared_ptr<StageGate> gate = stage.GetImpl().gate;
  if (gate->BeginWriting(policy)) return WriteScope(gate);
  SourceLocation where;
  where.file = stage.GetRootLayer()->GetIdentifier();
  return Diagnostic(kEditRefused, "The stage is being read, or written by another thread.", std::move(where),
                    "End this thread's own ReadScope first; or open the stage with while_read set to wait.");
}

}  // namespace strata::stage
