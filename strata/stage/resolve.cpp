#include "strata/stage/resolve.h"

#include <algorithm>

#include "strata/layer/fields.h"
#include "strata/stage/resolve_walk.h"
#include "strata/value/array_edit.h"
#include "strata/value/spline.h"

namespace strata::stage {

namespace {

// A value that time maps differently in a layer than on the stage, or that names assets, as the stage sees
// it.
void TranslatePaths(Value& value, const ValueSource& source) {
  PathExpression* expression = value.GetMutable<PathExpression>();
  if (!expression) return;
  // usd-core anchors those of samples nowhere.
  if (source.kind == ResolveSource::kDefault)
    *expression = expression->MakeAbsolute(source.GetSpecPath().GetPrimPath());
  if (source.kind == ResolveSource::kValueClips)
    *expression = expression->MakeAbsolute(source.clips->ToClipPath(source.spec_path).GetPrimPath());
  const compose::MapFunction& map = source.node.GetMapToRoot();
  if (!map.IsIdentityPathMapping())
    *expression = expression->MapPaths([&map](Path path) {
      if (path.IsAbsolute()) return map.MapSourceToTarget(path);
      return map.HasRootIdentity() ? path : Path();
    });
}

// Edits stand among arrays and path expressions only, so that long runs of other samples need no search.
bool MayHoldEdits(const TimeSamples& samples) {
  const ValueType first = samples.GetValueType(0);
  if (!IsArrayType(first) && first != ValueType::kValueBlock && !MayNeedWeaker(first)) return false;
  for (size_t i = 0; i < samples.GetSize(); ++i)
    if (MayNeedWeaker(samples.GetValueType(i))) return true;
  return false;
}

Value GetFromClips(const ValueSource& source, double time, ClipSet::Limit limit,
                   InterpolationType interpolation) {
  const double in_layer = source.clips->ToLayerTime(source.spec_path, source.layer_to_stage, time);
  return source.clips->Get(source.spec_path, in_layer, limit, interpolation);
}

double BlendFactor(double low, double high, double time) {
  return high == low ? 0.0 : (time - low) / (high - low);
}

}  // namespace

std::pair<size_t, size_t> FindBracket(const TimeSamples& samples, const LayerOffset& layer_to_stage,
                                      double time) {
  if (layer_to_stage.IsIdentity()) return samples.GetBracketing(time);
  auto [low, high] = samples.GetBracketing(layer_to_stage.GetInverse() * time);
  if (layer_to_stage.scale < 0) return {low, high};  // time runs backwards: nothing is interpolated
  if (low != high && layer_to_stage * samples.GetTime(high) == time) low = high;
  if (low != high && layer_to_stage * samples.GetTime(low) == time) high = low;
  return {low, high};
}

bool MayNeedWeaker(ValueType type) {
  return type == ValueType::kArrayEdit || type == ValueType::kPathExpression;
}

Value ApplyToNothing(Value value) {
  return NeedsWeaker(value) ? ApplyOver(value, {}) : value;
}

bool NeedsWeaker(const Value& value) {
  if (value.Holds<ArrayEdit>()) return true;
  const PathExpression* expression = value.GetIf<PathExpression>();
  return expression && expression->ContainsWeakerReference();
}

Value ApplyOver(const Value& edit, const Value& weaker) {
  if (const ArrayEdit* array_edit = edit.GetIf<ArrayEdit>()) {
    if (const ArrayEdit* below = weaker.GetIf<ArrayEdit>()) return Value(array_edit->ComposeOver(*below));
    return array_edit->ApplyTo(weaker);
  }
  if (const PathExpression* expression = edit.GetIf<PathExpression>())
    return Value(expression->ComposeOver(weaker.GetOr(PathExpression())));
  return edit;
}

const Value* AttributeResolver::FindFallback() const {
  const schema::PrimDefinition* definition = stage_.Record(record_).definition;
  const schema::PropertyDefinition* property = definition ? definition->FindProperty(name_) : nullptr;
  return property && !property->fallback.IsEmpty() ? &property->fallback : nullptr;
}

ValueSources AttributeResolver::Find(Moment moment) const {
  ValueSources sources;
  sources.fallback = FindFallback();
  VisitAll(moment, [&](const ValueSource& source) {
    bool is_default = source.kind == ResolveSource::kDefault;
    if (sources.is_animation_blocked && !is_default) return true;
    // A weaker field of a spec that has spoken already is behind it, and so are the clips of its layer.
    if (!sources.all.empty() && sources.all.back().node == source.node &&
        sources.all.back().entry == source.entry) {
      return true;
    }
    if (is_default) {
      if (source.value->Holds<AnimationBlock>()) {
        sources.is_animation_blocked = true;
        return true;
      }
      if (source.value->IsBlock()) {
        sources.is_blocked = true;
        return false;
      }
      sources.all.push_back(source);
      return MayNeedWeaker(source.value->GetType());
    }
    sources.all.push_back(source);
    if (source.kind == ResolveSource::kValueClips) return source.clips->HoldsExpressions(source.spec_path);
    if (source.kind != ResolveSource::kTimeSamples) return false;
    return MayHoldEdits(source.GetSamples());
  });
  return sources;
}

Value AttributeResolver::Finish(Value value, const ValueSource& source) const {
  if (value.IsEmpty() || value.IsBlock()) return {};
  if (!source.layer_to_stage.IsIdentity()) value = Retime(value, source.layer_to_stage);
  const bool names_something =
      HoldsAssetPaths(value) || value.Holds<ArrayEdit>() || value.Holds<PathExpression>();
  if (!names_something) return value;
  AssetPathResolver resolver(*stage_.registry, *stage_.options.resolver_context, mode_,
                             &stage_.cache->GetRootLayerStack()->GetExpressionVariables());
  const layer::Layer& layer = *source.entry->layer;
  const compose::LayerStack& stack = *source.node.GetLayerStack();
  if (HoldsAssetPaths(value)) {
    resolver.ResolveIn(value, layer, stack);
  } else if (value.Holds<ArrayEdit>() && HoldsAssetPaths(value.Get<ArrayEdit>().literals)) {
    resolver.ResolveIn(value.GetMutable<ArrayEdit>()->literals, layer, stack);
  } else if (value.Holds<PathExpression>()) {
    TranslatePaths(value, source);
  }
  return value;
}

Value AttributeResolver::EvaluateSpline(const ValueSource& source, Time time) const {
  const Spline& spline = source.value->Get<Spline>();
  double in_layer = source.layer_to_stage.GetInverse() * time.GetValue();
  std::optional<double> number =
      time.IsPreTime() ? spline.EvaluatePreValue(in_layer) : spline.Evaluate(in_layer);
  if (!number) return {};
  if (spline.time_valued) return Value(source.layer_to_stage * TimeCode{*number});
  return CastValue(Value(*number), spline.value_type);
}

Value AttributeResolver::GetHeld(const ValueSource& source, double time) const {
  switch (source.kind) {
    case ResolveSource::kDefault:
      return *source.value;
    case ResolveSource::kTimeSamples: {
      const TimeSamples& samples = source.GetSamples();
      return samples.GetValue(FindBracket(samples, source.layer_to_stage, time).first);
    }
    case ResolveSource::kSpline:
      return EvaluateSpline(source, time);
    case ResolveSource::kValueClips: {
      // What a clip says at a time of its mapping lies between its own samples.
      const std::vector<double> times = source.clips->ListTimes(source.spec_path);
      if (times.empty()) return {};
      auto after = std::upper_bound(times.begin(), times.end(), time, [&](double moment, double each) {
        return moment < source.layer_to_stage * each;
      });
      const double sample = after == times.begin() ? times.front() : *(after - 1);
      return source.clips->Get(source.spec_path, sample, ClipSet::Limit::kAt, stage_.options.interpolation);
    }
    default:
      return {};
  }
}

Value AttributeResolver::GetInterpolated(const ValueSource& source, Time time) const {
  if (source.kind == ResolveSource::kDefault) return Finish(*source.value, source);
  if (source.kind == ResolveSource::kSpline) return EvaluateSpline(source, time);
  InterpolationType interpolation = stage_.options.interpolation;
  if (source.kind == ResolveSource::kValueClips) {
    ClipSet::Limit limit = time.IsPreTime() ? ClipSet::Limit::kLeft : ClipSet::Limit::kAt;
    Value value = Finish(GetFromClips(source, time.GetValue(), limit, interpolation), source);
    return ApplyToNothing(std::move(value));
  }
  const TimeSamples& samples = source.GetSamples();
  const LayerOffset& to_stage = source.layer_to_stage;
  auto [low, high] = FindBracket(samples, to_stage, time.GetValue());
  if (time.IsPreTime() && low == high && low > 0 && to_stage * samples.GetTime(low) == time.GetValue()) --low;
  const Value before = samples.GetValue(low);
  const Value after = low == high ? before : samples.GetValue(high);
  if (low == high || interpolation == InterpolationType::kHeld || before.IsBlock() || after.IsBlock() ||
      to_stage.scale < 0) {
    return ApplyToNothing(Finish(before, source));
  }
  double blend =
      BlendFactor(to_stage * samples.GetTime(low), to_stage * samples.GetTime(high), time.GetValue());
  if (!NeedsWeaker(before) && !NeedsWeaker(after)) return Finish(Interpolate(before, after, blend), source);
  return Interpolate(ApplyToNothing(Finish(before, source)), ApplyToNothing(Finish(after, source)), blend);
}

Value AttributeResolver::FoldEdits(std::vector<Value> edits, Value whole) {
  for (; !edits.empty(); edits.pop_back()) whole = ApplyOver(edits.back(), whole);
  return whole;
}

// What all sources together say at a time at which some of them has a sample, none of them interpolated.
Value AttributeResolver::Combine(const ValueSources& sources, double time) const {
  std::vector<Value> edits;
  for (const ValueSource& source : sources.all) {
    Value value = Finish(GetHeld(source, time), source);
    if (!NeedsWeaker(value)) return FoldEdits(std::move(edits), std::move(value));
    edits.push_back(std::move(value));
  }
  const bool falls_back = !sources.is_blocked && sources.fallback;
  return FoldEdits(std::move(edits), falls_back ? *sources.fallback : Value());
}

std::optional<AttributeResolver::SourceBracket> AttributeResolver::FindSourceBracket(
    const ValueSource& source, Time time) const {
  const double moment = time.GetValue();
  const LayerOffset& to_stage = source.layer_to_stage;
  SourceBracket bracket;
  if (source.kind == ResolveSource::kTimeSamples) {
    const TimeSamples& samples = source.GetSamples();
    auto [low, high] = FindBracket(samples, to_stage, moment);
    if (time.IsPreTime() && low == high && low > 0 && to_stage * samples.GetTime(low) == moment) --low;
    bracket.low = to_stage * samples.GetTime(low);
    bracket.high = to_stage * samples.GetTime(high);
    bracket.low_is_block = samples.GetValueType(low) == ValueType::kValueBlock;
    bracket.high_is_block = samples.GetValueType(high) == ValueType::kValueBlock;
    return bracket;
  }
  if (source.kind != ResolveSource::kValueClips) return std::nullopt;
  std::vector<double> times = source.clips->ListTimes(source.spec_path);
  if (times.empty()) return std::nullopt;
  for (double& each : times) each = to_stage * each;
  auto after = std::lower_bound(times.begin(), times.end(), moment);
  if (after == times.end()) --after;
  const bool is_inside =
      after != times.begin() && (*after > moment || (time.IsPreTime() && *after == moment));
  bracket.low = is_inside ? *(after - 1) : *after;
  bracket.high = *after;
  bracket.low_is_block = GetHeld(source, bracket.low).IsEmpty();  // as clips give blocks
  bracket.high_is_block = GetHeld(source, bracket.high).IsEmpty();
  return bracket;
}

// Two moments are found, each the nearest at which a source that has a say at the time has a sample. Before,
// those have a say that do at the time, up to one that is whole and short of one that is blocked; after,
// those up to one that is whole then. A sample that is a block is no moment: what was before it stays.
AttributeResolver::Moments AttributeResolver::FindMoments(const ValueSources& sources, Time time) const {
  const double moment = time.GetValue();
  Moments found;
  found.earlier.fallback = sources.fallback;
  found.earlier.is_blocked = sources.is_blocked;
  found.later = sources;
  const auto end_later = [&](size_t count) {
    found.later.all.resize(count);
    found.later.is_blocked = true;
  };
  for (size_t i = 0; i < sources.all.size(); ++i) {
    const ValueSource& source = sources.all[i];
    const std::optional<SourceBracket> bracket = FindSourceBracket(source, time);
    const bool is_blocked = bracket && bracket->low_is_block;
    // Who has a say just before a time is who has it at the time, as usd-core has it.
    const bool is_last = is_blocked || !MayNeedWeaker(GetHeld(source, moment).GetType());
    if (bracket && !bracket->high_is_block && bracket->high >= moment)
      found.high = std::min(found.high.value_or(bracket->high), bracket->high);
    if (!is_blocked) found.earlier.all.push_back(source);
    if (bracket && !is_blocked) {
      found.first = std::min(found.first.value_or(bracket->low), bracket->low);
      if (bracket->low < moment || (bracket->low == moment && !time.IsPreTime()))
        found.low = std::max(found.low.value_or(bracket->low), bracket->low);
    }
    if (!is_last) continue;
    found.earlier.is_blocked = true;
    found.comes_back = is_blocked && !bracket->high_is_block;
    if (bracket && bracket->high_is_block) {
      if (found.high && bracket->high < *found.high) end_later(i);
    } else if (bracket && NeedsWeaker(GetHeld(source, bracket->high))) {
      for (size_t next = i + 1; next < sources.all.size(); ++next) {
        const std::optional<SourceBracket> around = FindSourceBracket(sources.all[next], bracket->high);
        const bool waits = around && !around->high_is_block;
        if (!waits || !NeedsWeaker(GetHeld(sources.all[next], around->high))) {
          if (around) end_later(next + 1);
          break;
        }
      }
    }
    break;
  }
  return found;
}

Value AttributeResolver::GetCombined(const ValueSources& sources, Time time) const {
  if (time.IsDefault()) {
    // A block below an edit leaves nothing to edit at the default time, unless animation is blocked too, as
    // usd-core has it.
    return sources.is_blocked && !sources.is_animation_blocked ? Value() : Combine(sources, 0);
  }
  const double moment = time.GetValue();
  const auto [earlier, later, low, first, high, comes_back] = FindMoments(sources, time);
  const double from = low ? *low : first.value_or(moment);
  const bool is_held = stage_.options.interpolation == InterpolationType::kHeld;
  // Held before a sample is what was; interpolation has arrived.
  if (time.IsPreTime() && high && *high == moment && !is_held) return Combine(sources, *high);
  if (earlier.all.empty()) return {};
  if (high && comes_back && first && !low && !is_held) return Combine(later, *high);
  Value before = Combine(earlier, from);
  if (!high || *high <= from || is_held) return before;
  return Interpolate(before, Combine(later, *high), BlendFactor(from, *high, moment));
}

Value AttributeResolver::Get(Time time) const {
  ValueSource first;
  bool waits = false, blocked = false, animation_blocked = false;
  // Most attributes are decided by their first source: no list of sources is made for them.
  VisitAll(time.IsDefault() ? Moment::kDefault : Moment::kNumeric, [&](const ValueSource& source) {
    if (source.kind == ResolveSource::kDefault) {
      if (source.value->Holds<AnimationBlock>()) {
        animation_blocked = true;
        return true;
      }
      blocked = source.value->IsBlock();
      waits = MayNeedWeaker(source.value->GetType());
    } else if (animation_blocked) {
      return true;
    } else if (source.kind == ResolveSource::kTimeSamples) {
      const TimeSamples& samples = source.GetSamples();
      auto [low, high] = FindBracket(samples, source.layer_to_stage, time.GetValue());
      waits = MayNeedWeaker(samples.GetValueType(low)) || MayNeedWeaker(samples.GetValueType(high));
    }
    first = source;
    return false;
  });
  if (waits) {
    ValueSources sources = Find(time.IsDefault() ? Moment::kDefault : Moment::kNumeric);
    if (time.IsDefault() || sources.all.size() > 1 || first.kind != ResolveSource::kTimeSamples)
      return GetCombined(sources, time);
  }
  // A block leaves nothing at the default time, and the fallback at all others, as usd-core has it.
  if (blocked && time.IsDefault()) return {};
  if (first.kind == ResolveSource::kNone || blocked) {
    const Value* fallback = FindFallback();
    return fallback ? *fallback : Value();
  }
  return GetInterpolated(first, time);
}

KnownSource AttributeResolver::FindKnownSource() const {
  KnownSource known;
  // What clips say changes from time to time.
  if (stage_.Record(record_).Is(PrimFlag::kHasClips)) return known;
  known.is_usable = true;
  known.index = stage_.Record(record_).index;
  bool animation_blocked = false;
  VisitAll(Moment::kNumeric, [&](const ValueSource& source) {
    if (source.kind == ResolveSource::kDefault) {
      if (source.value->Holds<AnimationBlock>()) {
        animation_blocked = true;
        return true;
      }
      if (source.value->IsBlock()) return false;
      known.is_usable = !MayNeedWeaker(source.value->GetType());
    } else if (animation_blocked) {
      return true;
    } else if (source.kind == ResolveSource::kTimeSamples) {
      known.is_usable = !MayHoldEdits(source.GetSamples());
    }
    known.source = source;
    return false;
  });
  const compose::PrimIndex* index = stage_.IndexOf(record_);
  if (!index) return known;
  for (const compose::SpecSite& site : index->GetSpecStack()) {
    const std::pair<const layer::Layer*, uint64_t> seen(site.entry->layer.get(),
                                                        site.entry->layer->GetRevision());
    if (std::find(known.revisions.begin(), known.revisions.end(), seen) == known.revisions.end())
      known.revisions.push_back(seen);
  }
  return known;
}

Value AttributeResolver::Get(Time time, const KnownSource& known) const {
  if (!known.is_usable || time.IsDefault()) return Get(time);
  if (known.source.kind != ResolveSource::kNone) return GetInterpolated(known.source, time);
  const Value* fallback = FindFallback();
  return fallback ? *fallback : Value();
}

ResolveInfo AttributeResolver::MakeInfo(const ValueSource& source) const {
  ResolveInfo info;
  info.source = source.kind;
  info.index = target_ ? target_->GetPrimIndex() : stage_.Record(record_).index;
  info.node = source.node;
  info.layer = source.entry->layer;
  info.spec_path = source.GetSpecPath();
  info.layer_to_stage = source.layer_to_stage;
  return info;
}

std::vector<ResolveInfo> AttributeResolver::GetInfoChain(Moment moment) const {
  ValueSources sources = Find(moment);
  std::vector<ResolveInfo> chain;
  for (const ValueSource& source : sources.all) chain.push_back(MakeInfo(source));
  bool waits = sources.all.empty();
  if (!waits) {
    const ValueSource& last = sources.all.back();
    waits = last.kind == ResolveSource::kDefault && MayNeedWeaker(last.value->GetType());
  }
  // What waits for a weaker one is followed by that, be it nothing.
  if (waits) {
    ResolveInfo info;
    if (sources.fallback) info.source = ResolveSource::kFallback;
    info.value_is_blocked = sources.is_blocked;
    chain.push_back(std::move(info));
  }
  return chain;
}

ResolveInfo AttributeResolver::GetInfo(Moment moment) const {
  return GetInfoChain(moment).front();
}

bool AttributeResolver::HasAuthoredValue() const {
  bool is_animation_blocked = false, is_found = false;
  VisitAll(Moment::kNumeric, [&](const ValueSource& source) {
    const bool is_default = source.kind == ResolveSource::kDefault;
    if (is_default && source.value->Holds<AnimationBlock>()) is_animation_blocked = true;
    if (is_default ? source.value->Holds<AnimationBlock>() : is_animation_blocked) return true;
    is_found = !is_default || !source.value->IsBlock();
    return false;
  });
  return is_found;
}

layer::LayerPtr AttributeResolver::FindClipLayer(double time) const {
  const ValueSources sources = Find(Moment::kNumeric);
  if (sources.all.empty() || sources.all.front().kind != ResolveSource::kValueClips) return nullptr;
  const ValueSource& source = sources.all.front();
  return source.clips->FindActiveLayer(
      source.clips->ToLayerTime(source.spec_path, source.layer_to_stage, time));
}

}  // namespace strata::stage
