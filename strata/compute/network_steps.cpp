// Computations that go on in steps: which states are kept, and how the others are made of them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/compute/calling.h"
#include "strata/compute/network_scratch.h"

namespace strata::compute {

using Clock = Arguments::Clock;
using stage::Time;

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

}  // namespace strata::compute
