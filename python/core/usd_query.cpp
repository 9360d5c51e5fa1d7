// What explains a stage: Usd.AttributeQuery, Usd.ResolveTarget, Usd.CompositionArc, and the prim index of
// prims.
#include "python/core/pcp.h"
#include "python/core/spec.h"
#include "python/core/usd.h"
#include "python/core/usd_reading.h"
#include "strata/stage/clips.h"
#include "strata/stage/composition_query.h"

namespace strata::python {

namespace {

// Usd.ResolveTarget: the opinions from one place of an index on, up to another.
struct ResolveTargetObject {
  PrimIndexObject index;
  compose::NodeRef start, stop;
  layer::LayerPtr start_layer, stop_layer;
};

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
  cls.def("ValueSourceMightBeTimeVarying", [](const QueryObject& q) {
    return GetAttribute(q).GetResolveInfo().ValueSourceMightBeTimeVarying();
  });
  const auto plain = [](const std::vector<QueryObject>& queries) {
    std::vector<stage::Attribute> all;
    for (const QueryObject& q : queries) all.push_back(GetAttribute(q));
    return all;
  };
  cls.def_static(
      "GetUnionedTimeSamples",
      [plain](const std::vector<QueryObject>& queries) {
        return stage::Attribute::GetUnionedTimeSamples(plain(queries));
      },
      "attrQueries"_a);
  cls.def_static(
      "GetUnionedTimeSamplesInInterval",
      [plain](const std::vector<QueryObject>& queries, nb::handle interval) {
        return Clip(stage::Attribute::GetUnionedTimeSamples(plain(queries)), ReadInterval(interval));
      },
      "attrQueries"_a, "interval"_a);
}

void BindTargets(nb::module_& usd) {
  nb::class_<ResolveTargetObject> cls(usd, "ResolveTarget",
                                      "Opinions of an index from one place on, up to another.");
  cls.def(nb::init<>());
  cls.def("GetPrimIndex", [](const ResolveTargetObject& t) { return t.index; });
  cls.def("GetStartNode", [](const ResolveTargetObject& t) { return MakeNode(t.index.index, t.start); });
  cls.def("GetStopNode", [](const ResolveTargetObject& t) { return MakeNode(t.index.index, t.stop); });
  cls.def("GetStartLayer", [](const ResolveTargetObject& t) { return t.start_layer; });
  cls.def("GetStopLayer", [](const ResolveTargetObject& t) { return t.stop_layer; });
  cls.def("IsNull", [](const ResolveTargetObject& t) { return !t.index.index; });
}

const layer::LayerPtr& GetStrongestLayer(compose::NodeRef node) {
  return node.GetLayerStack()->GetEntries().front().layer;
}

ResolveTargetObject TargetUpTo(const compose::PrimIndexPtr& index, compose::NodeRef node,
                               layer::LayerPtr layer) {
  return {{index}, node, {}, layer ? std::move(layer) : GetStrongestLayer(node), nullptr};
}
ResolveTargetObject TargetStrongerThan(const compose::PrimIndexPtr& index, compose::NodeRef node,
                                       layer::LayerPtr layer) {
  return {{index},
          index->GetRootNode(),
          node,
          GetStrongestLayer(index->GetRootNode()),
          layer ? std::move(layer) : GetStrongestLayer(node)};
}

// The node of the prim's index that an edit target writes to; the null one when there is none.
compose::NodeRef FindTargetNode(const compose::PrimIndex& index, const stage::EditTarget& target, Path prim) {
  const Path path = target.MapToSpecPath(prim);
  for (uint32_t i = 0; i < index.GetNodeCount(); ++i) {
    const compose::NodeRef node = index.GetNode(i);
    if (node.GetPath() != path) continue;
    for (const auto& entry : node.GetLayerStack()->GetEntries())
      if (entry.layer == target.GetLayer()) return node;
  }
  return {};
}

ResolveTargetObject TargetOf(const PrimObject& prim, const stage::EditTarget& target, bool up_to) {
  const compose::PrimIndexPtr index = Check(prim).ComputeExpandedPrimIndex();
  const compose::NodeRef node = index ? FindTargetNode(*index, target, prim.GetPath()) : compose::NodeRef();
  if (!node) return {};
  return up_to ? TargetUpTo(index, node, target.GetLayer())
               : TargetStrongerThan(index, node, target.GetLayer());
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
  cls.def("_IntroducingItem", [](const ArcObject& a) {
    return nb::make_tuple(GetArcField(a.Get().type), ToPython(a.Get().introducing_item));
  });
  cls.def(
      "MakeResolveTargetUpTo",
      [](const ArcObject& a, layer::LayerPtr layer) {
        return TargetUpTo(a.Get().index, a.Get().node, std::move(layer));
      },
      "subLayer"_a.none() = nb::none());
  cls.def(
      "MakeResolveTargetStrongerThan",
      [](const ArcObject& a, layer::LayerPtr layer) {
        return TargetStrongerThan(a.Get().index, a.Get().node, std::move(layer));
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
  usd.def("_ResolveTarget", &TargetOf, "prim"_a, "editTarget"_a, "upTo"_a);
  usd.def("_MapFunction", [](const stage::EditTarget& t) { return t.GetMapFunction(); });
}

}  // namespace strata::python
