#include "strata/scene/batching.h"

#include <utility>

namespace strata::scene {

void AppendChanges(ChangeSet& changes, const ChangeSet& later) {
  if (!later.removed.empty()) {
    const PathPrefixes gone(later.removed);
    std::erase_if(changes.added, [&](const AddedPrim& entry) { return gone.Cover(entry.path); });
    std::erase_if(changes.dirtied, [&](const DirtiedPrim& entry) { return gone.Cover(entry.path); });
    changes.removed.insert(changes.removed.end(), later.removed.begin(), later.removed.end());
  }
  changes.added.insert(changes.added.end(), later.added.begin(), later.added.end());
  changes.dirtied.insert(changes.dirtied.end(), later.dirtied.begin(), later.dirtied.end());
}

void NoticeBatchingSceneIndex::ProcessChanges(const ChangeSet& changes) {
  if (is_batching_)
    AppendChanges(pending_, changes);
  else
    Send(changes, Form::kNormal);
}

void NoticeBatchingSceneIndex::EndBatch() {
  is_batching_ = false;
  Flush();
}

void NoticeBatchingSceneIndex::Flush() {
  Send(std::exchange(pending_, {}));
}

}  // namespace strata::scene
