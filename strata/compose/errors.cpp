#include "strata/compose/errors.h"

namespace strata::compose {

namespace {

constexpr DiagnosticCode kCodes[] = {
#define X(name, code) {"compose." code, Severity::kError, nullptr},
    STRATA_COMPOSITION_ERRORS(X)
#undef X
};

constexpr std::string_view kNames[] = {
#define X(name, code) #name,
    STRATA_COMPOSITION_ERRORS(X)
#undef X
};

// One sentence each, in the order of the enumeration.
constexpr const char* kSummaries[] = {
    "Arcs lead back to where they began.",
    "An arc reaches a private prim.",
    "An arc reaches a prim whose name a relocate has taken away.",
    "A prim has more opinions to gather than the budget allows.",
    "A prim is reached over more arcs than the budget allows.",
    "An arc is introduced deeper in namespace than the budget allows.",
    "A property is an attribute in one layer and a relationship in another.",
    "Layers disagree about the type of an attribute.",
    "Layers disagree about the variability of an attribute.",
    "An asset path leads to the layer it is written in.",
    "An arc names something that is not an absolute prim path.",
    "An asset of a reference or payload cannot be opened.",
    "A class points at one of its own instances.",
    "A target lies outside what the arc brings in.",
    "A target is not a valid path where it is used.",
    "The time offset of a reference or payload cannot be inverted.",
    "The time offset of a sublayer cannot be inverted.",
    "Several sublayers of a layer claim the same owner.",
    "A sublayer cannot be opened.",
    "A variant selection names no valid variant.",
    "The asset of a reference or payload is muted.",
    "A relocate is not valid by itself.",
    "Relocates of one layer stack contradict each other.",
    "Several relocates of one layer stack lead to the same path.",
    "A layer speaks about the source of one of its relocates.",
    "A layer speaks about a prim that is private to it.",
    "A layer speaks about a property that is private to it.",
    "A layer is its own sublayer, directly or over others.",
    "A target is private on the far side of an arc.",
    "A reference or payload names a prim that does not exist.",
    "A variable expression has no value.",
    "A layer has a different number of sublayers and of their offsets.",
};
static_assert(std::size(kSummaries) == std::size(kCodes));

struct CodeTable {
  DiagnosticCode codes[std::size(kCodes)];
};

constexpr CodeTable MakeCodeTable() {
  CodeTable table{};
  for (size_t i = 0; i < std::size(kCodes); ++i) {
    table.codes[i] = kCodes[i];
    table.codes[i].summary = kSummaries[i];
  }
  return table;
}

constexpr CodeTable kTable = MakeCodeTable();

}  // namespace

std::string_view GetErrorName(ErrorType type) {
  return kNames[static_cast<size_t>(type)];
}

const DiagnosticCode& GetErrorCode(ErrorType type) {
  return kTable.codes[static_cast<size_t>(type)];
}

}  // namespace strata::compose
