// Of many composition errors, what they come from.
#pragma once

#include <vector>

#include "strata/compose/errors.h"

namespace strata::compose {

// One diagnostic for each cause, in the order in which they are met: a file that is missing, an arc that
// leads nowhere or back, a budget that is passed. The first error of a cause is told, with a note of how
// often it is met again and where next: an asset with a broken arc has the same error at all who use it.
// Costs what there are of errors.
std::vector<Diagnostic> TellCauses(const CompositionErrors& errors);

}  // namespace strata::compose
