// The one engine behind the module: what in pxr is global (layers, resolver, schemas) belongs to it.
#pragma once

#include "python/core/core.h"
#include "strata/context/engine.h"

namespace strata::python {

context::Engine& GetEngine();
// Warnings and errors met on the way, as Python warnings.
void Warn(const Diagnostics& diagnostics);

}  // namespace strata::python
