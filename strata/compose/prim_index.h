// Where every opinion about one prim comes from: a tree of nodes in strength order.   (PcpPrimIndex)
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "strata/compose/layer_stack.h"
#include "strata/compose/map_function.h"

namespace strata::compose {

// kUsd is how stages compose: permissions and symmetry change nothing, no node is private or restricted, and
// what instances say below themselves does not count. kFull is what `Pcp.Cache(usd=False)` does: private
// prims cannot be the target of arcs, and hide what stronger sites say about them; there are no instances;
// properties of contradicting types or permissions are told.
enum class CompositionMode : uint8_t { kUsd, kFull };

// In order of strength among siblings.
enum class ArcType : uint8_t { kRoot, kInherit, kVariant, kRelocate, kReference, kPayload, kSpecialize };
std::string_view GetArcName(ArcType type);  // "inherit", ... as usd-core prints them

class PrimIndex;
class IndexPool;
struct ComposedArguments;
struct IndexDependencies;
struct IndexGraph;
struct PrimIndexNode;
struct Trunk;

// A node of a prim index; valid while the index lives. The null node tests false.
class NodeRef {
 public:
  NodeRef() = default;
  explicit operator bool() const { return index_ != nullptr; }
  friend bool operator==(NodeRef a, NodeRef b) { return a.index_ == b.index_ && a.number_ == b.number_; }

  uint32_t GetNumber() const { return number_; }  // position in the index, strength order
  ArcType GetArcType() const;
  Path GetPath() const;  // of its site, variant selections included
  const LayerStackPtr& GetLayerStack() const;
  uint32_t GetLayerStackNumber() const;  // among those of the cache
  NodeRef GetParent() const;
  NodeRef GetOrigin() const;  // where the arc was authored; differs from parent for implied arcs
  NodeRef GetOriginRoot() const;
  std::vector<NodeRef> GetChildren() const;  // strongest first
  const MapFunction& GetMapToParent() const;
  const MapFunction& GetMapToRoot() const;         // time offset included
  const LayerOffset& GetTimeOffsetToRoot() const;  // that of the map alone, at less cost
  Path GetIntroPath() const;                       // in the parent's namespace, where the arc was introduced
  Path GetPathAtIntroduction() const;              // this node's path then
  uint32_t GetNamespaceDepth() const;
  uint32_t GetDepthBelowIntroduction() const;
  uint32_t GetSiblingNumberAtOrigin() const;
  bool IsRoot() const { return number_ == 0; }
  bool IsDueToAncestor() const;
  bool IsInert() const;
  bool IsCulled() const;
  // Of nodes that cannot contribute specs: how deep in namespace they were when they were kept from it. 1 for
  // nodes that were placeholders from the start; 0 for those that can.
  uint32_t GetSpecContributionRestrictedDepth() const;
  bool IsRestricted() const;
  bool HasSpecs() const;
  bool CanContributeSpecs() const;
  bool IsPrivate() const;    // permission
  bool HasSymmetry() const;  // some spec here, or above it, writes a symmetry field
  bool IsInRootLayerStack() const;
  // Whether an arc at this prim brought it; else it came with the namespace parent. Not so of the root node.
  bool IsIntroducedHere() const;

 private:
  friend class PrimIndex;
  NodeRef(const PrimIndex* index, uint32_t number) : index_(index), number_(number) {}
  const PrimIndexNode& Get() const;
  const MapFunction& RenameMap(uint32_t map, bool to_root) const;
  const PrimIndex* index_ = nullptr;
  uint32_t number_ = 0;
};

// One opinion: a layer that has a spec for the prim.
struct SpecSite {
  NodeRef node;
  const LayerStack::Entry* entry;  // layer and its offset within its stack
  Path path;                       // of the spec in that layer
  LayerOffset GetOffsetToRoot() const { return node.GetTimeOffsetToRoot() * entry->offset; }
};

// The specs of an index, made as one goes through them.
class SpecStack {
 public:
  class Iterator {
   public:
    using value_type = SpecSite;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const PrimIndex* index, size_t at) : index_(index), at_(at) {}
    SpecSite operator*() const;
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return {index_, at_++}; }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const PrimIndex* index_ = nullptr;
    size_t at_ = 0;
  };
  explicit SpecStack(const PrimIndex* index) : index_(index) {}
  size_t size() const;
  bool empty() const { return size() == 0; }
  SpecSite operator[](size_t i) const { return *Iterator(index_, i); }
  SpecSite front() const { return (*this)[0]; }
  SpecSite back() const { return (*this)[size() - 1]; }
  Iterator begin() const { return {index_, 0}; }
  Iterator end() const { return {index_, size()}; }

 private:
  const PrimIndex* index_;
};

// Immutable once made, shared, thread-safe.
class PrimIndex {
 public:
  using Node = PrimIndexNode;  // as stored; private to the room
  Path GetPath() const { return path_; }
  bool IsValid() const { return GetNodeCount() != 0; }
  size_t GetNodeCount() const;
  NodeRef GetNode(uint32_t number) const { return {this, number}; }
  NodeRef GetRootNode() const { return {this, 0}; }
  bool HasSpecs() const;
  bool IsInstanceable() const;
  bool HasAnyPayloads() const;
  bool HasRelocates() const;  // in the layer stack of some node
  const CompositionErrors& GetErrors() const;

  // Every contributing spec, strongest first. The hot loop of value resolution.
  SpecStack GetSpecStack() const { return SpecStack(this); }
  // The numbers of the specs in it that may say more than that the prim is there, its children and its
  // properties. Of many layers that speak of one prim most do not.
  std::vector<uint32_t> ListTellingSpecs() const;
  // Selections in force, by variant set, strongest node wins.
  const std::vector<std::pair<Token, Token>>& GetVariantSelections() const;
  // Names of children in composed order, and those that relocates took away.
  void ComputeChildNames(std::vector<Token>& names, std::vector<Token>& prohibited) const;
  std::vector<Token> ComputePropertyNames() const;
  // Null, or a word that a reader may keep with what follows from the specs alone (fields but not paths): it
  // is shared by all indices that have the same specs. 0 until somebody writes it.
  std::atomic<uint64_t>* GetSharedNote() const;

  // For the files of this room. An index at `path` of a graph that was made for another place, or for this
  // one.
  PrimIndex() = default;
  PrimIndex(Path path, std::shared_ptr<const IndexGraph> graph, Path place,
            std::shared_ptr<const std::vector<Trunk>> trunks);
  const IndexGraph* GetGraph() const { return graph_.get(); }
  bool IsAtHome() const;  // where the graph was made
  // Where trunk `number` (from 1) of the graph is in the place of this index.
  Path GetTrunkPath(uint16_t number) const;
  const std::shared_ptr<const std::vector<Trunk>>& GetTrunks() const { return trunks_; }
  Path GetPlace() const { return place_; }
  // The nodes with the paths and maps that they have here.
  std::vector<Node> CopyNodes() const;
  // What it depends on beside the sites of its nodes.
  IndexDependencies GetDependencies() const;
  // The same as at home, without a copy: null when there is nothing; and what a site among it is here.
  const IndexDependencies* GetDependenciesAtHome() const;
  Path GetPathHere(uint32_t layer_stack, Path at_home) const;
  // Of payloads whose formats are dynamic, in the order in which they were followed.
  const std::vector<ComposedArguments>& GetComposedArguments() const;

 private:
  friend class NodeRef;
  Path path_;
  Path place_;  // of the first trunk
  std::shared_ptr<const IndexGraph> graph_;
  std::shared_ptr<const std::vector<Trunk>> trunks_;  // null when there is only the first
};

using PrimIndexPtr = std::shared_ptr<const PrimIndex>;

}  // namespace strata::compose
