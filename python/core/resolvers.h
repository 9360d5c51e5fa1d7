// Resolvers written in Python, among those of the engine.
#pragma once

#include "python/core/core.h"
#include "strata/asset/host_resolvers.h"

namespace strata::python {

// What the engine resolves with. Does not need the engine.
const std::shared_ptr<asset::HostResolvers>& GetHostResolvers();
// Adds those that plugInfo files of the environment declare; once, before the engine is made.
void AddDeclaredResolvers();
void BindResolvers(nb::module_& ar);

}  // namespace strata::python
