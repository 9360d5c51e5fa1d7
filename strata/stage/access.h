// Many readers or one writer: scopes that keep them apart.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "strata/base/result.h"

namespace strata::stage {

class Stage;

// What a writer does while others read.
enum class WhileRead : uint8_t { kRefuse, kWait };

// Counts who reads and who writes. Thread-safe.
class StageGate {
 public:
  void BeginReading();  // waits while another thread writes
  void EndReading();
  // False when others read and `policy` says so, or this thread reads itself, which would wait for ever.
  bool BeginWriting(WhileRead policy);
  void EndWriting();

 private:
  bool IsOthers(std::thread::id self) const { return writes_ > 0 && writer_ != self; }

  std::mutex mutex_;
  std::condition_variable freed_;
  std::map<std::thread::id, int> readers_;  // guarded by mutex_
  std::thread::id writer_;                  // guarded by mutex_
  int writes_ = 0;                          // scopes of the writer; guarded by mutex_
};

// While one lives, the stage does not change: writers that know of scopes (WriteScope, Editor, undo, muting)
// wait or are refused, as the stage's options say. Waits for a writer of another thread. Nests. Reading needs
// none where the caller knows that nobody writes.
class ReadScope {
 public:
  explicit ReadScope(const Stage& stage);
  ~ReadScope() { gate_->EndReading(); }
  ReadScope(const ReadScope&) = delete;
  ReadScope& operator=(const ReadScope&) = delete;

 private:
  std::shared_ptr<StageGate> gate_;
};

// While one lives, its thread alone may read and write the stage, among those who use scopes. Nests. Take one
// before editing layers directly where others read.
class WriteScope {
 public:
  // Refused while others read, or waits for them, as the options of the stage say; or as `policy` says.
  static Result<WriteScope> Begin(const Stage& stage);
  static Result<WriteScope> Begin(const Stage& stage, WhileRead policy);
  WriteScope(WriteScope&&) noexcept = default;
  WriteScope& operator=(WriteScope&&) = delete;
  ~WriteScope() {
    if (gate_) gate_->EndWriting();
  }

 private:
  explicit WriteScope(std::shared_ptr<StageGate> gate) : gate_(std::move(gate)) {}
  std::shared_ptr<StageGate> gate_;
};

}  // namespace strata::stage
