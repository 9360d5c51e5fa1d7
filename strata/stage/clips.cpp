#include "strata/stage/clips.h"

#include <algorithm>
#include <limits>

#include "strata/layer/fields.h"

namespace strata::stage {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// How far before a jump its left side stands: the smallest step that survives offsets of up to a million and
// retiming by ten, as UsdTimeCode::SafeStep.
constexpr double kStepBeforeJump = std::numeric_limits<double>::epsilon() * 1e6 * 2 * 10;

// Two entries at one time are a jump: the first is what holds just before.
TimePairs SeparateJumps(TimePairs times) {
  std::stable_sort(times.begin(), times.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
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

// Declares every attribute that has samples in some clip.
layer::LayerPtr ClipSet::GenerateManifest() const {
  const layer::FieldNames& names = layer::GetFieldNames();
  layer::LayerPtr manifest = layer::Layer::CreateAnonymous("generated_manifest.usda");
  layer::Layer::ChangeBlock block(*manifest);
  for (const auto& clip : clips_) {
    const layer::Layer* layer = OpenClip(*clip);
    if (!layer) continue;
    layer->GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
      if (spec.GetType() != layer::SpecType::kAttribute || !spec.HasField(names.timeSamples)) return;
      if (!path.HasPrefix(definition_.prim_path) || manifest->HasSpec(path)) return;
      const Value* type = spec.Find(names.typeName);
      // A path that no spec can stand at is declared by nobody.
      if (manifest->CreatePrimSpec(path.GetPrimPath(), Specifier::kOver))
        (void)manifest->CreateAttributeSpec(path, type ? type->GetOr(Token()) : Token());
    });
  }
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
  return low.second + (time - low.first) * (after->second - low.second) / (after->first - low.first);
}

void ClipSet::AppendTimesOf(Clip& clip, Path clip_path, std::vector<double>& times) const {
  const TimeSamples* samples = FindSamples(clip, clip_path);
  if (!samples && definition_.interpolate_missing && !FindManifestDefault(clip_path)) return;
  times.push_back(clip.authored_start);
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
        add(map[i].first + (inner - map[i].second) * (map[i + 1].first - map[i].first) / span);
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
  for (const auto& clip : clips_) AppendTimesOf(*clip, clip_path, *times);
  // Declared, but in no clip: no value, from the first clip on.
  if (times->empty()) times->push_back(clips_.front()->authored_start);
  SortUnique(*times);
  std::lock_guard lock(times_mutex_);
  return times_.try_emplace(path, std::move(times)).first->second;
}

std::vector<double> ClipSet::ListTimes(Path path) const {
  return *FindTimes(path);
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
  const Value& before = samples->GetValue(low);
  const Value& after = samples->GetValue(high);
  if (before.IsBlock()) return {};
  if (low == high || interpolation == InterpolationType::kHeld || after.IsBlock())
    return Retime(before, GetClipToStage(time));
  double span = samples->GetTime(high) - samples->GetTime(low);
  return Retime(Interpolate(before, after, (clip_time - samples->GetTime(low)) / span), GetClipToStage(time));
}

// How values that are times in a clip read on the stage: along the piece of the mapping that holds at `time`.
LayerOffset ClipSet::GetClipToStage(double time) const {
  const TimePairs& map = definition_.times;
  if (map.size() < 2) return {};
  auto after = std::upper_bound(map.begin(), map.end(), time,
                                [](double t, const auto& pair) { return t < pair.first; });
  size_t high = std::clamp<size_t>(static_cast<size_t>(after - map.begin()), 1, map.size() - 1);
  if (high > 1 && map[high].first - map[high - 1].first < 2 * kStepBeforeJump) --high;
  double span = map[high].second - map[high - 1].second;
  if (span == 0) return {};
  double scale = (map[high].first - map[high - 1].first) / span;
  return {map[high - 1].first - map[high - 1].second * scale, scale};
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
