// The arcs that bring a prim its opinions, each with who introduced it and where.   (UsdPrimCompositionQuery)
#pragma once

#include <vector>

#include "strata/stage/prim.h"

namespace strata::stage {

struct CompositionArc {
  compose::NodeRef node;  // what the arc leads to
  compose::NodeRef introducing_node;
  compose::ArcType type = compose::ArcType::kRoot;
  bool has_specs = false;
  bool is_ancestral = false;                // follows from an arc of an ancestor
  bool is_implicit = false;                 // follows from an arc that another node introduced
  bool is_in_root_layer_stack = false;      // introduced by the stage's own layers
  bool is_in_root_layer_prim_spec = false;  // introduced there, where the prim itself stands
  layer::LayerPtr target_layer;
  Path target_path;
  layer::LayerPtr introducing_layer;  // null for implied relocates
  Path introducing_path;
  Value introducing_item;  // the list item: a Reference, Payload, Path, or the name of a variant set
};

// `index` keeps the nodes alive.
struct CompositionArcs {
  compose::PrimIndexPtr index;
  std::vector<CompositionArc> all;  // strongest first, the root itself not among them
};

CompositionArcs FindCompositionArcs(const Prim& prim);

}  // namespace strata::stage
