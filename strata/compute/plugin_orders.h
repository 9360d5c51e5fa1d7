// In which order computations change one output, as plugInfo files say it.   (PlugRegistry)
//
//   { "Plugins": [ { "Info": { "Exec": { "Computations": {
//       "my:snap": { "ordering": { "after": ["geo:place"], "before": "my:lift" } }
//   } } } } ] }
//
// Stronger than what computations say themselves, and weaker than Registry::Order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/compute/computation.h"

namespace strata::compute {

inline constexpr DiagnosticCode kOrderUnusable{
    "compute.order-unusable", Severity::kWarning,
    "An order of computations that a plugInfo file declares cannot be used."};

// Declares what the text of one file says; `file` is its name in remarks. What is in another form is reported
// and left out. The order in which files are declared does not matter.
void DeclareComputationOrders(std::string_view text, const std::string& file, Registry& registry,
                              Diagnostics& remarks);

// Reads plugInfo files as layer::ReadPluginFiles finds them. Of an order that names no modifier which the
// registry has, or those of different outputs, a remark is made: computations are to be there before.
void LoadComputationOrders(const std::vector<std::string>& paths, Registry& registry, Diagnostics& remarks);

}  // namespace strata::compute
