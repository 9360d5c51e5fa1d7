// What becomes of transforms and values in other units than their prim.
#include <algorithm>

#include "strata/compute/metrics_assembly.h"
#include "strata/compute/metrics_marks.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"
#include "strata/math/transform.h"
#include "strata/stage/stage_impl.h"

namespace strata::compute {

namespace {

using stage::Attribute;
using stage::Prim;
using stage::Time;

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

bool IsFlaggedByHand(const Value& custom_data) {
  const auto* dictionary = custom_data.GetIf<Dictionary>();
  const Value* flag = dictionary ? dictionary->Find("unitsResolved") : nullptr;
  return flag && flag->GetOr(false);
}

bool HasClips(const Prim& prim) {
  const stage::PrimAccess access(prim);
  return access && access.stage->Record(access.record).Is(stage::PrimFlag::kHasClips);
}

const DimensionRegistry& GetDimensions(const MetricsOptions& options) {
  return options.dimensions ? *options.dimensions : DimensionRegistry::GetBuiltIn();
}

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
  if (IsFlaggedByHand(prim.GetMetadata(layer::GetFieldNames().customData))) correct({true, true});
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
    if (!change.IsIdentity() && !IsFlaggedByHand(attribute.GetMetadata(layer::GetFieldNames().customData))) {
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
  found.is_by_hand = IsFlaggedByHand(attribute.GetMetadata(layer::GetFieldNames().customData));
  return found;
}

std::vector<Token> ListMeasured(const Prim& prim, const MetricsOptions& options) {
  return HasClips(prim) || options.fallbacks == FallbackDomain::kStage ? prim.GetPropertyNames()
                                                                       : prim.GetAuthoredPropertyNames();
}

}  // namespace strata::compute
