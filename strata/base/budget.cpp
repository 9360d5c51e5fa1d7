#include "strata/base/budget.h"

#include <fmt/format.h>

namespace strata {

Diagnostic MakeBudgetDiagnostic(const char* budget_name, uint64_t limit, SourceLocation where) {
  return Diagnostic(kBudgetExceeded, fmt::format("The budget {} of {} is exceeded.", budget_name, limit), std::move(where),
                    fmt::format("If this input is trusted, raise Budgets::{}.", budget_name));
}

}  // namespace strata
