// Composition as Python sees it: layer stacks, prim indices and their nodes.
#pragma once

#include "python/core/core.h"
#include "python/core/sdf_enums.h"
#include "strata/compose/compose.h"

namespace strata::python {

// Pcp.PrimIndex.
struct PrimIndexObject {
  compose::PrimIndexPtr index;
  bool is_usd = true;  // of a stage, or of a cache that composes as stages do
};

// Pcp.NodeRef: keeps its index alive.
struct NodeObject {
  compose::PrimIndexPtr index;
  compose::NodeRef node;
  friend bool operator==(const NodeObject& a, const NodeObject& b) { return a.node == b.node; }
};
// None for the null node.
nb::object MakeNode(const compose::PrimIndexPtr& index, compose::NodeRef node);

// Pcp.LayerStack.
struct LayerStackObject {
  compose::LayerStackPtr stack;
};

// Pcp.LayerStackSite, and what a node stands for.
struct SiteObject {
  compose::LayerStackPtr stack;
  Path path;
};

// (name of the kind of error, path of the prim, text) of each; strata/Pcp.py makes the errors of them.
nb::list MakeErrors(const compose::CompositionErrors& errors);

void BindMaps(nb::module_& pcp);
void BindIndices(nb::module_& pcp);
void BindArgumentData(nb::module_& pcp);
void BindCaches(nb::module_& pcp);

}  // namespace strata::python

namespace nanobind::detail {
STRATA_ENUM_CASTER(strata::compose::ArcType)
STRATA_ENUM_CASTER(strata::compose::DependencyType)
}  // namespace nanobind::detail
