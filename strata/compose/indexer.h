// Builds the index of one prim: works through tasks in the order that makes stronger arcs known before weaker
// ones need them.
//
// An arc to a prim below a root prim brings the opinions of that prim's ancestors along. Those are found by a
// nested indexer (a frame) whose graph then becomes a subtree of the outer one.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/compose/compose.h"
#include "strata/compose/graph.h"
#include "strata/compose/index_graph.h"
#include "strata/compose/site_arcs.h"

namespace strata::compose {

// What all indices of a cache share. Thread-safe.
class IndexEnvironment {
 public:
  virtual ~IndexEnvironment() = default;
  virtual IndexPool& GetPool() = 0;
  virtual const CacheOptions& GetOptions() const = 0;
  virtual LayerProvider& GetProvider() = 0;
  virtual uint32_t GetRootStackNumber() const = 0;
  // The stack rooted at `root` as whoever has the stack `referencer` sees it.
  virtual uint32_t GetStackNumber(const layer::LayerPtr& root, const LayerStack& referencer) = 0;
  // Where an asset path of a layer was found to lead, for those who have the stack numbered `referencer`;
  // nothing when nobody has asked, or it led nowhere.
  virtual std::optional<uint32_t> FindTarget(const layer::Layer& anchor, const std::string& asset_path,
                                             uint32_t referencer) const = 0;
  virtual void NoteTarget(const layer::Layer& anchor, const std::string& asset_path, uint32_t referencer,
                          uint32_t target) = 0;
  // The map of an arc, where the layer stack that it starts in has relocates and making one costs as much as
  // there are of them.
  struct ArcMapKey {
    uint32_t layer_stack;     // where it starts
    uint32_t source, target;  // numbers of paths
    double offset, scale;
    bool has_root_identity;
    friend auto operator<=>(const ArcMapKey&, const ArcMapKey&) = default;
  };
  virtual std::optional<uint32_t> FindArcMap(const ArcMapKey& key) const = 0;
  virtual void NoteArcMap(const ArcMapKey& key, uint32_t map) = 0;
  // Whether there may be one more layer that a format makes with composed arguments.
  enum class Room : uint8_t { kYes, kNoMore, kNoMoreAndTold };
  virtual Room TakeRoomForGeneratedLayer() = 0;
  // Whether there may be the arcs of one more index, that of `prim`; notes it where not.
  virtual bool TakeRoomForIndex(Path prim) = 0;
  // Whether indices end where others have hardly begun, for there are many that ended at a budget for nodes;
  // and notes one that did.
  virtual bool AreIndicesShort() = 0;
  virtual void NoteShortIndex(Path prim) = 0;
  // Notes what some index composes arguments of formats from.
  virtual void NoteArguments(const ComposedArguments& arguments) = 0;
};

// "CANNOT reference:", ...: how a refused arc is told.
std::string_view GetRefusedPhrase(ArcType arc);

class Indexer {
 public:
  // kKeep: with the nodes that say nothing, as those who ask for every arc want it; the parent's must have
  // been kept too.
  enum class Culling : uint8_t { kCull, kKeep };
  // A site that was looked at beyond those that the nodes of the parent lead to.
  struct Visit {
    uint32_t layer_stack;
    Path path;
    ArcType arc;
  };
  // kNone: the prim's own site alone, which goes without those of its parent.
  enum class Arcs : uint8_t { kFollow, kNone };
  struct Request {
    Path path;
    Arcs arcs = Arcs::kFollow;
    const PrimIndex* parent = nullptr;  // of the namespace parent; null for root prims and the pseudo-root
    Culling culling = Culling::kCull;
    std::vector<Visit>* visits = nullptr;  // filled when not null, unsorted, some several times
  };
  // The graph of a prim, without home or trunks.
  static std::shared_ptr<IndexGraph> Compute(IndexEnvironment& environment,
                                             const std::shared_ptr<IndexPool>& pool, const Request& request);

 private:
  struct Frame {
    Indexer* outer = nullptr;
    uint32_t parent_node = kNoNode;  // in the outer graph: where the arc starts
    ArcType arc = ArcType::kRoot;
    uint32_t layer_stack = 0;  // of the site asked for
    Path path;
    bool skip_duplicates = false;
  };
  // Done in this order; within one kind by number, or by strength where IsBefore says so.
  enum class TaskType : uint8_t {
    kRelocations,
    kImpliedRelocations,
    kReferences,
    kPayloads,
    kInherits,
    kSpecializes,
    kImpliedSpecializes,
    kImpliedClasses,
    kAncestralVariantSets,
    kAncestralVariantAuthored,
    kAncestralVariantFallback,
    kAncestralVariantNone,
    kAncestralDynamicPayloads,
    kVariantSets,
    kVariantAuthored,
    kVariantFallback,
    kVariantNone,
    kDynamicPayloads,
  };
  struct Task {
    TaskType type;
    uint32_t node;
    // Ancestral variants: the path that has the set, without selections of its own; ancestral payloads: the
    // one that has them.
    Path set_path;
    Token variant_set;
    uint32_t set_number = 0;  // place of the set among those of its prim
    uint64_t number = 0;      // of those that are alike, the one added first comes first
  };
  struct ArcOptions {
    bool contributes = true;  // whether opinions at the arc's own site count
    bool include_ancestral = false;
    bool skip_duplicates = false;
  };
  struct Arc {
    ArcType type;
    uint32_t parent;
    uint32_t origin;
    uint32_t layer_stack;
    Path path;
    uint32_t map_to_parent = IndexPool::kIdentity;
    uint32_t sibling_number = 0;
    uint32_t namespace_depth = 0;
  };

  Indexer(IndexEnvironment& environment, const Frame* frame, CompositionErrors& errors, Path root_path);

  // Notes that a site decides about the index.
  void NoteVisit(uint32_t layer_stack, Path path, ArcType arc) {
    if (visits_) visits_->push_back({layer_stack, path, arc});
  }
  void NoteVisits();
  bool IsTop() const { return frame_ == nullptr; }
  Indexer& GetTop() { return frame_ ? frame_->outer->GetTop() : *this; }

  // -- indexer.cpp: the frame's graph, level by level, and its tasks
  void BuildSite(uint32_t layer_stack, Path path, bool contributes);
  void BeginFromParent(const PrimIndex& parent, Path path);
  void AfterDescent();
  void AddTask(Task task);
  void AddTasksFor(uint32_t node);
  void AddImpliedClassTask(uint32_t node);
  void AddTasksForAll();
  void AddTasksForAttached(uint32_t top);
  bool IsBefore(const Task& a, const Task& b) const;
  auto LastFirst() const {  // as heaps want it, to have the first in front
    return [this](const Task& a, const Task& b) { return IsBefore(b, a); };
  }
  void RunTasks();
  void Run(const Task& task);

  // -- indexer_arcs.cpp: adding arcs; references and payloads
  static Node MakeNode(const Arc& arc);
  uint32_t AddArc(const Arc& arc, const ArcOptions& options);
  bool IsDuplicate(const Arc& arc);
  // At the top: what is added follows from whether another node has this site. Nodes of the namespace parent
  // may have it here, those at sites of root prims excepted.
  void NoteAskedSite(Path path) { asks_above_ |= !path.IsRootPrim(); }
  bool StaysWithinInstance(const Arc& arc) const;
  Path GetInstancePath() const;  // REQUIRES: the root was silenced as the descendant of an instance
  uint32_t AddSite(const Arc& arc, bool contributes);
  uint32_t AddNested(const Arc& arc, bool contributes, bool skip_duplicates);
  struct Nested;
  bool IsProhibited(const Arc& arc, const Indexer& nested);
  MapFunction MakeArcMap(Path source, uint32_t target_node, const LayerOffset& offset) const {
    return MakeArcMap(source, target_node, graph_[target_node].path, offset);
  }
  // From `source` to `target`, which is the path of `target_node` or above it.
  MapFunction MakeArcMap(Path source, uint32_t target_node, Path target, const LayerOffset& offset) const;
  // The number of the map of a reference or payload of `node`, written at `site_path`.
  enum class RootIdentity : uint8_t { kNo, kYes };
  uint32_t FindItemMap(Path source, uint32_t node, Path site_path, const LayerOffset& offset,
                       RootIdentity root_identity);
  void ReportProblems(uint32_t node, ArcType type, const std::vector<ExpressionProblem>& problems);
  void EvaluateReferences(uint32_t node);
  void EvaluatePayloads(uint32_t node);
  bool IsAboveTarget() const;
  void EvaluateItems(uint32_t node, ArcType type, const std::vector<ArcItem>& items);
  // The item is written at `site_path`, the node's path or one above it.
  void EvaluateItem(uint32_t node, ArcType type, const ArcItem& item, uint32_t number, Path site_path);
  uint32_t OpenTarget(uint32_t node, ArcType type, const ArcItem& item, Path site_path);
  Path FindTargetPrim(uint32_t node, ArcType type, const ArcItem& item, uint32_t target_stack,
                      Path site_path);
  void CheckTargets();

  // -- indexer_arguments.cpp: payloads whose formats compose their arguments
  class Arguments;
  struct DynamicPayloads {  // found by a frame, for the outermost one to follow
    uint32_t node;
    Path site;
  };
  void DeferDynamicPayloads(uint32_t node, std::vector<ArcItem>& items);
  void AddTasksForDynamicPayloads(const DynamicPayloads& payloads);
  void EvaluateDynamicPayloads(const Task& task);
  ArcItem ComposeArguments(uint32_t node, const ArcItem& item, ComposedArguments& composed);
  bool HasRoomForGeneratedLayer(uint32_t node, const ArcItem& item, Path site);

  // -- indexer_bounds.cpp: cycles and budgets
  bool HasCycle(const Arc& arc);
  bool IsLedToBy(uint32_t node, ArcType type, uint32_t layer_stack, Path source, Path target) const;
  void ReportCycle(const Arc& arc);
  bool WillExceedBudget() const;
  void CountWork(size_t nodes, Path path);  // of so many at paths like this one
  bool ExceedsBudget(const Arc& arc);
  bool GoesRound(const Arc& arc);
  bool CountRounds(size_t steps);
  void ReportFull(ErrorType type, const char* budget, uint64_t limit, uint32_t node);

  // -- indexer_classes.cpp: inherits and specializes, and what they imply across other arcs
  bool IsClassPath(uint32_t node, ArcType type, Path target);
  void EvaluateClasses(uint32_t node, ArcType type);
  bool StandsFor(uint32_t known, const Arc& arc) const;
  uint32_t AddClassArc(ArcType type, uint32_t parent, uint32_t origin, Path class_path,
                       const MapFunction& map, uint32_t sibling_number, uint32_t namespace_depth,
                       const Node* ignored_site);
  void EvaluateImpliedClasses(uint32_t node);
  void ImplyClasses(uint32_t destination, uint32_t source, const MapFunction& transfer, int depth);
  ArcType GetArcTo(uint32_t node) const {  // also of the frame's root
    return node == 0 && frame_ ? frame_->arc : graph_[node].arc;
  }
  void Silence(uint32_t top);
  uint32_t FindFirstClass(uint32_t node) const;
  uint32_t FindSpecializing(uint32_t node) const;
  bool IsPlaceholder(ArcType type, uint32_t parent) const {
    return type == ArcType::kSpecialize && (parent != 0 || !IsTop());
  }
  uint32_t FindPropagated(uint32_t placeholder) const;
  uint32_t GetIntroducing(uint32_t node) const;
  void EvaluateImpliedSpecializes(uint32_t top);
  uint32_t FindSaidAtRoot(uint32_t placeholder);
  bool PropagateToRoot(uint32_t placeholder);  // whether what the class says is now said there

  // -- indexer_relocates.cpp
  void EvaluateRelocations(uint32_t node);
  void ReportOpinionsAtSource(uint32_t node, Path target);
  void EvaluateImpliedRelocations(uint32_t node);
  void ElideSubtree(uint32_t node);
  void ElideBelow(uint32_t node);
  void FindProhibited();

  // -- indexer_variants.cpp
  void EvaluateVariantSets(const Task& task);
  void EvaluateAncestralVariantSets(uint32_t node);
  void EvaluateVariant(const Task& task);
  void EvaluateVariantFallback(const Task& task);
  void AddVariantArc(const Task& task, Token selection);
  void RetryVariants();
  struct Selection {
    Token name;
    bool found = false;
  };
  bool MaySelectAt(uint32_t node, Path path) const;
  // The outermost node that has `path` of `node` in its namespace, and what it is there.
  std::pair<uint32_t, Path> MapOutwards(uint32_t node, Path path) const;
  // `path` of the namespace of a node with the variant selections that the node is in.
  Path GetSiteInVariants(uint32_t node, Path path) const;
  Selection FindSelection(uint32_t node, Path path, Token variant_set);
  using SelectionReader = Selection (Indexer::*)(uint32_t node, Path path, Token variant_set);
  Selection FindSelectionAt(uint32_t node, Path path, Token variant_set, SelectionReader read);
  Selection ReadPriorSelection(uint32_t node, Path path, Token variant_set);
  Selection ReadSelection(uint32_t node, Path path, Token variant_set);

  // -- indexer_selections.cpp: of graphs with more nodes than are worth asking one by one
  static constexpr size_t kFewNodes = 64;
  using NodesBySet = tsl::robin_map<Token, std::vector<uint32_t>>;
  struct SelectionIndex {
    std::vector<Path> paths;       // the prim in each node looked at; empty where it has no name
    NodesBySet written, selected;  // nodes that write a selection for a set, or are of a variant of it
  };
  // Each takes as much room as there are nodes: what is asked of many prims is asked of the nodes themselves.
  static constexpr size_t kMostSelectionIndices = 8;
  bool HasSelectionIndex(uint32_t top, Path path) const {
    return selection_indices_.size() < kMostSelectionIndices || selection_indices_.count({top, path}) != 0;
  }
  SelectionIndex& GetSelectionIndex(uint32_t top, Path path);
  void NoteSelections(uint32_t node, Path path, SelectionIndex& index);
  Selection FindIndexedSelection(uint32_t top, Path path, Token variant_set);

  // -- indexer_finish.cpp: culling, instances, the finished index
  bool CanBeCulled(uint32_t node) const;
  void Cull();

  // -- indexer_permissions.cpp: CompositionMode::kFull alone
  enum class Silenced : uint8_t { kByArc, kByRelocate };  // why a target is silent that is
  bool IsDenied(const Arc& arc, const Node& target, Silenced why = Silenced::kByArc);
  void RestrictByPermission();

  Culling culling_ = Culling::kCull;
  void DescendTo(Token child);
  bool IsInstanceable() const;
  bool IsInstanceAbove(Path path) const;
  void MakeUninstanceableInert(const PrimIndex& parent);
  std::shared_ptr<IndexGraph> Finish(const std::shared_ptr<IndexPool>& pool);

  // -- indexer_dependencies.cpp: what is asked that no node shows
  void NoteSelectionSite(uint32_t number, Path site_path);
  void NoteVariables(uint32_t layer_stack, const std::set<std::string>& names);
  void NoteOpened(uint32_t layer_stack);
  void NoteRefused(const Graph& graph);

  // -- indexer_errors.cpp
  bool HasRoomForErrors() const { return errors_.size() < options_.budgets.max_errors_per_prim; }
  void ReportErrorsNotTold();
  CompositionError& AddError(ErrorType type, std::string message, uint32_t node, std::string hint);
  std::string DescribeSite(uint32_t layer_stack, Path path) const;
  std::string DescribeRefusedArc(const Arc& arc) const;
  std::string DescribeTrail(const Arc& arc, std::vector<DiagnosticNote>* notes) const;

  IndexEnvironment& environment_;
  IndexPool& pool_;
  const CacheOptions& options_;
  const Frame* frame_;
  CompositionErrors& errors_;
  IndexDependencies dependencies_;  // at the top
  Path root_path_;                  // of the prim asked for
  std::vector<Visit>* visits_ = nullptr;
  Graph graph_;
  mutable std::vector<uint32_t> first_classes_;  // what FindFirstClass has found, of each node; or kNoNode
  std::vector<Task> tasks_;                      // a heap
  std::vector<Task> tasks_by_strength_;          // a heap of those whose order depends on it
  uint64_t next_task_ = 0;
  std::set<std::pair<TaskType, uint32_t>> implied_;  // pending implied tasks
  struct Unresolved {                                // arcs to check once all is known
    uint32_t node;
    ArcType type;
    IndexDependencies::Site target, site;  // where it leads, and where it is written
    const layer::Layer* layer;
    bool is_above = false;  // it was met above what an arc of the outer frame leads to
  };
  std::vector<Unresolved> unresolved_;
  std::map<std::pair<uint32_t, Path>, SelectionIndex> selection_indices_;
  std::vector<DynamicPayloads> dynamic_payloads_;  // of inner frames
  Path prohibited_source_;  // the relocation source that makes the site of this frame prohibited
  uint32_t prohibited_stack_ = 0;
  uint64_t instances_above_ = 0;  // at the top: as IndexGraph has them
  bool has_payloads_ = false;
  bool asks_above_ = false;        // at the top: as IndexGraph has it
  bool asks_for_payload_ = false;  // of the outermost frame: CacheOptions::include_payload was asked
  bool is_above_target_ = false;   // while BuildSite is at an ancestor of what an arc leads to
  bool budget_reported_ = false;
  bool is_full_ = false;                  // at the top: no more nodes
  bool is_full_of_nodes_ = false;         // at the top: for it ended at a budget for them
  bool is_short_ = false;                 // at the top: it ends sooner than at these
  bool is_counted_ = false;               // at the top: it has been asked whether there will be too many
  size_t cycles_ = 0;                     // at the top: arcs that led back
  size_t errors_not_told_ = 0;            // at the top: for there was no room
  CompositionError error_not_told_ = {};  // the last of them
  uint32_t selection_reads_ = 0;          // at the top, where alone variants are selected
  size_t rounds_ = 0;                     // at the top: what CountRounds has counted
  tsl::robin_set<uint64_t> met_;          // at the top: sites that arcs have led to since the first cycle
  size_t work_ = 0;                       // nodes made, copied or led further down, in all frames
  uint32_t frame_depth_ = 0;
};

}  // namespace strata::compose
