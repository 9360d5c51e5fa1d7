// What a cache is made of, for the files that make, ask and change it.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/compose/compose.h"
#include "strata/compose/dependency_table.h"
#include "strata/compose/index_sharing.h"
#include "strata/compose/index_table.h"
#include "strata/compose/layer_stack_builder.h"

namespace strata::compose {

struct Cache::Impl final : IndexEnvironment {
  layer::LayerPtr root, session;
  std::shared_ptr<LayerProvider> provider;
  CacheOptions options;
  std::shared_ptr<IndexPool> pool = std::make_shared<IndexPool>();
  LayerStackPtr root_stack;
  uint32_t root_stack_number = 0;
  // Holds for the layers as they are. The one that a scene was opened with is not worth the time to destroy.
  std::unique_ptr<IndexSharing> sharing, first_sharing;
  size_t settled_graphs = 0;  // what `sharing` kept when it was first edited; 0: it has not been
  IndexTable indices;

  struct StackSlot {
    Dictionary overrides;
    std::once_flag once;
    uint32_t number = 0;
    bool is_root = false;
  };
  mutable std::mutex stacks_mutex;
  tsl::robin_map<const layer::Layer*, std::vector<std::unique_ptr<StackSlot>>> stacks;

  // Where arcs lead, as long as `sharing` lives: resolving an asset path may ask the file system.
  struct Targets {
    std::shared_mutex mutex;
    tsl::robin_map<std::string, uint32_t> numbers;  // by layer, stack and asset path
    std::map<ArcMapKey, uint32_t> maps;             // of arcs from prims with many relocates
  };
  mutable Targets targets;

  // What some index composed arguments of formats from, since the cache was made; and the layers that this
  // made since the last edit.
  mutable std::mutex arguments_mutex;
  Cache::ArgumentNames argument_names;
  std::atomic<uint32_t> generated_layers{0};

  bool is_edited = false;  // since it was made or cleared, and not known to be as from scratch
  // Of subtrees that are cut short.
  mutable std::mutex cut_mutex;
  CompositionErrors cut_errors;
  std::atomic<bool> has_cut_circles{false};  // and told so
  std::vector<Path> cut_prims;               // which have no arcs, for there was no room
  std::vector<Path> short_prims;             // whose indices ended early, for many others are full
  std::atomic<bool> are_indices_short{false};
  // The limit that ended the room for indices, where it did.
  const char* bytes_budget = "";
  uint64_t bytes_limit = 0;
  // What CountSpecs found of so many stacks.
  mutable size_t counted_stacks = 0, counted_specs = 0;
  std::atomic<bool> has_room{true};  // for indices
  // Bytes at which there is none in any case: no more than some prims are made before it is looked for.
  std::atomic<uint64_t> most_bytes{UINT64_MAX};

  // Made by the first edit or query.
  mutable std::mutex dependencies_mutex;
  mutable std::unique_ptr<DependencyTable> dependencies;

  void Start();
  IndexPool& GetPool() override { return *pool; }
  const CacheOptions& GetOptions() const override { return options; }
  LayerProvider& GetProvider() override { return *provider; }
  uint32_t GetRootStackNumber() const override { return root_stack_number; }
  uint32_t GetStackNumber(const layer::LayerPtr& layer, const LayerStack& referencer) override;
  std::optional<uint32_t> FindTarget(const layer::Layer& anchor, const std::string& asset_path,
                                     uint32_t referencer) const override;
  void NoteTarget(const layer::Layer& anchor, const std::string& asset_path, uint32_t referencer,
                  uint32_t target) override;
  std::optional<uint32_t> FindArcMap(const ArcMapKey& key) const override;
  void NoteArcMap(const ArcMapKey& key, uint32_t map) override;

  // Tells that the prim at `root` and `others` are left without children, for the budget that `why` names.
  void TellOfCut(Path root, const char* others, const char* budget, uint64_t limit);
  // The specs of all layers that indices have come to. Looks at the layers, when there are others than when
  // it was asked last since an edit. REQUIRES: cut_mutex.
  size_t CountSpecs() const;
  // What a budget allows: its value, and how much that comes to.
  struct Limit {
    const char* budget;
    uint64_t value;
    uint64_t most;
  };
  Limit LimitPrimsAtOnce(size_t count) const;  // that one opening or edit may bring
  // The same for `count` prims with those of the next level, `children` of the prims from `first` on. Where
  // they are many, some of their indices are made, to see whether there is room for all: a level of which
  // most would be without arcs is not begun.
  Limit LimitNextLevel(const std::vector<SubtreePrim>& prims, size_t first,
                       const std::vector<std::vector<Token>>& children, size_t count);
  // Namespace that circles bring grows with each level, without end. Takes the children from those of the
  // last level (prims from `first` on, with their `children`) that have such arcs below others that do: it is
  // whole where something else is wrong, and at the first of such prims.
  void CutCircles(const std::vector<SubtreePrim>& prims, size_t first,
                  std::vector<std::vector<Token>>& children);
  Room TakeRoomForGeneratedLayer() override;
  // Finds out whether the indices made so far leave room for more, which holds until it is asked again: so
  // where room ends follows from the scene, and not from who is faster. Gives how many of the next `count`
  // to make before; `bytes_each` is what the last ones took.
  size_t LookForRoom(size_t count, size_t bytes_each);
  bool TakeRoomForIndex(Path prim) override;
  // How many bytes the indices may have, where they have as many as now. REQUIRES: cut_mutex.
  Limit LimitIndexBytes(uint64_t bytes) const;
  bool AreIndicesShort() override;
  void NoteShortIndex(Path prim) override;
  // The error of prims that have no arcs for want of room, if there are any.
  void AddCutPrims(CompositionErrors& errors) const;
  // Whether the scene meets a limit that counts over all of it, or may when it is composed from scratch. What
  // is counted here is no less, as long as no limit is met: former indices may be among it.
  bool MayMeetLimit() const;
  // Forgets all, as Cache::Clear, and tells so.
  void StartAnew(CacheChanges& changes);
  void NoteArguments(const ComposedArguments& arguments) override;

  PrimIndexPtr Make(Path path, const PrimIndex* parent) { return sharing->Compute(path, parent); }
  // Nothing that was found out about equal prims holds any more.
  void RenewSharing();
  // The index from which that of `path` is made; null for those that begin anew.
  PrimIndexPtr FindParent(Path path) const {
    return path.IsAbsoluteRoot() || path.IsRootPrim() ? nullptr : indices.Find(path.GetParent());
  }
  // Variables that came to a stack with those who lead to it.
  Dictionary FindOverrides(uint32_t stack) const;
  // Whether variables such as these came from a stack to one that its arcs lead to.
  bool HaveLedOn(const Dictionary& variables) const;
  // Prims whose arcs or selections asked for variables of `stack`: for some of `names`, or for any.
  std::vector<Path> FindPrimsUsingVariables(const LayerStack& stack,
                                            const std::set<std::string>* names) const;
  // The root stack has other variables now.
  void RenewRootOverrides();
  // REQUIRES: dependencies_mutex, or a writer.
  DependencyTable& GetDependencies() const;
  // For each layer stack whether some index leads into it, or opened it; the root's is always used.
  std::vector<bool> FindUsedStacks() const;
};

}  // namespace strata::compose
