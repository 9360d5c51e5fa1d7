// The diagnostics of crate files.
#pragma once

#include "strata/base/diagnostic.h"

namespace strata::format::crate {

inline constexpr DiagnosticCode kCrateHeader{"crate.header", Severity::kError,
                                             "A file does not begin as a crate file does."};
inline constexpr DiagnosticCode kCrateVersion{"crate.version", Severity::kError,
                                              "A crate file has a version that is not read."};
inline constexpr DiagnosticCode kCrateTruncated{"crate.truncated", Severity::kError,
                                                "A crate file ends before what it says it holds."};
inline constexpr DiagnosticCode kCrateSection{"crate.section", Severity::kError,
                                              "A section of a crate file is missing or damaged."};
inline constexpr DiagnosticCode kCratePath{"crate.path", Severity::kError,
                                           "The tree of paths of a crate file is damaged."};
inline constexpr DiagnosticCode kCrateSpec{"crate.spec", Severity::kWarning,
                                           "A spec of a crate file cannot be where it says it is."};
inline constexpr DiagnosticCode kCrateChildren{
    "crate.children", Severity::kWarning,
    "A list of children in a crate file does not agree with the specs that are there."};
inline constexpr DiagnosticCode kCrateField{"crate.field", Severity::kWarning,
                                            "A field of a crate file has a value of the wrong type."};
inline constexpr DiagnosticCode kCrateValue{"crate.value", Severity::kError,
                                            "A value of a crate file is damaged."};

}  // namespace strata::format::crate
