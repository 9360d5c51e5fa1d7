// What explains a stage: Usd.AttributeQuery, Usd.ResolveTarget, Usd.CompositionArc, and the prim index of
// prims.
#include "python/core/pcp.h"
#include "python/core/spec.h"
#include "python/core/usd.h"
#include "python/core/usd_reading.h"
#include "strata/inspect/why.h"
#include "strata/stage/clips.h"
#include "strata/stage/composition_query.h"
#include "strata/value/spline.h"

namespace strata::python {

namespace {

using stage::ResolveTarget;

// Usd.CompositionArc.
struct ArcObject {
  stage::CompositionArc arc;
  const stage::CompositionArc& Get() const { return arc; }
};

nb::list FindArcs(const PrimObject& prim) {
  nb::list out;
  for (stage::CompositionArc& arc : stage::PrimCompositionQuery(Check(prim)).GetCompositionArcs())
    out.append(ArcObject{std::move(arc)});
  return out;
}

// The field of list items that arcs of a type are written in.
Token GetArcField(compose::ArcType type) {
  const layer::FieldNames& names = layer::GetFieldNames();
  switch (type) {
    case compose::ArcType::kInherit:
      return names.inheritPaths;
    case compose::ArcType::kSpecialize:
      return names.specializes;
    case compose::ArcType::kReference:
      return names.references;
    case compose::ArcType::kPayload:
      return names.payload;
    case compose::ArcType::kVariant:
      return names.variantSetNames;
    default:
      return {};
  }
}

void BindQuery(nb::module_& usd) {
  nb::class_<QueryObject> cls(usd, "AttributeQuery", "An attribute, to ask for values again and again.");
  cls.def(nb::init<>());
  cls.def(
      "__init__", [](QueryObject* q, const AttributeObject& a) { new (q) QueryObject(a); }, "attribute"_a);
  cls.def(
      "__init__",
      [](QueryObject* q, const AttributeObject& a, const ResolveTarget& target) {
        new (q) QueryObject(a, target);
      },
      "attribute"_a, "resolveTarget"_a, "Asks the opinions alone that the target admits.");
  cls.def(
      "__init__",
      [](QueryObject* q, const PrimObject& prim, Token name) {
        new (q) QueryObject(AttributeObject{{{Check(prim), name}}});
      },
      "prim"_a, "attrName"_a);
  cls.def_static(
      "CreateQueries",
      [](const PrimObject& prim, const std::vector<Token>& names) {
        nb::list out;
        for (Token name : names) out.append(QueryObject(AttributeObject{{{Check(prim), name}}}));
        return out;
      },
      "prim"_a, "attrNames"_a);
  BindReading(cls);
  const auto is_valid = [](const QueryObject& q) { return q.prim.IsValid() && GetAttribute(q).IsDefined(); };
  cls.def("IsValid", is_valid);
  cls.def("__bool__", is_valid);
  cls.def("GetAttribute", [](const QueryObject& q) { return AttributeObject{q}; });
  cls.def("ValueSourceMightBeTimeVarying",
          [](const QueryObject& q) { return Asked(q).ValueSourceMightBeTimeVarying(); });
  cls.def("_Spline", [](const QueryObject& q) { return Asked(q).GetSpline().value_or(Spline()); });
  const auto plain = [](const std::vector<QueryObject>& queries) {
    std::vector<stage::AttributeQuery> all;
    for (const QueryObject& q : queries) all.push_back(Asked(q));
    return all;
  };
  cls.def_static(
      "GetUnionedTimeSamples",
      [plain](const std::vector<QueryObject>& queries) {
        return stage::AttributeQuery::GetUnionedTimeSamples(plain(queries));
      },
      "attrQueries"_a);
  cls.def_static(
      "GetUnionedTimeSamplesInInterval",
      [plain](const std::vector<QueryObject>& queries, nb::handle interval) {
        return Clip(stage::AttributeQuery::GetUnionedTimeSamples(plain(queries)), ReadInterval(interval));
      },
      "attrQueries"_a, "interval"_a);
}

void BindTargets(nb::module_& usd) {
  nb::class_<ResolveTarget> cls(usd, "ResolveTarget",
                                "Opinions of an index from one place on, up to another.");
  cls.def(nb::init<>());
  cls.def("GetPrimIndex", [](const ResolveTarget& t) { return PrimIndexObject{t.GetPrimIndex()}; });
  cls.def("GetStartNode",
          [](const ResolveTarget& t) { return MakeNode(t.GetPrimIndex(), t.GetStartNode()); });
  cls.def("GetStopNode", [](const ResolveTarget& t) { return MakeNode(t.GetPrimIndex(), t.GetStopNode()); });
  cls.def("GetStartLayer", &ResolveTarget::GetStartLayer);
  cls.def("GetStopLayer", &ResolveTarget::GetStopLayer);
  cls.def("IsNull", &ResolveTarget::IsNull);
}

using MakeTarget = ResolveTarget (*)(compose::PrimIndexPtr, compose::NodeRef, const layer::LayerPtr&);

// Raises where the layer stack of the arc's target does not have the layer.
ResolveTarget TargetOfArc(const stage::CompositionArc& arc, const layer::LayerPtr& layer, MakeTarget make) {
  ResolveTarget target = make(arc.index, arc.node, layer);
  if (!target.IsNull()) return target;
  SourceLocation where;
  where.file = arc.target_layer->GetIdentifier();
  where.path = arc.target_path.GetString();
  Raise(Diagnostic(inspect::kSubjectUnknown,
                   "The layer stack that the arc leads to has no layer @" + layer->GetIdentifier() + "@.",
                   std::move(where), "Give one of the layers of GetTargetNode().layerStack."));
}

void BindArcQueries(nb::module_& usd) {
  nb::class_<ArcObject> cls(usd, "CompositionArc",
                            "An arc that brings a prim opinions, and who introduced it.");
  cls.def("GetTargetNode", [](const ArcObject& a) { return MakeNode(a.Get().index, a.Get().node); });
  cls.def("GetIntroducingNode",
          [](const ArcObject& a) { return MakeNode(a.Get().index, a.Get().introducing_node); });
  cls.def("GetTargetLayer", [](const ArcObject& a) { return a.Get().target_layer; });
  cls.def("GetTargetPrimPath", [](const ArcObject& a) { return a.Get().target_path; });
  cls.def("GetIntroducingLayer", [](const ArcObject& a) { return a.Get().introducing_layer; });
  cls.def("GetIntroducingPrimPath", [](const ArcObject& a) { return a.Get().introducing_path; });
  cls.def("GetArcType", [](const ArcObject& a) { return a.Get().type; });
  cls.def("IsImplicit", [](const ArcObject& a) { return a.Get().is_implicit; });
  cls.def("IsAncestral", [](const ArcObject& a) { return a.Get().is_ancestral; });
  cls.def("HasSpecs", [](const ArcObject& a) { return a.Get().has_specs; });
  cls.def("IsIntroducedInRootLayerStack", [](const ArcObject& a) { return a.Get().is_in_root_layer_stack; });
  cls.def("IsIntroducedInRootLayerPrimSpec",
          [](const ArcObject& a) { return a.Get().is_in_root_layer_prim_spec; });
  cls.def("_PassesFilter", [](const ArcObject& a, int type, int dependency, int introduced, int has_specs) {
    using Query = stage::PrimCompositionQuery;
    return Query::Filter{
        static_cast<Query::ArcTypeFilter>(type), static_cast<Query::DependencyTypeFilter>(dependency),
        static_cast<Query::ArcIntroducedFilter>(introduced), static_cast<Query::HasSpecsFilter>(has_specs)}
        .Admits(a.Get());
  });
  cls.def("_IntroducingItem", [](const ArcObject& a) {
    return nb::make_tuple(GetArcField(a.Get().type), ToPython(a.Get().introducing_item));
  });
  cls.def(
      "MakeResolveTargetUpTo",
      [](const ArcObject& a, const layer::LayerPtr& layer) {
        return TargetOfArc(a.Get(), layer, &ResolveTarget::UpTo);
      },
      "subLayer"_a.none() = nb::none());
  cls.def(
      "MakeResolveTargetStrongerThan",
      [](const ArcObject& a, const layer::LayerPtr& layer) {
        return TargetOfArc(a.Get(), layer, &ResolveTarget::StrongerThan);
      },
      "subLayer"_a.none() = nb::none());
  usd.def("_FindArcs", &FindArcs);
}

}  // namespace

void BindQueries(nb::module_& usd) {
  BindQuery(usd);
  BindTargets(usd);
  BindArcQueries(usd);
  usd.def("_PrimIndex", [](const PrimObject& p) -> nb::object {
    const compose::PrimIndexPtr index = Check(p).GetPrimIndex();
    return index ? nb::cast(PrimIndexObject{index}) : nb::cast(PrimIndexObject{});
  });
  usd.def("_ExpandedPrimIndex",
          [](const PrimObject& p) { return PrimIndexObject{Check(p).ComputeExpandedPrimIndex()}; });
  usd.def("_ClipAssetPaths", [](const PrimObject& p, const std::string& set) {
    nb::list out;
    const compose::PrimIndexPtr index = Check(p).GetPrimIndex();
    if (!index) return out;
    const stage::Stage& stage = *p.prim.GetStage();
    for (const stage::ClipDefinition& clips :
         stage::FindClipDefinitions(*index, *stage.GetLayerRegistry(), stage.GetPathResolverContext())) {
      if (clips.name != set) continue;
      for (const std::string& path : clips.asset_paths) out.append(ToPython(Value(AssetPath(path))));
    }
    return out;
  });
  usd.def(
      "_ResolveTargetUpTo",
      [](const PrimObject& p, const stage::EditTarget& t) {
        return ResolveTarget::UpToEditTarget(Check(p), t);
      },
      "prim"_a, "editTarget"_a);
  usd.def(
      "_ResolveTargetStrongerThan",
      [](const PrimObject& p, const stage::EditTarget& t) {
        return ResolveTarget::StrongerThanEditTarget(Check(p), t);
      },
      "prim"_a, "editTarget"_a);
  usd.def("_MapFunction", [](const stage::EditTarget& t) { return t.GetMapFunction(); });
}

}  // namespace strata::python
