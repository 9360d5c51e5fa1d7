// How a stage follows the edits of its layers, and tells its listeners.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/stage/notices.h"
#include "strata/stage/stage.h"

namespace strata::stage {

// One per stage. Layers announce their edits; the stage then composes what depends on them, at once or, while
// a change block of the stage lives, when the outermost one ends.
class ChangeFeed {
 public:
  explicit ChangeFeed(Stage& stage) : stage_(stage) {}
  ~ChangeFeed();
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;

  // Listens to the layers of all layer stacks; of those made since, when called again.
  void Follow();
  void Restart();               // after all layer stacks were made anew
  bool HasDirtyLayers() const;  // but for the session's
  void SetDirtinessListener(std::function<void()> listener);
  bool IsFollowing() const { return is_following_; }

  void BeginBlock() { ++open_blocks_; }
  void EndBlock();
  bool IsInBlock() const { return open_blocks_ > 0; }
  int GetDepth() const { return open_blocks_; }
  // Composes what edits that were announced so far change, and tells of it, though a block is open.
  void Flush();
  void AddMoves(std::vector<NamespaceMove> moves);
  // Recomposes, and tells of it. `muting` is told of before.
  StageChanges Apply(const compose::CacheEdits& edits, const LayerMutingChanged* muting = nullptr);
  // Tells that everything may have changed.
  void TellOfAll();
  void TellOfEditTarget();

  uint64_t AddListener(Stage::Listener listener);
  void RemoveListener(uint64_t id);
  size_t GetFailureCount() const { return failures_; }

 private:
  struct Subscription {
    std::weak_ptr<layer::Layer> layer;
    uint64_t listener = 0, dirtiness_listener = 0;
  };
  // A notice that waits for its turn.
  struct Waiting {
    StageNotice::Kind kind;
    std::shared_ptr<const ObjectsChanged> objects;
    std::shared_ptr<const StageChanges> changes;
    LayerMutingChanged muting;
  };

  static void Unsubscribe(layer::Layer& layer, const Subscription& subscription);
  void FollowStack(const compose::LayerStack& stack);
  void HearOfDirtiness(Subscription& subscription, layer::Layer& layer);
  void Hear(const layer::Layer& layer, const layer::ChangeList& changes);
  bool HasListeners() const;
  bool IsListening(uint64_t id) const;
  void Enqueue(Waiting notice);
  void Deliver();

  Stage& stage_;
  bool is_following_ = false;
  int open_blocks_ = 0;
  size_t followed_stacks_ = 0;
  tsl::robin_map<const layer::Layer*, Subscription> subscriptions_;
  std::function<void()> dirtiness_listener_;
  std::vector<compose::LayerEdit> pending_;
  std::vector<NamespaceMove> moves_;
  // Layers that hold back their changes until the block ends.
  std::vector<std::pair<layer::LayerPtr, std::unique_ptr<layer::Layer::ChangeBlock>>> held_;

  mutable std::mutex listeners_mutex_;
  std::vector<std::pair<uint64_t, Stage::Listener>> listeners_;  // guarded by listeners_mutex_
  uint64_t next_listener_ = 1;                                   // guarded by listeners_mutex_
  std::deque<Waiting> waiting_;
  bool is_delivering_ = false, is_releasing_ = false;
  size_t failures_ = 0;
};

}  // namespace strata::stage
