// The door of `context`: who owns what is open. A context solely owns its stage; everyone else holds what
// expires.
//
// Threads: the engine, the registry and a context's questions are safe from any thread; a context that is
// opening or closing refuses to do so twice at a time. Listeners are called in the thread that opens or
// closes, never under a lock.
// Owners: the engine owns the layer registry and the contexts; a context owns its stage, alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "strata/context/engine.h"

namespace strata::context {

inline constexpr DiagnosticCode kContextBusy{"context.busy", Severity::kError,
                                             "A context is asked to open or close while it opens or closes."};
inline constexpr DiagnosticCode kContextExists{"context.exists", Severity::kError,
                                               "A context of that name is there already."};
inline constexpr DiagnosticCode kContextDestroyed{"context.destroyed", Severity::kError,
                                                  "A context is used after it was destroyed."};
inline constexpr DiagnosticCode kStageShared{"context.stage-shared", Severity::kError,
                                             "A context is given a stage that someone else owns too."};

enum class ContextState : uint8_t { kClosed, kOpening, kOpen, kClosing };

// In the order in which they come: kClosing, kClosed when a stage was open; kOpening; then kOpened or
// kOpenFailed. Handles to the old stage test false before kClosed is announced.
enum class ContextEvent : uint8_t { kOpening, kOpened, kOpenFailed, kClosing, kClosed };
std::string_view GetEventName(ContextEvent event);  // "opening", "opened", "open-failed", "closing", "closed"

class Context {
 public:
  Context(const Engine& engine, std::string name);
  ~Context();  // closes, without telling anyone
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const std::string& GetName() const { return name_; }
  ContextState GetState() const;
  // The open stage; tests false when there is none, and from then on when it is closed.
  stage::StageRef GetStage() const;
  std::string GetStageUrl() const;  // identifier of the open stage's root layer; empty when there is none

  // Each closes what is open first, and leaves the context closed when it fails.
  Result<void> Open(const std::string& path, stage::OpenOptions options, Diagnostics& diagnostics);
  Result<void> New(Diagnostics& diagnostics);  // an empty stage over an anonymous layer
  // Takes a stage opened elsewhere. Refused when `stage` is not the only owner: then two would own it.
  Result<void> Attach(stage::StagePtr&& stage);
  Result<void> Close();

  using Listener = std::function<void(Context&, ContextEvent)>;
  uint64_t AddListener(Listener listener);
  void RemoveListener(uint64_t id);  // does not wait for a call that has begun

 private:
  friend class ContextRegistry;
  using OpenStage = std::function<Result<stage::StagePtr>()>;
  Result<void> Replace(const OpenStage& open);
  Result<void> Begin(ContextState state);
  stage::StagePtr EndClosing();
  void Announce(ContextEvent event);
  Diagnostic Refuse(const DiagnosticCode& code, std::string message, std::string hint) const;

  const Engine& engine_;
  const std::string name_;
  mutable std::mutex mutex_;
  stage::StagePtr stage_;                       // guarded by mutex_; no copy leaves this object
  std::map<uint64_t, Listener> listeners_;      // guarded by mutex_
  uint64_t next_listener_ = 1;                  // guarded by mutex_
  ContextState state_ = ContextState::kClosed;  // guarded by mutex_
  bool is_destroyed_ = false;                   // guarded by mutex_
};

using ContextPtr = std::shared_ptr<Context>;

// Contexts by name; the default one is "". Thread-safe. The engine must outlive it.
class ContextRegistry {
 public:
  explicit ContextRegistry(const Engine& engine) : engine_(engine) {}
  ~ContextRegistry();

  // The default context is made when first asked for; others are null until created.
  ContextPtr Get(const std::string& name = {});
  Result<ContextPtr> Create(const std::string& name);
  // Closes its stage. Whoever still holds the context finds it closed for good. Whether there was one.
  bool Destroy(const std::string& name);
  std::vector<std::string> GetNames() const;  // sorted

 private:
  const Engine& engine_;
  mutable std::mutex mutex_;
  std::map<std::string, ContextPtr> contexts_;  // guarded by mutex_
};

}  // namespace strata::context
