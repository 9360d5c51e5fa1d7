// The arcs of each prim, whom every filter admits, and where each arc is written.
#include "strata/stage/composition_query.h"
#include "tests/compare/steps.h"

namespace strata::compare {

namespace {

using Query = stage::PrimCompositionQuery;

Json NameOf(const layer::LayerPtr& layer) {
  return layer ? Json(layer->GetIdentifier()) : Json();
}

Json Describe(const stage::CompositionArc& arc) {
  Json item;
  if (const auto* reference = arc.introducing_item.GetIf<Reference>())
    item = {reference->asset_path, reference->prim_path.GetString(), reference->offset.offset,
            reference->offset.scale};
  else if (const auto* payload = arc.introducing_item.GetIf<Payload>())
    item = {payload->asset_path, payload->prim_path.GetString(), payload->offset.offset,
            payload->offset.scale};
  else if (const auto* path = arc.introducing_item.GetIf<Path>())
    item = path->GetString();
  else if (const auto* name = arc.introducing_item.GetIf<std::string>())
    item = *name;
  return {std::string(compose::GetArcName(arc.type)),
          NameOf(arc.target_layer),
          arc.target_path.GetString(),
          NameOf(arc.introducing_layer),
          arc.introducing_path.GetString(),
          arc.introducing_node.GetPath().GetString(),
          arc.has_specs,
          arc.is_ancestral,
          arc.is_implicit,
          arc.is_in_root_layer_stack,
          arc.is_in_root_layer_prim_spec,
          item};
}

// The admitted arcs by their places among all.
Json Place(const std::vector<stage::CompositionArc>& all, const std::vector<stage::CompositionArc>& some) {
  Json places = Json::array();
  size_t next = 0;
  for (const stage::CompositionArc& arc : some) {
    while (next < all.size() && all[next].node.GetNumber() != arc.node.GetNumber()) ++next;
    places.push_back(next);
  }
  return places;
}

Json DescribePrim(const stage::Prim& prim) {
  Query query(prim);
  const std::vector<stage::CompositionArc> all = query.GetCompositionArcs();
  Json answer = {{"arcs", Json::array()}, {"filters", Json::array()}};
  for (const stage::CompositionArc& arc : all) answer["arcs"].push_back(Describe(arc));
  auto ask = [&](const Query::Filter& filter) {
    query.SetFilter(filter);
    answer["filters"].push_back(Place(all, query.GetCompositionArcs()));
  };
  for (int type = 0; type <= static_cast<int>(Query::ArcTypeFilter::kNotRelocate); ++type)
    ask({.arc_type = static_cast<Query::ArcTypeFilter>(type)});
  for (int type = 0; type <= static_cast<int>(Query::DependencyTypeFilter::kAncestral); ++type)
    ask({.dependency_type = static_cast<Query::DependencyTypeFilter>(type)});
  for (int where = 0; where <= static_cast<int>(Query::ArcIntroducedFilter::kIntroducedInRootLayerPrimSpec);
       ++where)
    ask({.arc_introduced = static_cast<Query::ArcIntroducedFilter>(where)});
  for (int has = 0; has <= static_cast<int>(Query::HasSpecsFilter::kHasNoSpecs); ++has)
    ask({.has_specs = static_cast<Query::HasSpecsFilter>(has)});
  for (const Query& direct : {Query::GetDirectReferences(prim), Query::GetDirectInherits(prim),
                              Query::GetDirectRootLayerArcs(prim)})
    answer["filters"].push_back(Place(all, direct.GetCompositionArcs()));
  return answer;
}

}  // namespace

Json ListArcs(const Bench& bench) {
  if (!bench.stage) return {{"error", "no stage is open"}};
  Json answer = {{"/", DescribePrim(bench.stage->GetPseudoRoot())}};
  const auto all = stage::PrimPredicate::All().With(stage::InstanceProxies::kTraverse);
  for (const stage::Prim& prim : bench.stage->Traverse(all)) {
    if (answer.size() == 100) break;
    if (!prim.IsPseudoRoot()) answer[prim.GetPath().GetString()] = DescribePrim(prim);
  }
  return answer;
}

}  // namespace strata::compare
