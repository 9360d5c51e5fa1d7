// Which of a prim's opinions may speak of a value: those from one place on, or those before one.
// (UsdResolveTarget)
#pragma once

#include <cstdint>

#include "strata/compose/compose.h"
#include "strata/stage/edit_target.h"
#include "strata/stage/prim.h"

namespace strata::stage {

// A range of the specs of a prim index, strongest first, each named by a node and a layer of its layer stack.
// A value: it keeps its index, and says nothing of edits that come after it was made. The default one is
// null: all opinions speak. Fallbacks speak under each.
class ResolveTarget {
 public:
  ResolveTarget() = default;
  // `layer` and what is weaker: weaker layers at `node`, then weaker nodes. Null for `layer`: the strongest
  // one of the node. The target is null when the node's layer stack does not have the layer.
  static ResolveTarget UpTo(compose::PrimIndexPtr index, compose::NodeRef node,
                            const layer::LayerPtr& layer = {});
  // All that is stronger than `layer` at `node`.
  static ResolveTarget StrongerThan(compose::PrimIndexPtr index, compose::NodeRef node,
                                    const layer::LayerPtr& layer = {});
  // The same where an edit target writes. Null when it writes nowhere that the prim has opinions from.
  static ResolveTarget UpToEditTarget(const Prim& prim, const EditTarget& target);
  static ResolveTarget StrongerThanEditTarget(const Prim& prim, const EditTarget& target);

  bool IsNull() const { return index_ == nullptr; }
  const compose::PrimIndexPtr& GetPrimIndex() const { return index_; }
  compose::NodeRef GetStartNode() const;
  layer::LayerPtr GetStartLayer() const;
  compose::NodeRef GetStopNode() const;  // the null node where it goes on to the end
  layer::LayerPtr GetStopLayer() const;

  // Where the layer of `entry` stands to the range, at a node of the index.
  enum class Place : uint8_t { kBefore, kWithin, kBehind };
  Place Find(compose::NodeRef node, const compose::LayerStack::Entry& entry) const;

 private:
  // A node by its number, a layer by its place in the node's stack.
  struct Site {
    uint32_t node = 0;
    uint32_t layer = 0;
    friend auto operator<=>(const Site&, const Site&) = default;
  };
  static constexpr uint32_t kNowhere = UINT32_MAX;
  layer::LayerPtr LayerAt(Site site) const;

  compose::PrimIndexPtr index_;
  Site start_;
  Site stop_{kNowhere, kNowhere};
};

}  // namespace strata::stage
