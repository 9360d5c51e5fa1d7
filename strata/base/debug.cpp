// Matches debug topics against STRATA_DEBUG and passes what they say to the host's sink.
#include "strata/base/debug.h"

#include <cstdlib>
#include <memory>
#include <mutex>

namespace strata {
namespace {

using Sink = std::function<void(std::string_view, std::string_view)>;

constinit std::mutex sink_mutex;
constinit std::shared_ptr<const Sink> sink;

std::shared_ptr<const Sink> GetSink() {
  std::lock_guard lock(sink_mutex);
  return sink;
}

// One entry of the list: a name, or the beginning of names when it ends in '*'.
bool MatchesEntry(std::string_view entry, std::string_view name) {
  if (!entry.empty() && entry.back() == '*') return name.starts_with(entry.substr(0, entry.size() - 1));
  return entry == name;
}

bool MatchesEnvironment(std::string_view name) {
  const char* value = std::getenv("STRATA_DEBUG");
  std::string_view rest = value ? value : "";
  while (!rest.empty()) {
    size_t end = rest.find_first_of(", ");
    if (MatchesEntry(rest.substr(0, end), name)) return true;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

bool DebugTopic::IsOn() const {
  State state = state_.load(std::memory_order_relaxed);
  if (state == State::kUnknown) {
    state = MatchesEnvironment(name_) ? State::kOn : State::kOff;
    state_.store(state, std::memory_order_relaxed);
  }
  return state == State::kOn;
}

void DebugTopic::Say(std::string_view text) const {
  if (!IsOn()) return;
  if (std::shared_ptr<const Sink> current = GetSink()) (*current)(name_, text);
}

void SetDebugSink(Sink fresh) {
  auto holder = fresh ? std::make_shared<const Sink>(std::move(fresh)) : nullptr;
  std::lock_guard lock(sink_mutex);
  sink.swap(holder);
}

}  // namespace strata
