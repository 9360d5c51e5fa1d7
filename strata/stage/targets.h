// Targets and connections as the stage sees them: composed, and named where the asking prim stands.
#pragma once

#include <vector>

#include "strata/stage/prim.h"

namespace strata::stage {

// Paths of a path expression as the asking prim names them: what instances share is composed at one of them.
Value NameForProxy(Value value, const Prim& prim);

std::vector<Path> ComposeTargets(const Prim& prim, Token property, compose::Cache::Targets which);

}  // namespace strata::stage
