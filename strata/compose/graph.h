// The tree of nodes of one prim while it is being made; children are always in strength order.
#pragma once

#include <vector>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/compose/prim_index_node.h"

namespace strata::compose {

using Node = PrimIndexNode;

class Graph {
 public:
  // With kFull, nodes know whether they are private and have symmetry.
  Graph(IndexPool& pool, CompositionMode mode) : pool_(pool), mode_(mode) {}

  IndexPool& GetPool() const { return pool_; }
  const std::vector<Node>& GetNodes() const { return nodes_; }  // in order of making
  size_t GetSize() const { return nodes_.size(); }
  Node& operator[](uint32_t node) { return nodes_[node]; }
  const Node& operator[](uint32_t node) const { return nodes_[node]; }
  // What the node's layer stack holds at its path; filled by Probe.
  const LayerStack::Site& GetSite(uint32_t node) const { return sites_[node]; }
  const LayerStack& GetStack(uint32_t node) const { return *pool_.GetStack(nodes_[node].layer_stack); }
  const MapFunction& GetMapToParent(uint32_t node) const { return pool_.GetMap(nodes_[node].map_to_parent); }
  const MapFunction& GetMapToRoot(uint32_t node) const { return pool_.GetMap(nodes_[node].map_to_root); }

  // Starts with a root node.
  void Reset(uint32_t layer_stack, Path path);
  // Starts with the nodes of a finished index.
  void Reset(std::vector<Node> nodes);
  // Puts `node` below `parent` where its strength belongs. The returned number stays valid.
  uint32_t Insert(uint32_t parent, Node node);
  // Puts the whole of `other` below `parent`; `arc` describes the arc that leads to its root.
  uint32_t InsertGraph(uint32_t parent, const Node& arc, const Graph& other);
  // Looks the node's site up and sets whether it has specs.
  void Probe(uint32_t node);
  // Every node one prim further down.
  void DescendTo(Token child);

  uint32_t GetDepthBelowIntroduction(uint32_t node) const;
  Path GetIntroPath(uint32_t node) const;
  Path GetPathAtIntroduction(uint32_t node) const;
  uint32_t GetDepth(uint32_t node) const;  // arcs from the root
  // The same over the way by which one came: what stands below the root for a placeholder came over that.
  uint32_t CountArcsTo(uint32_t node) const;
  bool IsBelow(uint32_t node, uint32_t top) const;
  // Negative when a is stronger. 0 when they are the same. What it says of two nodes stays so.
  int CompareStrength(uint32_t a, uint32_t b) const;
  // The same as if they met now: each found its place among the siblings that it met then.
  int CompareStrengthAnew(uint32_t a, uint32_t b) const;
  // Whether the specialize stands below the root for a placeholder further in, its origin.
  bool IsPropagated(uint32_t node) const;
  uint32_t GetPlaceholder(uint32_t node) const;         // that one, or the node itself
  uint32_t FindPropagated(uint32_t placeholder) const;  // the node below the root that stands for it, or none
  // Where an implied arc comes from in the end, and over how many steps.
  std::pair<uint32_t, uint32_t> GetOriginRoot(uint32_t node) const;
  uint32_t FindChild(uint32_t parent, uint32_t layer_stack, Path path, ArcType arc) const;
  uint32_t FindChildAt(uint32_t parent, uint32_t layer_stack, Path path) const;  // over any arc
  // Whether some node may lie at, above or below the path, in the layer stack: false where none is of the
  // same root prim. Costs what nodes there are that were not asked about before.
  bool MayMeet(uint32_t layer_stack, Path path) const;
  // Whether a node that is neither silent nor culled stands for the site.
  bool HasSpeakingSite(uint32_t layer_stack, Path path) const;
  // Calls visit(node) strongest first. The graph must not change meanwhile.
  template <class Visitor>
  void VisitSubtree(uint32_t top, Visitor&& visit) const {
    uint32_t node = top;
    while (node != kNoNode) {
      visit(node);
      node = GetNextInSubtree(top, node);
    }
  }
  uint32_t GetNextInSubtree(uint32_t top, uint32_t node) const;
  uint32_t SkipSubtree(uint32_t top, uint32_t node) const;  // the next that is not below `node`
  std::vector<uint32_t> GetChildren(uint32_t node) const;
  std::vector<uint32_t> GetSubtree(uint32_t top) const;

  // The nodes in strength order, as an index keeps them.
  enum class Culled : uint8_t { kDrop, kKeep };
  // The sites of new ones that are dropped go to `dropped`, each once.
  std::vector<Node> Finish(Culled culled, std::vector<IndexDependencies::Site>& dropped) const;

 private:
  void Link(uint32_t parent, uint32_t node);
  void PlaceSubtree(uint32_t top, uint32_t before, uint32_t count);
  void PlaceAll();
  void NoteSites() const;
  void NoteCopy(uint32_t node);
  int ComparePlaces(uint32_t a, uint32_t b) const;
  std::pair<uint32_t, uint32_t> FindParting(uint32_t a, uint32_t b) const;
  int CompareSiblings(uint32_t a, uint32_t b) const;
  int CompareSpecializes(uint32_t a, uint32_t b) const;
  int CompareSpecializesOfOneArc(uint32_t a, uint32_t steps_a, uint32_t b, uint32_t steps_b) const;
  uint32_t FindInstance(uint32_t node) const;
  bool IsWithin(uint32_t node, uint32_t top) const;
  void ProbePermission(uint32_t node);
  IndexPool& pool_;
  CompositionMode mode_;
  std::vector<Node> nodes_;
  std::vector<LayerStack::Site> sites_;
  std::vector<uint32_t> last_children_;  // of each node
  std::vector<uint32_t> next_in_order_;  // by strength; of the weakest: kNoNode
  // Of each node a number that grows with strength order, or 0 while its subtree is finding its place: to
  // walk to where two nodes part would cost as much as the graph is wide.
  std::vector<uint64_t> places_;
  // Specializes below the root by their origin, where that is another node than the root.
  tsl::robin_map<uint32_t, std::vector<uint32_t>> copies_;
  uint32_t unlinked_ = kNoNode;  // the node that is finding its place
  bool is_in_order_ = false;     // nodes stand in strength order
  // What is asked for each arc that is added. `arcs_to_`: CountArcsTo of each node and 1, or 0 where nobody
  // has asked. The sites are those of the first `noted_` nodes; roots: "/", or the root prims they are of.
  mutable std::vector<uint32_t> arcs_to_;
  mutable tsl::robin_set<uint64_t> noted_sites_, noted_roots_, noted_children_;  // `children`: of the root
  mutable size_t noted_ = 0;
};

}  // namespace strata::compose
