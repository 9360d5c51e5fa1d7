#include "strata/stage/undo.h"

#include <optional>
#include <utility>

namespace strata::stage {

// -- transactions --

Transaction Transaction::GetInverse() const {
  Transaction inverse;
  inverse.label = label;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    inverse.parts.push_back({part->layer, part->journal.GetInverse()});
  return inverse;
}

Result<void> Transaction::Apply() const {
  return ApplyTo([](const layer::LayerPtr& layer) { return layer; });
}

Result<void> Transaction::ApplyTo(const std::function<layer::LayerPtr(const layer::LayerPtr&)>& map) const {
  for (size_t i = 0; i < parts.size(); ++i) {
    const layer::LayerPtr layer = map(parts[i].layer);
    if (!layer) continue;
    Result<void> applied = layer->Apply(parts[i].journal);
    if (applied) continue;
    while (i-- > 0)
      if (const layer::LayerPtr before = map(parts[i].layer))
        (void)before->Apply(parts[i].journal.GetInverse());
    return applied;
  }
  return {};
}

// -- the recorder --

TransactionRecorder::TransactionRecorder(const std::vector<layer::LayerPtr>& layers, Listener listener)
    : listener_(std::move(listener)) {
  for (const layer::LayerPtr& layer : layers) Add(layer);
}

TransactionRecorder::~TransactionRecorder() {
  for (const auto& [layer, id] : layers_) layer->RemoveListener(id);
}

void TransactionRecorder::Add(const layer::LayerPtr& layer) {
  for (const auto& [known, id] : layers_)
    if (known == layer) return;
  layer::Layer* edited = layer.get();
  const uint64_t id =
      layer->AddJournalListener([this, edited](const layer::Layer&, const layer::Journal& journal) {
        layer::LayerPtr shared = edited->shared_from_this();
        if (!taken_.parts.empty() && taken_.parts.back().layer == shared)
          taken_.parts.back().journal.Append(journal);
        else
          taken_.parts.push_back({std::move(shared), journal});
        if (listener_) listener_();
      });
  layers_.emplace_back(layer, id);
}

Transaction TransactionRecorder::Take() {
  return std::exchange(taken_, {});
}

// -- the stack --

UndoStack::UndoStack(const std::vector<layer::LayerPtr>& layers) : recorder_(layers, [this] { Hear(); }) {}

UndoStack::UndoStack(Stage& stage)
    : stage_(stage.GetRef()), recorder_(stage.GetUsedLayers(), [this] { Hear(); }) {
  stage.FollowLayers();
}

void UndoStack::Hear() {
  if (!is_stepping_ && open_groups_ == 0) Store({});
}

void UndoStack::Store(std::string label) {
  Transaction made = recorder_.Take();
  if (made.IsEmpty()) return;
  made.label = std::move(label);
  undone_.clear();
  done_.push_back(std::move(made));
  if (done_.size() > limit_) done_.erase(done_.begin(), done_.end() - static_cast<std::ptrdiff_t>(limit_));
}

UndoStack::Group::Group(UndoStack& stack, std::string label) : stack_(stack) {
  if (stack_.open_groups_++ == 0) stack_.label_ = std::move(label);
}
UndoStack::Group::~Group() {
  if (--stack_.open_groups_ == 0) stack_.Store(std::move(stack_.label_));
}

Result<void> UndoStack::Step(std::vector<Transaction>& from, std::vector<Transaction>& to, bool backwards) {
  if (from.empty() || open_groups_ > 0)
    return Diagnostic(
        kEditRefused, backwards ? "There is no edit to undo." : "There is no edit to redo.", {},
        open_groups_ > 0 ? "End the group of edits first." : "Edit a layer that the stack records.");
  Stage* stage = stage_.Get();
  std::optional<WriteScope> writing;
  if (stage) {
    STRATA_TRY(WriteScope begun, WriteScope::Begin(*stage));
    writing.emplace(std::move(begun));
  }
  is_stepping_ = true;
  Result<void> applied;
  {
    std::optional<Stage::ChangeBlock> block;
    if (stage) block.emplace(*stage);
    applied = backwards ? from.back().GetInverse().Apply() : from.back().Apply();
  }
  is_stepping_ = false;
  (void)recorder_.Take();
  if (!applied) return applied;
  to.push_back(std::move(from.back()));
  from.pop_back();
  return {};
}

Result<void> UndoStack::Undo() {
  return Step(done_, undone_, true);
}
Result<void> UndoStack::Redo() {
  return Step(undone_, done_, false);
}

void UndoStack::Clear() {
  done_.clear();
  undone_.clear();
}

void UndoStack::SetLimit(size_t most_steps) {
  limit_ = most_steps;
  if (done_.size() > limit_) done_.erase(done_.begin(), done_.end() - static_cast<std::ptrdiff_t>(limit_));
}

}  // namespace strata::stage
