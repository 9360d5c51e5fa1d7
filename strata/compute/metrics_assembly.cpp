#include "strata/compute/metrics_assembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/compute/metrics_shapes.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"
#include "strata/math/transform.h"
#include "strata/stage/clip_layer.h"
#include "strata/stage/computed_values.h"
#include "strata/stage/stage_impl.h"

namespace strata::compute {

namespace {

using stage::Attribute;
using stage::ComputedTransform;
using stage::Prim;
using stage::Time;

struct Names {
  Token domain{"metrics:domain"}, own_axis{"metrics:axis"};
  Token geom{"GeomMetricsAPI"}, physics{"PhysicsMetricsAPI"}, spatial{"SpatialMetricsAPI"};
  Token meters{"metersPerUnit"}, axis{"upAxis"}, kilograms{"kilogramsPerUnit"};
  Token spatial_meters{"spatial:metersPerUnit"}, spatial_axis{"spatial:upAxis"};
  Token custom_data{"customData"};
};
const Names& GetNames() {
  static const Names names;
  return names;
}

constexpr std::string_view kByHand = "unitsResolve";

std::optional<double> GetUnit(const Value* value) {
  if (!value) return std::nullopt;
  const Value number = CastValue(*value, ValueType::kDouble);
  const double* unit = number.GetIf<double>();
  return unit && std::isfinite(*unit) && *unit > 0 ? std::optional(*unit) : std::nullopt;
}
std::optional<Token> GetAxis(const Value* value) {
  const Token* axis = value ? value->GetIf<Token>() : nullptr;
  return axis && (*axis == "Y" || *axis == "Z") ? std::optional(*axis) : std::nullopt;
}

std::string ToText(const Value& value) {
  if (const Token* name = value.GetIf<Token>()) return name->GetString();
  const Value number = CastValue(value, ValueType::kDouble);
  return number.IsEmpty() ? "no number" : fmt::format("{}", number.GetOr(0.0));
}

// What is said of units and cannot be; empty where all can be, or nothing is said.
std::string FindUnusable(const layer::Layer& layer) {
  const layer::FieldNames& fields = layer::GetFieldNames();
  const Path root = Path::AbsoluteRoot();
  for (const Token field : {fields.metersPerUnit, fields.kilogramsPerUnit})
    if (const Value* said = layer.GetField(root, field); said && !GetUnit(said))
      return fmt::format("{} = {}", field.GetText(), ToText(*said));
  const Value* axis = layer.GetField(root, fields.upAxis);
  return axis && !GetAxis(axis) ? fmt::format("{} = {}", fields.upAxis.GetText(), ToText(*axis))
                                : std::string();
}

// The node that the nearest reference or payload leads to: from the root always to the strongest below that
// is of another layer stack.
compose::NodeRef FindIntroducing(const compose::PrimIndex& index) {
  compose::NodeRef best = index.GetRootNode();
  for (uint32_t i = 1; i < index.GetNodeCount(); ++i) {
    const compose::NodeRef node = index.GetNode(i);
    if (!node.HasSpecs() || !node.CanContributeSpecs() || node.GetLayerStack() == best.GetLayerStack())
      continue;
    for (compose::NodeRef above = node.GetParent(); above; above = above.GetParent())
      if (above == best) {
        best = node;
        break;
      }
  }
  return best;
}

bool IsFlagged(const Value& custom_data) {
  const auto* dictionary = custom_data.GetIf<Dictionary>();
  const Value* flag = dictionary ? dictionary->Find("unitsResolved") : nullptr;
  return flag && flag->GetOr(false);
}

}  // namespace

struct MetricDomains::Said {
  std::optional<double> length, mass;
  std::optional<Token> axis;
  bool IsAll() const { return length && mass && axis; }
  void Add(const Said& weaker) {
    if (!length) length = weaker.length;
    if (!mass) mass = weaker.mass;
    if (!axis) axis = weaker.axis;
  }
};

UnitChange GetChange(const MetricDomain& from, const MetricDomain& to, double tolerance) {
  UnitChange change;
  const auto ratio = [&](double a, double b) {
    return std::abs(a - b) <= tolerance * std::max(a, b) ? 1.0 : a / b;
  };
  change.length = ratio(from.meters_per_unit, to.meters_per_unit);
  change.mass = ratio(from.kilograms_per_unit, to.kilograms_per_unit);
  if (from.up_axis != to.up_axis)
    change.turn = to.up_axis == "Z" ? UnitChange::Turn::kYToZ : UnitChange::Turn::kZToY;
  return change;
}

MetricDomains::MetricDomains(const stage::Stage& stage, const MetricsOptions& options)
    : stage_(stage), options_(options) {}

MetricDomains::Said MetricDomains::Read(const layer::Layer& layer) const {
  const layer::FieldNames& fields = layer::GetFieldNames();
  const Path root = Path::AbsoluteRoot();
  return {GetUnit(layer.GetField(root, fields.metersPerUnit)),
          GetUnit(layer.GetField(root, fields.kilogramsPerUnit)),
          GetAxis(layer.GetField(root, fields.upAxis))};
}

MetricDomain MetricDomains::OfStage() const {
  const layer::FieldNames& fields = layer::GetFieldNames();
  MetricDomain domain;
  domain.stack = stage_.GetRootLayerStack().get();
  const Value length = stage_.GetMetadata(fields.metersPerUnit),
              mass = stage_.GetMetadata(fields.kilogramsPerUnit), axis = stage_.GetMetadata(fields.upAxis);
  domain.meters_per_unit = GetUnit(&length).value_or(0.01);
  domain.kilograms_per_unit = GetUnit(&mass).value_or(1);
  domain.up_axis = GetAxis(&axis).value_or(Token("Y"));
  domain.stage_meters_per_unit = domain.meters_per_unit;
  domain.stage_up_axis = domain.up_axis;
  return domain;
}

bool MetricDomains::AreSeveral() const {
  const MetricDomain stage = OfStage();
  for (const layer::LayerPtr& layer : stage_.GetUsedLayers()) {
    if (!FindUnusable(*layer).empty()) return true;
    Said said = Read(*layer);
    const bool is_session = layer == stage_.GetSessionLayer();
    if (options_.unauthored == UnauthoredMetrics::kUsdFallback && !is_session)
      said.Add({0.01, 1, Token("Y")});
    const MetricDomain of_layer{said.length.value_or(stage.meters_per_unit),
                                said.mass.value_or(stage.kilograms_per_unit),
                                said.axis.value_or(stage.up_axis)};
    if (!GetChange(of_layer, stage, options_.tolerance).IsIdentity()) return true;
    if (options_.unauthored == UnauthoredMetrics::kError && !said.length && !is_session) return true;
  }
  // What clips are in is known once they are opened, and that is not done before their values are asked for.
  const auto& records = stage_.GetImpl().records;
  if (std::any_of(records.begin(), records.end(),
                  [](const stage::PrimRecord& record) { return record.Is(stage::PrimFlag::kHasClips); }))
    return true;
  const Names& names = GetNames();
  for (const auto& [key, definition] : stage_.GetImpl().definitions)
    if (definition && (definition->HasAPI(names.geom) || definition->HasAPI(names.physics) ||
                       definition->HasAPI(names.spatial)))
      return true;
  return false;
}

void MetricDomains::ReadUpwards(compose::NodeRef node, const compose::LayerStack* end, Said& said) const {
  for (; node && !said.IsAll(); node = node.GetParent()) {
    const compose::LayerStack* stack = node.GetLayerStack().get();
    if (stack == end || stack == stage_.GetRootLayerStack().get()) return;
    said.Add(Read(*stack->GetRootLayer()));
  }
}

Diagnostic MetricDomains::Refuse(const Prim& prim, const std::string& file, std::string why) {
  return Diagnostic(kMetricsUnusable, std::move(why), {file, prim.GetPath().GetString(), 0, 0, 0},
                    "Write units that are positive and finite, and an up axis of Y or Z.");
}

bool MetricDomains::IsOfParent(const Prim& prim) {
  const compose::PrimIndexPtr own = prim.GetPrimIndex(), above = prim.GetParent().GetPrimIndex();
  return own && above && FindIntroducing(*own).GetLayerStack() == FindIntroducing(*above).GetLayerStack();
}

Result<MetricDomain> MetricDomains::OfPrim(const Prim& prim, const MetricDomain& parent) const {
  MetricDomain domain = parent;
  domain.has_own_schema = false;
  domain.opinions = 0;
  compose::PrimIndexPtr index = prim.GetPrimIndex();
  if (!index && prim.IsPrototype()) {
    const std::vector<Prim> instances = prim.GetInstances();
    if (!instances.empty()) index = instances.front().GetPrimIndex();
  }
  if (!index) return domain;
  for (const compose::SpecSite& site : index->GetSpecStack()) {
    if (const std::string unusable = FindUnusable(*site.entry->layer); !unusable.empty())
      return Refuse(prim, site.entry->layer->GetIdentifier(),
                    fmt::format("The layer {} says {}, which cannot be; the prim is left as authored.",
                                site.entry->layer->GetDisplayName(), unusable));
    const Said said = Read(*site.entry->layer);
    domain.opinions = MixBits(domain.opinions ^ std::hash<double>()(said.length.value_or(0)));
    domain.opinions = MixBits(domain.opinions ^ std::hash<double>()(said.mass.value_or(0)));
    domain.opinions = MixBits(domain.opinions ^ said.axis.value_or(Token()).GetId());
  }
  const uint64_t opinions = domain.opinions;
  const compose::NodeRef node = FindIntroducing(*index);
  const compose::LayerStack* stack = node.GetLayerStack().get();
  if (stack != parent.stack) {
    if (stack == stage_.GetRootLayerStack().get()) {
      domain = OfStage();
    } else {
      Said said;
      ReadUpwards(node, parent.stack, said);
      if (options_.unauthored == UnauthoredMetrics::kUsdFallback) said.Add({0.01, 1, Token("Y")});
      if (options_.unauthored == UnauthoredMetrics::kError && !said.length)
        return Diagnostic(kMetricsUnknown,
                          fmt::format("The layer {} does not say how long its units are; the prim is left as "
                                      "authored.",
                                      stack->GetRootLayer()->GetDisplayName()),
                          {stack->GetRootLayer()->GetIdentifier(), prim.GetPath().GetString(), 0, 0, 0},
                          "Author metersPerUnit in the layer.");
      domain.meters_per_unit = said.length.value_or(parent.meters_per_unit);
      domain.kilograms_per_unit = said.mass.value_or(parent.kilograms_per_unit);
      domain.up_axis = said.axis.value_or(parent.up_axis);
    }
    domain.stack = stack;
    domain.opinions = opinions;
    domain.said_length = domain.said_mass = domain.said_axis = nullptr;
  }
  const Names& names = GetNames();
  const auto ask = [&](Token schema,
                       Token name) -> std::optional<std::pair<Value, const compose::LayerStack*>> {
    if (!prim.HasAPI(schema)) return std::nullopt;
    const Attribute attribute = prim.GetAttribute(name);
    Value value = attribute.Get();
    if (value.IsEmpty()) return std::nullopt;
    const stage::ResolveInfo info = attribute.GetResolveInfo(Time::Default());
    return std::pair(std::move(value), info.node ? info.node.GetLayerStack().get() : nullptr);
  };
  std::string unusable;
  const auto take = [&](Token schema, Token name, auto read, auto& value, auto& by) {
    const auto own = ask(schema, name);
    if (!own) return false;
    const auto said = read(&own->first);
    if (!said) {
      unusable = fmt::format("{} = {}", name.GetText(), ToText(own->first));
      return false;
    }
    value = *said;
    by = own->second;
    return true;
  };
  for (const auto& [schema, length, axis] :
       {std::tuple(names.spatial, names.spatial_meters, names.spatial_axis),
        std::tuple(names.geom, names.meters, names.axis)}) {
    domain.has_own_schema |= take(schema, length, GetUnit, domain.meters_per_unit, domain.said_length);
    domain.has_own_schema |= take(schema, axis, GetAxis, domain.up_axis, domain.said_axis);
  }
  take(names.physics, names.kilograms, GetUnit, domain.kilograms_per_unit, domain.said_mass);
  if (!unusable.empty())
    return Refuse(prim, {},
                  fmt::format("The prim says {}, which cannot be; it is left as authored.", unusable));
  return domain;
}

std::optional<Token> MetricDomains::FindOwnAxis(const Prim& prim, const MetricDomain& domain) const {
  const Token custom_data = GetNames().custom_data;
  const compose::PrimIndexPtr index = prim.GetPrimIndex();
  if (!index || domain.has_own_schema || IsFlagged(prim.GetMetadata(custom_data))) return std::nullopt;
  const domain::Xformable::Ops ops = domain::Xformable(prim).GetOrderedXformOps();
  for (size_t i = ops.ops.size(); i-- > 0;) {
    if (ops.ops[i].attribute.GetText().ends_with(kByHand)) continue;
    const Attribute attribute = prim.GetAttribute(ops.ops[i].attribute);
    stage::ResolveInfo info = attribute.GetResolveInfo(Time::Default());
    if (!info.HasAuthoredValue()) info = attribute.GetResolveInfo(0.0);
    if (info.HasAuthoredValue()) return OfOpinion(info, domain).up_axis;
  }
  const Token type_name = layer::GetFieldNames().typeName;
  for (const compose::SpecSite& site : index->GetSpecStack()) {
    const Value* type = site.entry->layer->GetField(site.path, type_name);
    if (!type || type->GetOr(Token()).IsEmpty()) continue;
    stage::ResolveInfo info;
    info.index = index;
    info.node = site.node;
    info.layer = site.entry->layer;
    return OfOpinion(info, domain).up_axis;
  }
  return std::nullopt;
}

MetricDomain MetricDomains::OfOpinion(const stage::ResolveInfo& info, const MetricDomain& domain) const {
  MetricDomain of = domain;
  if (!info.layer || !info.node) return of;
  const compose::LayerStack* stack = info.node.GetLayerStack().get();
  Said said = Read(*info.layer);
  if (options_.unauthored == UnauthoredMetrics::kUsdFallback && info.layer != stage_.GetSessionLayer()) {
    said.Add({0.01, 1, Token("Y")});
  } else {
    ReadUpwards(info.node, nullptr, said);
  }
  const MetricDomain stage = OfStage();
  // Where the prim is in what its layer stack was led to from, so are that stack's opinions.
  const bool is_prims = stack == domain.stack;
  const auto choose = [&](const compose::LayerStack* by, const auto& own, const auto& read,
                          const auto& other) {
    if (by && by == stack) return own;
    if (read) return *read;
    return is_prims && !by ? own : other;
  };
  of.meters_per_unit = choose(domain.said_length, domain.meters_per_unit, said.length, stage.meters_per_unit);
  of.kilograms_per_unit =
      choose(domain.said_mass, domain.kilograms_per_unit, said.mass, stage.kilograms_per_unit);
  of.up_axis = choose(domain.said_axis, domain.up_axis, said.axis, stage.up_axis);
  return of;
}

MetricDomain MetricDomains::OfValue(const stage::Attribute& attribute, stage::Time time,
                                    const stage::ResolveInfo& info, const MetricDomain& domain) const {
  MetricDomain of = OfOpinion(info, domain);
  if (info.source != stage::ResolveSource::kValueClips) return of;
  const layer::LayerPtr clip = stage::FindClipLayer(attribute, time);
  if (!clip) return of;
  const Said said = Read(*clip);
  of.meters_per_unit = said.length.value_or(of.meters_per_unit);
  of.kilograms_per_unit = said.mass.value_or(of.kilograms_per_unit);
  of.up_axis = said.axis.value_or(of.up_axis);
  return of;
}

const DimensionRegistry& GetDimensions(const MetricsOptions& options) {
  return options.dimensions ? *options.dimensions : DimensionRegistry::GetBuiltIn();
}

namespace {

bool HasClips(const Prim& prim) {
  const stage::PrimAccess access(prim);
  return access && access.stage->Record(access.record).Is(stage::PrimFlag::kHasClips);
}

// The same movement in other coordinates. Units alone change no turn, scale or shear.
Matrix4d ChangeOp(const Matrix4d& op, const UnitChange& change) {
  if (change.turn != UnitChange::Turn::kNone)
    return MultiplyAffine(MultiplyAffine(change.MakeInverse(), op), change.MakeMatrix());
  Matrix4d changed = op;
  for (size_t i = 0; i < 3; ++i) changed[3][i] *= change.length;
  return changed;
}

// Which parts of the corrective people have made themselves, by an op or for the prim as a whole.
struct ByHand {
  bool length = false, axis = false;
};
ByHand FindByHand(const domain::XformOp& op) {
  using Type = domain::XformOpType;
  if (!op.attribute.GetText().ends_with(kByHand)) return {};
  const bool is_all = op.type == Type::kTransform;
  return {is_all || (op.type >= Type::kScale && op.type <= Type::kScaleZ),
          is_all || op.type >= Type::kRotateX};
}

}  // namespace

TransformChange FindTransformChange(const Prim& prim, Time time, const MetricDomain& own,
                                    const MetricDomain* parent, const MetricsOptions& options) {
  const MetricDomains domains(*prim.GetStage(), options);
  const domain::Xformable::Ops ops = domain::Xformable(prim).GetOrderedXformOps();
  const MetricDomain stage = domains.OfStage();
  const MetricDomain& outer = parent && !ops.resets_stack ? *parent : stage;
  TransformChange found;
  found.resets_stack = ops.resets_stack;
  MetricDomain of_ops = own;
  // Outside of an op that corrects, one is in the parent's units.
  const auto correct = [&](const ByHand& by_hand) {
    if (by_hand.length) of_ops.meters_per_unit = outer.meters_per_unit;
    if (by_hand.axis) of_ops.up_axis = outer.up_axis;
    found.has_length_by_hand |= by_hand.length && own.meters_per_unit != outer.meters_per_unit;
    found.has_axis_by_hand |= by_hand.axis && own.up_axis != outer.up_axis;
  };
  if (IsFlagged(prim.GetMetadata(GetNames().custom_data))) correct({true, true});
  found.has_outer_ops = !ops.ops.empty();
  // A schema at the prim speaks of what is in it; where the prim itself stands is its parent's to measure.
  const MetricDomain& for_opinions = own.has_own_schema ? (parent ? *parent : stage) : own;
  for (size_t i = ops.ops.size(); i-- > 0;) {
    const Attribute attribute = prim.GetAttribute(ops.ops[i].attribute);
    const Value value = attribute.Get(time);
    if (value.IsEmpty()) continue;
    std::optional<Matrix4d> m = ops.ops[i].MakeTransform(value);
    if (!m) continue;
    correct(FindByHand(ops.ops[i]));
    const MetricDomain of_opinion =
        domains.OfValue(attribute, time, attribute.GetResolveInfo(time), for_opinions);
    UnitChange change = GetChange(of_opinion, of_ops, options.tolerance);
    change.mass = 1;
    UnitChange to_outer = GetChange(of_opinion, outer, options.tolerance);
    to_outer.mass = 1;
    found.has_outer_ops = found.has_outer_ops && to_outer.IsIdentity();
    if (!change.IsIdentity() && !IsFlagged(attribute.GetMetadata(GetNames().custom_data))) {
      const Matrix4d changed = ChangeOp(*m, change);
      found.has_changed_ops = found.has_changed_ops || !(changed == *m);
      m = changed;
    }
    found.matrix = MultiplyAffine(found.matrix, *m);
  }
  found.corrective = GetChange(of_ops, outer, options.tolerance);
  found.corrective.mass = 1;
  if (!found.has_changed_ops) found.matrix = domain::Xformable(prim).GetLocalTransformation(time).matrix;
  if (!found.corrective.IsIdentity())
    found.matrix = MultiplyAffine(found.matrix, found.corrective.MakeMatrix());
  return found;
}

std::optional<AttributeChange> FindAttributeChange(const Attribute& attribute, Time time,
                                                   const MetricDomain& domain,
                                                   const MetricsOptions& options) {
  const Prim& prim = attribute.GetPrim();
  AttributeChange found;
  found.dimension = GetDimensions(options).Find(prim.GetPrimDefinition(), attribute.GetName());
  if (!found.dimension) return std::nullopt;
  if (!found.dimension->condition.IsEmpty() &&
      !prim.GetAttribute(found.dimension->condition).GetAs<bool>(time).value_or(false))
    return std::nullopt;
  const MetricDomains domains(*prim.GetStage(), options);
  found.info = attribute.GetResolveInfo(time);
  if (found.info.HasAuthoredValue())
    found.from = domains.OfValue(attribute, time, found.info, domain);
  else if (options.fallbacks == FallbackDomain::kStage)
    found.from = domains.OfStage();
  else
    return std::nullopt;
  found.change = GetChange(found.from, domain, options.tolerance);
  if (!Changes(*found.dimension, found.change)) return std::nullopt;
  found.is_by_hand = IsFlagged(attribute.GetMetadata(GetNames().custom_data));
  return found;
}

std::vector<Token> ListMeasured(const Prim& prim, const MetricsOptions& options) {
  return HasClips(prim) || options.fallbacks == FallbackDomain::kStage ? prim.GetPropertyNames()
                                                                       : prim.GetAuthoredPropertyNames();
}

namespace {

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

}  // namespace

Result<void> AddMetricsAssembly(Registry& registry, const MetricsOptions& options) {
  const Names& names = GetNames();
  const layer::FieldNames& fields = layer::GetFieldNames();
  const auto shared = std::make_shared<const MetricsOptions>(options);
  const auto is_used = [shared](const stage::Stage& stage) {
    return MetricDomains(stage, *shared).AreSeveral();
  };
  Computation domain;
  domain.output = names.domain;
  domain.name = names.domain;
  domain.module = "metrics";
  domain.reads = Computation::Reads::kAsWritten;
  domain.cutoff = Computation::Cutoff::kEarly;
  domain.is_used = is_used;
  domain.inputs = {in::Parent(names.domain),
                   in::Computation(names.own_axis),
                   in::StageMetadata(fields.metersPerUnit),
                   in::StageMetadata(fields.kilogramsPerUnit),
                   in::StageMetadata(fields.upAxis),
                   in::Attribute(names.meters),
                   in::Attribute(names.axis),
                   in::Attribute(names.kilograms),
                   in::Attribute(names.spatial_meters),
                   in::Attribute(names.spatial_axis)};
  domain.function = [shared](const Arguments& arguments) { return ComputeDomain(*shared, arguments); };
  STRATA_CHECK(registry.Add(std::move(domain)));

  Computation own_axis;
  own_axis.output = own_axis.name = names.own_axis;
  own_axis.module = "metrics";
  own_axis.reads = Computation::Reads::kAsWritten;
  own_axis.cutoff = Computation::Cutoff::kEarly;
  own_axis.is_used = is_used;
  own_axis.schemas = {Token("Camera"), Token("LightAPI")};
  own_axis.inputs = {in::Parent(names.domain),
                     in::SourcesNamed(Token("xformOp")),
                     in::StageMetadata(fields.metersPerUnit),
                     in::StageMetadata(fields.upAxis),
                     in::Metadata(names.custom_data),
                     in::Attribute(names.axis),
                     in::Attribute(names.spatial_axis)};
  own_axis.function = [shared](const Arguments& arguments) { return ComputeOwnAxis(*shared, arguments); };
  STRATA_CHECK(registry.Add(std::move(own_axis)));

  Computation units;
  units.output = GetOutputs().xform;
  units.name = Token("units");
  units.module = "metrics";
  units.reads = Computation::Reads::kAsWritten;
  units.role = Computation::Role::kModifies;
  units.comes_first = true;
  units.is_used = is_used;
  units.keeps_authored_as = Token("metricsPreservedXform");
  units.inputs = {in::Previous(), in::Computation(names.domain), in::Parent(names.domain),
                  in::AttributesNamed(Token("xformOp")), in::Metadata(names.custom_data)};
  units.function = [shared](const Arguments& arguments) { return ComputeUnits(*shared, arguments); };
  STRATA_CHECK(registry.Add(std::move(units)));

  const bool by_transforms = options.mode == MetricsMode::kTransforms;
  if (by_transforms) {
    STRATA_CHECK(AddShapeChanges(registry, shared));
    Computation shapes;
    shapes.output = GetOutputs().xform;
    shapes.name = Token("units:shape");
    shapes.module = "metrics";
    shapes.reads = Computation::Reads::kAsWritten;
    shapes.role = Computation::Role::kModifies;
    shapes.comes_first = true;
    shapes.after = {Token("units")};
    shapes.is_used = is_used;
    shapes.keeps_authored_as = Token("metricsPreservedXform");
    shapes.inputs = {in::Previous(), in::Computation(GetShapeOutput()), in::Parent(GetShapeOutput())};
    shapes.function = ComputeShapeTransform;
    STRATA_CHECK(registry.Add(std::move(shapes)));
  }

  STRATA_CHECK(AddPrimUnits(registry, shared));
  // Before those of all values: the first one that knows a value gives it.
  STRATA_CHECK(AddPlaneSides(registry, shared));
  AttributeExpression values;
  values.name = Token("metrics:values");
  values.converts = true;
  values.output = by_transforms ? GetShapeOutput() : names.domain;
  values.is_used = is_used;
  values.function = [shared](const Attribute& attribute, Time time, const Datum& answer,
                             const stage::ComputedValues&) {
    return ConvertAttribute(*shared, attribute, time, answer);
  };
  values.list = [shared](const Prim& prim) { return ListAttributes(*shared, prim); };
  registry.Add(std::move(values));
  return {};
}

}  // namespace strata::compute
