#include "strata/stage/relationship.h"

#include <algorithm>
#include <unordered_set>

#include "strata/layer/fields.h"
#include "strata/stage/metadata.h"
#include "strata/stage/stage_impl.h"
#include "strata/stage/targets.h"

namespace strata::stage {

// Indices in prototypes were composed where their source instance stands; what they name below it is named
// below the prototype, or below the instance through which the prim was reached.
std::vector<Path> ComposeTargets(const Prim& prim, Token property, compose::Cache::Targets which) {
  PrimAccess access(prim);
  if (!access || !access.Index()) return {};
  std::vector<Path> targets = access.stage->cache->ComputeTargets(*access.Index(), property, which).targets;
  Path composed_at = access.Index()->GetPath();
  Path here = prim.GetPath();
  if (composed_at == here) return targets;
  while (!here.IsAbsoluteRoot() && !composed_at.IsAbsoluteRoot() && !here.IsEmpty() &&
         !composed_at.IsEmpty()) {
    const PrimRecord* record = nullptr;
    for (const Prototype& prototype : access.stage->prototypes)
      if (prototype.source == composed_at) record = &access.stage->Record(prototype.record);
    if (record) break;
    here = here.GetParent();
    composed_at = composed_at.GetParent();
  }
  for (Path& target : targets) target = target.ReplacePrefix(composed_at, here);
  return targets;
}

std::vector<Path> Relationship::GetTargets() const {
  return ComposeTargets(prim_, name_, compose::Cache::Targets::kRelationshipTargets);
}

bool Relationship::HasAuthoredTargets() const {
  PrimAccess access(prim_);
  return access &&
         IsFieldAuthored(FindPropertySites(access.Index(), name_), layer::GetFieldNames().targetPaths);
}

std::vector<Path> Relationship::GetForwardedTargets() const {
  std::vector<Path> forwarded;
  Stage* stage = GetStage();
  if (!stage) return forwarded;
  std::unordered_set<Path> seen_targets, seen_relationships{GetPath()};
  std::vector<Path> open = GetTargets();
  std::reverse(open.begin(), open.end());
  // Depth first with an own stack: relationships may form chains as long as a file, and cycles.
  while (!open.empty()) {
    Path target = open.back();
    open.pop_back();
    Relationship next = target.IsPrimProperty() ? stage->GetRelationshipAtPath(target) : Relationship();
    if (!next) {
      if (seen_targets.insert(target).second) forwarded.push_back(target);
      continue;
    }
    if (!seen_relationships.insert(target).second) continue;
    std::vector<Path> targets = next.GetTargets();
    open.insert(open.end(), targets.rbegin(), targets.rend());
  }
  return forwarded;
}

}  // namespace strata::stage
