// The door of `context`: who owns what is open. A context solely owns its stage; everyone else holds what
// expires.
//
// Threads: the engine, the registry and a context's questions are safe from any thread; a context that is
// opening, closing or saving refuses to do so twice at a time. Listeners are called in the thread that does
// the work, or where the dispatcher puts it, never under a lock.
// Owners: the engine owns the layer registry and the contexts; a context owns its stage, alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "strata/context/engine.h"
#include "strata/context/file_watcher.h"
#include "strata/context/selection.h"
#include "strata/context/stage_cache.h"

namespace strata::context {

inline constexpr DiagnosticCode kContextBusy{"context.busy", Severity::kError,
                                             "A context is asked to open or close while it opens or closes."};
inline constexpr DiagnosticCode kContextExists{"context.exists", Severity::kError,
                                               "A context of that name is there already."};
inline constexpr DiagnosticCode kContextDestroyed{"context.destroyed", Severity::kError,
                                                  "A context is used after it was destroyed."};
inline constexpr DiagnosticCode kContextClosed{
    "context.closed", Severity::kError, "A context without a stage is asked for something of its stage."};
inline constexpr DiagnosticCode kContextCancelled{"context.cancelled", Severity::kError,
                                                  "What a context was asked for was called off."};
inline constexpr DiagnosticCode kStageShared{"context.stage-shared", Severity::kError,
                                             "A context is given a stage that someone else owns too."};
inline constexpr DiagnosticCode kStageUncached{
    "context.stage-uncached", Severity::kError,
    "A context is given an id of a stage that its cache does not have."};

enum class ContextState : uint8_t { kClosed, kOpening, kOpen, kClosing };

// In the order in which they come: kClosing, kSelectionChanged when something was selected, kClosed when a
// stage was open; kOpening; then kOpened or kOpenFailed. Handles to the old stage test false before kClosed
// is announced. kSaving, then kSaved or kSaveFailed.
enum class ContextEvent : uint8_t {
  kOpening,
  kOpened,
  kOpenFailed,
  kClosing,
  kClosed,
  kSaving,
  kSaved,
  kSaveFailed,
  kSelectionChanged,
  kDirtyStateChanged,  // HasPendingEdit answers otherwise than before
  kFilesChanged,       // files of layers have changed on disk: time for CheckFiles
  kLayersReloaded,     // CheckFiles has read layers again
  kConflictsChanged,   // GetConflicts answers otherwise than before
};
std::string_view GetEventName(ContextEvent event);  // "opening", "open-failed", "selection-changed", ...

// What became of an operation that went on in another thread.
struct Outcome {
  std::optional<Diagnostic> error;  // none: it went well
  Diagnostics diagnostics;
  explicit operator bool() const { return !error; }
};

// A handle to such an operation. Letting go of it neither waits nor calls off.
class Operation {
 public:
  // Asks for an end: what has not begun does not begin, an opening stops at the next layer or prim and fails
  // with kContextCancelled. What is saved or attached already stays so.
  void Cancel();
  bool IsDone() const;
  const Outcome& Wait() const { return outcome_.get(); }  // and gives it
  const std::shared_future<Outcome>& GetFuture() const { return outcome_; }

 private:
  friend class Context;
  std::shared_ptr<std::atomic<bool>> cancelled_;
  std::shared_future<Outcome> outcome_;
};

class Context : public std::enable_shared_from_this<Context> {
 public:
  Context(const Engine& engine, std::string name);
  ~Context();  // calls off and waits for what goes on in its thread; closes, without telling anyone
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const std::string& GetName() const { return name_; }
  ContextState GetState() const;
  // The open stage; tests false when there is none, and from then on when it is closed.
  stage::StageRef GetStage() const;
  std::string GetStageUrl() const;  // identifier of the open stage's root layer; empty when there is none
  bool IsNewStage() const;          // whether its root layer has no file yet

  // Each closes what is open first, and leaves the context closed when it fails.
  Result<void> Open(const std::string& path, stage::OpenOptions options, Diagnostics& diagnostics);
  // An empty stage over an anonymous layer, within budgets of its own or those of the engine.
  Result<void> New(Diagnostics& diagnostics, std::optional<Budgets> budgets = {});
  // Takes a stage opened elsewhere. Refused when `stage` is not the only owner: then two would own it.
  Result<void> Attach(stage::StagePtr&& stage);
  // Takes the stage out of the cache. Refused when someone holds it beside the cache, which then keeps it.
  Result<void> Attach(StageCache& cache, StageCache::Id id);
  // The same stage from its files, with the options it was opened with. Edits that are not saved are lost.
  Result<void> Reopen(Diagnostics& diagnostics);
  Result<void> Close();

  // -- saving ------------------------------------------------------------------------------------------
  // Whether layers of the stage, but for the session layer and its sublayers, have edits that are not saved.
  bool HasPendingEdit() const;
  Result<void> Save(Diagnostics& diagnostics);  // those layers; the first error, after all were tried
  // Writes the root layer to `path` and opens the stage from there, with its session layer, its other layers
  // as they are in memory, and the selection. Relative asset paths lead to where they led, from `path`.
  Result<void> SaveAs(const std::string& path, Diagnostics& diagnostics);

  // -- the same in another thread ----------------------------------------------------------------------
  // Operations of one context run in its thread, one after the other in the order in which they were asked
  // for. `done` is called there, after the events, or where the dispatcher puts it.
  using Done = std::function<void(const Outcome&)>;
  enum class Busy : uint8_t { kWait, kRefuse, kCancelPrevious };  // when others are under way or waiting
  Operation OpenAsync(std::string path, stage::OpenOptions options, Done done = {}, Busy busy = Busy::kWait);
  Operation NewAsync(Done done = {}, Busy busy = Busy::kWait);
  Operation AttachAsync(StageCache& cache, StageCache::Id id, Done done = {}, Busy busy = Busy::kWait);
  Operation ReopenAsync(Done done = {}, Busy busy = Busy::kWait);
  Operation CloseAsync(Done done = {}, Busy busy = Busy::kWait);
  Operation SaveAsync(Done done = {}, Busy busy = Busy::kWait);
  Operation SaveAsAsync(std::string path, Done done = {}, Busy busy = Busy::kWait);
  // Where stages are swapped, events announced and `done` called for asynchronous operations and for files
  // that changed: it must call what it is given once, soon, from any thread; the operation waits for that.
  // None: the thread of the context. Set before the first such operation.
  using Dispatcher = std::function<void(std::function<void()>)>;
  void SetDispatcher(Dispatcher dispatcher);

  // -- files that others change ------------------------------------------------------------------------
  // Reads again the layers whose files have changed, in one change of the stage, where they have no edits of
  // their own; those that have are conflicts and stay as they are. A writer of the stage.
  struct FileChanges {
    std::vector<std::string> reloaded, conflicts, failed;  // identifiers, sorted; `conflicts`: all there are
  };
  FileChanges CheckFiles(Diagnostics& diagnostics);
  std::vector<std::string> GetConflicts() const;
  enum class Resolution : uint8_t {
    kKeepMine,
    kTakeTheirs
  };  // writes over the file; reads it, edits are lost
  Result<void> ResolveConflict(const std::string& identifier, Resolution resolution);
  // While watching, kFilesChanged is announced; with a dispatcher, CheckFiles is called there, too.
  void StartWatching(FileWatcher::Options options = FileWatcher::Options());
  void StopWatching();

  // -- selection ---------------------------------------------------------------------------------------
  // Paths, whether there is something or not; empty again when the stage closes.
  Selection GetSelection() const;
  void SetSelection(Selection selection);  // announced when it is another one

  using Listener = std::function<void(Context&, ContextEvent)>;
  uint64_t AddListener(Listener listener);
  void RemoveListener(uint64_t id);  // does not wait for a call that has begun

 private:
  friend class ContextRegistry;
  struct Work;
  class Worker;
  using OpenStage = std::function<Result<stage::StagePtr>()>;
  using Cancelled = std::shared_ptr<std::atomic<bool>>;
  Result<void> Replace(const OpenStage& open, const Cancelled& cancelled = {});
  Result<void> CloseWith(const Cancelled& cancelled);
  Result<void> Begin(ContextState state);
  Result<void> BeginSaving();
  void EndSaving();
  Result<void> OpenWith(const std::string& path, stage::OpenOptions options, Diagnostics& diagnostics,
                        const Cancelled& cancelled);
  Result<void> ReopenWith(Diagnostics& diagnostics, const Cancelled& cancelled);
  Result<void> SaveAsWith(const std::string& path, Diagnostics& diagnostics, const Cancelled& cancelled);
  Result<void> SaveRoot(const std::string& path);
  stage::StagePtr EndClosing();
  void BecomeOpen(stage::Stage& stage);
  void Announce(ContextEvent event);
  void UpdateDirtyState();
  void UpdateWatcher();
  void HearOfFiles();
  std::vector<layer::LayerPtr> ListFileLayers() const;
  void SetConflicts(std::vector<std::string> conflicts);
  // Now, or where the dispatcher puts it when an operation goes on in the context's thread.
  void Dispatch(const std::function<void()>& step);
  Operation Start(std::function<Result<void>(Diagnostics&, const Cancelled&)> work, Done done, Busy busy);
  void Finish(Work& work);
  Diagnostic Refuse(const DiagnosticCode& code, std::string message, std::string hint) const;

  const Engine& engine_;
  const std::string name_;
  mutable std::mutex mutex_;
  stage::StagePtr stage_;                       // guarded by mutex_; no copy leaves this object
  std::map<uint64_t, Listener> listeners_;      // guarded by mutex_
  uint64_t next_listener_ = 1;                  // guarded by mutex_
  ContextState state_ = ContextState::kClosed;  // guarded by mutex_
  bool is_saving_ = false;                      // guarded by mutex_
  bool is_destroyed_ = false;                   // guarded by mutex_
  bool was_dirty_ = false;                      // guarded by mutex_
  Selection selection_;                         // guarded by mutex_
  std::vector<std::string> conflicts_;          // guarded by mutex_
  Dispatcher dispatcher_;                       // guarded by mutex_
  std::shared_ptr<FileWatcher> watcher_;        // guarded by mutex_
  std::shared_ptr<Worker> worker_;              // guarded by mutex_
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
