// Whether edits may concern what arguments of file formats are composed from: a question at little cost, for
// those who leave a cache alone when only values change.
#pragma once

#include "strata/compose/compose.h"
#include "strata/layer/changes.h"

namespace strata::compose {

// Of one layer that the cache composes from. False as long as no index asked for arguments.
bool MayChangeArguments(const Cache& cache, const layer::ChangeList& changes);

}  // namespace strata::compose
