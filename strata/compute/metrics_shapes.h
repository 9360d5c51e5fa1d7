// Shapes whose numbers are in other units than their prim, corrected by the prim's transform: the numbers
// stay as they were written, and the prim is scaled and turned by what they differ.
#pragma once

#include "strata/compute/metrics_assembly.h"

namespace strata::compute {

// What stands innermost in the transform of a prim, so that the numbers of its shape mean what they say.
struct ShapeChange {
  MetricDomain domain;  // of the prim
  UnitChange change;    // none: each number is changed by itself
  bool IsByTransform() const { return !change.IsIdentity(); }
  friend bool operator==(const ShapeChange&, const ShapeChange&) = default;
};

// One that changes nothing, unless `options` ask for transforms, the prim is a Gprim, and all numbers of its
// shape that have a value at the time, fallbacks among them, are in the same other units. Shapes that are
// instances, that skeletons move, that clips speak of, or that have a place on the Earth as a child are left
// to values: what follows from them does not see the transform alone.
ShapeChange FindShapeChange(const stage::Prim& prim, stage::Time time, const MetricDomain& domain,
                            const MetricsOptions& options);
// Whether an attribute is one of the numbers that the transform of its prim changes.
bool IsOfShape(const stage::Attribute& attribute, const MetricsOptions& options);

// Adds "metrics:shape" (ShapeChange) of all prims.
Result<void> AddShapeChanges(Registry& registry, std::shared_ptr<const MetricsOptions> options);
Token GetShapeOutput();

// For computations that read many attributes of a prim: what makes them the prim's units.
struct PrimUnits {
  ShapeChange prim;
  std::shared_ptr<const MetricsOptions> options;
  friend bool operator==(const PrimUnits&, const PrimUnits&) = default;
  // The value that an attribute of the prim has at a time, as everybody sees it.
  Value Convert(const stage::Attribute& attribute, stage::Time time, Value value) const;
};
// Adds "metrics:units" (PrimUnits) of all prims.
Result<void> AddPrimUnits(Registry& registry, std::shared_ptr<const MetricsOptions> options);
Token GetPrimUnitsOutput();

// The sides of a plane.
struct PlaneSides {
  double width = 0, length = 0;
  friend bool operator==(const PlaneSides&, const PlaneSides&) = default;
};
// In the prim's units, of a plane across X whose axis a layer with another axis up wrote: it is turned in
// itself, so that each side is what the other one was. Nothing of all other prims.
std::optional<PlaneSides> FindTurnedSides(const stage::Prim& prim, stage::Time time,
                                          const MetricDomain& domain, const MetricsOptions& options);
// Adds "metrics:sides" (PlaneSides) of planes, and the expression of that name.
Result<void> AddPlaneSides(Registry& registry, std::shared_ptr<const MetricsOptions> options);

}  // namespace strata::compute
