// A computation of one prim with what it is linked to; for the files of the network.
//
// There are as many nodes as there are prims that something is computed of, or more: what is alike in all
// nodes of a computation stands in their shape, and what few nodes have is elsewhere.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "strata/compute/network.h"

namespace strata::compute {

// What a node needs by one of its inputs. It leads to nodes, or it reads an attribute or something else.
struct Network::Link {
  const Input* input = nullptr;  // of the computation
  // Its place among the links that lead to nodes, or among those that read an attribute.
  uint32_t list = kNone, read = kNone;
  static constexpr uint32_t kNone = UINT32_MAX;
};

// What nodes of one computation have in common.
struct Network::Shape {
  // Nodes that were cut out of a cycle have no links.
  enum class Links : uint8_t { kAll, kNone };
  Shape(const Computation& of, Links which);
  const Computation* computation;
  // One for each input that is not the previous answer, in their order.
  std::vector<Link> links;
  uint32_t lists = 0, reads = 0;

  static bool IsAttribute(const Input& input) {
    return input.kind == Input::Kind::kAttribute || input.kind == Input::Kind::kSource ||
           input.kind == Input::Kind::kSamples;
  }
  static bool ReadsProperty(const Input& input) {
    return IsAttribute(input) || input.kind == Input::Kind::kTargets ||
           input.kind == Input::Kind::kConnections;
  }
};

struct Network::Node {
  // Nodes that need one: most are needed by one at most, which takes no memory of its own.
  class List {
   public:
    std::span<Node* const> Get() const {
      return more_ ? std::span<Node* const>(*more_) : std::span<Node* const>(&one_, one_ ? 1 : 0);
    }
    void Add(Node* node);
    void Remove(const Node* node);
    void Remove(const NodeSet& nodes);

   private:
    Node* one_ = nullptr;  // where there are no more
    std::unique_ptr<std::vector<Node*>> more_;
  };
  struct Slot {
    stage::Time time = stage::Time::Default();
    bool is_ready = false;  // else somebody is making it
    Datum answer;
  };
  // Of stepped computations: the states that are kept, by tick.
  struct States {
    std::mutex mutex;  // held while a state is made: steps come one after the other
    std::map<int64_t, Datum> kept;
    int64_t ticks_per_checkpoint = 1;
    std::atomic<int64_t> last_asked = 0;  // a tick, whether it was made or there already
    // Of lasting inputs: what they are, and what they were before the ticks that are the keys.
    std::vector<Datum> lasting;
    std::map<int64_t, std::vector<Datum>> former;
    // What they were at a tick; null: what they are.
    const std::vector<Datum>* FindFormer(int64_t tick) const {
      const auto found = former.upper_bound(tick);
      return found == former.end() ? nullptr : &found->second;
    }
    // From the tick that was asked for last on they are others.
    void Change(size_t max_changes);
    void Clear();
  };
  // What those keep that vary or have states, and others for the default time.
  struct Varying {
    std::vector<Slot> slots;         // guarded by the shard
    std::unique_ptr<States> states;  // of stepped ones
  };
  enum class Still : uint8_t { kNone, kMaking, kAwaited, kReady };

  const Shape* shape;
  stage::Prim prim;
  std::unique_ptr<Node> next_here;   // another one of the prim
  Node* previous;                    // of modifiers
  List dependents;                   // that need it; each once for each time they do
  std::unique_ptr<Varying> varying;  // of stepped ones from the first on; else guarded by the shard
  // The answer of what does not vary, for all times but the default one. Who sets `still` from kNone to
  // kMaking makes it; nothing but a change of the stage takes it away, so asking again takes no lock.
  Datum still_answer;
  std::atomic<uint64_t> evaluations = 0, nanoseconds = 0;
  Path leaf;  // where changes of the prim's attributes are told: of instance proxies in the prototype
  uint32_t inputs = 0;  // how many
  uint32_t step;        // in the chain of its output
  // These with the network's structure_ held, and by who changes the network.
  bool is_top : 1 = false;         // the last of the chain
  bool varies_itself : 1 = false;  // by the time or an attribute of its own
  bool is_finished : 1 = false;
  // While changes are taken in: what changed is or reaches it, its answer goes, its answer differs.
  bool is_seed : 1 = false, is_reached : 1 = false, is_stale : 1 = false, differs : 1 = false;
  bool varies = false;                   // with time
  std::atomic<bool> is_stopped = false;  // not to be called any more
  std::atomic<Still> still = Still::kNone;

  Node(const Shape& of, const stage::Prim& provider, Node* before, uint32_t number);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // It will be looked at soon; then what it needs, by who has looked at it.
  void Prefetch() const {
    for (size_t at = 0; at < sizeof(Node); at += 64)
      __builtin_prefetch(reinterpret_cast<const char*>(this) + at, 1);
  }
  void PrefetchInputs() const {
    __builtin_prefetch(linked_.get());
    if (previous) __builtin_prefetch(&previous->still_answer);
  }

  Path GetProvider() const { return prim.GetPath(); }
  const Computation& GetComputation() const { return *shape->computation; }
  Token GetOutput() const { return shape->computation->output; }

  // What it needs: the previous one, then the nodes of each link. `ends` says where those of each end.
  void SetLinks(std::span<Node* const> nodes, std::span<const uint32_t> ends);
  // From now on it needs the previous one alone.
  void Cut(const Shape& cut);
  std::span<Node* const> GetInputs() const { return {GetInputsAt(), inputs}; }
  // The nodes that answer a link; none where it reads.
  std::span<Node* const> GetNodes(const Link& link) const {
    if (link.list == Link::kNone || !linked_) return {};
    const uint32_t begin = link.list == 0 ? (previous ? 1 : 0) : GetEndsAt()[link.list - 1];
    const uint32_t end = link.list + 1 == shape->lists ? inputs : GetEndsAt()[link.list];
    return GetInputs().subspan(begin, end - begin);
  }

  stage::Attribute GetAttribute(const Link& link) const { return prim.GetAttribute(link.input->name); }
  // Of a link that reads an attribute: whether that varies, and what was read of one that does not, at any
  // time but the default one. What is known is written once, with the lock of the shard.
  bool Varies(const Link& link) const { return link.read != Link::kNone && Flags(link) & kVaries; }
  void SetVaries(const Link& link, bool does);
  const Datum* FindKnown(const Link& link) const {
    return link.read != Link::kNone && Flags(link) & kKnown ? &GetKnownAt()[link.read] : nullptr;
  }
  void Know(const Link& link, Datum read) const;
  void ForgetKnown();

  // What does not vary is kept for all times together, but for the default one.
  bool IsStill(stage::Time time) const { return !varies && !time.IsDefault(); }
  const Datum* FindStill(stage::Time time) const {
    return IsStill(time) && still.load(std::memory_order_acquire) == Still::kReady ? &still_answer : nullptr;
  }
  Slot* FindSlot(stage::Time key) const {
    if (varying)
      for (Slot& slot : varying->slots)
        if (slot.time == key) return &slot;
    return nullptr;
  }
  std::vector<Slot>& GetSlots() {
    if (!varying) varying = std::make_unique<Varying>();
    return varying->slots;
  }
  States* GetStates() const { return shape->computation->stepping ? varying->states.get() : nullptr; }
  // REQUIRES: nobody makes one, of these three.
  bool WasAskedFor() const { return still.load() != Still::kNone || (varying && !varying->slots.empty()); }
  std::vector<Slot> CopyAnswers() const;
  void ForgetAnswers();

 private:
  static constexpr uint8_t kVaries = 1, kKnown = 2;
  uint8_t Flags(const Link& link) const { return GetFlagsAt()[link.read].load(std::memory_order_acquire); }
  // In one piece of memory: what was read, the inputs, where those of each list but the last end, and flags.
  Datum* GetKnownAt() const { return reinterpret_cast<Datum*>(linked_.get()); }
  Node** GetInputsAt() const { return reinterpret_cast<Node**>(GetKnownAt() + shape->reads); }
  uint32_t* GetEndsAt() const { return reinterpret_cast<uint32_t*>(GetInputsAt() + inputs); }
  std::atomic<uint8_t>* GetFlagsAt() const {
    return reinterpret_cast<std::atomic<uint8_t>*>(GetEndsAt() + (shape->lists ? shape->lists - 1 : 0));
  }
  void ForgetLinks();
  std::unique_ptr<std::byte[]> linked_;
};

// The nodes of a prim, each for an output and a step of it. Few prims have many.
struct Network::NodesHere {
  std::unique_ptr<Node> first;
  NodesHere() = default;
  ~NodesHere() {
    while (first) first = std::move(first->next_here);
  }
  NodesHere(const NodesHere&) = delete;
  NodesHere& operator=(const NodesHere&) = delete;
  template <class Take>
  void ForEach(const Take& take) const {
    for (Node* node = first.get(); node; node = node->next_here.get()) take(node);
  }
};

// Calls it with what the table holds at and below a path.
template <class T, class Take>
void ForSubtree(const scene::PathTable<T>& table, Path root, const Take& take) {
  const auto* entry = table.Find(root);
  if (!entry) return;
  std::vector<const typename scene::PathTable<T>::Entry*> waiting = {entry};
  while (!waiting.empty()) {
    const auto* at = waiting.back();
    waiting.pop_back();
    take(at->value);
    for (const auto* child = at->GetFirstChild(); child; child = child->GetNextSibling())
      waiting.push_back(child);
  }
}

}  // namespace strata::compute
