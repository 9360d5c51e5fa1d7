#include "strata/compute/metrics_shapes.h"

#include <algorithm>

#include "strata/compute/geospatial.h"
#include "strata/stage/stage_impl.h"

namespace strata::compute {

namespace {

using stage::Attribute;
using stage::Prim;
using stage::Time;

struct Names {
  Token shape{"metrics:shape"}, domain{"metrics:domain"}, units{"metrics:units"};
  Token sides{"metrics:sides"}, plane{"Plane"}, width{"width"}, length{"length"}, axis{"axis"};
  Token gprim{"Gprim"}, skinned{"SkelBindingAPI"}, extent{"extent"}, custom_data{"customData"};
};
const Names& GetNames() {
  static const Names names;
  return names;
}

bool HasClips(const Prim& prim) {
  const stage::PrimAccess access(prim);
  return access && access.stage->Record(access.record).Is(stage::PrimFlag::kHasClips);
}

// Whether nothing but the prim's transform and its numbers say what is to be seen of it.
bool IsPlainShape(const Prim& prim) {
  const schema::PrimDefinition* definition = prim.GetPrimDefinition();
  if (!definition || !definition->IsA(GetNames().gprim) || definition->HasAPI(GetNames().skinned))
    return false;
  if (prim.IsInstance() || prim.IsPrototype() || HasClips(prim)) return false;
  // A place resets its transform, and would keep what undoes the shape's.
  const std::vector<Prim> children = prim.GetChildren();
  return std::none_of(children.begin(), children.end(), IsGeoPlace);
}

// The definition of a prim's type without the API schemas that are applied to it.
schema::PrimDefinitionPtr FindTyped(const Prim& prim) {
  const auto& schemas = prim.GetStage()->GetOpenOptions().schemas;
  const schema::PrimDefinition* definition = prim.GetPrimDefinition();
  return schemas && definition ? schemas->FindDefinition(definition->GetSchemaType()) : nullptr;
}

bool IsOfShape(const schema::PrimDefinition* typed, const Dimension* dimension, Token name) {
  return typed && dimension && dimension->mass == 0 && (dimension->length == 0 || dimension->length == 1) &&
         typed->FindProperty(name);
}

// What all that was taken has in common.
class Common {
 public:
  void Take(const Dimension& dimension, const UnitChange& change) {
    if (dimension.length != 0) TakeOne(length_, change.length);
    if (dimension.kind != DimensionKind::kScalar) TakeOne(turn_, change.turn);
  }
  UnitChange Get() const {
    UnitChange change;
    if (is_mixed_) return change;
    change.length = length_.value_or(1);
    change.turn = turn_.value_or(UnitChange::Turn::kNone);
    return change;
  }

 private:
  template <class T>
  void TakeOne(std::optional<T>& held, T value) {
    is_mixed_ |= held && *held != value;
    held = value;
  }
  std::optional<double> length_;
  std::optional<UnitChange::Turn> turn_;
  bool is_mixed_ = false;
};

Result<Datum> ComputeShape(const MetricsOptions& options, const Arguments& arguments) {
  const auto* domain = arguments.GetIf<MetricDomain>(0);
  if (!domain) return Datum();
  return Datum::Of(FindShapeChange(arguments.GetPrim(), arguments.GetTime(), *domain, options));
}

}  // namespace

bool IsOfShape(const Attribute& attribute, const MetricsOptions& options) {
  const Prim& prim = attribute.GetPrim();
  const Dimension* dimension = GetDimensions(options).Find(prim.GetPrimDefinition(), attribute.GetName());
  return dimension && IsOfShape(FindTyped(prim).get(), dimension, attribute.GetName());
}

ShapeChange FindShapeChange(const Prim& prim, Time time, const MetricDomain& domain,
                            const MetricsOptions& options) {
  ShapeChange found{domain, {}};
  if (options.mode != MetricsMode::kTransforms || !IsPlainShape(prim)) return found;
  const schema::PrimDefinitionPtr typed = FindTyped(prim);
  if (!typed) return found;
  Common common;
  for (const Token name : typed->GetPropertyNames()) {
    const Dimension* dimension = GetDimensions(options).Find(prim.GetPrimDefinition(), name);
    if (!IsOfShape(typed.get(), dimension, name)) continue;
    const Attribute attribute = prim.GetAttribute(name);
    const stage::ResolveInfo info = attribute.GetResolveInfo(time);
    // What a schema says of the extent is around the fallbacks of the shape.
    if (name == GetNames().extent && !info.HasAuthoredValue()) continue;
    if (attribute.Get(time).IsEmpty()) continue;
    const auto change = FindAttributeChange(attribute, time, domain, options);
    common.Take(*dimension, change && !change->is_by_hand ? change->change : UnitChange());
  }
  found.change = common.Get();
  return found;
}

namespace {

// Of scenes in several units alone, from what is written.
Computation MakeComputation(Token name, const std::shared_ptr<const MetricsOptions>& options) {
  Computation made;
  made.output = made.name = name;
  made.module = "metrics";
  made.reads = Computation::Reads::kAsWritten;
  made.cutoff = Computation::Cutoff::kEarly;
  made.is_used = [options](const stage::Stage& stage) { return MetricDomains(stage, *options).AreSeveral(); };
  return made;
}

}  // namespace

Token GetShapeOutput() {
  return GetNames().shape;
}

Result<void> AddShapeChanges(Registry& registry, std::shared_ptr<const MetricsOptions> options) {
  Computation shape = MakeComputation(GetNames().shape, options);
  // Which children there are counts, whatever they say.
  shape.inputs = {in::Computation(GetNames().domain), in::AttributesNamed(Token()),
                  in::Metadata(GetNames().custom_data), in::Children(GetNames().domain)};
  shape.function = [options](const Arguments& arguments) { return ComputeShape(*options, arguments); };
  return registry.Add(std::move(shape));
}

Value PrimUnits::Convert(const Attribute& attribute, Time time, Value value) const {
  if (prim.IsByTransform() && IsOfShape(attribute, *options)) return value;
  const auto found = FindAttributeChange(attribute, time, prim.domain, *options);
  if (!found || found->is_by_hand) return value;
  auto converted = compute::Convert(value, *found->dimension, found->change);
  return converted ? *std::move(converted) : value;
}

Token GetPrimUnitsOutput() {
  return GetNames().units;
}

Result<void> AddPrimUnits(Registry& registry, std::shared_ptr<const MetricsOptions> options) {
  const bool by_transforms = options->mode == MetricsMode::kTransforms;
  Computation units = MakeComputation(GetNames().units, options);
  units.inputs = {in::Computation(by_transforms ? GetNames().shape : GetNames().domain)};
  units.function = [options](const Arguments& arguments) -> Result<Datum> {
    if (const auto* shape = arguments.GetIf<ShapeChange>(0)) return Datum::Of(PrimUnits{*shape, options});
    const auto* domain = arguments.GetIf<MetricDomain>(0);
    return domain ? Datum::Of(PrimUnits{{*domain, {}}, options}) : Datum();
  };
  return registry.Add(std::move(units));
}

std::optional<PlaneSides> FindTurnedSides(const Prim& prim, Time time, const MetricDomain& domain,
                                          const MetricsOptions& options) {
  const Names& names = GetNames();
  if (!prim.IsA(names.plane)) return std::nullopt;
  const auto turned = FindAttributeChange(prim.GetAttribute(names.axis), time, domain, options);
  if (!turned || turned->is_by_hand || turned->change.turn == UnitChange::Turn::kNone) return std::nullopt;
  if (prim.GetAttribute(names.axis).GetAs<Token>(time) != Token("X")) return std::nullopt;
  const auto read = [&](Token name) -> std::optional<double> {
    const Attribute attribute = prim.GetAttribute(name);
    const std::optional<double> value = attribute.GetAs<double>(time);
    const auto change = FindAttributeChange(attribute, time, domain, options);
    return value && change && !change->is_by_hand ? *value * change->change.length : value;
  };
  const std::optional<double> width = read(names.width), length = read(names.length);
  if (!width || !length) return std::nullopt;
  return PlaneSides{*length, *width};
}

Result<void> AddPlaneSides(Registry& registry, std::shared_ptr<const MetricsOptions> options) {
  const Names& names = GetNames();
  const bool by_transforms = options->mode == MetricsMode::kTransforms;
  Computation sides = MakeComputation(names.sides, options);
  sides.schemas = {names.plane};
  sides.inputs = {in::Computation(names.domain), in::Attribute(names.axis), in::Attribute(names.width),
                  in::Attribute(names.length)};
  if (by_transforms) sides.inputs.push_back(in::Computation(names.shape));
  sides.function = [options, by_transforms](const Arguments& arguments) -> Result<Datum> {
    const auto* domain = arguments.GetIf<MetricDomain>(0);
    const auto* shape = by_transforms ? arguments.GetIf<ShapeChange>(4) : nullptr;
    if (!domain || (shape && shape->IsByTransform())) return Datum();
    const auto found = FindTurnedSides(arguments.GetPrim(), arguments.GetTime(), *domain, *options);
    return found ? Datum::Of(*found) : Datum();
  };
  AttributeExpression expression;
  expression.name = expression.output = names.sides;
  expression.converts = true;
  expression.schemas = sides.schemas;
  expression.is_used = sides.is_used;
  expression.may_change = [](Token name) { return name == GetNames().width || name == GetNames().length; };
  expression.list = [](const Prim&) { return std::vector<Token>{GetNames().width, GetNames().length}; };
  expression.function = [](const Attribute& attribute, Time, const Datum& answer,
                           const stage::ComputedValues&) -> std::optional<Value> {
    const auto* found = answer.GetIf<PlaneSides>();
    if (!found) return std::nullopt;
    return Value(attribute.GetName() == GetNames().width ? found->width : found->length);
  };
  registry.Add(std::move(expression));
  return registry.Add(std::move(sides));
}

}  // namespace strata::compute
