// Writes the content of a layer as a crate file.
#pragma once

#include <string>

#include "strata/base/result.h"
#include "strata/layer/file_format.h"
#include "strata/layer/spec_store.h"

namespace strata::format::crate {

inline constexpr DiagnosticCode kCrateUnwritable{"crate.unwritable", Severity::kError,
                                                 "A layer says what a usdc file cannot hold."};
inline constexpr DiagnosticCode kCrateUpgraded{
    "crate.upgraded", Severity::kRemark,
    "A usdc file is written in a newer version than asked for, which its content needs."};
inline constexpr DiagnosticCode kCrateVersionUnknown{"crate.version-unknown", Severity::kError,
                                                     "A version of usdc is asked for that is not written."};

// A file format argument: the oldest version to write, "0.8" to "0.16". The lowest is the default.
inline constexpr const char* kVersionArgument = "usdcVersion";

// Everything that the content says, in the lowest version that can hold it; a remark says when that is
// newer than what was asked for. What no version can hold is an error, and then nothing is written.
Result<std::string> WriteCrateToString(const layer::SpecStore& content, const layer::WriteOptions& options);
// Replaces the file at `path` as a whole; the file is not held in memory.
Result<void> WriteCrateToFile(const layer::SpecStore& content, const std::string& path,
                              const layer::WriteOptions& options);

}  // namespace strata::format::crate
