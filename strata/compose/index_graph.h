// The finished graph of nodes behind prim indices: one may serve many prims that are composed alike.
//
// Most prims of a scene stand below an arc to an asset, where nothing stronger mentions them: they have the
// same nodes as the same prim below every other such arc, but for the path of the place. A graph is kept
// once, as made for the first of these prims (its home); an index of another is the same graph and the paths
// that take the place of the home's.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "strata/compose/prim_index_node.h"

namespace strata::compose {

// A site of a place: what lies at or below it goes by another path in another place.
struct Trunk {
  uint32_t layer_stack = 0;
  Path path;
  friend bool operator==(const Trunk& a, const Trunk& b) {
    return a.layer_stack == b.layer_stack && a.path == b.path;
  }
};
// The trunks of one place; the first is that of the root node.
using Trunks = std::vector<Trunk>;

// Immutable once made.
struct IndexGraph {
  struct Spec {
    uint32_t node;
    const LayerStack::Entry* entry;
  };

  IndexGraph() = default;
  IndexGraph(const IndexGraph&) = delete;
  IndexGraph& operator=(const IndexGraph&) = delete;
  ~IndexGraph() {
    if (!pool) return;
    pool->RemoveGraphBytes(bytes);
    if (is_full) pool->RemoveFullGraph();
  }

  std::shared_ptr<IndexPool> pool;   // of layer stacks and maps that nodes name by number
  std::vector<PrimIndexNode> nodes;  // strength order; paths and maps as they are at home
  std::vector<Spec> specs;           // strongest first
  std::shared_ptr<const Trunks> home;
  std::vector<std::pair<Token, Token>> variant_selections;
  CompositionErrors errors;
  std::unique_ptr<const IndexDependencies> dependencies;  // as at home; null when there are none
  // A bit for each layer stack that arcs of the prim itself lead to, by its number modulo 64.
  uint64_t introduced_stacks = 0;
  size_t bytes = 0;              // what the pool counts for it
  uint64_t id = 0;               // never used twice in a process
  uint32_t selection_reads = 0;  // how often a node was asked for a variant selection: what the work follows
  uint64_t instances_above =
      0;  // a bit for each of 64 prims above that is an instance, the lowest for the parent
  bool is_instanceable = false;
  bool has_any_payloads = false;
  bool asks_for_payload = false;  // it is another graph where CacheOptions::include_payload answers otherwise
  // Arcs of the prim itself lead below prims with variants, which those above it may select, or are left out
  // where nodes that come from above have their site.
  bool asks_above = false;
  bool is_full = false;            // ended at a budget for nodes, as the pool counts
  bool is_private = false;         // of one prim alone: what made it is not all in its key
  bool stands_for_others = false;  // whatever says the same may be served by it
  bool has_fixed_nodes = false;    // some node belongs to no trunk
  bool is_quiet = false;  // no node of a trunk has specs: all that is said is the same in every place

  // Of quiet graphs, while IndexPool::GetSharing is `owner`: the children, which are the same in every place,
  // and those that relocates took away.
  std::vector<Token> child_names, prohibited_names;
  // The graph of each child, once it is known, by number of its name; for IndexSharing `owner` alone.
  struct Child {
    Token name;
    mutable std::atomic<const void*> candidate{nullptr};
  };
  std::unique_ptr<Child[]> children;
  uint64_t owner = 0;
  // Of quiet graphs: a word that a reader may keep with what the specs say; 0 until it does.
  mutable std::atomic<uint64_t> note{0};
};
using IndexGraphPtr = std::shared_ptr<const IndexGraph>;

// `map`, which leads from the namespace of one layer stack to that of another, with the paths that lie at or
// below trunks in `from` below the same trunks in `to` instead. Nothing when that changes nothing.
std::optional<MapFunction> RenameMap(const MapFunction& map, uint32_t source_stack, uint32_t target_stack,
                                     const Trunks& from, const Trunks& to);

// Whether between the steps of a deferred map some path lies at or below a trunk: in which layer stack is not
// known, so RenameMap would not do.
bool HasStepAtTrunk(const MapFunction& map, const Trunks& trunks);

// The number of the trunk (from 1) that a site belongs to, 0 when to none.
uint16_t FindTrunk(const Trunks& trunks, uint32_t layer_stack, Path path);

}  // namespace strata::compose
