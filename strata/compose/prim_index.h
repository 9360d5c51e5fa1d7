// Where every opinion about one prim comes from: a tree of nodes in strength order.   (PcpPrimIndex)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "strata/compose/layer_stack.h"
#include "strata/compose/map_function.h"

namespace strata::compose {

// In order of strength among siblings.
enum class ArcType : uint8_t { kRoot, kInherit, kVariant, kRelocate, kReference, kPayload, kSpecialize };
std::string_view GetArcName(ArcType type);  // "inherit", ... as usd-core prints them

class PrimIndex;
class IndexPool;
struct IndexDependencies;
struct PrimIndexNode;

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
  NodeRef GetParent() const;
  NodeRef GetOrigin() const;  // where the arc was authored; differs from parent for implied arcs
  NodeRef GetOriginRoot() const;
  std::vector<NodeRef> GetChildren() const;  // strongest first
  const MapFunction& GetMapToParent() const;
  const MapFunction& GetMapToRoot() const;  // time offset included
  Path GetIntroPath() const;                // in the parent's namespace, where the arc was introduced
  Path GetPathAtIntroduction() const;       // this node's path then
  uint32_t GetNamespaceDepth() const;
  uint32_t GetDepthBelowIntroduction() const;
  uint32_t GetSiblingNumberAtOrigin() const;
  bool IsRoot() const { return number_ == 0; }
  bool IsDueToAncestor() const;
  bool IsInert() const;
  bool IsCulled() const;
  bool IsRestricted() const;
  bool HasSpecs() const;
  bool CanContributeSpecs() const;
  bool IsPrivate() const;  // permission
  bool IsInRootLayerStack() const;
  // Whether an arc at this prim brought it; else it came with the namespace parent. Not so of the root node.
  bool IsIntroducedHere() const;

 private:
  friend class PrimIndex;
  NodeRef(const PrimIndex* index, uint32_t number) : index_(index), number_(number) {}
  const PrimIndexNode& Get() const;
  const PrimIndex* index_ = nullptr;
  uint32_t number_ = 0;
};

// One opinion: a layer that has a spec for the prim.
struct SpecSite {
  NodeRef node;
  const LayerStack::Entry* entry;  // layer and its offset within its stack
  Path path;                       // of the spec in that layer
  LayerOffset GetOffsetToRoot() const { return node.GetMapToRoot().GetTimeOffset() * entry->offset; }
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
  bool IsInstanceable() const { return is_instanceable_; }
  bool HasAnyPayloads() const { return has_any_payloads_; }
  const CompositionErrors& GetErrors() const { return errors_; }

  // Every contributing spec, strongest first. The hot loop of value resolution.
  const std::vector<SpecSite>& GetSpecStack() const { return spec_stack_; }
  // Selections in force, by variant set, strongest node wins.
  const std::vector<std::pair<Token, Token>>& GetVariantSelections() const { return variant_selections_; }
  // Names of children in composed order, and those that relocates took away.
  void ComputeChildNames(std::vector<Token>& names, std::vector<Token>& prohibited) const;
  std::vector<Token> ComputePropertyNames() const;

 private:
  friend class NodeRef;
  friend class Indexer;
  Path path_;
  std::shared_ptr<const IndexPool> pool_;  // of layer stacks and maps that nodes name by number
  std::vector<Node> nodes_;                // strength order
  std::vector<SpecSite> spec_stack_;
  std::shared_ptr<const IndexDependencies> dependencies_;  // null when there are none
  std::vector<std::pair<Token, Token>> variant_selections_;
  CompositionErrors errors_;
  bool is_instanceable_ = false;
  bool has_any_payloads_ = false;

 public:
  PrimIndex();
  ~PrimIndex();
};

using PrimIndexPtr = std::shared_ptr<const PrimIndex>;

}  // namespace strata::compose
