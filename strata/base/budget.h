// Named limits on what an input may make the engine do; passing one is a diagnostic, never a crash or a hang.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "strata/base/diagnostic.h"

namespace strata {

inline constexpr DiagnosticCode kBudgetExceeded{"base.budget-exceeded", Severity::kError,
                                                "An input asks for more than a named budget allows."};

// Every field has a default that real scenes do not meet, and may be raised by whoever trusts the input.
struct Budgets {
  uint64_t max_file_bytes = uint64_t{1} << 40;      // size of one layer file
  uint64_t max_string_bytes = uint64_t{1} << 31;    // one string, token or comment
  uint64_t max_array_elements = uint64_t{1} << 32;  // one array value
  uint32_t max_namespace_depth = 8192;              // prims nested in prims, variants counted
  uint32_t max_value_depth = 256;                   // dictionaries, lists and tuples nested in each other
  uint32_t max_specs = 1u << 30;                    // specs of one layer
  uint32_t max_sublayer_depth = 256;
  uint32_t max_layers_in_stack = 100'000;

  // One prim index. Beyond a limit, arcs are left out.
  uint32_t max_arc_depth = 1'024;              // arcs followed from one prim to reach an opinion
  uint32_t max_nested_arcs = 256;              // arcs to prims below root prims, each met on the way to one
  uint32_t max_nodes_per_prim = 65'535;        // nodes of one prim index; OpenUSD's capacity
  uint32_t max_nodes_made_per_prim = 262'140;  // made, copied or led further down on the way to it
  uint32_t max_arc_repeats = 4;                // times one arc is followed again on its own way, further down
  uint32_t max_cycles_per_prim = 200;          // arcs that lead back to where they come from
  uint32_t max_arcs_around_per_prim = 1'600;   // arcs to where some arc has led since the first led back

  // One opening of a stage, or one edit. Beyond a limit, prims are left without children.
  uint32_t max_prims_at_once = 1u << 26;       // prims
  uint32_t max_prims_per_spec = 1u << 12;      // prims for each spec of the layers they come from,
  uint32_t max_prims_of_few_specs = 1u << 20;  // or so many, where that is more
  uint32_t max_cycles_at_once = 3'200;         // arcs that lead back, in namespace that such arcs bring
  uint32_t max_full_prims_at_once = 4;         // that end at a budget for nodes; more end far sooner
  uint32_t max_generated_layers = 100'000;     // layers that dynamic file formats make, of one stage

  // The prim indices of one cache, as long as it keeps them. Beyond a limit, prims have no arcs.
  uint64_t max_index_bytes = uint64_t{1} << 40;               // all
  uint64_t max_index_bytes_per_prim = uint64_t{1} << 14;      // for each of them, on the average,
  uint64_t max_index_bytes_of_few_prims = uint64_t{1} << 28;  // or so many, where that is more;
  uint64_t max_index_bytes_per_spec = uint64_t{1} << 16;  // and for each spec of the layers they come from,
  uint64_t max_index_bytes_of_few_specs = uint64_t{1} << 26;  // or so many, where that is more

  uint32_t max_errors_per_prim = 1'000;  // composition errors told of one prim index
  uint32_t max_errors_reported = 100;    // diagnostics kept per file
};

// Sets the budget that is called `name`, as in `max_arc_depth`. False when none is, or it cannot hold as
// much.
[[nodiscard]] bool SetBudget(Budgets& budgets, std::string_view name, uint64_t value);
std::vector<std::string_view> GetBudgetNames();  // in the order above

// The diagnostic of a passed budget: says which, its value, and that it can be raised.
Diagnostic MakeBudgetDiagnostic(const char* budget_name, uint64_t limit, SourceLocation where);

}  // namespace strata
