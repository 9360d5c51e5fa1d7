#include "strata/compute/metrics_assembly.h"

#include "strata/compute/metrics_marks.h"
#include "strata/compute/metrics_shapes.h"
#include "strata/layer/fields.h"
#include "strata/math/transform.h"
#include "strata/stage/computed_values.h"

namespace strata::compute {

namespace {

using stage::Attribute;
using stage::ComputedTransform;
using stage::Prim;
using stage::Time;

struct Names {
  Token domain{"metrics:domain"}, own_axis{"metrics:axis"};
  Token meters{"metersPerUnit"}, axis{"upAxis"}, kilograms{"kilogramsPerUnit"};
  Token spatial_meters{"spatial:metersPerUnit"}, spatial_axis{"spatial:upAxis"};
  Token custom_data{"customData"};
};
const Names& GetNames() {
  static const Names names;
  return names;
}

using OptionsPtr = std::shared_ptr<const MetricsOptions>;

Result<Datum> ComputeDomain(const MetricsOptions& options, const Arguments& arguments) {
  const Prim& prim = arguments.GetPrim();
  const MetricDomains domains(*prim.GetStage(), options);
  const auto* parent = arguments.GetIf<MetricDomain>(0);
  // Of what keeps the parent from having one, the parent tells.
  if (!parent && prim.GetParent() && !prim.GetParent().IsPseudoRoot() && MetricDomains::IsOfParent(prim))
    return Datum();
  auto domain = domains.OfPrim(prim, parent ? *parent : domains.OfStage());
  if (!domain) return domain.TakeError();
  if (const auto* axis = arguments.GetIf<Token>(1)) domain->up_axis = *axis;
  return Datum::Of(*std::move(domain));
}

Result<Datum> ComputeOwnAxis(const MetricsOptions& options, const Arguments& arguments) {
  const MetricDomains domains(*arguments.GetPrim().GetStage(), options);
  const auto* parent = arguments.GetIf<MetricDomain>(0);
  const auto domain = domains.OfPrim(arguments.GetPrim(), parent ? *parent : domains.OfStage());
  if (!domain) return Datum();  // which its domain tells of
  const std::optional<Token> axis = domains.FindOwnAxis(arguments.GetPrim(), *domain);
  return axis ? Datum(Value(*axis)) : Datum();
}

Result<Datum> ComputeUnits(const MetricsOptions& options, const Arguments& arguments) {
  const auto* own = arguments.GetIf<MetricDomain>(1);
  if (!own || arguments.GetPrim().IsPrototype()) return arguments.Get(0);
  const TransformChange change = FindTransformChange(arguments.GetPrim(), arguments.GetTime(), *own,
                                                     arguments.GetIf<MetricDomain>(2), options);
  if (!change.IsChanged()) return arguments.Get(0);
  return Datum::Of(ComputedTransform{change.matrix, change.resets_stack});
}

// What is below a shape that is corrected by its transform stands as if it were not.
Result<Datum> ComputeShapeTransform(const Arguments& arguments) {
  const auto* own = arguments.GetIf<ShapeChange>(1);
  const auto* parent = arguments.GetIf<ShapeChange>(2);
  ComputedTransform transform = arguments.GetOr(0, ComputedTransform());
  const bool is_undone = parent && parent->IsByTransform() && !transform.resets_stack;
  const bool is_changed = own && own->IsByTransform();
  if (!is_undone && !is_changed) return arguments.Get(0);
  if (is_changed) transform.matrix = MultiplyAffine(own->change.MakeMatrix(), transform.matrix);
  if (is_undone) transform.matrix = MultiplyAffine(transform.matrix, parent->change.MakeInverse());
  return Datum::Of(transform);
}

// Between the last sample of one clip and the first of the next, which may be in other units, each is changed
// before they are joined.
std::optional<Value> JoinClips(const MetricsOptions& options, const Attribute& attribute, Time time,
                               const MetricDomain& domain) {
  if (time.IsDefault() || !HasClips(attribute.GetPrim()) ||
      attribute.GetResolveInfo(time).source != stage::ResolveSource::kValueClips ||
      attribute.GetStage()->GetInterpolationType() != stage::InterpolationType::kLinear)
    return std::nullopt;
  const auto around = attribute.GetBracketingTimeSamples(time.GetValue());
  if (!around || !(around->first < time.GetValue()) || !(time.GetValue() < around->second))
    return std::nullopt;
  const auto change = [&](double at) {
    const Value value = attribute.Get(at);
    const auto by = FindAttributeChange(attribute, at, domain, options);
    return by && !by->is_by_hand ? Convert(value, *by->dimension, by->change).value_or(value) : value;
  };
  const double fraction = (time.GetValue() - around->first) / (around->second - around->first);
  return Interpolate(change(around->first), change(around->second), fraction);
}

std::optional<Value> ConvertAttribute(const MetricsOptions& options, const Attribute& attribute, Time time,
                                      const Datum& answer) {
  const auto* shape = answer.GetIf<ShapeChange>();
  const auto* domain = shape ? &shape->domain : answer.GetIf<MetricDomain>();
  if (!domain || (shape && shape->IsByTransform() && IsOfShape(attribute, options))) return std::nullopt;
  if (auto joined = JoinClips(options, attribute, time, *domain)) return joined;
  const auto found = FindAttributeChange(attribute, time, *domain, options);
  if (!found || found->is_by_hand) return std::nullopt;
  return Convert(attribute.Get(time), *found->dimension, found->change);
}

std::vector<Token> ListAttributes(const MetricsOptions& options, const Prim& prim) {
  std::vector<Token> names = ListMeasured(prim, options);
  constexpr UnitChange kAny{2, 2, UnitChange::Turn::kYToZ};
  std::erase_if(names, [&](Token name) {
    const Dimension* dimension = GetDimensions(options).Find(prim.GetPrimDefinition(), name);
    return !dimension || !Changes(*dimension, kAny);
  });
  return names;
}

// One of these: of values as they are written, where the stage has several domains.
Computation MakeComputation(Token output, std::string_view name, const OptionsPtr& options,
                            std::vector<Input> inputs, Function function) {
  Computation made;
  made.output = output;
  made.name = Token(name);
  made.module = "metrics";
  made.reads = Computation::Reads::kAsWritten;
  made.is_used = [options](const stage::Stage& stage) { return MetricDomains(stage, *options).AreSeveral(); };
  made.inputs = std::move(inputs);
  made.function = std::move(function);
  return made;
}

// One that changes transforms, before all that say nothing of units.
Computation MakeModifier(std::string_view name, const OptionsPtr& options, std::vector<Input> inputs,
                         Function function) {
  Computation made =
      MakeComputation(GetOutputs().xform, name, options, std::move(inputs), std::move(function));
  made.role = Computation::Role::kModifies;
  // Domains differ with all that layers say of units; most of it moves no prim.
  made.cutoff = Computation::Cutoff::kEarly;
  made.comes_first = true;
  made.keeps_authored_as = Token("metricsPreservedXform");
  return made;
}

Result<void> AddDomains(Registry& registry, const OptionsPtr& options) {
  const Names& names = GetNames();
  const layer::FieldNames& fields = layer::GetFieldNames();
  Computation domain = MakeComputation(
      names.domain, names.domain.GetText(), options,
      {in::Parent(names.domain), in::Computation(names.own_axis), in::StageMetadata(fields.metersPerUnit),
       in::StageMetadata(fields.kilogramsPerUnit), in::StageMetadata(fields.upAxis),
       in::Attribute(names.meters), in::Attribute(names.axis), in::Attribute(names.kilograms),
       in::Attribute(names.spatial_meters), in::Attribute(names.spatial_axis)},
      [options](const Arguments& arguments) { return ComputeDomain(*options, arguments); });
  domain.cutoff = Computation::Cutoff::kEarly;
  STRATA_CHECK(registry.Add(std::move(domain)));

  Computation own_axis = MakeComputation(
      names.own_axis, names.own_axis.GetText(), options,
      {in::Parent(names.domain), in::SourcesNamed(Token("xformOp")), in::StageMetadata(fields.metersPerUnit),
       in::StageMetadata(fields.upAxis), in::Metadata(names.custom_data), in::Attribute(names.axis),
       in::Attribute(names.spatial_axis)},
      [options](const Arguments& arguments) { return ComputeOwnAxis(*options, arguments); });
  own_axis.cutoff = Computation::Cutoff::kEarly;
  own_axis.schemas = {Token("Camera"), Token("LightAPI")};
  return registry.Add(std::move(own_axis));
}

AttributeExpression MakeValues(const OptionsPtr& options) {
  AttributeExpression values;
  values.name = Token("metrics:values");
  values.converts = true;
  values.output = options->mode == MetricsMode::kTransforms ? GetShapeOutput() : GetNames().domain;
  values.is_used = [options](const stage::Stage& stage) {
    return MetricDomains(stage, *options).AreSeveral();
  };
  values.function = [options](const Attribute& attribute, Time time, const Datum& answer,
                              const stage::ComputedValues&) {
    return ConvertAttribute(*options, attribute, time, answer);
  };
  values.list = [options](const Prim& prim) { return ListAttributes(*options, prim); };
  return values;
}

}  // namespace

Result<void> AddMetricsAssembly(Registry& registry, const MetricsOptions& options) {
  const Names& names = GetNames();
  const auto shared = std::make_shared<const MetricsOptions>(options);
  STRATA_CHECK(AddDomains(registry, shared));
  STRATA_CHECK(registry.Add(
      MakeModifier("units", shared,
                   {in::Previous(), in::Computation(names.domain), in::Parent(names.domain),
                    in::AttributesNamed(Token("xformOp")), in::Metadata(names.custom_data)},
                   [shared](const Arguments& arguments) { return ComputeUnits(*shared, arguments); })));
  if (options.mode == MetricsMode::kTransforms) {
    STRATA_CHECK(AddShapeChanges(registry, shared));
    Computation shapes =
        MakeModifier("units:shape", shared,
                     {in::Previous(), in::Computation(GetShapeOutput()), in::Parent(GetShapeOutput())},
                     ComputeShapeTransform);
    shapes.after = {Token("units")};
    STRATA_CHECK(registry.Add(std::move(shapes)));
  }
  STRATA_CHECK(AddPrimUnits(registry, shared));
  // Before those of all values: the first one that knows a value gives it.
  STRATA_CHECK(AddPlaneSides(registry, shared));
  registry.Add(MakeValues(shared));
  return {};
}

}  // namespace strata::compute
