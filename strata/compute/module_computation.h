// Computations of the modules of this room, set up alike; for the files of this room.
#pragma once

#include <string_view>

#include "strata/compute/computation.h"

namespace strata::compute {

// One of values as they are written.
Computation MakeModuleComputation(std::string_view module, Token output, std::string_view name,
                                  std::vector<Token> schemas, std::vector<Input> inputs, Function function);
// Adds one behind which changes end where its answer stays the same.
Result<void> AddCutOff(Registry& registry, Computation computation);

}  // namespace strata::compute
