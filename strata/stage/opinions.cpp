// Every word on an attribute's value, and what each does to the answer.
#include "strata/layer/fields.h"
#include "strata/stage/attribute.h"
#include "strata/stage/resolve.h"
#include "strata/stage/resolve_walk.h"

namespace strata::stage {

namespace {

Token FieldOf(const ValueSource& source) {
  const layer::FieldNames& names = layer::GetFieldNames();
  switch (source.kind) {
    case ResolveSource::kTimeSamples:
      return names.timeSamples;
    case ResolveSource::kSpline:
      return names.spline;
    case ResolveSource::kValueClips:
      return names.clips;
    default:
      return names.default_;
  }
}

// Follows the walk and judges each source by what stands above it.
class Judge {
 public:
  Judge(Time time, ResolveSource& decided_by) : time_(time), decided_by_(decided_by) {}

  OpinionRole operator()(const ValueSource& source) {
    bool is_default = source.kind == ResolveSource::kDefault;
    if (time_.IsDefault() && !is_default) return OpinionRole::kNotAsked;
    bool same_spec = spoke_ && source.GetSpecPath() == last_path_ && source.entry == last_entry_;
    if (decided_ || same_spec || (animation_blocked_ && !is_default)) return OpinionRole::kHidden;
    if (is_default && source.value->Holds<AnimationBlock>()) {
      if (time_.IsDefault()) return OpinionRole::kNotAsked;
      animation_blocked_ = true;
      return OpinionRole::kBlocks;
    }
    if (is_default && source.value->IsBlock()) {
      decided_ = true;
      return OpinionRole::kBlocks;
    }
    if (!spoke_) decided_by_ = source.kind;
    bool combined_before = spoke_;
    spoke_ = true;
    last_path_ = source.GetSpecPath();
    last_entry_ = source.entry;
    bool waits = Waits(source);
    decided_ = !waits;
    return waits || combined_before ? OpinionRole::kContributes : OpinionRole::kWins;
  }

 private:
  bool Waits(const ValueSource& source) const {
    if (source.kind == ResolveSource::kDefault) return NeedsWeaker(*source.value);
    if (source.kind != ResolveSource::kTimeSamples) return false;
    const TimeSamples& samples = source.GetSamples();
    auto [low, high] = samples.GetBracketing(source.layer_to_stage.GetInverse() * time_.GetValue());
    return NeedsWeaker(samples.GetValue(low)) || NeedsWeaker(samples.GetValue(high));
  }

  Time time_;
  ResolveSource& decided_by_;
  Path last_path_;
  const compose::LayerStack::Entry* last_entry_ = nullptr;
  bool decided_ = false, animation_blocked_ = false, spoke_ = false;
};

}  // namespace

Opinions Attribute::GetOpinions(Time time) const {
  Opinions opinions;
  PrimAccess access(prim_);
  if (!access || !access.Index()) return opinions;
  AttributeResolver resolver(*access.stage, access.record, name_);
  opinions.index = access.Get().index;
  Judge judge(time, opinions.source);
  // All fields are listed, also those that do not speak at the moment asked for.
  resolver.VisitAll(Moment::kNumeric, [&](const ValueSource& source) {
    Opinion& opinion = opinions.all.emplace_back();
    opinion.node = source.node;
    opinion.layer = source.entry->layer;
    opinion.spec_path = source.GetSpecPath();
    opinion.field = FieldOf(source);
    if (source.value) opinion.value = *source.value;
    opinion.layer_to_stage = source.layer_to_stage;
    opinion.role = judge(source);
    return true;
  });
  if (const Value* fallback = resolver.FindFallback()) {
    opinions.fallback = *fallback;
    if (opinions.source == ResolveSource::kNone) opinions.source = ResolveSource::kFallback;
  }
  opinions.resolved = resolver.Get(time);
  return opinions;
}

}  // namespace strata::stage
