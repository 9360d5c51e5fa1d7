// What functions are called with: what is read of the stage, and the answers that are ready.
#include "strata/compute/network_scratch.h"

namespace strata::compute {

namespace {

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

}  // namespace

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

}  // namespace strata::compute
