#include "strata/stage/change_feed.h"

#include <algorithm>
#include <set>
#include <utility>

#include "strata/compose/argument_changes.h"
#include "strata/layer/fields.h"
#include "strata/stage/notice_builder.h"
#include "strata/stage/redefinition.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

// Fields that say nothing of which prims there are, what they are, and where their opinions come from.
bool IsPlainField(Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  for (Token plain : {names.customData, names.documentation, names.comment, names.assetInfo,
                      names.displayName, names.hidden, names.customLayerData, names.startTimeCode,
                      names.endTimeCode, names.upAxis, names.metersPerUnit, names.propertyOrder})
    if (field == plain) return true;
  return false;
}

// Whether nothing that a stage keeps follows from these changes: values are looked up when asked for.
bool AreOfValues(const layer::ChangeList& changes) {
  for (const auto& [path, change] : changes.by_path) {
    if (path.IsPrimProperty() || path.IsTarget()) continue;
    if (change.spec_added || change.spec_removed || change.content_replaced) return false;
    for (const layer::Change::FieldChange& field : change.fields)
      if (!IsPlainField(field.field)) return false;
  }
  return true;
}

}  // namespace

ChangeFeed::~ChangeFeed() {
  held_.clear();
  for (const auto& [address, subscription] : subscriptions_)
    if (const layer::LayerPtr layer = subscription.layer.lock()) Unsubscribe(*layer, subscription);
}

void ChangeFeed::Unsubscribe(layer::Layer& layer, const Subscription& subscription) {
  layer.RemoveListener(subscription.listener);
  if (subscription.dirtiness_listener) layer.RemoveListener(subscription.dirtiness_listener);
}

void ChangeFeed::FollowStack(const compose::LayerStack& stack) {
  for (const compose::LayerStack::Entry& entry : stack.GetEntries()) {
    Subscription& known = subscriptions_[entry.layer.get()];
    if (known.layer.lock() == entry.layer) continue;
    known = {entry.layer, 0, 0};
    // The stage may end while the layer lives on.
    known.listener = entry.layer->AddChangeListener(
        [this, stage = stage_.GetRef()](const layer::Layer& layer, const layer::ChangeList& changes) {
          if (stage) Hear(layer, changes);
        },
        layer::Layer::Before::kUnlessEditedInPlace);
    if (dirtiness_listener_) HearOfDirtiness(known, *entry.layer);
  }
}

void ChangeFeed::HearOfDirtiness(Subscription& subscription, layer::Layer& layer) {
  if (subscription.dirtiness_listener) return;
  subscription.dirtiness_listener = layer.AddNoticeListener(
      [this, stage = stage_.GetRef()](const layer::Layer&, const layer::LayerNotice& notice) {
        if (stage && notice.kind == layer::LayerNotice::Kind::kDirtinessChanged) dirtiness_listener_();
      });
}

void ChangeFeed::SetDirtinessListener(std::function<void()> listener) {
  dirtiness_listener_ = std::move(listener);
  if (!dirtiness_listener_) dirtiness_listener_ = [] {};
  for (auto known = subscriptions_.begin(); known != subscriptions_.end(); ++known)
    if (const layer::LayerPtr layer = known->second.layer.lock()) HearOfDirtiness(known.value(), *layer);
}

bool ChangeFeed::HasDirtyLayers() const {
  std::set<const layer::Layer*> of_session;
  for (const compose::LayerStack::Entry& entry : stage_.GetRootLayerStack()->GetEntries())
    if (entry.is_session) of_session.insert(entry.layer.get());
  const compose::Cache& cache = *stage_.GetImpl().cache;
  for (size_t i = 0; i < cache.GetLayerStackCount(); ++i)
    for (const compose::LayerStack::Entry& entry : cache.GetLayerStack(i)->GetEntries())
      if (entry.layer->IsDirty() && !of_session.count(entry.layer.get())) return true;
  return false;
}

void ChangeFeed::Restart() {
  followed_stacks_ = 0;
  pending_.clear();
  if (is_following_) Follow();
}

void ChangeFeed::Follow() {
  is_following_ = true;
  const compose::Cache& cache = *stage_.GetImpl().cache;
  for (; followed_stacks_ < cache.GetLayerStackCount(); ++followed_stacks_)
    FollowStack(*cache.GetLayerStack(followed_stacks_));
}

void ChangeFeed::Hear(const layer::Layer& layer, const layer::ChangeList& changes) {
  const auto found = subscriptions_.find(&layer);
  if (found == subscriptions_.end()) return;
  layer::LayerPtr edited = found->second.layer.lock();
  if (!edited) return;
  pending_.push_back({edited, changes});
  if (!IsInBlock()) return Flush();
  const bool is_held =
      std::any_of(held_.begin(), held_.end(), [&](const auto& entry) { return entry.first == edited; });
  if (is_held || is_releasing_) return;
  auto block = std::make_unique<layer::Layer::ChangeBlock>(*edited);
  held_.emplace_back(std::move(edited), std::move(block));
}

void ChangeFeed::EndBlock() {
  if (open_blocks_ > 1) {
    --open_blocks_;
    return;
  }
  const StageRef alive = stage_.GetRef();
  is_releasing_ = true;
  // Other listeners of a layer may end the stage.
  for (auto held = std::exchange(held_, {}); !held.empty(); held.pop_back()) held.back().second.reset();
  if (!alive) return;
  is_releasing_ = false;
  open_blocks_ = 0;
  Flush();
}

void ChangeFeed::Flush() {
  if (pending_.empty()) return;
  compose::CacheEdits edits;
  edits.layers = std::exchange(pending_, {});
  const compose::Cache& cache = *stage_.GetImpl().cache;
  const bool are_of_values =
      std::all_of(edits.layers.begin(), edits.layers.end(), [&cache](const compose::LayerEdit& edit) {
        return AreOfValues(edit.changes) && !compose::MayChangeArguments(cache, edit.changes);
      });
  if (are_of_values && !HasListeners()) return;
  (void)Apply(edits);
}

StageChanges ChangeFeed::Apply(const compose::CacheEdits& edits, const LayerMutingChanged* muting) {
  StageChanges changes = stage_.GetImpl().Compose(edits);
  if (is_following_) {
    for (const compose::LayerStackPtr& stack : changes.cache.layer_stacks) FollowStack(*stack);
    Follow();
  }
  const std::vector<NamespaceMove> moves = std::exchange(moves_, {});
  if (!HasListeners()) return changes;
  if (muting) waiting_.push_back({StageNotice::Kind::kLayerMutingChanged, nullptr, nullptr, *muting});
  auto told = std::make_shared<StageChanges>(changes);
  NoticeBuilder builder(stage_.GetImpl(), *told, moves);
  builder.AddVariables(edits);
  std::shared_ptr<ObjectsChanged> notice = builder.Build();
  KeepRedefined(*told);
  // The edits end with this call; the notice may wait longer.
  for (std::vector<compose::SpecChange>* specs : {&told->cache.specs, &told->cache.resynced_specs})
    for (compose::SpecChange& spec : *specs) spec.change = nullptr;
  if (notice) Enqueue({StageNotice::Kind::kObjectsChanged, std::move(notice), std::move(told), {}});
  Deliver();
  return changes;
}

void ChangeFeed::TellOfAll() {
  if (!HasListeners()) return;
  auto told = std::make_shared<StageChanges>();
  told->resynced = told->cache.resynced = {Path::AbsoluteRoot()};
  auto notice = NoticeBuilder::MakeOfAll(*told);
  Enqueue({StageNotice::Kind::kObjectsChanged, std::move(notice), std::move(told), {}});
  Deliver();
}

void ChangeFeed::TellOfEditTarget() {
  if (!HasListeners()) return;
  waiting_.push_back({StageNotice::Kind::kStageEditTargetChanged, nullptr, nullptr, {}});
  Deliver();
}

void ChangeFeed::AddMoves(std::vector<NamespaceMove> moves) {
  moves_.insert(moves_.end(), moves.begin(), moves.end());
}

uint64_t ChangeFeed::AddListener(Stage::Listener listener) {
  std::lock_guard lock(listeners_mutex_);
  listeners_.emplace_back(next_listener_, std::move(listener));
  return next_listener_++;
}

void ChangeFeed::RemoveListener(uint64_t id) {
  std::lock_guard lock(listeners_mutex_);
  std::erase_if(listeners_, [id](const auto& entry) { return entry.first == id; });
}

bool ChangeFeed::HasListeners() const {
  std::lock_guard lock(listeners_mutex_);
  return !listeners_.empty();
}

bool ChangeFeed::IsListening(uint64_t id) const {
  std::lock_guard lock(listeners_mutex_);
  return std::any_of(listeners_.begin(), listeners_.end(),
                     [id](const auto& entry) { return entry.first == id; });
}

void ChangeFeed::Enqueue(Waiting notice) {
  waiting_.push_back(std::move(notice));
  waiting_.push_back({StageNotice::Kind::kStageContentsChanged, nullptr, nullptr, {}});
}

// One notice after the other, each to all: what a listener edits is told of when everyone has heard of what
// came before. With no lock held.
void ChangeFeed::Deliver() {
  if (is_delivering_) return;
  is_delivering_ = true;
  const StageRef alive = stage_.GetRef();
  while (!waiting_.empty()) {
    const Waiting notice = std::move(waiting_.front());
    waiting_.pop_front();
    std::vector<std::pair<uint64_t, Stage::Listener>> listeners;
    {
      std::lock_guard lock(listeners_mutex_);
      listeners = listeners_;
    }
    const StageNotice told{notice.kind, &stage_, notice.objects.get(), &notice.muting};
    for (const auto& [id, listener] : listeners) {
      if (!IsListening(id)) continue;  // another one removed it
      bool has_thrown = false;
      try {
        listener(told);
      } catch (...) {
        has_thrown = true;
      }
      if (!alive) return;  // it ended the stage
      failures_ += has_thrown;
    }
  }
  is_delivering_ = false;
}

}  // namespace strata::stage
