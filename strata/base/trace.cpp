#include "strata/base/trace.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <vector>

#include "strata/base/json_writer.h"

namespace strata {

namespace {

struct Span {
  const char* name;
  std::string detail;
  int64_t start_ns, end_ns;
  uint32_t thread;
};

struct Recorder {
  std::atomic<bool> is_on{false};
  std::mutex mutex;
  std::vector<Span> spans;
};

Recorder& GetRecorder() {
  static Recorder* recorder = new Recorder;
  return *recorder;
}

int64_t GetNow() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

uint32_t GetThreadNumber() {
  static std::atomic<uint32_t> next{1};
  thread_local const uint32_t number = next++;
  return number;
}

}  // namespace

TraceScope::TraceScope(const char* static_name) {
  if (!GetRecorder().is_on.load(std::memory_order_relaxed)) return;
  name_ = static_name;
  start_ns_ = GetNow();
}

TraceScope::TraceScope(const char* static_name, const std::string& detail) : TraceScope(static_name) {
  if (name_) detail_ = detail;
}

TraceScope::~TraceScope() {
  if (!name_) return;
  Recorder& recorder = GetRecorder();
  std::lock_guard lock(recorder.mutex);
  if (recorder.is_on) recorder.spans.push_back({name_, std::move(detail_), start_ns_, GetNow(), GetThreadNumber()});
}

void StartTrace() {
  Recorder& recorder = GetRecorder();
  std::lock_guard lock(recorder.mutex);
  recorder.spans.clear();
  recorder.is_on = true;
}

std::string StopTraceAsJson() {
  Recorder& recorder = GetRecorder();
  std::vector<Span> spans;
  {
    std::lock_guard lock(recorder.mutex);
    recorder.is_on = false;
    spans.swap(recorder.spans);
  }
  int64_t origin = INT64_MAX;
  for (const Span& span : spans) origin = std::min(origin, span.start_ns);
  JsonWriter writer;
  writer.BeginObject().Key("displayTimeUnit").String("ms").Key("traceEvents").BeginArray();
  for (const Span& span : spans) {
    writer.BeginObject().Key("name").String(span.name).Key("ph").String("X").Key("pid").Integer(1);
    writer.Key("tid").Unsigned(span.thread);
    writer.Key("ts").Number(static_cast<double>(span.start_ns - origin) / 1000);
    writer.Key("dur").Number(static_cast<double>(span.end_ns - span.start_ns) / 1000);
    if (!span.detail.empty()) writer.Key("args").BeginObject().Key("detail").String(span.detail).EndObject();
    writer.EndObject();
  }
  writer.EndArray().EndObject();
  return writer.TakeText();
}

}  // namespace strata
