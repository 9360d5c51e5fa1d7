#include "strata/base/debug.h"

#include <cstdlib>
#include <memory>
#include <mutex>

namespace strata {

namespace {

using Sink = std::function<void(std::string_view, std::string_view)>;

struct SinkHolder {
  std::mutex mutex;
  std::shared_ptr<const Sink> sink;
};

SinkHolder& GetSinkHolder() {
  static SinkHolder* holder = new SinkHolder;
  return *holder;
}

const std::string& GetWantedTopics() {
  static const std::string* wanted = [] {
    const char* value = std::getenv("STRATA_DEBUG");
    return new std::string(value ? value : "");
  }();
  return *wanted;
}

// Whether a comma-separated list has `name`, or a prefix of it that ends in "*".
bool ListMatches(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (!item.empty() && item.back() == '*') {
      item.remove_suffix(1);
      if (name.substr(0, item.size()) == item) return true;
    } else if (item == name) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool DebugTopic::IsOn() const {
  const std::string& wanted = GetWantedTopics();
  return !wanted.empty() && ListMatches(wanted, name_);
}

void DebugTopic::Say(std::string_view text) const {
  if (!IsOn()) return;
  SinkHolder& holder = GetSinkHolder();
  std::shared_ptr<const Sink> sink;
  {
    std::lock_guard lock(holder.mutex);
    sink = holder.sink;
  }
  if (sink && *sink) (*sink)(name_, text);
}

void SetDebugSink(Sink sink) {
  auto shared = std::make_shared<const Sink>(std::move(sink));
  SinkHolder& holder = GetSinkHolder();
  std::lock_guard lock(holder.mutex);
  holder.sink = std::move(shared);
}

}  // namespace strata
