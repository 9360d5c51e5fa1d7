// The one engine behind the module: what in pxr is global (layers, resolver, schemas) belongs to it.
#pragma once

#include "python/core/core.h"
#include "strata/context/engine.h"

namespace strata::python {

context::Engine& GetEngine();
// Warnings and errors met on the way, as Python warnings.
void Warn(const Diagnostics& diagnostics);
// Limits by name, as in {"max_arc_depth": 2000}; None and those that are not named are the defaults. Raises
// ValueError where there is none of a name, or it cannot hold as much; TypeError where it is no such dict.
Budgets ReadBudgets(nb::handle given);
// The same, but None is none: those of whoever opens.
inline std::optional<Budgets> ReadOptionalBudgets(nb::handle given) {
  return given.is_none() ? std::nullopt : std::optional(ReadBudgets(given));
}

}  // namespace strata::python
