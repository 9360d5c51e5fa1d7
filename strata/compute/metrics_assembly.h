// Scenes put together of parts in different units and with different axes up: numbers become those of the
// prim they are of, and transforms join parts where one arc leads to another.
//
// A prim is in the units of the layer stack that the nearest reference or payload brought it from, or of the
// metrics schemas at it or above it inside of that; else in those of the stage. A value that a layer of other
// units wrote for the prim is changed into the prim's: 1 in a layer of half metres is 0.5 in a stage of
// metres. Ops of transforms are turned as matrices. Between a prim and a parent in other units stands a
// corrective, so that what is below keeps its numbers. Cameras and lights keep the axes of the layer that
// turned them, and so look where it meant. Nothing is authored; what people corrected by hand (ops named
// `unitsResolve`, `customData = { bool unitsResolved = 1 }`) is left alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "strata/compute/computation.h"
#include "strata/compute/dimensions.h"

namespace strata::compute {

inline constexpr DiagnosticCode kMetricsUnusable{"compute.metrics-unusable", Severity::kError,
                                                 "A layer or a prim has units that cannot be."};
inline constexpr DiagnosticCode kMetricsUnknown{"compute.metrics-unknown", Severity::kError,
                                                "A layer does not say in which units its numbers are."};

// What layers mean that say nothing of their units.
enum class UnauthoredMetrics : uint8_t {
  kInherit,      // what the root of their layer stack means, else what leads to it
  kUsdFallback,  // centimetres, kilograms, Y up
  kError,        // nothing: their prims are left as authored, and told of
};
// What an attribute without an opinion is in.
enum class FallbackDomain : uint8_t { kPrim, kStage };

// How values in other units than their prim are made right.
enum class MetricsMode : uint8_t {
  kValues,      // each is changed: a radius of 1 is read as 0.5, and the prim stays as it is
  kTransforms,  // of shapes the prim is scaled and turned instead, where all of them agree (metrics_shapes.h)
};

struct MetricsOptions {
  MetricsMode mode = MetricsMode::kValues;
  UnauthoredMetrics unauthored = UnauthoredMetrics::kInherit;
  FallbackDomain fallbacks = FallbackDomain::kPrim;
  double tolerance = 1e-9;                              // relative, between units that count as the same
  std::shared_ptr<const DimensionRegistry> dimensions;  // null: the built-in ones
};

// The units and axes of a prim or of a layer.
struct MetricDomain {
  double meters_per_unit = 0.01;
  double kilograms_per_unit = 1;
  Token up_axis{"Y"};

  // Of prims: what brought it, and which layer stacks hold the schemas that say its metrics; to compare.
  const compose::LayerStack* stack = nullptr;
  const compose::LayerStack* said_length = nullptr;
  const compose::LayerStack* said_mass = nullptr;
  const compose::LayerStack* said_axis = nullptr;
  bool has_own_schema = false;          // of lengths or axes, at the prim itself
  double stage_meters_per_unit = 0.01;  // of prims: what resets its transform stands in
  Token stage_up_axis{"Y"};
  uint64_t opinions = 0;  // of prims: what the layers that speak of it say of their units, as a hash
  friend bool operator==(const MetricDomain&, const MetricDomain&) = default;
};
UnitChange GetChange(const MetricDomain& from, const MetricDomain& to, double tolerance);
const DimensionRegistry& GetDimensions(const MetricsOptions& options);

// Adds "metrics:domain" of all prims; "metrics:axis" of cameras and lights; "units", which modifies "xform";
// the expression "metrics:values" of attributes that have a dimension; and with MetricsMode::kTransforms
// "metrics:shape". In a stage of one domain none of them is there.
Result<void> AddMetricsAssembly(Registry& registry, const MetricsOptions& options = {});

// What becomes of a value of an attribute of a prim in `domain`.
struct AttributeChange {
  const Dimension* dimension = nullptr;
  stage::ResolveInfo info;
  MetricDomain from;  // what the value was written in
  UnitChange change;
  bool is_by_hand = false;  // people have done it: the value is left
};
// Nothing where it measures nothing, or is in the prim's units as it is.
std::optional<AttributeChange> FindAttributeChange(const stage::Attribute& attribute, stage::Time time,
                                                   const MetricDomain& domain, const MetricsOptions& options);

// The properties of a prim whose values may be in other units: those that somebody authored, and where clips
// or fallbacks may be, those of its schemas too.
std::vector<Token> ListMeasured(const stage::Prim& prim, const MetricsOptions& options);

// What becomes of a prim's own transform. `parent` is null below the root.
struct TransformChange {
  Matrix4d matrix = Matrix4d::Identity();  // in place of the authored one
  bool resets_stack = false;
  bool has_changed_ops = false;  // some are written in other units than the prim's
  bool has_outer_ops = false;    // there are ops, and all are in the parent's units
  UnitChange corrective;         // that stands between the prim and its parent
  bool has_length_by_hand = false, has_axis_by_hand = false;  // parts of it that people have made
  bool IsChanged() const { return has_changed_ops || !corrective.IsIdentity(); }
};
TransformChange FindTransformChange(const stage::Prim& prim, stage::Time time, const MetricDomain& domain,
                                    const MetricDomain* parent, const MetricsOptions& options);

// How the domains of one stage follow from its layers.
class MetricDomains {
 public:
  MetricDomains(const stage::Stage& stage, const MetricsOptions& options);
  MetricDomain OfStage() const;
  // Whether anything in the stage is in other units than the stage.
  bool AreSeveral() const;
  // What a prim is in whose parent is in `parent`; an error where nobody says, or what somebody says cannot
  // be.
  Result<MetricDomain> OfPrim(const stage::Prim& prim, const MetricDomain& parent) const;
  // Whether what brought the prim is what brought its parent.
  static bool IsOfParent(const stage::Prim& prim);
  // Cameras and lights look along axes of their own, whatever is up: the up axis of who turned the prim, by
  // its innermost op, or else made it. Nothing where that is corrected by hand. The prim is in `domain` but
  // for that.
  std::optional<Token> FindOwnAxis(const stage::Prim& prim, const MetricDomain& domain) const;
  // What an opinion about a prim is in; the prim is in `domain`.
  MetricDomain OfOpinion(const stage::ResolveInfo& info, const MetricDomain& domain) const;
  // Of the value that an attribute of a prim in the domain has at a time: values of clips are in the units of
  // the clip's layer, where it says any.
  MetricDomain OfValue(const stage::Attribute& attribute, stage::Time time, const stage::ResolveInfo& info,
                       const MetricDomain& domain) const;

 private:
  struct Said;
  static Diagnostic Refuse(const stage::Prim& prim, const std::string& file, std::string why);
  Said Read(const layer::Layer& layer) const;
  // Walks from a node to who led to it, as long as something is left unsaid. True where all is known.
  void ReadUpwards(compose::NodeRef node, const compose::LayerStack* end, Said& said) const;

  const stage::Stage& stage_;
  const MetricsOptions& options_;
};

}  // namespace strata::compute
