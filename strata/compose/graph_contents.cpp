#include "strata/compose/graph_contents.h"

#include <algorithm>

namespace strata::compose {

namespace {

// Path `path` of trunk `number` at home `from`, as it is at home `to`.
Path Rename(Path path, uint16_t number, const Trunks& from, const Trunks& to) {
  if (number == 0 || from[number - 1].path == to[number - 1].path) return path;
  return path.ReplacePrefix(from[number - 1].path, to[number - 1].path, Path::TargetFix::kKeepTargets);
}

// But for their paths and maps.
bool AreSameNodes(const PrimIndexNode& x, const PrimIndexNode& y) {
  return x.layer_stack == y.layer_stack && x.arc == y.arc && x.parent == y.parent && x.origin == y.origin &&
         x.first_child == y.first_child && x.next_sibling == y.next_sibling &&
         x.sibling_number == y.sibling_number && x.namespace_depth == y.namespace_depth &&
         x.flags == y.flags && x.restricted_depth == y.restricted_depth && x.trunk == y.trunk;
}

// Stacks whose layers were others for a while have several entries for one layer.
bool AreSameEntries(const LayerStack::Entry* x, const LayerStack::Entry* y) {
  return x == y || (x->layer == y->layer && x->offset == y->offset && x->depth == y->depth &&
                    x->is_session == y->is_session);
}

bool HaveSameSpecs(const IndexGraph& a, const IndexGraph& b) {
  return std::equal(a.specs.begin(), a.specs.end(), b.specs.begin(), b.specs.end(),
                    [](const IndexGraph::Spec& x, const IndexGraph::Spec& y) {
                      return x.node == y.node && AreSameEntries(x.entry, y.entry);
                    });
}

}  // namespace

bool AreAlike(const IndexGraph& a, const IndexGraph& b) {
  const size_t count = a.nodes.size();
  if (b.nodes.size() != count || !HaveSameSpecs(a, b) || a.home->size() != b.home->size() ||
      a.variant_selections != b.variant_selections || a.is_instanceable != b.is_instanceable ||
      a.instances_above != b.instances_above || a.has_any_payloads != b.has_any_payloads || !b.errors.empty())
    return false;
  auto are_maps_alike = [&](uint32_t map_a, uint32_t map_b, uint32_t source, uint32_t target) {
    const MapFunction& map = a.pool->GetMap(map_a);
    return RenameMap(map, a.nodes[source].layer_stack, a.nodes[target].layer_stack, *a.home, *b.home)
               .value_or(map) == b.pool->GetMap(map_b);
  };
  for (uint32_t i = 0; i < count; ++i) {
    const PrimIndexNode &x = a.nodes[i], &y = b.nodes[i];
    if (!AreSameNodes(x, y)) return false;
    if (i == 0) continue;
    if (Rename(x.path, x.trunk, *a.home, *b.home) != y.path) return false;
    if (!are_maps_alike(x.map_to_parent, y.map_to_parent, i, x.parent) ||
        !are_maps_alike(x.map_to_root, y.map_to_root, i, 0))
      return false;
  }
  return true;
}

namespace {

// Compares what two graphs say, each in its own home.
class Comparison {
 public:
  Comparison(const IndexGraph& a, const IndexGraph& b) : a_(a), b_(b), pool_(*a.pool) {}

  // Where arcs were introduced is told by how deep that is.
  bool HaveSameTrunks() const {
    return std::equal(a_.home->begin(), a_.home->end(), b_.home->begin(), b_.home->end(),
                      [](const Trunk& x, const Trunk& y) {
                        return x.layer_stack == y.layer_stack &&
                               CountNamespaceDepth(x.path) == CountNamespaceDepth(y.path);
                      });
  }
  // Of one trunk or of none, and the same but for its path.
  bool AreSamePaths(Path x, Path y, uint32_t layer_stack) const {
    if (x.IsEmpty() || y.IsEmpty()) return x == y;
    const uint16_t trunk = FindTrunk(*a_.home, layer_stack, x);
    return trunk == FindTrunk(*b_.home, layer_stack, y) && Rename(x, trunk, *a_.home, *b_.home) == y;
  }
  bool AreSameMaps(uint32_t x, uint32_t y, uint32_t source_stack, uint32_t target_stack) const {
    if (x == IndexPool::kIdentity || y == IndexPool::kIdentity) return x == y;
    const MapFunction &map_a = pool_.GetMap(x), &map_b = pool_.GetMap(y);
    if (map_a.IsDeferred() || map_b.IsDeferred())
      return AreSameSteps(map_a, map_b, source_stack, target_stack);
    if (map_a.GetPairCount() != map_b.GetPairCount() || !(map_a.GetTimeOffset() == map_b.GetTimeOffset()))
      return false;
    const std::vector<MapFunction::Pair> pairs_a = map_a.GetPairs(), pairs_b = map_b.GetPairs();
    return std::equal(pairs_a.begin(), pairs_a.end(), pairs_b.begin(), pairs_b.end(),
                      [&](const MapFunction::Pair& pair_a, const MapFunction::Pair& pair_b) {
                        return AreSamePaths(pair_a.first, pair_b.first, source_stack) &&
                               AreSamePaths(pair_a.second, pair_b.second, target_stack);
                      });
  }
  bool HaveSameNodes() const {
    for (uint32_t i = 0; i < a_.nodes.size(); ++i) {
      const PrimIndexNode &x = a_.nodes[i], &y = b_.nodes[i];
      if (!AreSameNodes(x, y)) return false;
      if (i == 0) continue;
      if (Rename(x.path, x.trunk, *a_.home, *b_.home) != y.path) return false;
      if (!AreSameMaps(x.map_to_parent, y.map_to_parent, x.layer_stack, a_.nodes[x.parent].layer_stack) ||
          !AreSameMaps(x.map_to_root, y.map_to_root, x.layer_stack, a_.nodes[0].layer_stack))
        return false;
    }
    return true;
  }
  bool HaveSameDependencies() const {
    if (!a_.dependencies || !b_.dependencies) return !a_.dependencies && !b_.dependencies;
    const IndexDependencies &x = *a_.dependencies, &y = *b_.dependencies;
    const auto are_same_sites = [this](const std::vector<IndexDependencies::Site>& sites_a,
                                       const std::vector<IndexDependencies::Site>& sites_b) {
      return std::equal(sites_a.begin(), sites_a.end(), sites_b.begin(), sites_b.end(),
                        [this](const IndexDependencies::Site& site_a, const IndexDependencies::Site& site_b) {
                          return site_a.layer_stack == site_b.layer_stack &&
                                 AreSamePaths(site_a.path, site_b.path, site_a.layer_stack);
                        });
    };
    return are_same_sites(x.culled, y.culled) && are_same_sites(x.selections, y.selections) &&
           x.variables == y.variables && x.opened == y.opened && x.arguments.empty() && y.arguments.empty();
  }

 private:
  // Steps in between are in namespaces that are not known here.
  bool AreSameSteps(const MapFunction& x, const MapFunction& y, uint32_t source_stack,
                    uint32_t target_stack) const {
    if (HasStepAtTrunk(x, *a_.home) || HasStepAtTrunk(y, *b_.home)) return false;
    return RenameMap(x, source_stack, target_stack, *a_.home, *b_.home).value_or(x) == y &&
           RenameMap(y, source_stack, target_stack, *b_.home, *a_.home).value_or(y) == x;
  }

  const IndexGraph &a_, &b_;
  const IndexPool& pool_;
};

}  // namespace

bool AreMapsAlike(const IndexGraph& a, uint32_t x, const IndexGraph& b, uint32_t y, uint32_t source_stack,
                  uint32_t target_stack) {
  if (x == y && (a.home == b.home || *a.home == *b.home)) return true;
  return Comparison(a, b).AreSameMaps(x, y, source_stack, target_stack);
}

uint64_t GraphContents::Hash(const IndexGraph& graph) {
  constexpr uint64_t kFirst = 0x9E3779B97F4A7C15ull, kSecond = 0xC2B2AE3D27D4EB4Full,
                     kThird = 0xA0761D6478BD642Full;
  uint64_t hash = graph.nodes.size() << 32 | graph.home->size();
  for (const PrimIndexNode& node : graph.nodes) {
    uint64_t path = node.path.GetId();
    if (node.trunk != 0) {
      const Path trunk = (*graph.home)[node.trunk - 1].path;
      const bool is_below = node.path != trunk;
      path = is_below ? uint64_t{node.path.GetElementCount() - trunk.GetElementCount()} << 32 |
                            node.path.GetNameToken().GetId()
                      : 0;
    }
    hash ^= (uint64_t{node.layer_stack} << 32 | uint64_t{node.flags} << 16 | node.trunk) * kFirst;
    hash ^= (uint64_t{node.parent} << 32 | node.origin) * kSecond;
    hash = (hash << 23 | hash >> 41) * kThird + path * kSecond;
  }
  for (const IndexGraph::Spec& spec : graph.specs)
    hash = (hash ^ reinterpret_cast<uintptr_t>(spec.entry->layer.get()) ^ spec.node) * kThird;
  return MixBits(hash) * kFirst;
}

bool AreInterchangeable(const IndexGraph& a, const IndexGraph& b) {
  if (a.pool != b.pool || a.nodes.size() != b.nodes.size() || a.introduced_stacks != b.introduced_stacks ||
      a.is_instanceable != b.is_instanceable || a.instances_above != b.instances_above ||
      a.has_any_payloads != b.has_any_payloads || a.asks_for_payload != b.asks_for_payload ||
      a.is_private != b.is_private || a.variant_selections != b.variant_selections || !a.errors.empty() ||
      !b.errors.empty())
    return false;
  const Comparison both(a, b);
  return both.HaveSameTrunks() && HaveSameSpecs(a, b) && both.HaveSameNodes() && both.HaveSameDependencies();
}

IndexGraphPtr GraphContents::Find(uint64_t hash, const IndexGraph& graph) const {
  const Shard& shard = shards_[hash >> 60];
  for (uint64_t i = 0; i < kMostOfOneHash; ++i, ++hash) {
    IndexGraphPtr known;
    {
      const std::lock_guard lock(shard.mutex);
      const auto found = shard.graphs.find(hash);
      if (found == shard.graphs.end()) return nullptr;
      known = found->second;
    }
    if (AreInterchangeable(*known, graph)) return known;
  }
  return nullptr;
}

void GraphContents::Add(uint64_t hash, IndexGraphPtr graph) {
  Shard& shard = shards_[hash >> 60];
  const std::lock_guard lock(shard.mutex);
  for (uint64_t i = 0; i < kMostOfOneHash; ++i, ++hash)
    if (shard.graphs.try_emplace(hash, graph).second) return;
}

}  // namespace strata::compose
