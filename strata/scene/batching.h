// Changes held back and sent as one.   (HdNoticeBatchingSceneIndex)
#pragma once

#include "strata/scene/filtering.h"

namespace strata::scene {

// While it batches, prims read are those of now; who watches hears when they are flushed, once for all.
class NoticeBatchingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit NoticeBatchingSceneIndex(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  std::string GetDisplayName() const override { return "Notice batching"; }

  void BeginBatch() { is_batching_ = true; }
  void EndBatch();  // flushes
  void Flush();
  bool IsBatching() const { return is_batching_; }

 private:
  void ProcessChanges(const ChangeSet& changes) override;
  bool is_batching_ = false;
  ChangeSet pending_;
};

// Two change sets, one after the other, as one. What came and went in between is only gone.
void AppendChanges(ChangeSet& changes, const ChangeSet& later);

}  // namespace strata::scene
