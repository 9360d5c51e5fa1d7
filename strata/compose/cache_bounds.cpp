// Where the namespace of a scene ends: at budgets, each told once.
#include <algorithm>

#include <tsl/robin_set.h>

#include "strata/compose/cache_impl.h"

namespace strata::compose {

size_t CountCycles(const PrimIndex& index) {
  const CompositionErrors& errors = index.GetErrors();
  return static_cast<size_t>(std::count_if(errors.begin(), errors.end(), [](const CompositionError& error) {
    return error.type == ErrorType::kArcCycle;
  }));
}

size_t Cache::Impl::CountSpecs() const {
  size_t specs = 0;
  tsl::robin_set<const layer::Layer*> known;
  for (uint32_t i = 0; i < pool->GetStackCount(); ++i)
    for (const LayerStack::Entry& entry : pool->GetStack(i)->GetEntries())
      if (known.insert(entry.layer.get()).second) specs += entry.layer->GetContent().GetSpecCount();
  return specs;
}

Cache::Impl::Limit Cache::Impl::LimitPrimsAtOnce(size_t count) const {
  const Budgets& budgets = options.budgets;
  if (count > budgets.max_prims_at_once) return {"max_prims_at_once", budgets.max_prims_at_once, true};
  const bool are_few = count <= budgets.max_prims_of_few_specs ||
                       count / std::max(budgets.max_prims_per_spec, 1u) <= CountSpecs();
  return {"max_prims_per_spec", budgets.max_prims_per_spec, !are_few};
}

void Cache::Impl::TellOfCut(Path root, const char* others, const char* budget, uint64_t limit) {
  const Diagnostic why = MakeBudgetDiagnostic(budget, limit, {});
  const std::lock_guard lock(cut_mutex);
  CompositionError& error = cut_errors.emplace_back();
  error.type = ErrorType::kIndexCapacityExceeded;
  error.root_site = root;
  error.cause = budget;
  error.diagnostic =
      Diagnostic(GetErrorCode(error.type),
                 "Namespace capacity exceeded: <" + root.GetString() + "> and " + others +
                     " are left without children. " + why.message,
                 {root_stack->GetRootLayer()->GetIdentifier(), root.GetString(), 0, 0, 0}, why.hint);
}

void Cache::Impl::CutCircles(const std::vector<SubtreePrim>& prims, size_t first,
                             std::vector<std::vector<Token>>& names) {
  auto is_below_cycle = [&](Path path) {
    for (Path above = path.GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
         above = above.GetParent()) {
      const PrimIndexPtr index = indices.Find(above);
      if (index && CountCycles(*index) != 0) return true;
    }
    return false;
  };
  Path first_cut;
  for (size_t i = 0; i < names.size(); ++i) {
    const SubtreePrim& prim = prims[first + i];
    if (names[i].empty() || CountCycles(*prim.index) == 0 || !is_below_cycle(prim.path)) continue;
    names[i].clear();
    if (first_cut.IsEmpty()) first_cut = prim.path;
  }
  if (first_cut.IsEmpty() || has_cut_circles.exchange(true)) return;
  TellOfCut(first_cut, "others that circles of arcs bring", "max_cycles_at_once",
            options.budgets.max_cycles_at_once);
}

}  // namespace strata::compose
