// What is told of scene indices, data sources and observers that a host wrote in its own language.
#pragma once

#include "strata/base/diagnostic.h"

namespace strata::scene {

inline constexpr DiagnosticCode kHostFailed{"scene.host-failed", Severity::kError,
                                            "A scene index, data source or observer of the host's failed."};

}  // namespace strata::scene
