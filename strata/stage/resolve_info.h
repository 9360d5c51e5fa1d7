// Where a value comes from, and every opinion that had a say in it.   (UsdResolveInfo)
#pragma once

#include <string_view>
#include <vector>

#include "strata/compose/compose.h"
#include "strata/stage/time.h"

namespace strata::stage {

enum class InterpolationType : uint8_t { kHeld, kLinear };
enum class ResolveSource : uint8_t { kNone, kFallback, kDefault, kTimeSamples, kValueClips, kSpline };
std::string_view GetResolveSourceName(
    ResolveSource source);  // "none", "fallback", "default", "timeSamples", ...

struct ResolveInfo {
  ResolveSource source = ResolveSource::kNone;
  bool value_is_blocked = false;  // the strongest opinion is None
  compose::PrimIndexPtr index;    // keeps `node` alive; null when there is no opinion
  compose::NodeRef node;
  layer::LayerPtr layer;
  Path spec_path;              // of the attribute spec in `layer`
  LayerOffset layer_to_stage;  // stage time = layer_to_stage * layer time

  bool HasAuthoredValueOpinion() const { return source > ResolveSource::kFallback || value_is_blocked; }
  bool HasAuthoredValue() const { return source > ResolveSource::kFallback && !value_is_blocked; }
  bool ValueSourceMightBeTimeVarying() const {
    return source == ResolveSource::kTimeSamples || source == ResolveSource::kValueClips ||
           source == ResolveSource::kSpline;
  }
};

// What an opinion does to the answer.
enum class OpinionRole : uint8_t {
  kWins,         // the answer is this one
  kContributes,  // the answer is combined of this and others: dictionaries, list ops, array edits, %_
  kBlocks,       // it says: no value; weaker ones are not asked
  kHidden,       // a stronger one decided
  kNotAsked,     // it does not speak about the moment asked for (samples at the default time, ...)
};
std::string_view GetOpinionRoleName(
    OpinionRole role);  // "wins", "contributes", "blocks", "hidden", "not-asked"

// One field of one spec that speaks about what was asked.
struct Opinion {
  compose::NodeRef node;
  layer::LayerPtr layer;
  Path spec_path;
  Token field;  // "default", "timeSamples", "spline", or the metadata field
  Value value;  // as authored in the layer, not retimed
  LayerOffset layer_to_stage;
  OpinionRole role = OpinionRole::kHidden;
};

// All opinions, strongest first. `index` keeps their nodes alive.
struct Opinions {
  compose::PrimIndexPtr index;
  std::vector<Opinion> all;
  ResolveSource source = ResolveSource::kNone;  // of values
  Value fallback;                               // what holds when nobody speaks; empty when nothing does
  Value resolved;                               // the composed answer; empty when there is none
};

}  // namespace strata::stage
