// Budgets as Python gives them: a dict of limits by name.
#include "python/core/engine.h"

namespace strata::python {

Budgets ReadBudgets(nb::handle given) {
  Budgets budgets;
  if (given.is_none()) return budgets;
  std::map<std::string, uint64_t> values;
  if (!nb::try_cast(given, values))
    RaiseTypeError("budgets are a dict of names and whole numbers that are not negative");
  for (const auto& [name, value] : values) {
    if (SetBudget(budgets, name, value)) continue;
    std::string names;
    for (const std::string_view known : GetBudgetNames()) names += "\n  " + std::string(known);
    throw nb::value_error(
        ("no budget '" + name + "' can hold " + std::to_string(value) + "; there are" + names).c_str());
  }
  return budgets;
}

}  // namespace strata::python
