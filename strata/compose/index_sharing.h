// Finds out which prims are composed alike, and composes one of them.
//
// The index of a prim follows from the graph of its parent, its own name, and what the layers hold where the
// nodes of the parent lead. Of these, only what lies at the trunks of its place differs from place to place.
// So a graph is kept under a key of these. Composing may look at more of the place than that (the source of a
// relocate, a class that an asset has within itself): those reads are kept with the graph, which serves only
// where they would give the same. Graphs that say the same are one, whatever their keys.
//
// A prim that brings arcs of its own begins a new place: all the nodes that come from its parent are the
// trunks, and its name does not count. So are many references to one asset composed once. What is at the
// trunks themselves is in the key of that prim alone: below it is a read like others.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/compose/graph_contents.h"
#include "strata/compose/index_graph.h"
#include "strata/compose/indexer.h"
#include "strata/compose/site_filter.h"

namespace strata::compose {

// Thread-safe. Made for one state of all layer stacks and options: when these are others there must be
// another one. It stays while layers are edited where it has read nothing but what is in its keys.
class IndexSharing {
 public:
  IndexSharing(IndexEnvironment& environment, std::shared_ptr<IndexPool> pool)
      : environment_(environment), pool_(std::move(pool)) {
    pool_->SetSharing(id_);
  }

  PrimIndexPtr Compute(Path path, const PrimIndex* parent);
  // Whether graphs that it keeps may follow from what a prim or a variant of a layer stack was before an
  // edit.
  bool MayDependOn(uint32_t layer_stack, Path path) const;
  // How many graphs it keeps, those that no prim has any more among them.
  size_t GetSize() const { return size_.load(std::memory_order_relaxed); }
  // The index of the same prim after specs of its own came to the root layer stack or left it, and nothing
  // else that it depends on changed; for its graph alone. Nothing where that may change its nodes.
  PrimIndexPtr MakeWithOwnSpecs(const PrimIndex& before) const;
  // The index of the same prim after specs of its own in the root layer stack came, or came to select other
  // variants, and nothing else that it depends on changed; with the variants that are others for it.
  // `former`: what those specs selected before. Nothing where more than the nodes of these may change.
  PrimIndexPtr MakeWithOwnSelections(const PrimIndex& before,
                                     const std::vector<const VariantSelectionMap*>& former,
                                     std::vector<VariantSwitch>& switches);
  // The index of the same prim, which is below one that was made like that, where no edit concerns it: with
  // other nodes for the variants. Nothing where more may change.
  PrimIndexPtr MakeBelowSwitched(const PrimIndex& before, const std::vector<VariantSwitch>& switches);
  // As Compute, with the nodes that say nothing; from a parent of that kind. Shares nothing.
  PrimIndexPtr ComputeExpanded(Path path, const PrimIndex* parent) const;

 private:
  // Where a prim is: what differs between prims of one graph.
  struct Place {
    Path first;                            // path of the first trunk
    std::shared_ptr<const Trunks> trunks;  // null when the root node's is the only one
  };
  struct Read {
    enum class Where : uint8_t { kAtTrunk, kAbove, kElsewhere };
    Where where;
    uint16_t trunk;  // from 1
    Path path;
    std::string content;
  };
  struct Candidate {
    IndexGraphPtr graph;  // may have been made at another home
    std::shared_ptr<const Trunks> home;
    std::vector<Read> reads;  // as they are at `home`
    // Whether a path below a trunk is there because it was mapped there, or because somebody wrote just that
    // path, cannot be told in one place: a second one shows it.
    enum class Trust : uint8_t { kFull, kToBeShown, kNone };
    std::atomic<Trust> trust{Trust::kFull};
    bool has_payload = false;  // what CacheOptions::include_payload answered, where that was asked
    std::atomic<Candidate*> next{nullptr};

    bool AddRead(Read read);
    bool AddReadElsewhere(const Trunks& trunks, uint16_t trunk, Path path);
  };
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  struct KeyEqual {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return a == b; }
  };
  struct Shard {
    std::mutex mutex;
    tsl::robin_map<std::string, Candidate*, KeyHash, KeyEqual,
                   std::allocator<std::pair<std::string, Candidate*>>, true>
        candidates;
    std::vector<std::unique_ptr<Candidate>> owned;
  };
  struct Question {
    std::string key;
    Place place;
    bool has_key = true;
    bool begins_place = false;
    bool tells_trunks = false;  // what is at the trunks themselves is in the key
    bool is_crowded = false;    // and would not be, were there fewer candidates
  };

  Question Ask(Path path, const PrimIndex* parent) const;
  void AskAlone(Path path, Question& question) const;
  bool AskAtTrunks(Path path, const PrimIndex& parent, Question& question) const;
  void AskAnew(Path path, const PrimIndex& parent, Question& question) const;
  bool AppendTrunks(Question& question) const;
  bool AppendSite(uint32_t layer_stack, Path path, std::string& key) const;
  bool AppendRelocates(uint32_t layer_stack, Path path, std::string& key) const;

  Trunks GetTrunks(const Place& place) const;
  std::shared_ptr<IndexGraph> Make(const Indexer::Request& request, const Place& place) const;
  // Takes down where arcs of the prim itself lead, or one of them.
  void NoteArcs(IndexGraph& graph) const;
  void NoteArc(IndexGraph& graph, uint32_t stack, Path path, uint16_t trunk) const;
  // Counts what the graph takes, and what more is kept for it.
  void CountBytes(IndexGraph& graph) const;
  void CountMoreBytes(IndexGraph& graph, size_t bytes) const;
  bool BringsNodes(Path path, const PrimIndex* parent) const;
  PrimIndexPtr MakeAlone(Path path) const;
  std::unique_ptr<Candidate> MakeCandidate(IndexGraphPtr graph, const PrimIndex* parent,
                                           const std::vector<Indexer::Visit>& visits,
                                           const Question& question) const;
  Shard& GetShard(size_t hash) { return shards_[hash >> 58]; }  // the low bits choose the place in its table
  Candidate* FindCandidate(Path path, Question& question);
  bool IsIncluded(Path path) const;
  bool HasPayloadsAs(const Candidate& candidate, Path path) const;
  bool Holds(const Candidate& candidate, const Place& place) const;
  PrimIndexPtr MakePrivate(const Indexer::Request& request) const;
  PrimIndexPtr MakeIndex(Path path, IndexGraphPtr graph, const Place& place) const;

  // -- index_sharing_edits.cpp: indices that follow from the one before an edit
  std::shared_ptr<IndexGraph> CopyGraph(const IndexGraph& known) const;
  bool HasOwnSpecsAlone(const PrimIndex& index) const;
  // A node that stands for another variant now.
  struct SwitchedNode {
    uint32_t node;
    VariantSwitch::Variant before, after;
  };
  void RenewSpecs(IndexGraph& graph, const PrimIndex& before,
                  const std::vector<SwitchedNode>& switched) const;
  // False where more than nodes that stand for other variants would be others.
  bool FindSwitchedNodes(const PrimIndex& before, const VariantSelectionMap& selections,
                         std::vector<SwitchedNode>& switched) const;
  bool SwitchBelow(IndexGraph& graph, const VariantSwitch& one);
  // Of the graph, or of one that is kept and says the same.
  PrimIndexPtr FinishEdited(std::shared_ptr<IndexGraph> graph, const PrimIndex& before);

  // What is known of a child of a quiet graph; null when nothing is, or the parent is not such a graph.
  std::atomic<const void*>* FindChild(Path path, const PrimIndex* parent) const;
  void PrepareChildren(IndexGraph& graph, const PrimIndex& index) const;
  bool TouchesRelocates(const Trunks& trunks) const;
  IndexGraphPtr Keep(Candidate& candidate, std::shared_ptr<IndexGraph> graph, Path path, const Place& place);
  // The one to use of those that say the same: which is kept, where it may serve others.
  IndexGraphPtr Unify(std::shared_ptr<IndexGraph> graph, Path path, const Place& place);
  void NoteSite(const PrimIndexNode& node);
  void NoteSites(const IndexGraph& graph, const std::vector<Indexer::Visit>& visits, const PrimIndex* parent);

  static constexpr size_t kShards = 64;
  const uint64_t id_ = MakeId();
  static uint64_t MakeId();
  IndexEnvironment& environment_;
  std::shared_ptr<IndexPool> pool_;
  std::array<Shard, kShards> shards_;
  GraphContents contents_;
  SiteFilter sites_;  // read in every place, and so in no key
  std::atomic<size_t> size_{0};
};

}  // namespace strata::compose
