// Debug topics switched on by STRATA_DEBUG=topic,topic* and sent to a sink that the host sets.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace strata {

// Declared once where it is used:  static const DebugTopic kTopic{"layer.open", "Every layer opened, and from
// where."}; Cheap to test when off. Constructing registers nothing; the name is matched against STRATA_DEBUG
// at first use.
class DebugTopic {
 public:
  constexpr DebugTopic(const char* name, const char* summary) : name_(name), summary_(summary) {}
  bool IsOn() const;
  void Say(std::string_view text) const;  // no effect when off or when no sink is set
  const char* GetName() const { return name_; }
  const char* GetSummary() const { return summary_; }

 private:
  enum class State : uint8_t { kUnknown, kOff, kOn };

  const char* name_;
  const char* summary_;
  mutable std::atomic<State> state_{State::kUnknown};
};

// The library itself never prints: a tool sets the sink (default: none). Thread-safe.
void SetDebugSink(std::function<void(std::string_view topic, std::string_view text)> sink);

}  // namespace strata
