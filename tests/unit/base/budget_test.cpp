#include "strata/base/budget.h"

#include <cstddef>

#include <doctest/doctest.h>

using namespace strata;

TEST_CASE("every budget can be set by its name, within what it holds") {
  // Together they take the room that all fields take: none is left out.
  size_t bytes = 0;
  for (const std::string_view name : GetBudgetNames()) {
    CAPTURE(name);
    Budgets budgets;
    CHECK(SetBudget(budgets, name, 7));
    const bool is_wide = SetBudget(budgets, name, uint64_t{1} << 32);
    bytes += is_wide ? sizeof(uint64_t) : sizeof(uint32_t);
  }
  CHECK(bytes <= sizeof(Budgets));
  CHECK(sizeof(Budgets) < bytes + 2 * sizeof(uint32_t));
  Budgets budgets;
  CHECK(SetBudget(budgets, "max_arc_depth", 7));
  CHECK(budgets.max_arc_depth == 7);
  CHECK(SetBudget(budgets, "max_file_bytes", uint64_t{1} << 50));
  CHECK(budgets.max_file_bytes == uint64_t{1} << 50);
  CHECK_FALSE(SetBudget(budgets, "max_arc_depths", 7));
}
