#include "strata/compose/errors.h"

namespace strata::compose {

namespace {

constexpr DiagnosticCode kCodes[] = {
#define X(name, code, summary) {"compose." code, Severity::kError, summary},
    STRATA_COMPOSITION_ERRORS(X)
#undef X
};

constexpr std::string_view kNames[] = {
#define X(name, code, summary) #name,
    STRATA_COMPOSITION_ERRORS(X)
#undef X
};

}  // namespace

std::string_view GetErrorName(ErrorType type) {
  return kNames[static_cast<size_t>(type)];
}

const DiagnosticCode& GetErrorCode(ErrorType type) {
  return kCodes[static_cast<size_t>(type)];
}

}  // namespace strata::compose
