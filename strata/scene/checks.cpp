#include "strata/scene/checks.h"

#include <chrono>

#include "strata/base/host_threads.h"

namespace strata::scene {

void SceneChecks::AddNote(std::string violation) {
  ++violation_count_;
  if (const auto known = counts_.find(violation); known != counts_.end()) {
    ++known->second;
    return;
  }
  if (violations_.size() >= kMaxNotes) return;
  counts_.emplace(violation, 1);
  violations_.push_back(std::move(violation));
}

void SceneChecks::Note(std::string violation) {
  const std::lock_guard lock(mutex_);
  AddNote(std::move(violation));
}

std::vector<std::string> SceneChecks::GetViolations() const {
  const std::lock_guard lock(mutex_);
  return violations_;
}

size_t SceneChecks::GetViolationCount() const {
  const std::lock_guard lock(mutex_);
  return violation_count_;
}

void SceneChecks::Report(Diagnostics& diagnostics) const {
  const std::lock_guard lock(mutex_);
  for (const std::string& violation : violations_) {
    const size_t count = counts_.at(violation);
    diagnostics.Add(Diagnostic(kContractBroken,
                               violation + (count > 1 ? " (" + std::to_string(count) + " times)" : "") + ".",
                               {}, "Mend the scene index that is named, or who reads and changes it."));
  }
}

template <class IsFree>
void SceneChecks::Wait(std::unique_lock<std::mutex>& lock, const IsFree& is_free) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(kPatienceSeconds);
  while (!is_free() && std::chrono::steady_clock::now() < end) {
    lock.unlock();
    {
      // Who is waited for may need the lock of a host that this thread holds.
      const HostWait host;
      lock.lock();
      left_.wait_until(lock, end, is_free);
      lock.unlock();
    }
    lock.lock();
  }
}

void SceneChecks::BeginReading() {
  const std::thread::id self = std::this_thread::get_id();
  std::unique_lock lock(mutex_);
  const auto is_free = [&] { return change_depth_ == 0 || changer_ == self; };
  if (!readers_.contains(self) && !is_free()) {
    AddNote("The scene is read by one thread while another one changes it");
    Wait(lock, is_free);
  }
  ++readers_[self];
}

void SceneChecks::EndReading() {
  const std::lock_guard lock(mutex_);
  const auto own = readers_.find(std::this_thread::get_id());
  if (--own->second) return;
  readers_.erase(own);
  left_.notify_all();
}

void SceneChecks::BeginChanging() {
  const std::thread::id self = std::this_thread::get_id();
  std::unique_lock lock(mutex_);
  if (change_depth_ && changer_ == self) {
    ++change_depth_;
    return;
  }
  const bool reads = readers_.contains(self);
  if (reads) AddNote("The scene is changed by who is being asked to read it");
  if (change_depth_) {
    AddNote("The scene is changed by two threads at once");
    Wait(lock, [&] { return change_depth_ == 0; });
  }
  ++change_depth_;
  changer_ = self;
  // Whoever comes to read from now on waits.
  const auto is_free = [&] { return readers_.size() == (reads ? 1 : 0); };
  if (!is_free()) {
    AddNote("The scene is changed while another thread reads it");
    Wait(lock, is_free);
  }
}

void SceneChecks::EndChanging() {
  const std::lock_guard lock(mutex_);
  if (change_depth_ && --change_depth_) return;
  changer_ = {};
  left_.notify_all();
}

}  // namespace strata::scene
