// What two indices of one prim, from before edits and from after them, have in common.
#pragma once

#include <utility>
#include <vector>

#include "strata/compose/prim_index.h"

namespace strata::compose {

// Whether both say the same of the prim and lead to the same below it, as far as that can be told at once.
bool AreSameAtOnce(const PrimIndex& before, const PrimIndex& after);

// Tells which children of a prim are composed from either index alike. Most nodes of the two are the same;
// one that only one of them has counts for a child of which it speaks.
class IndexComparison {
 public:
  // Both are of the same prim, composed as stages do; they must outlive this.
  IndexComparison(const PrimIndex& before, const PrimIndex& after);
  // Whether the child, and all below it, follows from either index alike, if the layers say the same of it as
  // before.
  bool IsSameBelow(Token child) const;

 private:
  bool Match(const PrimIndex& before, const PrimIndex& after);
  bool Skip(const NodeRef& node);
  bool is_comparable_ = false;
  std::vector<std::pair<const LayerStack*, Path>> others_;  // sites of nodes that one of them has
};

}  // namespace strata::compose
