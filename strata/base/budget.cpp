// The diagnostic of a passed budget.
#include "strata/base/budget.h"

#include <limits>
#include <type_traits>

namespace strata {

namespace {

// Calls visit(name, field) for every budget.
template <class BudgetsType, class Visitor>
void VisitBudgets(BudgetsType& budgets, Visitor&& visit) {
#define STRATA_BUDGET(name) visit(std::string_view(#name), budgets.name)
  STRATA_BUDGET(max_file_bytes);
  STRATA_BUDGET(max_string_bytes);
  STRATA_BUDGET(max_array_elements);
  STRATA_BUDGET(max_namespace_depth);
  STRATA_BUDGET(max_value_depth);
  STRATA_BUDGET(max_specs);
  STRATA_BUDGET(max_sublayer_depth);
  STRATA_BUDGET(max_layers_in_stack);
  STRATA_BUDGET(max_arc_depth);
  STRATA_BUDGET(max_nested_arcs);
  STRATA_BUDGET(max_nodes_per_prim);
  STRATA_BUDGET(max_nodes_made_per_prim);
  STRATA_BUDGET(max_arc_repeats);
  STRATA_BUDGET(max_cycles_per_prim);
  STRATA_BUDGET(max_arcs_around_per_prim);
  STRATA_BUDGET(max_prims_at_once);
  STRATA_BUDGET(max_prims_per_spec);
  STRATA_BUDGET(max_prims_of_few_specs);
  STRATA_BUDGET(max_cycles_at_once);
  STRATA_BUDGET(max_full_prims_at_once);
  STRATA_BUDGET(max_generated_layers);
  STRATA_BUDGET(max_index_bytes);
  STRATA_BUDGET(max_index_bytes_per_prim);
  STRATA_BUDGET(max_index_bytes_of_few_prims);
  STRATA_BUDGET(max_index_bytes_per_spec);
  STRATA_BUDGET(max_index_bytes_of_few_specs);
  STRATA_BUDGET(max_errors_per_prim);
  STRATA_BUDGET(max_errors_reported);
#undef STRATA_BUDGET
}

}  // namespace

bool SetBudget(Budgets& budgets, std::string_view name, uint64_t value) {
  bool is_set = false;
  VisitBudgets(budgets, [&](std::string_view known, auto& field) {
    using Field = std::remove_reference_t<decltype(field)>;
    if (known != name || value > std::numeric_limits<Field>::max()) return;
    field = static_cast<Field>(value);
    is_set = true;
  });
  return is_set;
}

std::vector<std::string_view> GetBudgetNames() {
  std::vector<std::string_view> names;
  const Budgets budgets;
  VisitBudgets(budgets, [&](std::string_view name, const auto&) { names.push_back(name); });
  return names;
}

Diagnostic MakeBudgetDiagnostic(const char* budget_name, uint64_t limit, SourceLocation where) {
  std::string name = budget_name;
  return {kBudgetExceeded,
          "this asks for more than the budget " + name + " = " + std::to_string(limit) + " allows",
          std::move(where), "Raise Budgets::" + name + " if the input is to be trusted."};
}

}  // namespace strata
