// Pcp.LayerStack, Pcp.NodeRef and Pcp.PrimIndex.
#include "python/core/arguments.h"
#include "python/core/pcp.h"
#include "python/core/spec.h"
#include "strata/compose/dump.h"

namespace strata::python {

namespace {

using compose::ArcType;
using compose::LayerStack;
using compose::NodeRef;

nb::dict ToDictionary(const std::map<Path, Path>& relocates) {
  nb::dict out;
  for (const auto& [source, target] : relocates) out[nb::cast(source)] = nb::cast(target);
  return out;
}

// The sublayers from entry `at` on that lie below `depth`, as (layer, offset, trees).
nb::list MakeTrees(const std::vector<LayerStack::Entry>& entries, size_t& at, int depth, bool of_session) {
  nb::list trees;
  while (at < entries.size() && entries[at].depth >= depth && entries[at].is_session == of_session) {
    const LayerStack::Entry& entry = entries[at++];
    nb::list below = MakeTrees(entries, at, depth + 1, of_session);
    trees.append(nb::make_tuple(entry.layer, entry.offset, below));
  }
  return trees;
}
nb::object MakeTree(const LayerStack& stack, bool of_session) {
  const auto& entries = stack.GetEntries();
  size_t at = 0;
  while (at < entries.size() && entries[at].is_session != of_session) ++at;
  if (at == entries.size()) return nb::none();
  return nb::object(MakeTrees(entries, at, entries[at].depth, of_session)[0]);
}

void BindStacks(nb::module_& pcp) {
  nb::class_<LayerStackObject> cls(pcp, "LayerStack", "A root layer with its sublayers, strongest first.");
  cls.def_prop_ro("_rootLayer", [](const LayerStackObject& s) { return s.stack->GetRootLayer(); });
  cls.def_prop_ro("_sessionLayer", [](const LayerStackObject& s) { return s.stack->GetSessionLayer(); });
  cls.def_prop_ro("layers", [](const LayerStackObject& s) {
    nb::list out;
    for (const LayerStack::Entry& entry : s.stack->GetEntries()) out.append(nb::cast(entry.layer));
    return out;
  });
  cls.def_prop_ro("layerOffsets", [](const LayerStackObject& s) {
    nb::list out;
    for (const LayerStack::Entry& entry : s.stack->GetEntries()) out.append(nb::cast(entry.offset));
    return out;
  });
  cls.def_prop_ro("_layerTree", [](const LayerStackObject& s) { return MakeTree(*s.stack, false); });
  cls.def_prop_ro("_sessionLayerTree", [](const LayerStackObject& s) { return MakeTree(*s.stack, true); });
  cls.def_prop_ro("_variables", [](const LayerStackObject& s) {
    return ToPython(Value(s.stack->GetExpressionVariables()));
  });
  cls.def_prop_ro("expressionVariableDependencies", [](const LayerStackObject& s) {
    const auto& used = s.stack->GetExpressionVariableDependencies();
    return std::vector<std::string>(used.begin(), used.end());
  });
  cls.def_prop_ro("mutedLayers", [](const LayerStackObject& s) {
    const auto& muted = s.stack->GetMutedLayers();
    return std::vector<std::string>(muted.begin(), muted.end());
  });
  cls.def_prop_ro("_errors", [](const LayerStackObject& s) { return MakeErrors(s.stack->GetErrors()); });
  cls.def_prop_ro("relocatesSourceToTarget", [](const LayerStackObject& s) {
    return ToDictionary(s.stack->GetRelocatesSourceToTarget());
  });
  cls.def_prop_ro("relocatesTargetToSource", [](const LayerStackObject& s) {
    return ToDictionary(s.stack->GetRelocatesTargetToSource());
  });
  cls.def_prop_ro("incrementalRelocatesSourceToTarget", [](const LayerStackObject& s) {
    return ToDictionary(s.stack->GetIncrementalRelocatesSourceToTarget());
  });
  cls.def_prop_ro("incrementalRelocatesTargetToSource", [](const LayerStackObject& s) {
    nb::dict out;
    for (const auto& [source, target] : s.stack->GetIncrementalRelocatesSourceToTarget())
      if (!target.IsEmpty()) out[nb::cast(target)] = nb::cast(source);
    return out;
  });
  cls.def_prop_ro("pathsToPrimsWithRelocates", [](const LayerStackObject& s) {
    nb::list out;
    for (const auto& [source, target] : s.stack->GetRelocatesSourceToTarget()) out.append(nb::cast(source));
    return out;
  });
  cls.def_prop_ro("expired", [](const LayerStackObject&) { return false; });
  cls.def("__bool__", [](const LayerStackObject&) { return true; });
  cls.def("__hash__", [](const LayerStackObject& s) { return std::hash<const void*>()(s.stack.get()) >> 1; });
  cls.def(
      "__eq__", [](const LayerStackObject& a, const LayerStackObject& b) { return a.stack == b.stack; },
      nb::is_operator());
  cls.def(
      "__ne__", [](const LayerStackObject& a, const LayerStackObject& b) { return a.stack != b.stack; },
      nb::is_operator());

  nb::class_<SiteObject> site(pcp, "LayerStackSite", "A path in a layer stack.");
  site.def(
      "__init__",
      [](SiteObject* s, const LayerStackObject& stack, PathArgument path) {
        new (s) SiteObject{stack.stack, path.path};
      },
      "layerStack"_a, "path"_a);
  site.def_prop_rw(
      "layerStack", [](const SiteObject& s) { return LayerStackObject{s.stack}; },
      [](SiteObject& s, const LayerStackObject& stack) { s.stack = stack.stack; });
  site.def_prop_rw(
      "path", [](const SiteObject& s) { return s.path; },
      [](SiteObject& s, PathArgument path) { s.path = path.path; });
  site.def("__str__", [](const SiteObject& s) {
    std::string text = "@" + s.stack->GetRootLayer()->GetIdentifier() + "@";
    if (s.stack->GetSessionLayer()) text += ",@" + s.stack->GetSessionLayer()->GetIdentifier() + "@";
    return text + "<" + s.path.GetString() + ">";
  });
  site.def("__hash__", [](const SiteObject& s) { return std::hash<Path>()(s.path) >> 1; });
  site.def(
      "__eq__",
      [](const SiteObject& a, const SiteObject& b) { return a.stack == b.stack && a.path == b.path; },
      nb::is_operator());
}

const NodeRef& Check(const NodeObject& node) {
  return node.node;
}

void BindNodes(nb::module_& pcp) {
  nb::class_<NodeObject> cls(pcp, "NodeRef",
                             "A node of a prim index: a place that says something of the prim.");
  cls.def_prop_ro("arcType", [](const NodeObject& n) { return Check(n).GetArcType(); });
  cls.def_prop_ro("path", [](const NodeObject& n) { return Check(n).GetPath(); });
  cls.def_prop_ro("layerStack",
                  [](const NodeObject& n) { return LayerStackObject{Check(n).GetLayerStack()}; });
  cls.def_prop_ro(
      "site", [](const NodeObject& n) { return SiteObject{Check(n).GetLayerStack(), Check(n).GetPath()}; });
  cls.def_prop_ro("parent", [](const NodeObject& n) { return MakeNode(n.index, n.node.GetParent()); });
  cls.def_prop_ro("origin", [](const NodeObject& n) { return MakeNode(n.index, n.node.GetOrigin()); });
  cls.def_prop_ro("children", [](const NodeObject& n) {
    nb::list out;
    for (const NodeRef& child : n.node.GetChildren()) out.append(MakeNode(n.index, child));
    return out;
  });
  const nb::object expression = pcp.attr("_MakeExpression");
  cls.def_prop_ro("mapToParent",
                  [expression](const NodeObject& n) { return expression(n.node.GetMapToParent()); });
  cls.def_prop_ro("mapToRoot",
                  [expression](const NodeObject& n) { return expression(n.node.GetMapToRoot()); });
  cls.def_prop_ro("siblingNumAtOrigin",
                  [](const NodeObject& n) { return n.node.GetSiblingNumberAtOrigin(); });
  cls.def_prop_ro("namespaceDepth", [](const NodeObject& n) { return n.node.GetNamespaceDepth(); });
  cls.def_prop_ro("hasSpecs", [](const NodeObject& n) { return n.node.HasSpecs(); });
  cls.def_prop_ro("hasSymmetry", [](const NodeObject& n) { return n.node.HasSymmetry(); });
  cls.def_prop_ro("isCulled", [](const NodeObject& n) { return n.node.IsCulled(); });
  cls.def_prop_ro("isInert", [](const NodeObject& n) { return n.node.IsInert(); });
  cls.def_prop_ro("isRestricted", [](const NodeObject& n) { return n.node.IsRestricted(); });
  cls.def_prop_ro("permission", [](const NodeObject& n) {
    return n.node.IsPrivate() ? Permission::kPrivate : Permission::kPublic;
  });
  cls.def("GetRootNode", [](const NodeObject& n) { return MakeNode(n.index, n.index->GetRootNode()); });
  cls.def("GetOriginRootNode", [](const NodeObject& n) { return MakeNode(n.index, n.node.GetOriginRoot()); });
  cls.def("GetIntroPath", [](const NodeObject& n) { return n.node.GetIntroPath(); });
  cls.def("GetPathAtIntroduction", [](const NodeObject& n) { return n.node.GetPathAtIntroduction(); });
  cls.def("GetDepthBelowIntroduction",
          [](const NodeObject& n) { return n.node.GetDepthBelowIntroduction(); });
  cls.def("GetSpecContributionRestrictedDepth",
          [](const NodeObject& n) { return n.node.GetSpecContributionRestrictedDepth(); });
  cls.def("CanContributeSpecs", [](const NodeObject& n) { return n.node.CanContributeSpecs(); });
  cls.def("IsRootNode", [](const NodeObject& n) { return n.node.IsRoot(); });
  cls.def("IsDueToAncestor", [](const NodeObject& n) { return n.node.IsDueToAncestor(); });
  cls.def("HasTransitiveDirectDependency", [](const NodeObject& n) {
    for (NodeRef node = n.node; node && node.GetParent(); node = node.GetParent())
      if (!node.IsDueToAncestor()) return true;
    return false;
  });
  cls.def("HasTransitiveAncestralDependency", [](const NodeObject& n) {
    for (NodeRef node = n.node; node; node = node.GetParent())
      if (node.IsDueToAncestor()) return true;
    return false;
  });
  cls.def("__bool__", [](const NodeObject& n) { return bool(n.node); });
  cls.def("__hash__", [](const NodeObject& n) {
    return (std::hash<const void*>()(n.index.get()) ^ MixBits(n.node.GetNumber())) >> 1;
  });
  cls.def("__eq__", [](const NodeObject& a, const NodeObject& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const NodeObject& a, const NodeObject& b) { return !(a == b); }, nb::is_operator());
}

// The node whose opinions include the spec; None when the index has no such spec.
nb::object FindNode(const PrimIndexObject& i, const Spec& spec) {
  for (const compose::SpecSite& site : i.index->GetSpecStack())
    if (site.entry->layer == spec.layer && site.path == spec.path) return MakeNode(i.index, site.node);
  return nb::none();
}

// What each layer stack says of the selections of the prim, the strongest of every set.
nb::dict ListAuthoredSelections(const PrimIndexObject& i) {
  nb::dict out;
  for (const compose::SpecSite& site : i.index->GetSpecStack()) {
    const Value* selections = site.entry->layer->GetField(site.path, layer::GetFieldNames().variantSelection);
    if (!selections || !selections->Holds<VariantSelectionMap>()) continue;
    for (const auto& [set, selection] : selections->Get<VariantSelectionMap>()) {
      nb::object key = nb::cast(set);
      if (!out.contains(key)) out[key] = nb::cast(selection);
    }
  }
  return out;
}

}  // namespace

nb::object MakeNode(const compose::PrimIndexPtr& index, NodeRef node) {
  return node ? nb::cast(NodeObject{index, node}) : nb::none();
}

nb::list MakeErrors(const compose::CompositionErrors& errors) {
  nb::list out;
  for (const compose::CompositionError& error : errors)
    out.append(nb::make_tuple(std::string(compose::GetErrorName(error.type)), error.root_site,
                              error.diagnostic.message));
  return out;
}

void BindIndices(nb::module_& pcp) {
  BindEnum<ArcType>(pcp, "PcpArcType", "ArcType",
                    {{ArcType::kRoot, "ArcTypeRoot", "root"},
                     {ArcType::kInherit, "ArcTypeInherit", "inherit"},
                     {ArcType::kRelocate, "ArcTypeRelocate", "relocate"},
                     {ArcType::kVariant, "ArcTypeVariant", "variant"},
                     {ArcType::kReference, "ArcTypeReference", "reference"},
                     {ArcType::kPayload, "ArcTypePayload", "payload"},
                     {ArcType::kSpecialize, "ArcTypeSpecialize", "specialize"}});
  BindStacks(pcp);
  BindNodes(pcp);
  nb::class_<PrimIndexObject> cls(pcp, "PrimIndex", "Where every opinion about one prim comes from.");
  cls.def(nb::init<>());
  cls.def("IsValid", [](const PrimIndexObject& i) { return i.index && i.index->IsValid(); });
  cls.def("__bool__", [](const PrimIndexObject& i) { return i.index && i.index->IsValid(); });
  cls.def("IsInstanceable", [](const PrimIndexObject& i) { return i.index->IsInstanceable(); });
  cls.def("IsUsd", [](const PrimIndexObject& i) { return i.is_usd; });
  cls.def_prop_ro("hasAnyPayloads", [](const PrimIndexObject& i) { return i.index->HasAnyPayloads(); });
  cls.def_prop_ro("rootNode",
                  [](const PrimIndexObject& i) { return MakeNode(i.index, i.index->GetRootNode()); });
  cls.def_prop_ro("primStack", [](const PrimIndexObject& i) {
    nb::list out;
    for (const compose::SpecSite& site : i.index->GetSpecStack())
      out.append(MakeStackSpec(site.entry->layer, site.path));
    return out;
  });
  cls.def_prop_ro("_errors", [](const PrimIndexObject& i) { return MakeErrors(i.index->GetErrors()); });
  cls.def("ComputePrimChildNames", [](const PrimIndexObject& i) {
    std::vector<Token> names, prohibited;
    i.index->ComputeChildNames(names, prohibited);
    return nb::make_tuple(names, prohibited);
  });
  cls.def("ComputePrimPropertyNames",
          [](const PrimIndexObject& i) { return i.index->ComputePropertyNames(); });
  cls.def("ComposeAuthoredVariantSelections", &ListAuthoredSelections);
  cls.def(
      "GetSelectionAppliedForVariantSet",
      [](const PrimIndexObject& i, Token set) {
        for (const auto& [name, selection] : i.index->GetVariantSelections())
          if (name == set) return selection;
        return Token();
      },
      "variantSet"_a);
  cls.def("GetNodeProvidingSpec", &FindNode, "spec"_a);
  cls.def(
      "DumpToString",
      [](const PrimIndexObject& i, bool origins, bool) {
        return compose::DumpToString(*i.index,
                                     origins ? compose::OriginInfo::kInclude : compose::OriginInfo::kOmit);
      },
      "includeInheritOriginInfo"_a = true, "includeMaps"_a = true);
  cls.def(
      "DumpToDotGraph",
      [](const PrimIndexObject& i, const FileArgument& path, bool origins, bool maps) {
        nb::module_::import_("pathlib").attr("Path")(path.path).attr("write_text")(compose::DumpToDotGraph(
            *i.index, origins ? compose::OriginInfo::kInclude : compose::OriginInfo::kOmit,
            maps ? compose::MapInfo::kInclude : compose::MapInfo::kOmit));
      },
      "filename"_a, "includeInheritOriginInfo"_a = true, "includeMaps"_a = false);
}

}  // namespace strata::python
