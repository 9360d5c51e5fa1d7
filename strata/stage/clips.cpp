#include "strata/stage/clips.h"

#include <algorithm>
#include <limits>

#include "strata/layer/fields.h"
#include "strata/stage/clip_manifest.h"

namespace strata::stage {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// How far before a jump its left side stands: the smallest step that survives offsets of up to a million and
// retiming by ten, as UsdTimeCode::SafeStep.
constexpr double kStepBeforeJump = std::numeric_limits<double>::epsilon() * 1e6 * 2 * 10;

// Two entries at one time are a jump: the first is what holds just before; before the first time nothing
// does.
TimePairs SeparateJumps(TimePairs times) {
  std::stable_sort(times.begin(), times.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (times.size() > 1 && times[0].first == times[1].first) times.erase(times.begin());
  for (size_t i = 0; i + 1 < times.size(); ++i) {
    if (times[i].first != times[i + 1].first) continue;
    // On the line that leads there, so that what stands on it does not move.
    if (i > 0 && times[i].first > times[i - 1].first) {
      double slope = (times[i].second - times[i - 1].second) / (times[i].first - times[i - 1].first);
      times[i].second -= kStepBeforeJump * slope;
    }
    times[i].first -= kStepBeforeJump;
  }
  return times;
}

void SortUnique(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
}

}  // namespace

ClipSet::ClipSet(ClipDefinition definition, std::shared_ptr<compose::LayerProvider> provider)
    : definition_(std::move(definition)), provider_(std::move(provider)) {
  definition_.times = SeparateJumps(std::move(definition_.times));
  std::stable_sort(definition_.active.begin(), definition_.active.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [start, index] : definition_.active) {
    auto clip = std::make_unique<Clip>();
    clip->asset_path = definition_.asset_paths[static_cast<size_t>(index)];
    clip->authored_start = start;
    clip->start = clips_.empty() ? -kInfinity : start;
    clip->end = kInfinity;
    if (!clips_.empty()) clips_.back()->end = start;
    clips_.push_back(std::move(clip));
  }
}

layer::LayerPtr ClipSet::Open(const std::string& asset_path) const {
  Diagnostics ignored;  // a clip that does not open holds no values; `strata check` reports it
  const layer::LayerPtr& anchor = definition_.stack->GetEntries()[definition_.layer].layer;
  return provider_->FindOrOpen(asset_path, *anchor, ignored);
}

const layer::Layer* ClipSet::OpenClip(Clip& clip) const {
  std::call_once(clip.once, [&] { clip.layer = Open(clip.asset_path); });
  return clip.layer.get();
}

const layer::Layer* ClipSet::OpenManifest() const {
  std::call_once(manifest_once_, [&] {
    manifest_ = definition_.manifest.empty() ? GenerateManifest() : Open(definition_.manifest);
  });
  return manifest_.get();
}

ClipSet::Clip& ClipSet::FindActive(double time) const {
  auto after = std::upper_bound(clips_.begin(), clips_.end(), time,
                                [](double t, const auto& clip) { return t < clip->start; });
  return after == clips_.begin() ? *clips_.front() : **(after - 1);
}

layer::LayerPtr ClipSet::FindActiveLayer(double time) const {
  Clip& clip = FindActive(time);
  return OpenClip(clip) ? clip.layer : nullptr;
}

const TimeSamples* ClipSet::FindSamples(Clip& clip, Path clip_path) const {
  const layer::Layer* layer = OpenClip(clip);
  if (!layer) return nullptr;
  const auto* samples = layer->GetFieldAs<TimeSamples>(clip_path, layer::GetFieldNames().timeSamples);
  return samples && !samples->IsEmpty() ? samples : nullptr;
}

bool ClipSet::Declares(Path path) const {
  Path clip_path = ToClipPath(path);
  const layer::Layer* manifest = OpenManifest();
  if (!manifest || manifest->GetSpecType(clip_path) != layer::SpecType::kAttribute) return false;
  const auto* variability = manifest->GetFieldAs<Variability>(clip_path, layer::GetFieldNames().variability);
  return !variability || *variability == Variability::kVarying;
}

bool ClipSet::HoldsExpressions(Path path) const {
  const layer::Layer* manifest = OpenManifest();
  const Token* type =
      manifest ? manifest->GetFieldAs<Token>(ToClipPath(path), layer::GetFieldNames().typeName) : nullptr;
  return type && *type == "pathExpression";
}

layer::LayerPtr ClipSet::GenerateManifest() const {
  std::vector<const layer::Layer*> layers;
  for (const auto& clip : clips_) layers.push_back(OpenClip(*clip));
  layer::LayerPtr manifest = MakeClipManifest(layers, definition_.prim_path, "generated_manifest.usda");
  // Clips that hold nothing need no layer to say so.
  return manifest->GetContent().GetSpecCount() > 1 ? manifest : nullptr;
}

double ClipSet::ToClipTime(double time) const {
  const TimePairs& times = definition_.times;
  if (times.empty()) return time;
  auto after = std::upper_bound(times.begin(), times.end(), time,
                                [](double t, const auto& pair) { return t < pair.first; });
  if (after == times.begin()) return times.front().second;
  const auto& low = *(after - 1);
  if (after == times.end() || time == low.first) return low.second;
  // In this order, so that it rounds as in usd-core: which sample is met decides over what is held.
  return (time - low.first) * ((after->second - low.second) / (after->first - low.first)) + low.second;
}

void ClipSet::AppendMappedTimes(Clip& clip, Path clip_path, std::vector<double>& times) const {
  const TimeSamples* samples = FindSamples(clip, clip_path);
  auto add = [&](double time) {
    if (time >= clip.start && time < clip.end) times.push_back(time);
  };
  const TimePairs& map = definition_.times;
  for (const auto& [time, clip_time] : map) add(time);
  if (!samples) return;
  if (map.empty())
    for (double time : samples->GetTimes()) add(time);
  for (size_t i = 0; i + 1 < map.size(); ++i) {
    double span = map[i + 1].second - map[i].second;
    bool is_jump = map[i + 1].first - map[i].first < 2 * kStepBeforeJump;
    if (span == 0 || is_jump) continue;
    double low = std::min(map[i].second, map[i + 1].second),
           high = std::max(map[i].second, map[i + 1].second);
    for (double inner : samples->GetTimes()) {
      if (inner > low && inner < high)
        add((inner - map[i].second) * ((map[i + 1].first - map[i].first) / span) + map[i].first);
    }
  }
}

std::shared_ptr<const std::vector<double>> ClipSet::FindTimes(Path path) const {
  {
    std::lock_guard lock(times_mutex_);
    auto found = times_.find(path);
    if (found != times_.end()) return found->second;
  }
  auto times = std::make_shared<std::vector<double>>();
  Path clip_path = ToClipPath(path);
  const bool skips = definition_.interpolate_missing && !FindManifestDefault(clip_path);
  for (const auto& clip : clips_) {
    if (skips && !FindSamples(*clip, clip_path)) continue;
    times->push_back(clip->authored_start);
    AppendMappedTimes(*clip, clip_path, *times);
  }
  // Declared, but in no clip: no value, from the first clip on.
  if (times->empty()) times->push_back(clips_.front()->authored_start);
  SortUnique(*times);
  std::lock_guard lock(times_mutex_);
  return times_.try_emplace(path, std::move(times)).first->second;
}

bool ClipSet::MightVary(Path path) const {
  if (clips_.size() > 1) return true;
  // Of a single clip its mapping counts, also where it holds nothing.
  std::vector<double> times{clips_.front()->authored_start};
  AppendMappedTimes(*clips_.front(), ToClipPath(path), times);
  SortUnique(times);
  return times.size() > 1;
}

std::vector<double> ClipSet::ListTimes(Path path) const {
  return *FindTimes(path);
}

double ClipSet::ToLayerTime(Path path, const LayerOffset& layer_to_stage, double time) const {
  if (layer_to_stage.IsIdentity()) return time;
  const double in_layer = layer_to_stage.GetInverse() * time;
  std::shared_ptr<const std::vector<double>> times = FindTimes(path);
  auto after = std::lower_bound(times->begin(), times->end(), in_layer);
  if (after != times->end() && layer_to_stage * *after == time) return *after;
  if (after != times->begin() && layer_to_stage * *(after - 1) == time) return *(after - 1);
  return in_layer;
}

// What a clip without values for an attribute holds; null when that is nothing.
const Value* ClipSet::FindManifestDefault(Path clip_path) const {
  const layer::Layer* manifest = OpenManifest();
  const Value* value = manifest ? manifest->GetField(clip_path, layer::GetFieldNames().default_) : nullptr;
  return value && !value->IsBlock() ? value : nullptr;
}

Value ClipSet::GetAtSample(Path path, double time, InterpolationType interpolation) const {
  Path clip_path = ToClipPath(path);
  const TimeSamples* samples = FindSamples(FindActive(time), clip_path);
  if (!samples) {
    const layer::Layer* manifest = OpenManifest();
    const Value* stand_in =
        manifest ? manifest->GetField(clip_path, layer::GetFieldNames().default_) : nullptr;
    return stand_in && !stand_in->IsBlock() ? *stand_in : Value();
  }
  double clip_time = ToClipTime(time);
  auto [low, high] = samples->GetBracketing(clip_time);
  const Value before = samples->GetValue(low);
  const Value after = low == high ? before : samples->GetValue(high);
  if (before.IsBlock()) return {};
  if (low == high || interpolation == InterpolationType::kHeld || after.IsBlock())
    return ToLayer(before, time);
  double span = samples->GetTime(high) - samples->GetTime(low);
  return ToLayer(Interpolate(before, after, (clip_time - samples->GetTime(low)) / span), time);
}

// How values that are times in a clip read in the layer: along the piece of the mapping that leads to `time`.
// Pieces on which the clip stands still make one moment of all.
LayerOffset ClipSet::GetClipToLayer(double time) const {
  const TimePairs& map = definition_.times;
  if (map.empty()) return {};
  auto to = std::lower_bound(map.begin(), map.end(), time,
                             [](const auto& pair, double t) { return pair.first < t; });
  size_t high = std::min(static_cast<size_t>(to - map.begin()), map.size() - 1);
  if (high == 0 && map.size() > 1) high = 1;
  if (high > 0 && map[high].first - map[high - 1].first < 2 * kStepBeforeJump) {
    if (high + 1 == map.size()) return {map[high].first, 0};
    ++high;
  }
  const auto& from = map[high == 0 ? 0 : high - 1];
  const double span = map[high].second - from.second;
  if (span == 0) return {from.first, 0};
  const double scale = (map[high].first - from.first) / span;
  return {from.first - from.second * scale, scale};
}

Value ClipSet::ToLayer(Value value, double time) const {
  const LayerOffset to_layer = GetClipToLayer(time);
  const bool is_duration =
      value.GetType() == ValueType::kDuration || value.GetType() == ValueType::kDurationArray;
  return to_layer.scale == 0 && is_duration ? value : Retime(value, to_layer);
}

Value ClipSet::Get(Path path, double time, Limit limit, InterpolationType interpolation) const {
  std::shared_ptr<const std::vector<double>> times = FindTimes(path);
  if (times->empty()) return {};
  auto after = std::lower_bound(times->begin(), times->end(), time);
  if (after == times->end()) return GetAtSample(path, times->back(), interpolation);
  bool is_first = after == times->begin();
  if (is_first || (*after == time && limit == Limit::kAt)) return GetAtSample(path, *after, interpolation);
  Value low = GetAtSample(path, *(after - 1), interpolation);
  if (low.IsEmpty() || interpolation == InterpolationType::kHeld) return low;
  bool is_jump = *after - *(after - 1) < 2 * kStepBeforeJump;
  Value high = is_jump ? Value() : GetAtSample(path, *after, interpolation);
  if (high.IsEmpty()) return low;
  return Interpolate(low, high, (time - *(after - 1)) / (*after - *(after - 1)));
}

void ClipSet::AppendOpenedLayers(std::vector<layer::LayerPtr>& layers) const {
  for (const auto& clip : clips_)
    if (clip->layer) layers.push_back(clip->layer);
  if (manifest_) layers.push_back(manifest_);
}

std::shared_ptr<const ClipSets> ClipCache::FindAuthored(const compose::PrimIndex& index) {
  {
    std::lock_guard lock(mutex_);
    auto found = sets_.find(index.GetPath());
    if (found != sets_.end()) return found->second;
  }
  auto sets = std::make_shared<ClipSets>();
  for (ClipDefinition& definition : FindClipDefinitions(index, *registry_, context_))
    sets->push_back(std::make_shared<const ClipSet>(std::move(definition), provider_));
  std::lock_guard lock(mutex_);
  return sets_.try_emplace(index.GetPath(), std::move(sets)).first->second;
}

std::vector<layer::LayerPtr> ClipCache::GetOpenedLayers() const {
  std::vector<layer::LayerPtr> layers;
  std::lock_guard lock(mutex_);
  for (const auto& [path, sets] : sets_)
    for (const auto& set : *sets) set->AppendOpenedLayers(layers);
  return layers;
}

}  // namespace strata::stage
