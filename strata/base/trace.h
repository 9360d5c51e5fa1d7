// Spans of time for a Chrome trace: nothing is recorded until a recorder is started.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

namespace strata {

class TraceScope {
 public:
  explicit TraceScope(const char* static_name);
  TraceScope(const char* static_name, const std::string& detail);  // detail is only copied while recording
  // detail() gives it, and is only called while recording.
  template <class Detail>
    requires std::is_invocable_r_v<std::string, Detail>
  TraceScope(const char* static_name, Detail&& detail) : TraceScope(static_name) {
    if (name_) detail_ = detail();
  }
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  const char* name_ = nullptr;
  std::string detail_;
  int64_t start_ns_ = 0;
};

void StartTrace();              // thread-safe; clears what was recorded
std::string StopTraceAsJson();  // Chrome's trace event format, readable by Perfetto

}  // namespace strata
