// Records spans of time and writes them as a Chrome trace.
#include "strata/base/trace.h"

#include <unistd.h>

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
  int64_t start_ns;
  int64_t duration_ns;
  uint32_t thread;
};

constexpr size_t kMaxSpans = 2'000'000;  // about 150 MB of JSON; later spans are counted, not kept

constinit std::atomic<bool> is_recording{false};
constinit std::atomic<uint32_t> next_thread{1};
constinit std::mutex span_mutex;
constinit std::vector<Span> spans;  // guarded by span_mutex, as are the next two
constinit int64_t trace_start_ns = 0;
constinit uint64_t dropped_spans = 0;

int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

uint32_t GetThreadNumber() {
  thread_local uint32_t number = next_thread.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

TraceScope::TraceScope(const char* static_name) {
  if (!is_recording.load(std::memory_order_relaxed)) return;
  name_ = static_name;
  start_ns_ = Now();
}

TraceScope::TraceScope(const char* static_name, const std::string& detail) : TraceScope(static_name) {
  if (name_) detail_ = detail;
}

TraceScope::~TraceScope() {
  if (!name_) return;
  int64_t end = Now();
  std::lock_guard lock(span_mutex);
  // A scope that was open before the recorder started, or ends after it stopped, belongs to no trace.
  if (!is_recording.load(std::memory_order_relaxed) || start_ns_ < trace_start_ns) return;
  if (spans.size() >= kMaxSpans) {
    ++dropped_spans;
    return;
  }
  spans.push_back({name_, std::move(detail_), start_ns_, end - start_ns_, GetThreadNumber()});
}

void StartTrace() {
  std::lock_guard lock(span_mutex);
  spans.clear();
  dropped_spans = 0;
  trace_start_ns = Now();
  is_recording.store(true, std::memory_order_relaxed);
}

std::string StopTraceAsJson() {
  std::vector<Span> taken;
  int64_t start = 0;
  uint64_t dropped = 0;
  {
    std::lock_guard lock(span_mutex);
    is_recording.store(false, std::memory_order_relaxed);
    taken.swap(spans);
    start = trace_start_ns;
    dropped = dropped_spans;
  }
  JsonWriter json;
  json.BeginObject().Key("displayTimeUnit").String("ms").Key("traceEvents").BeginArray();
  for (const Span& span : taken) {
    json.BeginObject().Key("name").String(span.name).Key("ph").String("X");
    json.Key("ts").Number(static_cast<double>(span.start_ns - start) / 1000);
    json.Key("dur").Number(static_cast<double>(span.duration_ns) / 1000);
    json.Key("pid").Integer(getpid()).Key("tid").Unsigned(span.thread);
    if (!span.detail.empty()) json.Key("args").BeginObject().Key("detail").String(span.detail).EndObject();
    json.EndObject();
  }
  json.EndArray();
  if (dropped) json.Key("droppedSpans").Unsigned(dropped);
  json.EndObject();
  return json.TakeText();
}

}  // namespace strata
