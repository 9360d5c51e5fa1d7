// Finished graphs by what they say, so that equal ones are kept once, whatever they were made from.
//
// What lies below a prim follows from its graph: two prims with one graph share all that is below them.
// Graphs of other parents often say the same, as where parents select variants that leave a child alone.
#pragma once

#include <array>
#include <mutex>

#include <tsl/robin_map.h>

#include "strata/compose/index_graph.h"

namespace strata::compose {

// Whether `a` at home is `b` at home, but for the paths of their trunks.
bool AreAlike(const IndexGraph& a, const IndexGraph& b);

// The same where nothing is known of how they were made: whether either may serve in every place of the
// other.
bool AreInterchangeable(const IndexGraph& a, const IndexGraph& b);

// Whether map `x` of `a` is map `y` of `b`, each at home, but for the paths of their trunks: both graphs have
// as many. The maps lead from the namespace of `source_stack` to that of `target_stack`.
bool AreMapsAlike(const IndexGraph& a, uint32_t x, const IndexGraph& b, uint32_t y, uint32_t source_stack,
                  uint32_t target_stack);

// Thread-safe.
class GraphContents {
 public:
  // Of what is the same for all graphs that are interchangeable.
  static uint64_t Hash(const IndexGraph& graph);
  // One that was added and may serve in place of `graph`; null when there is none. `hash`: that of the graph.
  IndexGraphPtr Find(uint64_t hash, const IndexGraph& graph) const;
  void Add(uint64_t hash, IndexGraphPtr graph);

 private:
  static constexpr size_t kShards = 16;
  // Graphs of one hash stand under the numbers that follow it; more than these are not kept.
  static constexpr uint64_t kMostOfOneHash = 4;
  struct Shard {
    mutable std::mutex mutex;
    tsl::robin_map<uint64_t, IndexGraphPtr> graphs;
  };
  std::array<Shard, kShards> shards_;
};

}  // namespace strata::compose
