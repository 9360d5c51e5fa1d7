#include "strata/context/context.h"

#include <fmt/format.h>

#include "strata/context/context_worker.h"
#include "strata/context/reanchor.h"

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
    case ContextEvent::kSaving:
      return "saving";
    case ContextEvent::kSaved:
      return "saved";
    case ContextEvent::kSaveFailed:
      return "save-failed";
    case ContextEvent::kSelectionChanged:
      return "selection-changed";
    case ContextEvent::kDirtyStateChanged:
      return "dirty-state-changed";
    case ContextEvent::kFilesChanged:
      return "files-changed";
    case ContextEvent::kLayersReloaded:
      return "layers-reloaded";
    case ContextEvent::kConflictsChanged:
      return "conflicts-changed";
  }
  return {};
}

Context::Context(const Engine& engine, std::string name) : engine_(engine), name_(std::move(name)) {}

Context::~Context() {
  StopWatching();
  if (worker_) worker_->End();
}

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

bool Context::IsNewStage() const {
  std::lock_guard lock(mutex_);
  return stage_ && stage_->GetRootLayer()->IsAnonymous();
}

Diagnostic Context::Refuse(const DiagnosticCode& code, std::string message, std::string hint) const {
  return Diagnostic(code, std::move(message), {}, std::move(hint));
}

// -- events --

void Context::Announce(ContextEvent event) {
  std::vector<Listener> listeners;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, listener] : listeners_) listeners.push_back(listener);
  }
  for (const Listener& listener : listeners) listener(*this, event);
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

// -- the state machine --

Result<void> Context::Begin(ContextState state) {
  std::lock_guard lock(mutex_);
  if (is_destroyed_ && state != ContextState::kClosing)
    return Refuse(kContextDestroyed, fmt::format("The context '{}' was destroyed.", name_),
                  "Create a new one.");
  const bool was_taken = state == ContextState::kOpening && stage_;  // another thread opened one meanwhile
  if (state_ == ContextState::kOpening || state_ == ContextState::kClosing || was_taken || is_saving_)
    return Refuse(kContextBusy, fmt::format("The context '{}' is still opening, closing or saving.", name_),
                  "Wait for its event, or use another context.");
  state_ = state;
  return {};
}

// The stage, for the caller to end outside of the lock.
stage::StagePtr Context::EndClosing() {
  std::lock_guard lock(mutex_);
  state_ = ContextState::kClosed;
  was_dirty_ = false;
  conflicts_.clear();
  return std::move(stage_);
}

Result<void> Context::Close() {
  {
    std::lock_guard lock(mutex_);
    if (!stage_ && state_ == ContextState::kClosed) return {};
  }
  STRATA_CHECK(Begin(ContextState::kClosing));
  Announce(ContextEvent::kClosing);
  SetSelection({});
  EndClosing().reset();
  UpdateWatcher();
  Announce(ContextEvent::kClosed);
  return {};
}

Result<void> Context::Replace(const OpenStage& open, const Cancelled& cancelled) {
  Result<void> begun;
  Dispatch([&] {
    begun = Close();
    if (begun) begun = Begin(ContextState::kOpening);
    if (begun) Announce(ContextEvent::kOpening);
  });
  STRATA_CHECK(std::move(begun));
  Result<stage::StagePtr> opened = open();
  if (cancelled && *cancelled)
    opened = Refuse(kContextCancelled, fmt::format("What the context '{}' opened was called off.", name_),
                    "Open it again.");
  Result<void> done;
  Dispatch([&] {
    bool is_kept = false;
    if (opened) BecomeOpen(**opened);
    {
      std::lock_guard lock(mutex_);
      is_kept = opened && !is_destroyed_;
      if (is_kept) stage_ = *std::move(opened);
      state_ = is_kept ? ContextState::kOpen : ContextState::kClosed;
    }
    UpdateWatcher();
    Announce(is_kept ? ContextEvent::kOpened : ContextEvent::kOpenFailed);
    if (!opened)
      done = opened.TakeError();
    else if (!is_kept)
      done = Refuse(kContextDestroyed, fmt::format("The context '{}' was destroyed while it opened.", name_),
                    "Create a new one.");
  });
  return done;
}

void Context::BecomeOpen(stage::Stage& stage) {
  // Edits begin and end here, so that what is dirty is known without looking.
  stage.SetDirtinessListener([this] { UpdateDirtyState(); });
  std::lock_guard lock(mutex_);
  was_dirty_ = stage.HasDirtyLayers();
}

void Context::UpdateDirtyState() {
  {
    std::lock_guard lock(mutex_);
    const bool is_dirty = stage_ && stage_->HasDirtyLayers();
    if (is_dirty == was_dirty_) return;
    was_dirty_ = is_dirty;
  }
  Announce(ContextEvent::kDirtyStateChanged);
}

Result<void> Context::OpenWith(const std::string& path, stage::OpenOptions options, Diagnostics& diagnostics,
                               const Cancelled& cancelled) {
  options.cancelled = cancelled;
  return Replace([&] { return engine_.OpenStage(path, std::move(options), diagnostics); }, cancelled);
}

Result<void> Context::Open(const std::string& path, stage::OpenOptions options, Diagnostics& diagnostics) {
  return OpenWith(path, std::move(options), diagnostics, {});
}

Result<void> Context::New(Diagnostics& diagnostics, std::optional<Budgets> budgets) {
  stage::OpenOptions options;
  options.budgets = std::move(budgets);
  return Replace([&] { return engine_.NewStage(std::move(options), diagnostics); });
}

Result<void> Context::Attach(stage::StagePtr&& stage) {
  if (!stage || stage.use_count() != 1)
    return Refuse(kStageShared,
                  fmt::format("The stage given to the context '{}' has {} owners.", name_, stage.use_count()),
                  "Move the only StagePtr in; keep a StageRef or prims, which expire with the stage.");
  return Replace([&]() -> Result<stage::StagePtr> { return std::move(stage); });
}

Result<void> Context::Attach(StageCache& cache, StageCache::Id id) {
  stage::StagePtr stage = cache.Take(id);
  if (!stage)
    return Refuse(kStageUncached, fmt::format("The cache has no stage of id {}.", id.ToString()),
                  "Insert the stage, and attach by the id that Insert gives.");
  if (stage.use_count() == 1) return Attach(std::move(stage));
  const long owners = stage.use_count();
  cache.PutBack(id, std::move(stage));
  return Refuse(kStageShared, fmt::format("The stage of id {} has {} owners.", id.ToString(), owners),
                "Let go of the StagePtr that was inserted; keep a StageRef, which expires with the stage.");
}

Result<void> Context::Reopen(Diagnostics& diagnostics) {
  return ReopenWith(diagnostics, {});
}

Result<void> Context::ReopenWith(Diagnostics& diagnostics, const Cancelled& cancelled) {
  std::string url;
  stage::OpenOptions options;
  {
    std::lock_guard lock(mutex_);
    if (stage_) {
      url = stage_->GetRootLayer()->GetIdentifier();
      options = stage_->GetOpenOptions();
      options.load_rules = stage_->GetLoadRules();
    }
  }
  if (url.empty())
    return Refuse(kContextClosed, fmt::format("The context '{}' has no stage to open again.", name_),
                  "Open one first.");
  if (url.starts_with("anon:")) {
    stage::OpenOptions fresh;
    fresh.budgets = options.budgets;
    return Replace([&] { return engine_.NewStage(std::move(fresh), diagnostics); }, cancelled);
  }
  return OpenWith(url, std::move(options), diagnostics, cancelled);
}

// -- saving --

bool Context::HasPendingEdit() const {
  std::lock_guard lock(mutex_);
  return stage_ && stage_->HasDirtyLayers();
}

Result<void> Context::BeginSaving() {
  std::lock_guard lock(mutex_);
  if (!stage_ || state_ != ContextState::kOpen)
    return Refuse(kContextClosed, fmt::format("The context '{}' has no stage to save.", name_),
                  "Open one first.");
  if (is_saving_)
    return Refuse(kContextBusy, fmt::format("The context '{}' is saving already.", name_),
                  "Wait for its event.");
  is_saving_ = true;  // and the stage stays where it is
  return {};
}

void Context::EndSaving() {
  std::lock_guard lock(mutex_);
  is_saving_ = false;
}

Result<void> Context::Save(Diagnostics& diagnostics) {
  STRATA_CHECK(BeginSaving());
  Dispatch([&] { Announce(ContextEvent::kSaving); });
  Diagnostics remarks;
  const bool all_saved = stage_->Save(remarks);
  EndSaving();
  diagnostics.Append(remarks);
  Dispatch([&] { Announce(all_saved ? ContextEvent::kSaved : ContextEvent::kSaveFailed); });
  for (const Diagnostic& remark : remarks.GetAll())
    if (!all_saved && remark.severity == Severity::kError) return remark;
  return {};
}

Result<void> Context::SaveRoot(const std::string& path) {
  STRATA_CHECK(BeginSaving());
  Dispatch([&] { Announce(ContextEvent::kSaving); });
  layer::ExportOptions options;
  options.executor = &engine_.GetExecutor();
  layer::LayerRegistry& registry = *engine_.GetLayerRegistry();
  Result<void> written = Reanchor(stage_->GetRootLayer(), registry, path)->Export(path, options);
  // Who has that file open sees what it holds now.
  const layer::LayerPtr known = written ? engine_.GetLayerRegistry()->Find(path) : nullptr;
  if (known) written = known->Reload(layer::Layer::ReloadMode::kAlways);
  EndSaving();
  Dispatch([&] { Announce(written ? ContextEvent::kSaved : ContextEvent::kSaveFailed); });
  return written;
}

Result<void> Context::SaveAs(const std::string& path, Diagnostics& diagnostics) {
  return SaveAsWith(path, diagnostics, {});
}

Result<void> Context::SaveAsWith(const std::string& path, Diagnostics& diagnostics,
                                 const Cancelled& cancelled) {
  STRATA_CHECK(SaveRoot(path));
  stage::OpenOptions options;
  std::vector<layer::LayerPtr> kept;  // with the edits that they have
  Selection selection;
  {
    std::lock_guard lock(mutex_);
    if (!stage_)
      return Refuse(kContextClosed, fmt::format("The context '{}' was closed while it saved.", name_),
                    "Open what was saved.");
    options = stage_->GetOpenOptions();
    options.load_rules = stage_->GetLoadRules();
    options.resolver_context.reset();
    options.session = stage_->GetSessionLayer();
    kept = stage_->GetUsedLayers();
    std::erase(kept, stage_->GetRootLayer());
    selection = selection_;
  }
  STRATA_CHECK(OpenWith(path, std::move(options), diagnostics, cancelled));
  Dispatch([&] { SetSelection(selection); });
  return {};
}

// -- selection --

Selection Context::GetSelection() const {
  std::lock_guard lock(mutex_);
  return selection_;
}

void Context::SetSelection(Selection selection) {
  {
    std::lock_guard lock(mutex_);
    if (selection_ == selection) return;
    selection_ = std::move(selection);
  }
  Announce(ContextEvent::kSelectionChanged);
}

}  // namespace strata::context
