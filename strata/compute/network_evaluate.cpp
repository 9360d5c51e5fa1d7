// How the network makes answers: inputs before what needs them, each once for a time, whoever asks.
#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "strata/compute/calling.h"
#include "strata/compute/network_scratch.h"

namespace strata::compute {

namespace {

using Clock = Arguments::Clock;
using stage::Time;

// Of many nodes memory is asked for that long before it is used.
constexpr size_t kNodesAhead = 8;

}  // namespace

Network::Shard& Network::ShardOf(const Node& node) const {
  return shards_[MixBits(reinterpret_cast<uintptr_t>(&node) >> 4) >> 32 & (kShards - 1)];
}

bool Network::IsReady(const Node& node, Time time) const {
  if (node.IsStill(time)) return node.FindStill(time);
  const std::lock_guard lock(ShardOf(node).mutex);
  const Node::Slot* slot = node.FindSlot(time);
  return slot && slot->is_ready;
}

// What was made goes when many other times are asked for meanwhile: it is made again then.
Datum Network::GetReady(Node& node, Time time) const {
  if (node.IsStill(time)) {
    if (const Datum* still = node.FindStill(time)) return *still;
  } else {
    const std::lock_guard lock(ShardOf(node).mutex);
    const Node::Slot* slot = node.FindSlot(time);
    if (slot && slot->is_ready) return slot->answer;
  }
  return Evaluate(node, time);
}

Datum Network::Evaluate(Node& root, Time time) const {
  if (RefuseNested(root.GetProvider(), root.GetOutput())) return {};
  const auto asking = Ask();
  if (const Datum* still = root.FindStill(time)) return *still;
  Scratch scratch;
  return Evaluate(root, time, scratch);
}

void Network::Evaluate(std::span<Node* const> nodes, Time time, Datum* answers) const {
  constexpr int kLevels = 4;
  // As many as are in the processor's caches from the first look at them to the last.
  constexpr size_t kNodesAtATime = 512;
  if (Calling::Find()) {
    for (const Node* node : nodes)
      if (node && RefuseNested(node->GetProvider(), node->GetOutput())) return;
  }
  const auto asking = Ask();
  Scratch scratch;
  // Who is called one at a time is called once for all: such a call may cost more than what it does.
  const bool is_exclusive = std::ranges::any_of(
      nodes, [](const Node* node) { return node && node->GetComputation().executor != nullptr; });
  const size_t step = is_exclusive ? nodes.size() : kNodesAtATime;
  for (size_t begin = 0; begin < nodes.size(); begin += step) {
    const size_t count = std::min(step, nodes.size() - begin);
    RunBatches(nodes.subspan(begin, count), time, scratch, kLevels);
    for (size_t i = begin; i < begin + count; ++i)
      if (nodes[i]) answers[i] = Evaluate(*nodes[i], time, scratch);
  }
}

Datum Network::Evaluate(Node& root, Time time, Scratch& scratch) const {
  if (const Datum* still = root.FindStill(time)) return *still;
  if (Node::States* states = root.GetStates()) {
    const Stepping& stepping = *root.GetComputation().stepping;
    if (const double tick = FindTick(stepping, time); tick <= stepping.max_steps)
      states->last_asked = static_cast<int64_t>(tick);
  }
  if (!root.IsStill(time)) {
    const std::lock_guard lock(ShardOf(root).mutex);
    const Node::Slot* slot = root.FindSlot(time);
    if (slot && slot->is_ready) return slot->answer;
  }
  if (std::ranges::all_of(root.GetInputs(), [&](const Node* input) { return IsReady(*input, time); }))
    return Run(root, time, scratch);
  Datum answer;
  scratch.stack.push_back({&root, 0});
  while (!scratch.stack.empty()) {
    Scratch::Frame& frame = scratch.stack.back();
    if (frame.next < frame.node->inputs) {
      Node* input = frame.node->GetInputs()[frame.next++];
      if (!IsReady(*input, time)) scratch.stack.push_back({input, 0});
      continue;
    }
    Node* node = frame.node;
    scratch.stack.pop_back();
    answer = Run(*node, time, scratch);
  }
  return answer;
}

bool Network::Claim(Node& node) {
  auto none = Node::Still::kNone;
  return node.still.compare_exchange_strong(none, Node::Still::kMaking, std::memory_order_acquire);
}

bool Network::ClaimSlot(Node& node, Time key) const {
  if (node.FindSlot(key)) return false;
  std::vector<Node::Slot>& slots = node.GetSlots();
  if (node.varies && slots.size() >= options_.max_times_per_node) {
    const auto oldest =
        std::find_if(slots.begin(), slots.end(), [](const Node::Slot& slot) { return slot.is_ready; });
    if (oldest != slots.end()) slots.erase(oldest);
  }
  slots.push_back({key, false, {}});
  return true;
}

void Network::Settle(Node& node, Time time, Datum answer) const {
  Shard& shard = ShardOf(node);
  if (node.IsStill(time)) {
    node.still_answer = std::move(answer);
    if (node.still.exchange(Node::Still::kReady, std::memory_order_acq_rel) != Node::Still::kAwaited) return;
    const std::lock_guard lock(shard.mutex);  // who waits has begun to
  } else {
    const std::lock_guard lock(shard.mutex);
    if (Node::Slot* slot = node.FindSlot(time)) {
      slot->is_ready = true;
      slot->answer = std::move(answer);
    }
  }
  shard.ready.notify_all();
}

// Claims the answer, makes it and tells those who wait for it. Whoever waits holds no claim of a node that
// this one needs, since nothing leads back to itself.
Datum Network::Run(Node& node, Time time, Scratch& scratch) const {
  Shard& shard = ShardOf(node);
  if (node.IsStill(time)) {
    if (!Claim(node)) {
      std::unique_lock lock(shard.mutex);
      auto making = Node::Still::kMaking;
      node.still.compare_exchange_strong(making, Node::Still::kAwaited, std::memory_order_acq_rel);
      shard.ready.wait(lock, [&] { return node.FindStill(time) != nullptr; });
      return node.still_answer;
    }
  } else {
    std::unique_lock lock(shard.mutex);
    while (!ClaimSlot(node, time)) {
      const Node::Slot* slot = node.FindSlot(time);
      if (slot->is_ready) return slot->answer;
      shard.ready.wait(lock);
    }
  }
  Datum answer = Call(node, time, scratch);
  Settle(node, time, answer);
  return answer;
}

// REQUIRES: what they need was made. So a claim is never held by who waits for another one.
void Network::RunBatch(std::vector<Node*>& nodes, Time time, Scratch& scratch) const {
  std::erase_if(nodes, [&](Node* node) {
    if (node->IsStill(time)) return !Claim(*node);
    const std::lock_guard lock(ShardOf(*node).mutex);
    return !ClaimSlot(*node, time);
  });
  if (nodes.empty()) return;
  const Computation& computation = nodes.front()->GetComputation();
  // The data of all, one after the other.
  struct Place {
    size_t datum, start;
  };
  std::vector<Place> places = {{0, 0}};
  places.reserve(nodes.size() + 1);
  scratch.Clear();
  for (const Node* node : nodes) {
    Gather(*node, time, scratch);
    places.push_back({scratch.data.size(), scratch.starts.size()});
  }
  auto exclusive = LockExecutor(computation);
  const Clock::time_point begin = Clock::now();
  const auto allowed = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(options_.max_seconds_per_call * static_cast<double>(nodes.size())));
  std::vector<Arguments> arguments;
  arguments.reserve(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Place &at = places[i], &end = places[i + 1];
    arguments.emplace_back(
        nodes[i]->prim, time, std::span(scratch.data).subspan(at.datum, end.datum - at.datum),
        std::span(scratch.starts).subspan(at.start, end.start - at.start), begin + allowed);
  }
  std::vector<Result<Datum>> made;
  const auto fail = [&](const std::string& why) {
    made.clear();
    for (size_t i = 0; i < nodes.size(); ++i)
      made.emplace_back(Diagnostic(kComputationFailed,
                                   fmt::format("`{}` {}", computation.name.GetText(), why), {},
                                   "Let it answer with as many answers or errors as it is asked for."));
  };
  try {
    const Calling calling(computation, nodes.front()->prim);
    made = computation.batch(arguments);
    if (calling.IsRefused())
      for (Result<Datum>& each : made) each = calling.Check(std::move(each));
    if (made.size() != nodes.size())
      fail(fmt::format("gave {} answers for {} prims.", made.size(), nodes.size()));
  } catch (const std::exception& error) {
    fail(fmt::format("threw: {}", error.what()));
  } catch (...) {
    fail("threw something.");
  }
  const auto taken = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin) /
                     static_cast<int64_t>(nodes.size());
  if (exclusive) exclusive.unlock();
  const Registry::Check* check = registry_->FindCheck(computation.output);
  for (size_t i = 0; i < nodes.size(); ++i) {
    Node& node = *nodes[i];
    Datum answer = Accept(node, std::move(made[i]), check);
    Charge(node, taken);
    if (node.is_stopped || answer.IsEmpty())
      answer = node.previous ? GetReady(*node.previous, time) : Datum();
    Settle(node, time, std::move(answer));
  }
}

void Network::RunBatches(std::span<Node* const> nodes, Time time, Scratch& scratch, int depth) const {
  struct Group {
    const Computation* computation;
    std::vector<Node*> nodes;
  };
  std::vector<Group> groups;  // few
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (i + kNodesAhead < nodes.size() && nodes[i + kNodesAhead]) nodes[i + kNodesAhead]->Prefetch();
    Node* node = nodes[i];
    if (!node || node->FindStill(time) || node->is_stopped) continue;
    const Computation& computation = node->GetComputation();
    if (!computation.batch || computation.stepping || IsReady(*node, time)) continue;
    auto group = std::ranges::find(groups, &computation, &Group::computation);
    if (group == groups.end()) {
      group = groups.insert(group, {&computation, {}});
      group->nodes.reserve(nodes.size());
    }
    group->nodes.push_back(node);  // who comes twice is claimed once
  }
  std::vector<Node*> missing;
  for (Group& group : groups) {
    missing.clear();
    for (size_t i = 0; i < group.nodes.size(); ++i) {
      if (i + kNodesAhead < group.nodes.size()) group.nodes[i + kNodesAhead]->PrefetchInputs();
      for (Node* input : group.nodes[i]->GetInputs())
        if (!IsReady(*input, time)) missing.push_back(input);
    }
    if (depth > 0 && !missing.empty()) RunBatches(missing, time, scratch, depth - 1);
    for (Node* input : missing)
      if (!IsReady(*input, time)) Evaluate(*input, time, scratch);
    RunBatch(group.nodes, time, scratch);
  }
}

Datum Network::Accept(Node& node, Result<Datum> made, const Registry::Check* check) const {
  const Computation& computation = node.GetComputation();
  if (!made) {
    Note(node, made.TakeError());
    return {};
  }
  Datum answer = *std::move(made);
  if (!answer.IsEmpty() && check && !(*check)(answer)) {
    Note(node,
         Diagnostic(kComputationFailed,
                    fmt::format("The answer of `{}` is none that \"{}\" can have.",
                                computation.name.GetText(), node.GetOutput().GetText()),
                    {}, "Let it answer with a value of the right type and shape, and without infinities."));
    return {};
  }
  if (!answer.IsEmpty() && has_diagnostics_) {
    const std::lock_guard lock(diagnostics_mutex_);
    diagnostics_.erase({node.GetProvider().GetString(), computation.name.GetString()});
  }
  return answer;
}

void Network::Charge(Node& node, std::chrono::nanoseconds taken) const {
  node.evaluations.fetch_add(1, std::memory_order_relaxed);
  node.nanoseconds.fetch_add(static_cast<uint64_t>(taken.count()), std::memory_order_relaxed);
  const double seconds = std::chrono::duration<double>(taken).count();
  if (seconds <= options_.max_seconds_per_call || node.GetComputation().stepping) return;
  node.is_stopped = true;
  Note(node,
       Diagnostic(
           kComputationSlow,
           fmt::format("`{}` took {:.1f} s where {:.1f} s are allowed; it is not called again for this prim.",
                       node.GetComputation().name.GetText(), seconds, options_.max_seconds_per_call),
           {}, "Let it do less at a time, or raise NetworkOptions::max_seconds_per_call."));
}

Datum Network::Call(Node& node, Time time, Scratch& scratch) const {
  const auto previous = [&]() -> Datum {
    if (!node.previous) return {};
    const auto own = scratch.own.find(node.previous);
    return own != scratch.own.end() ? own->second : GetReady(*node.previous, time);
  };
  if (node.is_stopped) return previous();
  const Computation& computation = node.GetComputation();
  const auto thrown = [&](std::string_view what) {
    return Diagnostic(kComputationFailed, fmt::format("`{}` threw{}", computation.name.GetText(), what), {},
                      "Let it answer with an error instead.");
  };
  Clock::time_point begin = Clock::now();
  const auto allowed = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(options_.max_seconds_per_call));
  Result<Datum> made = [&]() -> Result<Datum> {
    try {
      if (computation.stepping) return CallStepped(node, time, scratch);
      scratch.Clear();
      Gather(node, time, scratch);
      const auto exclusive = LockExecutor(computation);
      if (exclusive) begin = Clock::now();  // to wait for others is nobody's time
      const Calling calling(computation, node.prim);
      return calling.Check(
          computation.function(Arguments(node.prim, time, scratch.data, scratch.starts, begin + allowed)));
    } catch (const std::exception& error) {
      return thrown(fmt::format(": {}", error.what()));
    } catch (...) {
      return thrown(" something.");
    }
  }();
  Datum answer = Accept(node, std::move(made), registry_->FindCheck(node.GetOutput()));
  Charge(node, std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin));
  return node.is_stopped || answer.IsEmpty() ? previous() : answer;
}

}  // namespace strata::compute
