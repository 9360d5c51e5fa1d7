// What two indices of one prim, from before edits and from after them, have in common.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "strata/compose/prim_index_node.h"

namespace strata::compose {

// Whether both say the same of the prim and lead to the same below it, as far as that can be told at once.
bool AreSameAtOnce(const PrimIndex& before, const PrimIndex& after);

// Tells which children of a prim are composed from either index alike. Most nodes of the two are the same;
// one that only one of them has counts for a child of which it speaks.
class IndexComparison {
 public:
  IndexComparison() = default;  // nothing is known

 private:
  // What follows from two graphs, wherever both stand in one place.
  struct Finding {
    struct Other {  // a node that one of them has
      bool is_of_after;
      uint32_t node;
    };
    bool is_comparable = false;
    std::vector<Other> others;
  };

 public:
  // What was found of graphs that many prims have: one edit mostly does the same to prims that are composed
  // alike. Thread-safe.
  class Memory {
   private:
    friend class IndexComparison;
    using Key = std::pair<uint64_t, uint64_t>;  // ids of the graphs
    std::mutex mutex_;
    std::map<Key, std::shared_ptr<const Finding>> findings_;
  };

  // Both are of the same prim, composed as stages do. They must outlive this; the layer stacks must stay as
  // they are while `memory` is used.
  IndexComparison(const PrimIndex& before, const PrimIndex& after, Memory& memory);
  // The same where it is known that they differ in the nodes of these alone.
  IndexComparison(const IndexPool& pool, const std::vector<VariantSwitch>& switches);
  // Of the child with this name, where no edit concerns the child itself: what its parents have in common is
  // the same for it. False, and nothing is known, where arcs of its own bring nodes.
  bool Descend(const IndexComparison& parents, const PrimIndex& before, const PrimIndex& after);
  // Whether anything is known of what is below.
  bool IsComparable() const { return is_comparable_; }
  // Whether the child, and all below it, follows from either index alike, if the layers say the same of it as
  // before.
  bool IsSameBelow(Token child) const {
    return is_comparable_ &&
           std::find(names_of_others_.begin(), names_of_others_.end(), child) == names_of_others_.end();
  }
  // Whether one of them has nodes that the other lacks: prims below may have read what is selected there, or
  // that there is a node.
  bool HasOthers() const { return has_others_; }
  // Children that are listed where one of the two alone has a node, some several times.
  const std::vector<Token>& GetNamesOfOthers() const { return names_of_others_; }

 private:
  static bool Match(const PrimIndex& before, const PrimIndex& after, bool are_in_one_place, Finding& finding);
  void AddOther(const LayerStack* stack, const LayerStack::Site& site, Path path);
  bool is_comparable_ = false;
  bool has_others_ = false;
  std::vector<std::pair<const LayerStack*, Path>> others_;  // sites of nodes that one of them has
  std::vector<Token> names_of_others_;
};

}  // namespace strata::compose
