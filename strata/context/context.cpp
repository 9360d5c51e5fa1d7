#include "strata/context/context.h"

#include <fmt/format.h>

namespace strata::context {

std::string_view GetEventName(ContextEvent event) {
  switch (event) {
    case ContextEvent::kOpening:
      return "opening";
    case ContextEvent::kOpened:
      return "opened";
    case ContextEvent::kOpenFailed:
      return "open-failed";
    case ContextEvent::kClosing:
      return "closing";
    case ContextEvent::kClosed:
      return "closed";
  }
  return {};
}

Context::Context(const Engine& engine, std::string name) : engine_(engine), name_(std::move(name)) {}

Context::~Context() = default;

ContextState Context::GetState() const {
  std::lock_guard lock(mutex_);
  return state_;
}

stage::StageRef Context::GetStage() const {
  std::lock_guard lock(mutex_);
  return stage_ ? stage_->GetRef() : stage::StageRef();
}

std::string Context::GetStageUrl() const {
  std::lock_guard lock(mutex_);
  return stage_ ? stage_->GetRootLayer()->GetIdentifier() : std::string();
}

Diagnostic Context::Refuse(const DiagnosticCode& code, std::string message, std::string hint) const {
  return Diagnostic(code, std::move(message), {}, std::move(hint));
}

Result<void> Context::Begin(ContextState state) {
  std::lock_guard lock(mutex_);
  if (is_destroyed_ && state != ContextState::kClosing)
    return Refuse(kContextDestroyed, fmt::format("The context '{}' was destroyed.", name_),
                  "Create a new one.");
  const bool was_taken = state == ContextState::kOpening && stage_;  // another thread opened one meanwhile
  if (state_ == ContextState::kOpening || state_ == ContextState::kClosing || was_taken)
    return Refuse(kContextBusy, fmt::format("The context '{}' is still opening or closing.", name_),
                  "Wait for its event, or use another context.");
  state_ = state;
  return {};
}

void Context::Announce(ContextEvent event) {
  std::vector<Listener> listeners;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, listener] : listeners_) listeners.push_back(listener);
  }
  for (const Listener& listener : listeners) listener(*this, event);
}

// The stage, for the caller to end outside of the lock.
stage::StagePtr Context::EndClosing() {
  std::lock_guard lock(mutex_);
  state_ = ContextState::kClosed;
  return std::move(stage_);
}

Result<void> Context::Close() {
  {
    std::lock_guard lock(mutex_);
    if (!stage_ && state_ == ContextState::kClosed) return {};
  }
  STRATA_CHECK(Begin(ContextState::kClosing));
  Announce(ContextEvent::kClosing);
  EndClosing().reset();
  Announce(ContextEvent::kClosed);
  return {};
}

Result<void> Context::Replace(const OpenStage& open) {
  STRATA_CHECK(Close());
  STRATA_CHECK(Begin(ContextState::kOpening));
  Announce(ContextEvent::kOpening);
  Result<stage::StagePtr> opened = open();
  bool is_kept = false;
  {
    std::lock_guard lock(mutex_);
    is_kept = opened && !is_destroyed_;
    if (is_kept) stage_ = *std::move(opened);
    state_ = is_kept ? ContextState::kOpen : ContextState::kClosed;
  }
  Announce(is_kept ? ContextEvent::kOpened : ContextEvent::kOpenFailed);
  if (!opened) return opened.TakeError();
  if (!is_kept)
    return Refuse(kContextDestroyed, fmt::format("The context '{}' was destroyed while it opened.", name_),
                  "Create a new one.");
  return {};
}

Result<void> Context::Open(const std::string& path, stage::OpenOptions options, Diagnostics& diagnostics) {
  return Replace([&] { return engine_.OpenStage(path, std::move(options), diagnostics); });
}

Result<void> Context::New(Diagnostics& diagnostics) {
  return Replace([&] { return engine_.NewStage({}, diagnostics); });
}

Result<void> Context::Attach(stage::StagePtr&& stage) {
  if (!stage || stage.use_count() != 1)
    return Refuse(kStageShared,
                  fmt::format("The stage given to the context '{}' has {} owners.", name_, stage.use_count()),
                  "Move the only StagePtr in; keep a StageRef or prims, which expire with the stage.");
  return Replace([&]() -> Result<stage::StagePtr> { return std::move(stage); });
}

uint64_t Context::AddListener(Listener listener) {
  std::lock_guard lock(mutex_);
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void Context::RemoveListener(uint64_t id) {
  std::lock_guard lock(mutex_);
  listeners_.erase(id);
}

ContextRegistry::~ContextRegistry() {
  for (const std::string& name : GetNames()) Destroy(name);
}

ContextPtr ContextRegistry::Get(const std::string& name) {
  std::lock_guard lock(mutex_);
  const auto found = contexts_.find(name);
  if (found != contexts_.end()) return found->second;
  if (!name.empty()) return nullptr;
  return contexts_[name] = std::make_shared<Context>(engine_, name);
}

Result<ContextPtr> ContextRegistry::Create(const std::string& name) {
  std::lock_guard lock(mutex_);
  ContextPtr& slot = contexts_[name];
  if (slot)
    return Diagnostic(kContextExists, fmt::format("There is a context '{}' already.", name), {},
                      "Get that one, or choose another name.");
  slot = std::make_shared<Context>(engine_, name);
  return slot;
}

bool ContextRegistry::Destroy(const std::string& name) {
  ContextPtr context;
  {
    std::lock_guard lock(mutex_);
    const auto found = contexts_.find(name);
    if (found == contexts_.end()) return false;
    context = std::move(found->second);
    contexts_.erase(found);
  }
  {
    std::lock_guard lock(context->mutex_);
    context->is_destroyed_ = true;  // first, so that nobody opens it again meanwhile
  }
  // Refused only while another thread opens or closes it; a stage opened so late is not kept.
  (void)context->Close();
  return true;
}

std::vector<std::string> ContextRegistry::GetNames() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, context] : contexts_) names.push_back(name);
  return names;
}

}  // namespace strata::context
