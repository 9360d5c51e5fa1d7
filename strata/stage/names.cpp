// The words for enumerated answers.
#include "strata/stage/resolve_info.h"

namespace strata::stage {

std::string_view GetResolveSourceName(ResolveSource source) {
  switch (source) {
    case ResolveSource::kNone:
      return "none";
    case ResolveSource::kFallback:
      return "fallback";
    case ResolveSource::kDefault:
      return "default";
    case ResolveSource::kTimeSamples:
      return "timeSamples";
    case ResolveSource::kValueClips:
      return "valueClips";
    case ResolveSource::kSpline:
      return "spline";
  }
  return "none";
}

std::string_view GetOpinionRoleName(OpinionRole role) {
  switch (role) {
    case OpinionRole::kWins:
      return "wins";
    case OpinionRole::kContributes:
      return "contributes";
    case OpinionRole::kBlocks:
      return "blocks";
    case OpinionRole::kHidden:
      return "hidden";
    case OpinionRole::kNotAsked:
      return "not-asked";
  }
  return "hidden";
}

}  // namespace strata::stage
