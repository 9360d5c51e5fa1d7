// How handles know whether their stage still lives: a small counted block that outlives it.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace strata::stage {

class Stage;

// One per stage. `stage` becomes null when the stage ends; `generation` grows whenever its prims are made
// anew.
struct StageControl {
  std::atomic<uint32_t> references{1};
  std::atomic<Stage*> stage{nullptr};
  std::atomic<uint32_t> generation{0};
};

// A weak reference to a stage: tests false once the stage has ended. Using the stage while another thread
// ends it is the caller's error, as any reading while another writes.
class StageRef {
 public:
  StageRef() = default;
  explicit StageRef(StageControl* control) : control_(control) { Retain(); }
  StageRef(const StageRef& other) : control_(other.control_) { Retain(); }
  StageRef(StageRef&& other) noexcept : control_(std::exchange(other.control_, nullptr)) {}
  StageRef& operator=(StageRef other) noexcept {
    std::swap(control_, other.control_);
    return *this;
  }
  ~StageRef() { Release(); }

  Stage* Get() const { return control_ ? control_->stage.load(std::memory_order_acquire) : nullptr; }
  explicit operator bool() const { return Get() != nullptr; }
  uint32_t GetGeneration() const {
    return control_ ? control_->generation.load(std::memory_order_acquire) : 0;
  }
  friend bool operator==(const StageRef& a, const StageRef& b) { return a.control_ == b.control_; }

 private:
  void Retain() {
    if (control_) control_->references.fetch_add(1, std::memory_order_relaxed);
  }
  void Release() {
    if (control_ && control_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete control_;
  }
  StageControl* control_ = nullptr;
};

}  // namespace strata::stage
