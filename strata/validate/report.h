// Findings as JSON, and as SARIF 2.1.0 for code hosts and pipelines.
#pragma once

#include <string>
#include <vector>

#include "strata/base/json_writer.h"
#include "strata/validate/finding.h"
#include "strata/validate/validator.h"

namespace strata::validate {

// {"identifier", "type", "message", "remedy", "sites": [{"kind", "layer", "path"}]}
void WriteFinding(JsonWriter& writer, const Finding& finding);
void WriteFindings(JsonWriter& writer, const std::vector<Finding>& findings);  // an array

// One run: the validators that ran as rules, the findings as results. Scene paths are logical locations; the
// physical one is the layer of the site, else `root`, the layer that was checked.
std::string WriteSarif(const std::vector<Finding>& findings, const std::vector<const Validator*>& validators,
                       const std::string& root, std::string_view tool_version);

}  // namespace strata::validate
