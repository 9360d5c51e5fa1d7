// Findings that are known and accepted: what a pipeline compares new ones with.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "strata/base/result.h"
#include "strata/validate/finding.h"

namespace strata::validate {

inline constexpr DiagnosticCode kBaselineUnreadable{"validate.baseline-unreadable", Severity::kError,
                                                    "A file of accepted findings cannot be read."};

// What stays the same about a finding when others come and go: its identifier and its sites, layers by file
// name alone. Not its words.
std::string MakeFingerprint(const Finding& finding);

// Fingerprints, each with how often it is accepted.
class Baseline {
 public:
  Baseline() = default;
  explicit Baseline(const std::vector<Finding>& accepted);
  static Result<Baseline> Parse(std::string_view json, const std::string& file);
  std::string Write() const;  // JSON, sorted, a line each
  // Those of `findings` that are not accepted, in order.
  std::vector<Finding> Filter(const std::vector<Finding>& findings) const;
  size_t GetSize() const { return accepted_.size(); }

 private:
  std::map<std::string, size_t> accepted_;
};

}  // namespace strata::validate
