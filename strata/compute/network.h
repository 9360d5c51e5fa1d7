// Computations of the prims of one stage, linked to what they need: compiled when they are first asked for,
// evaluated once for a time, and made anew only when something they depend on changed.   (the network of Vdf)
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/compute/access.h"
#include "strata/compute/computation.h"
#include "strata/scene/path_table.h"
#include "strata/stage/redefinition.h"

namespace strata::compute {

struct NetworkOptions {
  // How long one call of a function may take. One that takes longer is not called again for its prim.
  double max_seconds_per_call = 10;
  size_t max_nodes = 50'000'000;
  uint32_t max_times_per_node = 16;  // answers kept for what varies with time
  // Called before changes are taken, and again when they are done, since functions were called in between: a
  // host whose edits hold something that functions need (the lock of an interpreter) lets it go here until
  // nobody else reads the stage.
  std::function<void()> wait_for_readers;
};

// An output of a prim.
struct ValueKey {
  Path provider;
  Token output;
  friend bool operator==(const ValueKey&, const ValueKey&) = default;
};

// The order in which changed keys are given: those of a prim together, prims by the numbers of their paths.
// To compare texts takes longer than to make most answers anew.
struct KeyOrder {
  bool operator()(const ValueKey& a, const ValueKey& b) const {
    return a.provider != b.provider ? a.provider.GetId() < b.provider.GetId()
                                    : a.output.GetId() < b.output.GetId();
  }
};

// What happened to a stage, in its own paths.
struct NetworkChanges {
  std::vector<Path> resynced;    // prims: they and all below are to be looked at anew
  std::vector<Path> redefined;   // prims of other API schemas, below which nothing is another prim
  std::vector<Path> properties;  // whose values, targets or existence may differ
  std::vector<Path> metadata;    // prims whose other metadata may differ
  bool has_stage_metadata = false;
  std::vector<ValueKey> outputs;  // that their functions make otherwise now
  void Add(const NetworkChanges& more);
  // Whether what is resynced may be seen anywhere: what is in prototypes is, through their instances.
  bool ResyncsAll() const;
  // `redefinitions` are those of the notice that may count as such; others are resynced.
  static NetworkChanges FromNotice(const stage::ObjectsChanged& objects,
                                   std::span<const stage::Redefinition> redefinitions = {});
};

// Values of attributes that are used instead of what the stage says.
using Overrides = tsl::robin_map<Path, Value>;

// Threads: what is const may be called by many, and each call excludes changes (see Access): those wait for
// it, and it for them. A node that was found, though, is there for as long only as its finder holds Ask(), or
// knows that nobody edits the stage, as whoever reads a stage has to. Apply and Clear are for one, who holds
// BeginChanges(). Functions of computations ask for nothing and edit nothing: that is refused, and told of.
// The stage must outlive it.
class Network {
 public:
  Network(const stage::Stage& stage, std::shared_ptr<const Registry> registry, NetworkOptions options);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  struct Node;
  // While it lives, what this thread finds stays.
  Access::Asking Ask() const { return Access::Asking(access_); }
  // Null where the prim has no such output.
  Node* Find(const stage::Prim& prim, Token output) const;
  // Whether prims of a definition have an output by more than computations for all prims.
  bool IsComputed(const schema::PrimDefinition* definition, Token output) const;
  // Whether prims of a definition make an output by their schemas: those are what nearest ancestors are.
  bool IsMade(const schema::PrimDefinition* definition, Token output) const;
  // The names that its modifiers keep what is authored under, each once.
  std::vector<Token> FindAuthoredNames(const schema::PrimDefinition* definition, Token output) const;

  Datum Evaluate(Node& node, stage::Time time) const;
  // Several, one after the other; null ones have no answer. REQUIRES: room for as many answers.
  void Evaluate(std::span<Node* const> nodes, stage::Time time, Datum* answers) const;
  Datum EvaluateWith(Node& node, stage::Time time, const Overrides& overrides) const;
  bool MightVary(const Node& node) const;
  // The same with what is known by now of modifiers that change nothing. REQUIRES: it was evaluated.
  bool VariesAsKnown(const Node& node) const;
  // Sorted times at which an attribute behind the answer has samples.
  std::vector<double> GetTimeSamples(const Node& node) const;
  // Those of an interval, with its ends and the ticks of the states behind the answer.
  std::vector<double> GetTimes(const Node& node, double begin, double end) const;

  // Waits until nobody asks; while it lives, others wait who begin to. Null, which is told of, where a
  // function of a computation makes changes, or who asks: those are for later, since what it is called from
  // is in use.
  std::unique_ptr<Access::Changing> BeginChanges();
  // To be called when that is gone and everybody is told.
  void EndChanges() const;
  // Asks again which computations have an effect in the stage: where others do than before, nothing holds.
  bool IsUsedOtherwise() const;
  // Outputs whose answers may differ now and that somebody has asked for, each once, in KeyOrder; so of these
  // three. REQUIRES, and so does Clear: BeginChanges.
  std::vector<ValueKey> Apply(const NetworkChanges& changes);
  // The same for a move of the time: of what was asked for at `from`.
  std::vector<ValueKey> ChangeTime(stage::Time from, stage::Time to) const;
  // Forgets everything, which outputs were asked for too; those are returned.
  std::vector<ValueKey> Clear();

  // How an answer comes about.
  struct Step {
    Token output, name;
    std::string module;
    Datum answer;
    uint64_t evaluations = 0, nanoseconds = 0;  // of all times together
    struct Source {
      Input input;
      std::vector<ValueKey> computed;  // where it is the output of prims
      Path attribute;                  // where it is one
      std::vector<Datum> answers;
    };
    std::vector<Source> sources;
  };
  // What makes the answer, then each modifier, in the order in which they run.
  std::vector<Step> Explain(Node& node, stage::Time time) const;

  // What is wrong now, by prim.
  Diagnostics GetDiagnostics() const;
  size_t GetNodeCount() const;
  // Prims of which the output was asked for, or needed.
  std::vector<Path> FindProviders(Token output) const;
  // Nodes that were found before it changed may be gone.
  uint64_t GetGeneration() const { return generation_; }
  uint64_t GetEvaluationCount() const;

 private:
  struct KeyHash {
    size_t operator()(const ValueKey& key) const noexcept {
      return MixBits(uint64_t(key.provider.GetId()) << 32 | key.output.GetId());
    }
  };
  struct ChainKey {
    const schema::PrimDefinition* definition;
    Token output;
    friend bool operator==(const ChainKey&, const ChainKey&) = default;
  };
  struct ChainHash {
    size_t operator()(const ChainKey& key) const noexcept {
      return MixBits(reinterpret_cast<uintptr_t>(key.definition) ^ uint64_t(key.output.GetId()) << 40);
    }
  };
  struct PointerHash {
    size_t operator()(const void* pointer) const noexcept {
      return MixBits(reinterpret_cast<uintptr_t>(pointer));
    }
  };
  using NodeSet = tsl::robin_set<const Node*, PointerHash>;
  struct Link;
  struct Shape;
  struct NodesHere;
  struct Scratch;
  struct Shard {
    std::mutex mutex;
    std::condition_variable ready;
  };
  static constexpr size_t kShards = 64;

  const Registry::Chain& FindChain(const schema::PrimDefinition* definition, Token output) const;
  // The steps that are for the prim; what makes the answer comes first.
  std::vector<const Computation*> FindSteps(const stage::Prim& prim, Token output) const;
  bool IsUsed(const Computation& computation) const;
  // These with structure_ held.
  Node* FindMade(Path provider, Token output, uint32_t step) const;
  const Shape& FindShape(const Computation& computation) const;
  Node* FindOrMake(const stage::Prim& prim, Token output, std::vector<Node*>& fresh) const;
  void LinkNode(Node& node, std::vector<Node*>& fresh) const;
  // Adds to `inputs` what answers an input.
  void LinkInput(Node& node, const Input& input, std::vector<Node*>& inputs, std::vector<Node*>& fresh) const;
  // The nearest prim above that makes the output by its schemas; not valid where none does.
  stage::Prim FindNearest(const stage::Prim& prim, Token output) const;
  // What is at the path, whether something is there now or not, says what the node is linked to.
  void LookAt(Node& node, Path path) const;
  void LookAtTargets(Node& node, Token relationship) const;
  void Finish(const std::vector<Node*>& fresh) const;
  void BreakCycle(const std::vector<Node*>& cycle) const;
  // Whether the node varies by itself, and which attributes make it so.
  bool FindOwnVariation(Node& node) const;

  Datum Evaluate(Node& node, stage::Time time, Scratch& scratch) const;
  Shard& ShardOf(const Node& node) const;
  bool IsReady(const Node& node, stage::Time time) const;
  Datum GetReady(Node& node, stage::Time time) const;
  Datum Run(Node& node, stage::Time time, Scratch& scratch) const;
  Datum Call(Node& node, stage::Time time, Scratch& scratch) const;
  // Makes what of the nodes has functions for many at a time; `depth` levels of what they need alike.
  void RunBatches(std::span<Node* const> nodes, stage::Time time, Scratch& scratch, int depth) const;
  void RunBatch(std::vector<Node*>& nodes, stage::Time time, Scratch& scratch) const;
  // Whether an answer is this caller's to make. Else it is there or somebody makes it.
  static bool Claim(Node& node);  // of what does not vary, for any time but the default one
  bool ClaimSlot(Node& node, stage::Time time) const;  // REQUIRES: the lock of the node's shard is held
  void Settle(Node& node, stage::Time time, Datum answer) const;
  // What counts of what a function gave: empty where it failed, which is told of, or had no answer.
  Datum Accept(Node& node, Result<Datum> made, const Registry::Check* check) const;
  void Charge(Node& node, std::chrono::nanoseconds taken) const;  // and stops it where that is too long
  // The tick whose state an answer is made of; no number where the time is none.
  double FindTick(const Stepping& stepping, stage::Time time) const;
  static std::vector<Datum> FindLasting(const std::vector<Input>& inputs, const Scratch& scratch);
  Result<Datum> CallStepped(Node& node, stage::Time time, Scratch& scratch) const;
  // What it is called with, behind what was gathered before.
  void Gather(const Node& node, stage::Time time, Scratch& scratch) const;
  // Of a link that leads to no nodes.
  Datum Read(const Node& node, const Link& link, stage::Time time, const Overrides* overrides) const;
  // The same where it is kept, by the node or by `scratch`; null where it is empty.
  const Datum* ReadKnown(const Node& node, const Link& link, stage::Time time, Scratch& scratch) const;
  // True, which is told of, where a function of a computation asks.
  bool RefuseNested(Path provider, Token output) const;
  void Note(const Node& node, Diagnostic diagnostic) const;
  void Note(const std::string& prim, const std::string& what, Diagnostic diagnostic) const;

  // Calls it with the nodes that are told of attributes of a prim: its own, and those of its instance
  // proxies.
  template <class Take>
  void ForLeaf(Path leaf, const Take& take) const;
  // Those that read a property. A table of them would take more than the nodes do.
  std::vector<Node*> FindReaders(Path property) const;
  std::vector<Node*> FindSeeds(const NetworkChanges& changes) const;
  void FindDropped(const NetworkChanges& changes, std::vector<Node*>& dropped) const;
  // Those at a prim that has other schemas now, and those below that find another one when they look up.
  void FindRelinked(Path redefined, std::vector<Node*>& relinked) const;
  bool IsLinkedOtherwise(const Node& node, Path redefined) const;
  // Of what is dropped: the answers that there were, of all or of what cuts changes off.
  struct Former;
  enum class Kept : uint8_t { kAll, kCutOff };
  static std::vector<Former> KeepFormer(const std::vector<Node*>& dropped, Kept kept);
  // Takes from `out` what is answered as before when it is asked for again.
  void SpareSame(const std::vector<Former>& former, std::vector<ValueKey>& out) const;
  static bool MayDiffer(const Node& node);
  // Of what is dropped: whether some step of the chain is stale that may differ.
  static bool MayDifferAsDropped(const Node& top);
  void Drop(const std::vector<Node*>& dropped, std::vector<ValueKey>& out);
  // Takes them out of all tables and from what they need. Costs what they and those lists are long, once.
  void Unlink(const std::vector<Node*>& dropped);
  void NoteInVain(const stage::Prim& prim, Token output) const;
  // What was asked for in vain and has steps now.
  void TakeFromVain(const NetworkChanges& changes, std::vector<ValueKey>& out) const;
  void Spread(const std::vector<Node*>& seeds, std::vector<ValueKey>& out);

  const stage::Stage& stage_;
  std::shared_ptr<const Registry> registry_;
  NetworkOptions options_;
  uint64_t generation_ = 0;

  mutable Access access_;
  mutable std::shared_mutex structure_;  // among those who ask; guards what follows, up to varying_
  // Of the nodes of each computation, and of those that are cut out of a cycle. They outlive the nodes.
  mutable tsl::robin_map<const Computation*, std::unique_ptr<Shape>, PointerHash> shapes_, cut_shapes_;
  mutable size_t node_count_ = 0;
  mutable std::unique_ptr<scene::PathTable<NodesHere>> by_prim_;  // owns the nodes
  mutable tsl::robin_map<Path, std::vector<Node*>> by_leaf_;      // of instance proxies, by Node::leaf
  // Of what was cut out of a cycle, the whole of it: they all go together.
  mutable tsl::robin_map<const Node*, std::shared_ptr<const std::vector<Node*>>, PointerHash> cycles_;
  mutable tsl::robin_map<Path, std::vector<Node*>> by_children_;  // that have asked for all of a prim's
  // By what their links lead to or would, elsewhere in the stage: prims, and relationships that lead on.
  mutable std::unique_ptr<scene::PathTable<std::vector<Node*>>> by_looked_at_;
  mutable tsl::robin_map<const Node*, std::vector<Path>, PointerHash> looked_at_;
  // What was asked of prims that have no step of it, by what their relationships lead to: that may come to
  // say otherwise.
  mutable std::unique_ptr<scene::PathTable<std::vector<ValueKey>>> in_vain_;
  mutable std::vector<Node*> by_stage_;  // that read metadata of the stage
  mutable tsl::robin_set<Node*, PointerHash> varying_;
  mutable std::mutex chains_mutex_;  // guards chains_ and used_
  mutable tsl::robin_map<ChainKey, std::unique_ptr<Registry::Chain>, ChainHash> chains_;
  mutable tsl::robin_map<const Computation*, bool, PointerHash> used_;
  mutable std::array<Shard, kShards> shards_;
  mutable std::atomic<bool> has_diagnostics_ = false;
  mutable std::mutex diagnostics_mutex_;                                           // guards diagnostics_
  mutable std::map<std::pair<std::string, std::string>, Diagnostic> diagnostics_;  // by prim and computation
};

}  // namespace strata::compute
