// Edits of layers as data: recorded, undone, done again, and replayed on other layers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "strata/layer/journal.h"
#include "strata/stage/stage.h"

namespace strata::stage {

// What was done to some layers, in order. A value; it shares values with the layers and holds them.
struct Transaction {
  struct Part {
    layer::LayerPtr layer;
    layer::Journal journal;
  };
  std::string label;
  std::vector<Part> parts;

  bool IsEmpty() const { return parts.empty(); }
  Transaction GetInverse() const;
  // Takes its steps. All or nothing: refused when a layer is not as it was before they were first taken.
  Result<void> Apply() const;
  // The same on other layers: `map` gives the one to be edited in place of each; null leaves a layer out.
  Result<void> ApplyTo(const std::function<layer::LayerPtr(const layer::LayerPtr&)>& map) const;
};

// Takes down what is done to some layers while it lives, by whomever: an edit's inverse is that of what Take
// gives after it. Not copied: layers hold its address. Everything in the thread that edits.
class TransactionRecorder {
 public:
  using Listener = std::function<void()>;  // after something was taken down
  explicit TransactionRecorder(const std::vector<layer::LayerPtr>& layers = {}, Listener listener = {});
  ~TransactionRecorder();
  TransactionRecorder(const TransactionRecorder&) = delete;
  TransactionRecorder& operator=(const TransactionRecorder&) = delete;

  void Add(const layer::LayerPtr& layer);  // no effect when it is there already
  Transaction Take();                      // what was done since the last call
  bool IsEmpty() const { return taken_.IsEmpty(); }

 private:
  std::vector<std::pair<layer::LayerPtr, uint64_t>> layers_;  // with the ids of their listeners
  Transaction taken_;
  Listener listener_;
};

// Steps back and forth through the edits of a stage, or of some layers. Each edit that a layer announces is
// one step, or, while a group lives, all of them are: open one around a change block of the stage. An edit
// that is not an undo or redo forgets what could be redone. A writer of the stage.
class UndoStack {
 public:
  explicit UndoStack(const std::vector<layer::LayerPtr>& layers);
  // All layers that the stage uses now, session layer included; they are edited in change blocks of the
  // stage.
  explicit UndoStack(Stage& stage);
  void Add(const layer::LayerPtr& layer) { recorder_.Add(layer); }

  class Group {
   public:
    Group(UndoStack& stack, std::string label);
    ~Group();
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

   private:
    UndoStack& stack_;
  };

  bool CanUndo() const { return !done_.empty(); }
  bool CanRedo() const { return !undone_.empty(); }
  // Refused, with nothing changed, when there is nothing, or a layer was edited past this stack.
  Result<void> Undo();
  Result<void> Redo();
  // What was done and not undone, the first one first: replayed on the layers as they were before, it gives
  // the layers as they are.
  const std::vector<Transaction>& GetLog() const { return done_; }
  void Clear();
  void SetLimit(size_t most_steps);  // the oldest ones are forgotten; no limit until it is set

 private:
  void Hear();
  void Store(std::string label);
  Result<void> Step(std::vector<Transaction>& from, std::vector<Transaction>& to, bool backwards);

  StageRef stage_;
  std::vector<Transaction> done_, undone_;
  std::string label_;
  size_t limit_ = SIZE_MAX;
  int open_groups_ = 0;
  bool is_stepping_ = false;
  TransactionRecorder recorder_;  // last: it calls the others
};

}  // namespace strata::stage
