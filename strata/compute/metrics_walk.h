// All prims of a stage with the units they are in; for the files of this room.
#pragma once

#include "strata/compute/metrics_assembly.h"
#include "strata/compute/system.h"

namespace strata::compute {

// Calls `visit(prim, domain, domain of the parent or null)` for each prim that has a domain, inside of
// instances too: none where the stage has but one.
template <class Visit>
void VisitMetrics(const System& system, stage::Time time, const Visit& visit) {
  const Token output("metrics:domain");
  for (const stage::Prim& prim :
       system.GetStage()->Traverse(stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse))) {
    const Datum own = system.Compute(prim, output, time);
    const auto* domain = own.GetIf<MetricDomain>();
    if (!domain) continue;
    const Datum above = system.Compute(prim.GetParent(), output, time);
    visit(prim, *domain, above.GetIf<MetricDomain>());
  }
}

}  // namespace strata::compute
