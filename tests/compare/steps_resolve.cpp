// What every attribute of a stage says: at the default time, at times, just before them, and where from.
#include "strata/stage/composition_query.h"
#include "tests/compare/steps.h"

namespace strata::compare {

namespace {

using stage::Attribute;
using stage::AttributeQuery;
using stage::ResolveTarget;
using stage::Time;

template <class Asked>
Json ValueAt(const Asked& attribute, Time time) {
  return conformance::ToJson(attribute.Get(time), conformance::AssetForm::kResolved);
}

Json Numbers(const std::vector<double>& numbers) {
  Json list = Json::array();
  for (double number : numbers) list.push_back(conformance::NumberToJson(number));
  return list;
}

Json Describe(const Attribute& attribute, const std::vector<double>& times) {
  Json entry = {{"type", attribute.GetTypeName().GetString()},
                {"times", Numbers(attribute.GetTimeSamples())},
                {"count", attribute.GetNumTimeSamples()},
                {"varies", attribute.ValueMightBeTimeVarying()},
                {"has", Json::array({attribute.HasValue(), attribute.HasAuthoredValue(),
                                     attribute.HasAuthoredValueOpinion()})}};
  auto source = [&](const stage::ResolveInfo& info) {
    return Json::array({std::string(GetResolveSourceName(info.source)), info.value_is_blocked});
  };
  entry["source"] =
      Json::array({source(attribute.GetResolveInfo()), source(attribute.GetResolveInfo(Time::Default()))});
  entry["default"] = ValueAt(attribute, Time::Default());
  entry["at"] = Json::array();
  for (double time : times) {
    auto bracket = attribute.GetBracketingTimeSamples(time);
    entry["at"].push_back(Json::array({ValueAt(attribute, time), ValueAt(attribute, Time::PreTime(time)),
                                       bracket ? Numbers({bracket->first, bracket->second}) : Json()}));
  }
  if (times.size() > 1)
    entry["within"] = Numbers(attribute.GetTimeSamplesInInterval(times.front(), times.back()));
  return entry;
}

Json Describe(const AttributeQuery& query, const std::vector<double>& times) {
  Json values = Json::array({ValueAt(query, Time::Default())});
  for (double time : times) values.push_back(ValueAt(query, time));
  return Json::array({values, Numbers(query.GetTimeSamples()), query.ValueMightBeTimeVarying(),
                      query.HasValue(), query.HasAuthoredValue(), query.HasAuthoredValueOpinion(),
                      query.HasSpline()});
}

}  // namespace

// Of every attribute: what opinions up to, and stronger than, each layer of each arc say.
Json ResolveParts(const Bench& bench, const Json& step) {
  const auto times = step.at("times").get<std::vector<double>>();
  Json answer = Json::object();
  for (const stage::Prim& prim : bench.stage->TraverseAll()) {
    const std::vector<Attribute> attributes = prim.GetAuthoredAttributes();
    if (attributes.empty()) continue;
    stage::CompositionArcs arcs = FindCompositionArcs(prim);
    std::vector<compose::NodeRef> nodes{arcs.index->GetRootNode()};
    for (const stage::CompositionArc& arc : arcs.all) nodes.push_back(arc.node);
    for (const Attribute& attribute : attributes) {
      Json& parts = answer[attribute.GetPath().GetString()] = Json::array();
      for (compose::NodeRef node : nodes) {
        for (const auto& entry : node.GetLayerStack()->GetEntries()) {
          for (auto make : {&ResolveTarget::UpTo, &ResolveTarget::StrongerThan})
            parts.push_back(Describe(AttributeQuery(attribute, make(arcs.index, node, entry.layer)), times));
        }
      }
    }
  }
  return answer;
}

Json Resolve(const Bench& bench, const Json& step) {
  const auto times = step.at("times").get<std::vector<double>>();
  Json answer = Json::object();
  auto predicate = stage::PrimPredicate::All().With(stage::InstanceProxies::kTraverse);
  for (const stage::Prim& prim : bench.stage->Traverse(predicate))
    for (const Attribute& attribute : prim.GetAuthoredAttributes())
      answer[attribute.GetPath().GetString()] = Describe(attribute, times);
  return answer;
}

}  // namespace strata::compare
