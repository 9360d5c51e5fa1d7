// The diagnostic of a passed budget.
#include "strata/base/budget.h"

namespace strata {

Diagnostic MakeBudgetDiagnostic(const char* budget_name, uint64_t limit, SourceLocation where) {
  std::string name = budget_name;
  return {kBudgetExceeded,
          "this asks for more than the budget " + name + " = " + std::to_string(limit) + " allows",
          std::move(where), "Raise Budgets::" + name + " if the input is to be trusted."};
}

}  // namespace strata
