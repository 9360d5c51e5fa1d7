// Finds the lines of diagnostics that name a file and a spec only.
#pragma once

#include <string>
#include <vector>

#include "strata/base/diagnostic.h"

namespace strata::tool {

// Composition knows specs, not lines: recording lines for every layer would cost every run. Here the few
// files that diagnostics name are read again with their lines. Best effort: what cannot be found stays as it
// is.
void LocateDiagnostics(Diagnostics& diagnostics, const std::vector<std::string>& search_paths);

}  // namespace strata::tool
