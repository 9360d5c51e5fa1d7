// The arcs that bring a prim its opinions, each with who introduced it and where.   (UsdPrimCompositionQuery)
#pragma once

#include <vector>

#include "strata/stage/prim.h"

namespace strata::stage {

struct CompositionArc {
  compose::PrimIndexPtr index;  // keeps the nodes alive
  compose::NodeRef node;        // what the arc leads to
  compose::NodeRef introducing_node;
  compose::ArcType type = compose::ArcType::kRoot;
  bool has_specs = false;
  bool is_ancestral = false;                // follows from an arc of an ancestor
  bool is_implicit = false;                 // follows from an arc that another node introduced
  bool is_in_root_layer_stack = false;      // introduced by the stage's own layers
  bool is_in_root_layer_prim_spec = false;  // introduced there, where the prim itself stands
  layer::LayerPtr target_layer;
  Path target_path;
  // Where the arc is written: `introducing_item` is an item of the list `introducing_field` of the spec
  // `introducing_path` in `introducing_layer`. For relocates the spec is "/" and there is no item; the layer
  // is null for those that are implied. All are empty for the root.
  layer::LayerPtr introducing_layer;
  Path introducing_path;
  Token introducing_field;  // "references", "payload", "inheritPaths", "specializes", "variantSetNames"
  Value introducing_item;   // a Reference, Payload, Path, or the name of a variant set
};

// The arcs of a prim that pass a filter. Costs composing the prim and its ancestors once more, with the arcs
// that bring nothing; answers are of the time when the query was made.
class PrimCompositionQuery {
 public:
  enum class ArcTypeFilter : uint8_t {
    kAll,
    kReference,
    kPayload,
    kInherit,
    kSpecialize,
    kVariant,
    kRelocate,
    kReferenceOrPayload,
    kInheritOrSpecialize,
    kNotReferenceOrPayload,
    kNotInheritOrSpecialize,
    kNotVariant,
    kNotRelocate,
  };
  enum class DependencyTypeFilter : uint8_t { kAll, kDirect, kAncestral };
  enum class ArcIntroducedFilter : uint8_t {
    kAll,
    kIntroducedInRootLayerStack,
    kIntroducedInRootLayerPrimSpec,
  };
  enum class HasSpecsFilter : uint8_t { kAll, kHasSpecs, kHasNoSpecs };
  struct Filter {
    ArcTypeFilter arc_type = ArcTypeFilter::kAll;
    DependencyTypeFilter dependency_type = DependencyTypeFilter::kAll;
    ArcIntroducedFilter arc_introduced = ArcIntroducedFilter::kAll;
    HasSpecsFilter has_specs = HasSpecsFilter::kAll;
    friend bool operator==(const Filter&, const Filter&) = default;
    bool Admits(const CompositionArc& arc) const;
  };

  explicit PrimCompositionQuery(const Prim& prim) : PrimCompositionQuery(prim, Filter()) {}
  PrimCompositionQuery(const Prim& prim, const Filter& filter);
  static PrimCompositionQuery GetDirectInherits(const Prim& prim);
  static PrimCompositionQuery GetDirectReferences(const Prim& prim);
  // Those that an edit of the stage's own layers can change.
  static PrimCompositionQuery GetDirectRootLayerArcs(const Prim& prim);

  void SetFilter(const Filter& filter) { filter_ = filter; }
  const Filter& GetFilter() const { return filter_; }
  // Strongest first; the root, where the prim itself stands, is the first of them, but not below an instance,
  // where that site does not count. None for a prim that is not there.
  std::vector<CompositionArc> GetCompositionArcs() const;

 private:
  Filter filter_;
  std::vector<CompositionArc> arcs_;
};

// `index` keeps the nodes alive.
struct CompositionArcs {
  compose::PrimIndexPtr index;
  std::vector<CompositionArc> all;  // strongest first, the root itself not among them
};

CompositionArcs FindCompositionArcs(const Prim& prim);

}  // namespace strata::stage
