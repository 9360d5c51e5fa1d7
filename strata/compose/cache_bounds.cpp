// Where the namespace of a scene ends: at budgets, each told once.
#include <algorithm>

#include <fmt/format.h>
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

Cache::Impl::Limit Cache::Impl::LimitIndexBytes() const {
  const Budgets& budgets = options.budgets;
  const uint64_t bytes = pool->GetBytes();
  if (bytes > budgets.max_index_bytes) return {"max_index_bytes", budgets.max_index_bytes, true};
  const uint64_t few = budgets.max_index_bytes_of_few_prims;
  if (bytes <= few) return {"max_index_bytes_of_few_prims", few, false};
  const uint64_t of_prims = indices.GetSize() * budgets.max_index_bytes_per_prim;
  return {"max_index_bytes_per_prim", budgets.max_index_bytes_per_prim, bytes > std::max(few, of_prims)};
}

size_t Cache::Impl::LookForRoom(size_t count, size_t bytes_each) {
  constexpr size_t kFew = 4;
  const Budgets& budgets = options.budgets;
  const uint64_t bytes = pool->GetBytes();
  uint64_t most = budgets.max_index_bytes_of_few_prims;
  if (bytes > most / 2) most = std::max(most, indices.GetSize() * budgets.max_index_bytes_per_prim);
  most = std::min(most, budgets.max_index_bytes);
  has_room.store(bytes <= most, std::memory_order_relaxed);
  if (bytes > most) return count;
  most_bytes.store(most <= UINT64_MAX / 2 ? 2 * most : UINT64_MAX, std::memory_order_relaxed);
  const uint64_t fitting = (most - bytes) / (4 * std::max<size_t>(bytes_each, 1));
  return static_cast<size_t>(std::min<uint64_t>(count, std::max<uint64_t>(fitting, kFew)));
}

bool Cache::Impl::TakeRoomForIndex(Path prim) {
  if (has_room.load(std::memory_order_relaxed)) {
    if (pool->GetBytes() < most_bytes.load(std::memory_order_relaxed)) return true;
    has_room.store(false, std::memory_order_relaxed);
  }
  const std::lock_guard lock(cut_mutex);
  cut_prims.push_back(prim);
  return false;
}

void Cache::Impl::AddCutPrims(CompositionErrors& errors) const {
  const std::lock_guard lock(cut_mutex);
  if (cut_prims.empty()) return;
  const Path first = *std::min_element(cut_prims.begin(), cut_prims.end());
  const Limit limit = LimitIndexBytes();
  const Diagnostic why = MakeBudgetDiagnostic(limit.budget, limit.value, {});
  CompositionError& error = errors.emplace_back();
  error.type = ErrorType::kIndexCapacityExceeded;
  error.root_site = first;
  error.cause = limit.budget;
  error.diagnostic =
      Diagnostic(GetErrorCode(error.type),
                 fmt::format("Composition capacity exceeded: <{}> and {} prims more are left without their "
                             "arcs. {}",
                             first.GetString(), cut_prims.size() - 1, why.message),
                 {root_stack->GetRootLayer()->GetIdentifier(), first.GetString(), 0, 0, 0}, why.hint);
}

std::vector<Path> Cache::Impl::TakeCutPrims() {
  const std::lock_guard lock(cut_mutex);
  return std::exchange(cut_prims, {});
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
