// The times at which an attribute has samples, from whichever source has the say.
#include <algorithm>

#include "strata/stage/resolve.h"
#include "strata/stage/resolve_walk.h"

namespace strata::stage {

namespace {

void SortUnique(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
}

// Whether a source says all there is to say at `time`.
bool IsWholeAt(const ValueSource& source, double time) {
  if (source.kind == ResolveSource::kDefault) return !MayNeedWeaker(source.value->GetType());
  if (source.kind == ResolveSource::kValueClips) return !source.clips->HoldsExpressions(source.spec_path);
  if (source.kind != ResolveSource::kTimeSamples) return true;
  const TimeSamples& samples = source.GetSamples();
  return !MayNeedWeaker(samples.GetValueType(FindBracket(samples, source.layer_to_stage, time).first));
}

void AppendTimes(const ValueSource& source, std::vector<double>& times) {
  if (source.kind == ResolveSource::kTimeSamples) {
    for (double time : source.GetSamples().GetTimes()) times.push_back(source.layer_to_stage * time);
  } else if (source.kind == ResolveSource::kValueClips) {
    for (double time : source.clips->ListTimes(source.spec_path))
      times.push_back(source.layer_to_stage * time);
  }
}

}  // namespace

ClipSets FindClipSets(const Stage::Impl& stage, uint32_t record) {
  ClipSets sets;
  // Clips of an instance do not reach into its prototype, as usd-core has it.
  for (; record != kNoRecord && stage.Record(record).Is(PrimFlag::kHasClips) &&
         !stage.Record(record).Is(PrimFlag::kPrototype);
       record = stage.Record(record).parent) {
    std::shared_ptr<const ClipSets> authored = stage.clips->FindAuthored(*stage.Record(record).index);
    sets.insert(sets.end(), authored->begin(), authored->end());
  }
  return sets;
}

std::vector<double> AttributeResolver::GetTimeSamples() const {
  std::vector<double> times;
  ValueSources sources = Find(Moment::kNumeric);
  for (size_t i = 0; i < sources.all.size(); ++i) {
    const size_t known = times.size();
    AppendTimes(sources.all[i], times);
    if (i == 0) continue;
    // What weaker sources do where a stronger one is whole changes nothing.
    auto hidden = [&](double time) {
      return std::any_of(sources.all.begin(), sources.all.begin() + static_cast<std::ptrdiff_t>(i),
                         [time](const ValueSource& stronger) { return IsWholeAt(stronger, time); });
    };
    times.erase(std::remove_if(times.begin() + static_cast<std::ptrdiff_t>(known), times.end(), hidden),
                times.end());
  }
  // Those of one layer stay in its order, also where its time runs backwards on the stage.
  if (sources.all.size() > 1) SortUnique(times);
  return times;
}

size_t AttributeResolver::CountTimeSamples() const {
  ValueSources sources = Find(Moment::kNumeric);
  if (sources.all.size() == 1 && sources.all.front().kind == ResolveSource::kTimeSamples)
    return sources.all.front().GetSamples().GetSize();
  return GetTimeSamples().size();
}

Value AttributeResolver::GetFlatDefault() const {
  bool speaks = false;
  VisitAll(Moment::kDefault, [&speaks](const ValueSource&) {
    speaks = true;
    return false;
  });
  if (!speaks) return {};
  ValueSources sources = Find(Moment::kDefault);
  sources.fallback = nullptr;
  Value value = sources.all.empty() ? Value() : GetCombined(sources, Time::Default());
  return value.IsEmpty() ? Value(ValueBlock()) : value;
}

TimeSamples AttributeResolver::GetFlatSamples() const {
  TimeSamples flat;
  ValueSources sources = Find(Moment::kNumeric);
  if (sources.all.size() == 1 && sources.all.front().kind == ResolveSource::kTimeSamples) {
    const ValueSource& source = sources.all.front();
    const TimeSamples& samples = source.GetSamples();
    flat.Reserve(samples.GetSize());
    for (size_t i = 0; i < samples.GetSize(); ++i) {
      Value value = Finish(samples.GetValue(i), source);
      flat.Set(source.layer_to_stage * samples.GetTime(i),
               value.IsEmpty() ? Value(ValueBlock()) : std::move(value));
    }
    return flat;
  }
  sources.fallback = nullptr;
  for (double time : GetTimeSamples()) {
    bool from_clips = sources.all.size() == 1 && sources.all.front().kind == ResolveSource::kValueClips;
    Value value = from_clips ? GetInterpolated(sources.all.front(), time) : Combine(sources, time);
    flat.Set(time, value.IsEmpty() ? Value(ValueBlock()) : std::move(value));
  }
  return flat;
}

std::optional<std::pair<double, double>> AttributeResolver::GetBracketing(double time) const {
  ValueSources sources = Find(Moment::kNumeric);
  if (sources.all.size() == 1 && sources.all.front().kind == ResolveSource::kTimeSamples) {
    const TimeSamples& samples = sources.all.front().GetSamples();
    const LayerOffset& to_stage = sources.all.front().layer_to_stage;
    auto [low, high] = FindBracket(samples, to_stage, time);
    return std::pair(to_stage * samples.GetTime(low), to_stage * samples.GetTime(high));
  }
  std::vector<double> times = GetTimeSamples();
  if (times.empty()) return std::nullopt;
  auto after = std::lower_bound(times.begin(), times.end(), time);
  if (after == times.end()) return std::pair(times.back(), times.back());
  if (after == times.begin() || *after == time) return std::pair(*after, *after);
  return std::pair(*(after - 1), *after);
}

bool AttributeResolver::MightVary() const {
  // Most attributes have one opinion, which decides.
  ResolveSource first = ResolveSource::kNone;
  bool waits = false;
  VisitAll(Moment::kNumeric, [&](const ValueSource& source) {
    first = source.kind;
    waits = first != ResolveSource::kDefault || source.value->Holds<AnimationBlock>() ||
            MayNeedWeaker(source.value->GetType());
    return false;
  });
  if (!waits) return false;
  ValueSources sources = Find(Moment::kNumeric);
  if (sources.all.empty()) return false;
  if (sources.all.size() == 1) {
    const ValueSource& only = sources.all.front();
    if (only.kind == ResolveSource::kDefault) return false;
    if (only.kind == ResolveSource::kSpline) return true;
    if (only.kind == ResolveSource::kTimeSamples) {
      const TimeSamples& samples = only.GetSamples();
      return samples.GetSize() > 1 || MayNeedWeaker(samples.GetValueType(0));
    }
    return only.clips->MightVary(only.spec_path);
  }
  // Of several that combine usd-core does not count the samples, but those of a clip.
  return std::any_of(sources.all.begin(), sources.all.end(), [](const ValueSource& source) {
    if (source.kind == ResolveSource::kValueClips) return source.clips->MightVary(source.spec_path);
    return source.kind != ResolveSource::kDefault;
  });
}

std::optional<Spline> AttributeResolver::GetSpline() const {
  ValueSources sources = Find(Moment::kNumeric);
  if (sources.all.empty() || sources.all.front().kind != ResolveSource::kSpline) return std::nullopt;
  const ValueSource& source = sources.all.front();
  Value mapped = Retime(*source.value, source.layer_to_stage);
  return mapped.Get<Spline>();
}

}  // namespace strata::stage
