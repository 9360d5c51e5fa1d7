// What tells that values of a prim need another look; for the files of this room.
#pragma once

#include <string_view>

#include "strata/stage/prim.h"

namespace strata::compute {

// Ops whose names end so are correctives that people have made.
inline constexpr std::string_view kByHand = "unitsResolve";

// `customData = { bool unitsResolved = 1 }`
bool IsFlaggedByHand(const Value& custom_data);
// Values of clips are in the units of the clip's layer.
bool HasClips(const stage::Prim& prim);

}  // namespace strata::compute
