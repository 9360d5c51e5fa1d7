// Specs as Python sees them: a layer and a path in it.
#pragma once

#include "python/core/core.h"
#include "strata/layer/layer.h"

namespace strata::python {

struct Spec {
  layer::LayerPtr layer;
  Path path;

  layer::SpecType GetType() const { return layer ? layer->GetSpecType(path) : layer::SpecType::kUnknown; }
  bool IsExpired() const { return GetType() == layer::SpecType::kUnknown; }
  friend bool operator==(const Spec& a, const Spec& b) { return a.layer == b.layer && a.path == b.path; }
};
struct PrimSpec : Spec {};
struct PropertySpec : Spec {};
struct AttributeSpec : PropertySpec {};
struct RelationshipSpec : PropertySpec {};
struct VariantSetSpec : Spec {};
struct VariantSpec : Spec {};

// The object of the class that fits the spec at `path`; None when there is none.
nb::object MakeSpec(const layer::LayerPtr& layer, Path path);
// The same, where stacks of prims and GetPrimAtPath ask: a variant is seen as the prim in it.
nb::object MakeStackSpec(const layer::LayerPtr& layer, Path path);

}  // namespace strata::python
