// What those who check a running scene share: the promises that were broken, and who reads and who changes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "strata/base/diagnostic.h"

namespace strata::scene {

inline constexpr DiagnosticCode kContractBroken{"scene.contract-broken", Severity::kError,
                                                "A scene index, or who uses one, breaks a promise."};

// Safe from any thread. One may serve several debugging indices, and the index of the stage below them.
class SceneChecks {
 public:
  // What is noted twice counts once; of different notes so many are kept.
  static constexpr size_t kMaxNotes = 1000;
  void Note(std::string violation);
  std::vector<std::string> GetViolations() const;  // in the order in which they came
  size_t GetViolationCount() const;                // with those that were not kept
  // One diagnostic for each.
  void Report(Diagnostics& diagnostics) const;

  // A thread reads while one of these lives, and changes the scene while one of the others does. Both may lie
  // inside of each other on one thread. Where threads come into each other's way, which is noted, they wait
  // for each other, up to kPatienceSeconds each time: then they go on as if nobody had checked. Null checks
  // do nothing.
  static constexpr int kPatienceSeconds = 10;
  class Reading;
  class Changing;

 private:
  void BeginReading();
  void EndReading();
  void BeginChanging();
  void EndChanging();
  template <class IsFree>
  void Wait(std::unique_lock<std::mutex>& lock, const IsFree& is_free);
  void AddNote(std::string violation);  // mutex held

  mutable std::mutex mutex_;  // of all that follows
  std::condition_variable left_;
  std::unordered_map<std::thread::id, size_t> readers_;  // by thread, how deep
  std::thread::id changer_;                              // none: nobody
  size_t change_depth_ = 0;
  std::vector<std::string> violations_;
  std::unordered_map<std::string, size_t> counts_;  // of each that is kept
  size_t violation_count_ = 0;
};

class SceneChecks::Reading {
 public:
  explicit Reading(SceneChecks* checks) : checks_(checks) {
    if (checks_) checks_->BeginReading();
  }
  ~Reading() {
    if (checks_) checks_->EndReading();
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  SceneChecks* checks_;
};

class SceneChecks::Changing {
 public:
  explicit Changing(SceneChecks* checks) : checks_(checks) {
    if (checks_) checks_->BeginChanging();
  }
  ~Changing() {
    if (checks_) checks_->EndChanging();
  }
  Changing(const Changing&) = delete;
  Changing& operator=(const Changing&) = delete;

 private:
  SceneChecks* checks_;
};

}  // namespace strata::scene
