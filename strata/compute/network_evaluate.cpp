// How the network makes answers: inputs before what needs them, each once for a time, whoever asks.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <exception>
#include <memory_resource>
#include <optional>

#include "strata/compute/calling.h"
#include "strata/compute/network_node.h"

namespace strata::compute {

namespace {

using Clock = Arguments::Clock;
using stage::Time;

Samples ReadSamples(const stage::Attribute& attribute, Time time) {
  Samples samples;
  if (!time.IsDefault() && attribute.ValueMightBeTimeVarying()) {
    const auto around = attribute.GetBracketingTimeSamples(time.GetValue());
    if (around && around->first < around->second && time.GetValue() > around->first &&
        attribute.GetStage()->GetInterpolationType() == stage::InterpolationType::kLinear) {
      samples.lower = attribute.Get(around->first);
      samples.upper = attribute.Get(around->second);
      samples.fraction = (time.GetValue() - around->first) / (around->second - around->first);
      if (!samples.lower.IsEmpty() && !samples.upper.IsEmpty()) return samples;
    }
  }
  samples.lower = samples.upper = attribute.Get(time);
  samples.fraction = 0;
  return samples;
}

// Of many nodes memory is asked for that long before it is used.
constexpr size_t kNodesAhead = 8;

std::unique_lock<std::mutex> LockExecutor(const Computation& computation) {
  return computation.executor ? std::unique_lock(computation.executor->mutex)
                              : std::unique_lock<std::mutex>();
}

}  // namespace

// What calls are made of; kept from call to call. Of few inputs it takes no memory but its own.
struct Network::Scratch {
 private:
  std::array<std::byte, 512> room_;
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};

 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::pmr::vector<const Datum*> data{&memory_};
  std::pmr::vector<uint32_t> starts{&memory_};
  struct Frame {
    Node* node;
    size_t next;
  };
  std::vector<Frame> stack;
  // Of evaluations with overrides: what they change, and the answers that holds for.
  const Overrides* overrides = nullptr;
  const std::vector<Datum>* lasting = nullptr;  // in place of the answers of lasting inputs
  tsl::robin_map<const Node*, Datum, PointerHash> own;
  NodeSet changed;

  // Keeps, among the data, what no node does. Null where it is empty.
  const Datum* Keep(Datum datum) {
    if (datum.IsEmpty()) return nullptr;
    if (!unkept_) unkept_.emplace();
    return &unkept_->emplace_back(std::move(datum));
  }
  void Clear() {
    data.clear();
    starts.clear();
    unkept_.reset();
  }

 private:
  std::optional<std::deque<Datum>> unkept_;
};

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

Datum Network::Read(const Node& node, const Link& link, Time time, const Overrides* overrides) const {
  const auto overridden = [&]() -> const Value* {
    if (!overrides) return nullptr;
    const auto found = overrides->find(node.GetProvider().AppendProperty(link.input->name));
    return found == overrides->end() ? nullptr : &found->second;
  };
  switch (link.input->kind) {
    case Input::Kind::kAttribute:
      if (const Value* value = overridden()) return *value;
      return node.GetAttribute(link).Get(time);
    case Input::Kind::kSource: {
      const stage::ResolveInfo info = node.GetAttribute(link).GetResolveInfo(time);
      return Datum::Of(AttributeSource{info.source, info.value_is_blocked,
                                       info.layer ? info.layer->GetIdentifier() : std::string(),
                                       info.layer_to_stage});
    }
    case Input::Kind::kConstant:
      return link.input->value;
    case Input::Kind::kSamples:
      if (const Value* value = overridden()) return Datum::Of(Samples{*value, *value, 0});
      return Datum::Of(ReadSamples(node.GetAttribute(link), time));
    case Input::Kind::kMetadata:
      return node.prim.GetMetadata(link.input->name);
    case Input::Kind::kStageMetadata:
      return stage_.GetMetadata(link.input->name);
    case Input::Kind::kTime:
      return time.IsDefault() ? Datum() : Datum(Value(time.GetValue()));
    default:
      return {};
  }
}

// Attributes that do not vary are read once, until they change. REQUIRES: no lock is held.
const Datum* Network::ReadKnown(const Node& node, const Link& link, Time time, Scratch& scratch) const {
  if (link.read == Link::kNone || time.IsDefault()) return scratch.Keep(Read(node, link, time, nullptr));
  if (const Datum* known = node.FindKnown(link)) return known->IsEmpty() ? nullptr : known;
  Datum read = Read(node, link, time, nullptr);
  if (link.input->kind == Input::Kind::kSource || node.Varies(link)) return scratch.Keep(std::move(read));
  const std::lock_guard lock(ShardOf(node).mutex);
  if (!node.FindKnown(link)) node.Know(link, std::move(read));
  const Datum* known = node.FindKnown(link);
  return known->IsEmpty() ? nullptr : known;
}

// Answers of nodes are looked at where they stand: nothing but a change of the stage takes them away, and
// that waits for evaluations.
void Network::Gather(const Node& node, Time time, Scratch& scratch) const {
  auto& data = scratch.data;
  const size_t first = data.size();
  scratch.starts.push_back(0);
  const auto take = [&](const Datum* datum) {
    if (!datum || datum->IsEmpty()) return;
    datum->Prefetch();
    data.push_back(datum);
  };
  const auto take_answer = [&](Node* input) {
    if (scratch.own.empty()) {
      if (const Datum* still = input->FindStill(time)) return take(still);
    } else if (const auto own = scratch.own.find(input); own != scratch.own.end()) {
      return take(&own->second);
    }
    take(scratch.Keep(GetReady(*input, time)));
  };
  size_t lasting = 0;
  auto link = node.shape->links.begin();
  for (const Input& input : node.GetComputation().inputs) {
    if (input.is_lasting && scratch.lasting) {
      take(&(*scratch.lasting)[lasting++]);
      ++link;
    } else if (input.kind == Input::Kind::kPrevious) {
      if (node.previous) take_answer(node.previous);
    } else if (link != node.shape->links.end()) {
      if (link->list != Link::kNone)
        for (Node* each : node.GetNodes(*link)) take_answer(each);
      else if (scratch.overrides)
        take(scratch.Keep(Read(node, *link, time, scratch.overrides)));
      else
        take(ReadKnown(node, *link, time, scratch));
      ++link;
    }
    scratch.starts.push_back(static_cast<uint32_t>(data.size() - first));
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

double Network::FindTick(const Stepping& stepping, Time time) const {
  if (time.IsDefault()) return 0;
  const double first = stepping.first.value_or(stage_.GetStartTimeCode());
  const double steps = (time.GetValue() - first) / stepping.time_codes_per_step;
  const double tick =
      stepping.between == Stepping::Between::kFirst ? std::floor(steps + 1e-9) : std::ceil(steps - 1e-9);
  return std::isnan(tick) ? tick : std::max(tick, 0.0);
}

// The answers of lasting inputs among what was gathered.
std::vector<Datum> Network::FindLasting(const std::vector<Input>& inputs, const Scratch& scratch) {
  std::vector<Datum> lasting;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].is_lasting)
      lasting.push_back(scratch.starts[i] < scratch.starts[i + 1] ? *scratch.data[scratch.starts[i]]
                                                                  : Datum());
  return lasting;
}

// From the nearest state that is kept, step by step. Inputs are those of each tick.
Result<Datum> Network::CallStepped(Node& node, Time time, Scratch& scratch) const {
  const Stepping& stepping = *node.GetComputation().stepping;
  Node::States& states = *node.GetStates();
  const auto allowed = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(options_.max_seconds_per_call));
  const double first = stepping.first.value_or(stage_.GetStartTimeCode());
  const double seconds = stepping.time_codes_per_step / stage_.GetTimeCodesPerSecond();
  const double ticks = FindTick(stepping, time);
  const auto refuse = [&](const DiagnosticCode& code, std::string why, std::string remedy) {
    return Diagnostic(code, std::move(why), {{}, node.GetProvider().GetString(), 0, 0, 0}, std::move(remedy));
  };
  if (!(ticks <= stepping.max_steps))
    return refuse(
        kComputationSlow,
        fmt::format("`{}` would take {} steps to this time.", node.GetComputation().name.GetText(), ticks),
        "Take longer steps, begin later, or raise Stepping::max_steps.");
  const auto last = static_cast<int64_t>(std::max(ticks, 0.0));
  const auto call = [&](const Function& function, Time when, Datum state) -> Result<Datum> {
    for (Node* input : node.GetInputs())
      if (!scratch.own.contains(input)) Evaluate(*input, when);
    scratch.Clear();
    Gather(node, when, scratch);
    if (!scratch.lasting && !scratch.overrides)
      states.lasting = FindLasting(node.GetComputation().inputs, scratch);
    scratch.lasting = nullptr;
    const auto exclusive = LockExecutor(node.GetComputation());
    const Clock::time_point begin = Clock::now();
    Arguments arguments(node.prim, when, scratch.data, scratch.starts, begin + allowed);
    arguments.SetState(std::move(state), seconds);
    Result<Datum> made = [&] {
      const Calling calling(node.GetComputation(), node.prim);
      return calling.Check(function(arguments));
    }();
    if (Clock::now() - begin <= allowed) return made;
    node.is_stopped = true;
    return refuse(kComputationSlow,
                  fmt::format("A step of `{}` took longer than {} s; it is not called again for this prim.",
                              node.GetComputation().name.GetText(), options_.max_seconds_per_call),
                  "Let it do less at a time, or raise NetworkOptions::max_seconds_per_call.");
  };
  const auto call_at = [&](const Function& function, int64_t tick, Datum state) -> Result<Datum> {
    scratch.lasting = scratch.overrides ? nullptr : states.FindFormer(tick);
    return call(function, Time(first + static_cast<double>(tick) * stepping.time_codes_per_step),
                std::move(state));
  };
  // With overrides nothing is kept, and nothing that was is used.
  std::map<int64_t, Datum> of_overrides;
  std::map<int64_t, Datum>& kept = scratch.overrides ? of_overrides : states.kept;
  const std::lock_guard lock(states.mutex);
  int64_t tick = 0;
  Datum state;
  auto after = kept.upper_bound(last);
  while (after != kept.begin() && stepping.can_resume && !stepping.can_resume(std::prev(after)->second))
    after = kept.erase(std::prev(after));
  if (after != kept.begin()) {
    tick = std::prev(after)->first;
    state = std::prev(after)->second;
  } else {
    STRATA_TRY(state, call_at(stepping.init, 0, {}));
    kept.emplace(0, state);
    states.ticks_per_checkpoint = std::max<int64_t>(stepping.ticks_per_checkpoint, 1);
  }
  while (tick < last) {
    STRATA_TRY(state, call_at(stepping.step, tick + 1, state));
    ++tick;
    if (tick % states.ticks_per_checkpoint != 0) continue;
    kept.insert_or_assign(tick, state);
    if (kept.size() <= std::max(stepping.max_checkpoints, 2u)) continue;
    states.ticks_per_checkpoint *= 2;
    std::erase_if(kept, [&](const auto& each) { return each.first % states.ticks_per_checkpoint != 0; });
  }
  // Where playing goes on from; the one before it is no checkpoint any more.
  if (!scratch.overrides) {
    std::erase_if(kept, [&](const auto& each) { return each.first % states.ticks_per_checkpoint != 0; });
    kept.insert_or_assign(tick, state);
  }
  scratch.lasting = scratch.overrides ? nullptr : states.FindFormer(last);
  return call(node.GetComputation().function, time, std::move(state));
}

Datum Network::EvaluateWith(Node& root, Time time, const Overrides& overrides) const {
  if (RefuseNested(root.GetProvider(), root.GetOutput())) return {};
  const auto asking = Ask();
  Evaluate(root, time);
  Scratch scratch;
  scratch.overrides = &overrides;
  // What the overrides reach, then in the order of inputs.
  std::vector<Node*> waiting;
  {
    const std::shared_lock lock(structure_);
    for (const auto& [path, value] : overrides) {
      const std::vector<Node*> readers = FindReaders(path);
      waiting.insert(waiting.end(), readers.begin(), readers.end());
    }
    while (!waiting.empty()) {
      Node* node = waiting.back();
      waiting.pop_back();
      if (scratch.changed.insert(node).second)
        waiting.insert(waiting.end(), node->dependents.Get().begin(), node->dependents.Get().end());
    }
  }
  if (!scratch.changed.contains(&root)) return GetReady(root, time);
  scratch.stack.push_back({&root, 0});
  while (!scratch.stack.empty()) {
    Scratch::Frame& frame = scratch.stack.back();
    if (frame.next < frame.node->inputs) {
      Node* input = frame.node->GetInputs()[frame.next++];
      if (scratch.changed.contains(input) && !scratch.own.contains(input))
        scratch.stack.push_back({input, 0});
      continue;
    }
    Node* node = frame.node;
    scratch.stack.pop_back();
    scratch.own.insert_or_assign(node, Call(*node, time, scratch));
  }
  return scratch.own.find(&root)->second;
}

std::vector<Network::Step> Network::Explain(Node& top, Time time) const {
  if (RefuseNested(top.GetProvider(), top.GetOutput())) return {};
  const auto asking = Ask();
  Evaluate(top, time);
  std::vector<Step> steps;
  for (Node* node = &top; node; node = node->previous) {
    Evaluate(*node, time);
    Step step;
    step.output = node->GetOutput();
    step.name = node->GetComputation().name;
    step.module = node->GetComputation().module;
    step.answer = GetReady(*node, time);
    step.evaluations = node->evaluations;
    step.nanoseconds = node->nanoseconds;
    for (const Link& link : node->shape->links) {
      Step::Source source;
      source.input = *link.input;
      for (Node* input : node->GetNodes(link)) {
        source.computed.push_back({input->GetProvider(), input->GetOutput()});
        source.answers.push_back(GetReady(*input, time));
      }
      if (link.input->kind == Input::Kind::kAttribute || link.input->kind == Input::Kind::kSamples ||
          link.input->kind == Input::Kind::kSource)
        source.attribute = node->GetProvider().AppendProperty(link.input->name);
      if (link.list == Link::kNone) {
        Datum read = Read(*node, link, time, nullptr);
        if (const Samples* samples = read.GetIf<Samples>(); samples && samples->fraction == 0)
          read = Datum(samples->lower);
        if (!read.IsEmpty()) source.answers.push_back(std::move(read));
      }
      step.sources.push_back(std::move(source));
    }
    steps.push_back(std::move(step));
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

}  // namespace strata::compute
