// Why a prim, a property or a metadata field is what it is: every opinion, strongest first, and what each
// did.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "strata/inspect/arguments.h"
#include "strata/inspect/places.h"
#include "strata/stage/stage.h"

namespace strata::inspect {

inline constexpr DiagnosticCode kSubjectUnknown{"inspect.subject-unknown", Severity::kError,
                                                "A question is about something the stage does not have."};

// One opinion and its fate.
struct WhyOpinion {
  Place place;
  Token field;         // "default", "timeSamples", "targetPaths", "kind", ...; empty for a whole spec
  std::string value;   // in one line
  std::string role;    // "wins", "contributes", "blocks", "hidden", "not-asked"
  std::string reason;  // one sentence
};

struct WhyAnswer {
  Path path;
  std::string subject;               // "prim", "attribute", "relationship", "metadata"
  Token field;                       // of metadata
  std::string type_name;             // of prims and attributes
  std::string time;                  // what was asked: "default", or a number; empty where time has no part
  std::string source;                // of values: "default", "timeSamples", "spline", "fallback", "none"
  std::string resolved;              // the composed answer in one line; empty when there is none
  std::string conclusion;            // one sentence
  std::vector<WhyOpinion> opinions;  // strongest first
  std::vector<Diagnostic> errors;    // of composition, at this prim
  // Of prims only.
  std::vector<std::pair<std::string, std::string>> variants;  // set, selection in force
  std::vector<ArcStep> silent_arcs;                           // arcs that bring no opinion
  std::vector<FormatArguments> format_arguments;              // of payloads with dynamic formats
};

struct WhyQuestion {
  Path path;       // of a prim or property
  Token metadata;  // when not empty: about this field of it
  stage::Time time = stage::Time::Default();
};
// No answer when the stage has nothing at the path: the diagnostic then says what is near by.
Result<WhyAnswer> ExplainWhy(const stage::Stage& stage, const WhyQuestion& question);
void WriteWhy(JsonWriter& writer, const WhyAnswer& answer);

}  // namespace strata::inspect
