// A node of a prim index as it is stored.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "strata/compose/format_arguments.h"
#include "strata/compose/index_pool.h"
#include "strata/compose/prim_index.h"

namespace strata::compose {

inline constexpr uint32_t kNoNode = UINT32_MAX;

enum NodeFlag : uint16_t {
  kNodeHasSpecs = 1u << 0,
  kNodeInert = 1u << 1,          // a placeholder: its opinions do not count
  kNodeCulled = 1u << 2,         // nothing at or below it says anything
  kNodeDueToAncestor = 1u << 3,  // came with the namespace parent
  kNodeRestricted = 1u << 4,     // permissions hide it
  kNodePrivate = 1u << 5,
  kNodeNew = 1u << 6,             // added at this prim, not inherited from its namespace parent
  kNodeSymmetry = 1u << 7,        // symmetry fields are written here
  kNodeElided = 1u << 8,          // came below what an arc leads to and a relocate took away
  kNodeHasVariantSets = 1u << 9,  // some spec here names some
};

struct PrimIndexNode {
  Path path;
  uint32_t parent = kNoNode;
  uint32_t origin = kNoNode;
  uint32_t first_child = kNoNode;
  uint32_t next_sibling = kNoNode;
  uint32_t layer_stack = 0;  // numbers in the pool
  uint32_t map_to_parent = IndexPool::kIdentity;
  uint32_t map_to_root = IndexPool::kIdentity;
  uint32_t sibling_number = 0;   // at the origin
  uint16_t namespace_depth = 0;  // of the parent's path where the arc was introduced
  uint16_t flags = 0;
  uint16_t trunk = 0;  // from 1: the trunk that the path lies at or below; 0: the same path in every place
  ArcType arc : 3 = ArcType::kRoot;
  // Prims above and including the one where it was kept from speaking, as OpenUSD counts: 1 for a
  // placeholder, 0 when it may speak. Deeper than kMaxRestrictedDepth reads as that.
  uint16_t restricted_depth : 13 = 0;
  static constexpr uint32_t kMaxRestrictedDepth = (1u << 13) - 1;

  bool Has(NodeFlag flag) const { return (flags & flag) != 0; }
  void Set(NodeFlag flag, bool on) { flags = static_cast<uint16_t>(on ? flags | flag : flags & ~flag); }
  void MakeInert(uint32_t depth) {
    Set(kNodeInert, true);
    LimitTo(depth);
  }
  void LimitTo(uint32_t depth) {
    if (restricted_depth == 0)
      restricted_depth =
          static_cast<uint16_t>(depth < kMaxRestrictedDepth ? depth : kMaxRestrictedDepth) & 0x1fff;
  }
  bool CanContributeSpecs() const { return !(flags & (kNodeInert | kNodeRestricted)); }
};

// Of an edit after which other variants are selected that bring nothing but opinions: one of them, as it
// concerns one prim at or below the one that selects it.
struct VariantSwitch {
  uint32_t layer_stack;
  Path holder;      // the site that has the variant set
  struct Variant {  // the same in either
    Path path;
    LayerStack::Site site;  // as long as the layer stack stays as it is

    Variant Descend(const LayerStack& stack, Token child) const {
      const Path below = path.AppendChild(child);
      return {below, stack.FindSite(below)};
    }
  };
  Variant before, after;
  uint16_t namespace_depth;
  uint32_t sibling_number;  // as the node of the variant has them

  VariantSwitch Descend(const LayerStack& stack, Token child) const {
    return {layer_stack,
            holder.AppendChild(child),
            before.Descend(stack, child),
            after.Descend(stack, child),
            namespace_depth,
            sibling_number};
  }
};

// What an index depends on beside the sites of its nodes. Sites of nodes that came with the namespace parent
// are not repeated.
struct IndexDependencies {
  using Site = ComposedArguments::Site;
  std::vector<Site> culled;  // of nodes left out, for nothing is said there or it does not count
  // Asked for variant selections or for arguments of a format; neither at a node nor above one that an arc of
  // the prim itself leads to.
  std::vector<Site> selections;
  std::vector<std::pair<uint32_t, std::string>> variables;  // of a layer stack, asked for by expressions
  std::vector<uint32_t> opened;              // layer stacks in which nothing was found to lead to
  std::vector<ComposedArguments> arguments;  // of payloads whose formats are dynamic

  bool IsEmpty() const {
    return culled.empty() && selections.empty() && variables.empty() && opened.empty() && arguments.empty();
  }
};

// Prims on the way from the root to `path`; variant selections do not count.
uint32_t CountNamespaceDepth(Path path);
// `path` without its last `depth` prims (and the variant selections below what remains).
Path StripNamespaceDepth(Path path, uint32_t depth);
// Which nodes an instanceable index shares with other instances of the same prototype: those of its own arcs
// that have specs, and all below. Parents stand before their children in `nodes`. On the way to an arc's
// target what came along from further up is no own arc's, even below one that has no specs itself.
enum class InstancePlace : uint8_t { kPrim, kOnTheWay };
std::vector<bool> FindInstanceableNodes(const std::vector<PrimIndexNode>& nodes,
                                        InstancePlace place = InstancePlace::kPrim);
// The selections of the variants among the nodes, by set; of one set the strongest.
std::vector<std::pair<Token, Token>> ListVariantSelections(const std::vector<PrimIndexNode>& nodes);
inline bool IsClassBased(ArcType arc) {
  return arc == ArcType::kInherit || arc == ArcType::kSpecialize;
}

}  // namespace strata::compose
