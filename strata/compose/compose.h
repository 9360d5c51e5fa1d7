// The door of `compose`: from layers to prim indices, every arc in strength order.   (Pcp)
//
// Threads: a Cache may be asked by many threads at once; changing what it depends on is for one thread alone.
// Owners: a stage owns its Cache; indices and layer stacks are shared, immutable values. It reads no files:
// it asks a LayerProvider.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "strata/base/budget.h"
#include "strata/base/executor.h"
#include "strata/compose/changes.h"
#include "strata/compose/dependencies.h"
#include "strata/compose/format_arguments.h"
#include "strata/compose/layer_stack.h"
#include "strata/compose/prim_index.h"

namespace strata::compose {

// Gives layers on demand. Thread-safe.
class LayerProvider {
 public:
  virtual ~LayerProvider() = default;
  // The layer `asset_path` names when written in `anchor`; null (and why, in `diagnostics`) when there is
  // none.
  virtual layer::LayerPtr FindOrOpen(const std::string& asset_path, const layer::Layer& anchor,
                                     Diagnostics& diagnostics) = 0;
  // Its identifier, opened or not: for muting and messages.
  virtual std::string CreateIdentifier(const std::string& asset_path, const layer::Layer& anchor) = 0;
  // The format of the file, when its arguments are composed for each prim that has it as a payload.
  virtual DynamicFileFormatPtr FindDynamicFormat(const std::string& asset_path, const layer::Layer& anchor) {
    (void)asset_path, (void)anchor;
    return nullptr;
  }
};

// Whether prims can be instances. kAsMode: with CompositionMode::kUsd.   (PCP_OVERRIDE_INSTANCEABLE)
enum class Instancing : uint8_t { kAsMode, kNever, kAlways };
// What the variable PCP_OVERRIDE_INSTANCEABLE of the environment asks for: -1 as the mode, 0 never, another
// number always.
Instancing GetInstancingOfEnvironment();

struct CacheOptions {
  CompositionMode mode = CompositionMode::kUsd;
  Instancing instancing = Instancing::kAsMode;
  std::map<std::string, std::vector<std::string>> variant_fallbacks;
  std::set<std::string> muted_layers;         // identifiers
  std::function<bool(Path)> include_payload;  // null: all
  Budgets budgets;
  Executor* executor = nullptr;

  bool HasInstances() const {
    return instancing == Instancing::kAsMode ? mode == CompositionMode::kUsd
                                             : instancing == Instancing::kAlways;
  }
};

// One property's opinions.
struct PropertySite {
  NodeRef node;
  const LayerStack::Entry* entry;
  Path path;  // of the property spec
  layer::SpecType type;
  LayerOffset GetOffsetToRoot() const { return node.GetMapToRoot().GetTimeOffset() * entry->offset; }
};
struct TargetList {
  std::vector<Path> targets;  // composed, in the root namespace
  std::vector<Path> deleted;
  CompositionErrors errors;
};

// One prim of a subtree that was composed level by level. Numbers are places in the list of them all.
struct SubtreePrim {
  PrimIndexPtr index;
  Path path;
  uint32_t parent = 0;  // of the first one: itself
  uint32_t first_child = 0, child_count = 0;
};
class SubtreeVisitor {
 public:
  virtual ~SubtreeVisitor() = default;
  // Makes room for what is found of prims `first` to `first + count`. Called by one thread.
  virtual void BeginLevel(size_t first, size_t count) = 0;
  // Whether of prim `number` nothing but its index is to be found: it is not visited, and nothing below it is
  // composed. Called by several threads at once.
  virtual bool PassesBy(size_t /*number*/, Path /*path*/) { return false; }
  // Whether the prim with this index was visited before the call, and what Visit left is known: true, and
  // `child_names` are the children to go on to, or none. Called by several threads at once.
  virtual bool Recall(size_t /*number*/, const PrimIndex& /*index*/, std::vector<Token>& /*child_names*/) {
    return false;
  }
  // Whether to go on below prim `number`; may take names away. Called by several threads at once.
  virtual bool Visit(size_t number, const PrimIndex& index, std::vector<Token>& child_names) = 0;
};

class Cache {
 public:
  Cache(layer::LayerPtr root, layer::LayerPtr session, std::shared_ptr<LayerProvider> provider,
        CacheOptions options = {});
  ~Cache();

  const LayerStackPtr& GetRootLayerStack() const;
  const CacheOptions& GetOptions() const;
  // The index of a prim, made on first demand together with those of its ancestors. Never null; IsValid()
  // false when the path cannot have one.
  PrimIndexPtr ComputePrimIndex(Path prim_path);
  // As ComputePrimIndex, with the nodes that say nothing too: every arc there is. Made anew for each call.
  PrimIndexPtr ComputeExpandedPrimIndex(Path prim_path);
  // Opinions about a property, strongest first. The strongest says whether it is an attribute or a
  // relationship; with CompositionMode::kFull the weakest does, and says the value type too.
  std::vector<PropertySite> ComputePropertyStack(const PrimIndex& index, Token property_name,
                                                 CompositionErrors* errors = nullptr);
  enum class Targets : uint8_t { kRelationshipTargets, kConnections };
  TargetList ComputeTargets(const PrimIndex& index, Token property_name, Targets which);
  // Indices for whole subtrees on all threads of the executor. The prims are listed level by level, siblings
  // in order. Deterministic, but that where the budget for the bytes of indices ends, prims that are composed
  // like others may have their arcs or not.
  std::vector<SubtreePrim> ComputeSubtree(Path root, SubtreeVisitor& visitor) {
    return ComputeSubtrees({root}, visitor);
  }
  // Several at once, none below another. The roots come first; each is its own parent.
  std::vector<SubtreePrim> ComputeSubtrees(const std::vector<Path>& roots, SubtreeVisitor& visitor);
  // The same; `descend` says whether to go below a prim.
  using Descend = std::function<bool(const PrimIndex&, std::vector<Token>& child_names)>;
  void ComputeSubtree(Path root, const Descend& descend);
  // The fields and attributes that indices made so far composed arguments of file formats from. Costs a look
  // at all of them.
  struct ArgumentNames {
    std::set<Token> fields, attributes;
  };
  ArgumentNames GetArgumentNames() const;
  // Those made so far whose nodes follow from what CacheOptions::include_payload answers; unsorted.
  std::vector<Path> FindPrimsThatAskForPayloads() const;
  std::vector<layer::LayerPtr> GetUsedLayers() const;  // unsorted
  // All stacks made since the cache was made or cleared, in the order in which they were; used or not.
  size_t GetLayerStackCount() const;
  const LayerStackPtr& GetLayerStack(size_t number) const;
  CompositionErrors GetAllErrors() const;  // of all stacks and indices made so far, each once
  void Clear();                            // forgets all indices and stacks

  // -- changes. A writer: nobody asks meanwhile. ------------------------------------------------------
  // Brings the cache up to date with edits that are done already: drops what depends on them, keeps the
  // rest. Costs what depends on the edits; the first call also finds out who depends on whom. What was asked
  // for after the edits and before the call, and not before them, is taken for what there was before.
  // With `descend`, which says as for ComputeSubtree what below a prim will be asked for, subtrees that edits
  // concern are composed anew here, and what is below prims that did not change stays. Called by several
  // threads at once.
  CacheChanges Apply(const CacheEdits& edits, const Descend& descend = {});
  // To be asked when what an edit asks for is composed. Budgets that count over the whole scene
  // (max_cycles_at_once, max_full_prims_at_once and others) end it where they do from scratch only when it is
  // composed as a whole: where such a limit is met, or near, this clears the cache, says in `changes` that
  // all is resynced, and gives true: then compose anew what is needed. Apply does the same for what it
  // composes itself.
  bool StartAnewAtLimit(CacheChanges& changes);

  // -- dependencies: from any thread, but one at a time ------------------------------------------------
  // Prims whose indices, as far as they are made, depend on a site; those of `types` alone. In path order.
  std::vector<Dependency> FindSiteDependencies(const LayerStack& stack, Path site,
                                               uint8_t types = kDependencyAnyNonVirtual,
                                               RecurseOnSite on_site = RecurseOnSite::kNo,
                                               RecurseOnIndex on_index = RecurseOnIndex::kNo) const;
  // The same for every layer stack that has the layer.
  std::vector<Dependency> FindSiteDependencies(const layer::Layer& layer, Path site,
                                               uint8_t types = kDependencyAnyNonVirtual,
                                               RecurseOnSite on_site = RecurseOnSite::kNo,
                                               RecurseOnIndex on_index = RecurseOnIndex::kNo) const;
  std::vector<LayerStackPtr> FindAllLayerStacksUsingLayer(const layer::Layer& layer) const;
  // Prims whose arcs or selections asked for variables of `stack`, in path order.
  std::vector<Path> FindPrimsUsingExpressionVariables(const LayerStack& stack) const;
  // Those that asked for one of them, defined or not.
  std::vector<Path> FindPrimsUsingExpressionVariable(const LayerStack& stack, const std::string& name) const;
  // Prims with references or payloads of their own to the layer `identifier`, be it there or not, in path
  // order. Costs a look at all sites that write such arcs.
  std::vector<Path> FindPrimsUsingAsset(const std::string& identifier) const;
  // Prims with a variant set `variant_set` for which a selection at `site` counts, whether one is written
  // there or not, in path order.
  std::vector<Path> FindPrimsUsingVariantSelection(const LayerStack& stack, Path site,
                                                   Token variant_set) const;

 private:
  friend class ChangeProcessor;
  friend class SubtreeComposer;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::compose
