// The population mask of a stage that is open: set anew, and widened by what its prims point at.
#include "strata/stage/change_feed.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

// The prims that what `prim` says points at.
void ListPointedAt(const Prim& prim, const std::function<bool(const Relationship&)>& relationships,
                   const std::function<bool(const Attribute&)>& attributes, std::vector<Path>& found) {
  auto add = [&](const std::vector<Path>& targets) {
    for (Path target : targets) found.push_back(target.GetAbsoluteRootOrPrimPath());
  };
  for (const Relationship& relationship : prim.GetRelationships())
    if (!relationships || relationships(relationship)) add(relationship.GetTargets());
  for (const Attribute& attribute : prim.GetAttributes())
    if (!attributes || attributes(attribute)) add(attribute.GetConnections());
}

}  // namespace

const StagePopulationMask& Stage::GetPopulationMask() const {
  return impl_->options.population_mask;
}

void Stage::SetPopulationMask(StagePopulationMask mask) {
  if (mask == impl_->options.population_mask) return;
  impl_->options.population_mask = std::move(mask);
  impl_->feed->Flush();
  impl_->Populate();
  impl_->control->generation.fetch_add(1, std::memory_order_acq_rel);
  if (impl_->feed->IsFollowing()) impl_->feed->Follow();
  impl_->feed->TellOfAll();
}

void Stage::ExpandPopulationMask(const PrimPredicate& traversal,
                                 const std::function<bool(const Relationship&)>& relationships,
                                 const std::function<bool(const Attribute&)>& attributes) {
  while (true) {
    StagePopulationMask mask = GetPopulationMask();
    std::vector<Path> found;
    for (const Prim& prim : Traverse(traversal)) ListPointedAt(prim, relationships, attributes, found);
    std::erase_if(found, [&](Path path) { return !path.IsAbsolute() || mask.IncludesSubtree(path); });
    if (found.empty()) return;
    SetPopulationMask(mask.GetUnion(StagePopulationMask(found)));
  }
}

}  // namespace strata::stage
