// The walk over everything that says something about an attribute's value, and the values it leads to.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "strata/stage/asset_values.h"
#include "strata/stage/clips.h"
#include "strata/stage/metadata.h"
#include "strata/stage/resolve_target.h"
#include "strata/stage/stage_impl.h"
#include "strata/value/time_samples.h"

namespace strata::stage {

// One thing that can give a value: a field of a spec, or the value clips of a prim.
struct ValueSource {
  ResolveSource kind = ResolveSource::kNone;
  compose::NodeRef node;
  const compose::LayerStack::Entry* entry = nullptr;
  // Of the attribute in the layer of `entry`: its path, or that of its prim with its name. Most who ask for
  // a value need no path, and to make one costs more than the value.
  Path spec_path, prim_path;
  Token name;
  const Value* value = nullptr;  // the field; null for clips
  const ClipSet* clips = nullptr;
  LayerOffset layer_to_stage;

  Path GetSpecPath() const { return spec_path.IsEmpty() ? prim_path.AppendProperty(name) : spec_path; }
  const TimeSamples& GetSamples() const { return value->Get<TimeSamples>(); }
};

// Which sources speak: at the default time only defaults do.
enum class Moment : uint8_t { kDefault, kNumeric };

// All sources of an attribute at a moment, strongest first: those that later ones may add to, and the first
// that decides. Sources that an animation block silences and those behind a stronger field of the same spec
// are not among them.
struct ValueSources {
  std::vector<ValueSource> all;
  bool is_blocked = false;  // what comes after the last of `all` is None
  bool is_animation_blocked = false;
  const Value* fallback = nullptr;
};

// Where the values of an attribute at numeric times come from, found once for many times.
struct KnownSource {
  bool is_usable = false;       // one source decides at all times
  ValueSource source;           // kNone: nobody speaks, or a block does
  compose::PrimIndexPtr index;  // keeps what `source` points to
  // Of the layers that speak of the prim: an edit of theirs may have changed what was found.
  std::vector<std::pair<const layer::Layer*, uint64_t>> revisions;

  // False once a layer was edited. Whether the stage has the same prims as then is for the caller to know.
  bool IsCurrent() const {
    for (const auto& [layer, revision] : revisions)
      if (layer->GetRevision() != revision) return false;
    return true;
  }
};

class AttributeResolver {
 public:
  AttributeResolver(const Stage::Impl& stage, uint32_t record, Token name,
                    AssetPathMode mode = AssetPathMode::kResolve, const ResolveTarget* target = nullptr)
      : stage_(stage),
        record_(record),
        name_(name),
        mode_(mode),
        target_(target && !target->IsNull() ? target : nullptr) {}

  // The specs of the attribute, where the caller has them; they must outlive what is asked.
  void UseSites(const std::vector<FieldSite>& sites) { sites_ = &sites; }

  Value Get(Time time) const;
  KnownSource FindKnownSource() const;
  // The same answer as Get(time), with less to look for. REQUIRES: `known` is current.
  Value Get(Time time, const KnownSource& known) const;
  // The source that decides; of those that combine, the strongest.
  ResolveInfo GetInfo(Moment moment) const;
  std::vector<ResolveInfo> GetInfoChain(Moment moment) const;
  bool HasAuthoredValue() const;                     // as of GetInfo at numeric times
  layer::LayerPtr FindClipLayer(double time) const;  // null where no clips decide
  std::vector<double> GetTimeSamples() const;        // sorted, in the stage's time
  size_t CountTimeSamples() const;
  std::optional<std::pair<double, double>> GetBracketing(double time) const;
  bool MightVary() const;
  // What a layer of the stage's own would have to say for the same answers: no fallbacks, blocks kept.
  Value GetFlatDefault() const;
  TimeSamples GetFlatSamples() const;
  std::optional<Spline> GetSpline() const;

  // Calls visit(source) strongest first, every field of every spec, until it returns false.
  template <class Visitor>
  void VisitAll(Moment moment, Visitor&& visit) const;
  const Value* FindFallback() const;

 private:
  ValueSources Find(Moment moment) const;
  // Whether `source` alone gives the value at `time`: it holds no edit there that waits for a weaker value.
  Value GetHeld(const ValueSource& source, double time) const;
  Value GetInterpolated(const ValueSource& source, Time time) const;
  // The samples of a source around a time of the stage, in the stage's time.
  struct SourceBracket {
    double low = 0, high = 0;
    bool low_is_block = false, high_is_block = false;
  };
  // Nothing for sources without samples.
  std::optional<SourceBracket> FindSourceBracket(const ValueSource& source, Time time) const;
  // What a value at a time is made of where opinions combine: who is asked before and after it, and when.
  struct Moments {
    ValueSources earlier, later;
    std::optional<double> low;    // the last moment that is not after the time
    std::optional<double> first;  // the first moment of those who are asked before
    std::optional<double> high;   // the first moment that is not before the time
    bool comes_back = false;      // whether who is blocked before the time is not after it
  };
  Moments FindMoments(const ValueSources& sources, Time time) const;
  static Value FoldEdits(std::vector<Value> edits, Value whole);
  Value Combine(const ValueSources& sources, double time) const;
  Value GetCombined(const ValueSources& sources, Time time) const;
  Value Finish(Value value, const ValueSource& source) const;
  Value EvaluateSpline(const ValueSource& source, Time time) const;
  ResolveInfo MakeInfo(const ValueSource& source) const;

  const Stage::Impl& stage_;
  uint32_t record_;
  Token name_;
  AssetPathMode mode_;
  const std::vector<FieldSite>* sites_ = nullptr;
  const ResolveTarget* target_;  // null: all opinions speak
};

// Indices of the samples around a stage time. Times meet in the stage's time, as in OpenUSD: a time that
// GetTimeSamples gives hits its sample, whatever the way back to the layer's time rounds.
std::pair<size_t, size_t> FindBracket(const TimeSamples& samples, const LayerOffset& layer_to_stage,
                                      double time);
// Whether a value waits for a weaker one to become whole.
bool NeedsWeaker(const Value& value);
// Of path expressions all opinions are looked at, as in usd-core, whether the stronger ones are whole or not.
bool MayNeedWeaker(ValueType type);
// A value that waits for a weaker one where there is none.
Value ApplyToNothing(Value value);
// `edit` over `weaker` (empty: nothing is there).
Value ApplyOver(const Value& edit, const Value& weaker);

}  // namespace strata::stage
