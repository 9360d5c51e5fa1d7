// In which units the prims and the opinions of a stage are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/compute/metrics_assembly.h"
#include "strata/compute/metrics_marks.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"
#include "strata/stage/clip_layer.h"
#include "strata/stage/stage_impl.h"

namespace strata::compute {

namespace {

using stage::Attribute;
using stage::Prim;
using stage::Time;

struct Names {
  Token geom{"GeomMetricsAPI"}, physics{"PhysicsMetricsAPI"}, spatial{"SpatialMetricsAPI"};
  Token meters{"metersPerUnit"}, axis{"upAxis"}, kilograms{"kilogramsPerUnit"};
  Token spatial_meters{"spatial:metersPerUnit"}, spatial_axis{"spatial:upAxis"};
  Token custom_data{"customData"};
};
const Names& GetNames() {
  static const Names names;
  return names;
}

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
  if (!index || domain.has_own_schema || IsFlaggedByHand(prim.GetMetadata(custom_data))) return std::nullopt;
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

}  // namespace strata::compute
