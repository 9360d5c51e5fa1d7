// Targets and connections as the stage sees them: composed, and named where the asking prim stands.
#pragma once

#include <vector>

#include "strata/stage/prim.h"

namespace strata::stage {

std::vector<Path> ComposeTargets(const Prim& prim, Token property, compose::Cache::Targets which);

}  // namespace strata::stage
