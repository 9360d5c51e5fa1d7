// A computation of one prim with what it is linked to; for the files of the network.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "strata/compute/network.h"

namespace strata::compute {

struct Network::Node {
  Path provider;
  Path leaf;  // where changes of the prim's attributes are told: of instance proxies in the prototype
  Token output;
  const Computation* computation = nullptr;
  uint32_t step = 0;           // in the chain of its output
  bool is_top = false;         // the last of the chain
  bool varies = false;         // with time
  bool varies_itself = false;  // by the time or an attribute of its own
  bool is_finished = false;
  stage::Prim prim;
  Node* previous = nullptr;  // of modifiers

  static bool IsAttribute(const Input& input) {
    return input.kind == Input::Kind::kAttribute || input.kind == Input::Kind::kSource ||
           input.kind == Input::Kind::kSamples;
  }
  static bool ReadsProperty(const Input& input) {
    return IsAttribute(input) || input.kind == Input::Kind::kTargets ||
           input.kind == Input::Kind::kConnections;
  }
  // One for each input that is not the previous answer.
  struct LinkTo {
    const Input* input = nullptr;   // of the computation
    uint32_t first = 0, count = 0;  // the nodes that answer it, among those of `inputs`
    bool varies = false;            // the attribute that it is does
    bool IsAttribute() const { return Node::IsAttribute(*input); }
    // What was read of an attribute that does not vary, at any time but the default one. Written once, with
    // the lock of the shard; read without one after `is_known` was seen to be true.
    mutable bool is_known = false;
    mutable Datum known;
    bool IsKnown() const { return std::atomic_ref(is_known).load(std::memory_order_acquire); }
  };
  std::vector<LinkTo> links;
  std::vector<Node*> inputs;      // all nodes it needs: the previous one, then those of each link
  std::vector<Node*> dependents;  // that need it; each once for each time they do
  std::span<Node* const> GetNodes(const LinkTo& link) const {
    return std::span(inputs).subspan(link.first, link.count);
  }
  stage::Attribute GetAttribute(const LinkTo& link) const { return prim.GetAttribute(link.input->name); }
  std::shared_ptr<const std::vector<Node*>> cycle;  // that it was cut out of; they all go together
  std::atomic<bool> is_stopped = false;             // not to be called any more

  struct Slot {
    stage::Time time = stage::Time::Default();
    bool is_ready = false;  // else somebody is making it
    Datum answer;
  };
  std::vector<Slot> slots;  // guarded by the shard
  // The answer of what does not vary, for all times but the default one: asking again takes no lock, since
  // nothing but a change of the stage takes it away.
  Datum still_answer;
  std::atomic<bool> is_still_ready = false;
  const Datum* FindStill(stage::Time time) const {
    return !varies && !time.IsDefault() && is_still_ready.load(std::memory_order_acquire) ? &still_answer
                                                                                          : nullptr;
  }
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
  std::unique_ptr<States> states;
  std::atomic<uint64_t> evaluations = 0, nanoseconds = 0;

  // What does not vary is kept for the default time and for all others.
  stage::Time KeyOf(stage::Time time) const {
    if (varies || time.IsDefault()) return time;
    return stage::Time(0);
  }
  Slot* FindSlot(stage::Time key) {
    for (Slot& slot : slots)
      if (slot.time == key) return &slot;
    return nullptr;
  }
  const Slot* FindSlot(stage::Time key) const { return const_cast<Node*>(this)->FindSlot(key); }
};

}  // namespace strata::compute
