#include "strata/stage/attribute.h"

#include <algorithm>

#include "strata/layer/fields.h"
#include "strata/stage/metadata.h"
#include "strata/stage/resolve.h"
#include "strata/stage/resolve_walk.h"
#include "strata/stage/stage_impl.h"
#include "strata/stage/targets.h"

namespace strata::stage {

namespace {

// Calls ask(resolver) when the attribute's prim is there; else gives what a default-made answer is.
template <class Ask>
auto WithResolver(const Attribute& attribute, Ask&& ask) {
  PrimAccess access(attribute.GetPrim());
  if (!access) return decltype(ask(std::declval<const AttributeResolver&>())){};
  return ask(AttributeResolver(*access.stage, access.record, attribute.GetName()));
}

Moment MomentOf(Time time) {
  return time.IsDefault() ? Moment::kDefault : Moment::kNumeric;
}

}  // namespace

Token Attribute::GetTypeName() const {
  PrimAccess access(prim_);
  if (!access) return {};
  if (const schema::PrimDefinition* definition = access.Get().definition)
    if (const schema::PropertyDefinition* known = definition->FindProperty(name_)) return known->type_name;
  return ComposeTypeName(FindPropertySites(access.Index(), name_));
}

const ValueTypeName* Attribute::GetValueTypeName() const {
  return FindValueTypeName(GetTypeName());
}

Value NameForProxy(Value value, const Prim& prim) {
  PathExpression* expression = value.GetMutable<PathExpression>();
  if (!expression || !prim.IsInstanceProxy()) return value;
  Path from = prim.GetIndexPath(), to = prim.GetPath();
  while (!from.IsRootPrim() && !to.IsRootPrim() && from.GetNameToken() == to.GetNameToken()) {
    from = from.GetParent();
    to = to.GetParent();
  }
  if (from == to) return value;
  *expression = expression->MapPaths(
      [&](Path path) { return path.HasPrefix(from) ? path.ReplacePrefix(from, to) : path; });
  return value;
}

Value Attribute::Get(Time time) const {
  Value value = WithResolver(*this, [time](const AttributeResolver& resolver) { return resolver.Get(time); });
  return NameForProxy(std::move(value), GetPrim());
}

bool Attribute::HasValue() const {
  return GetResolveInfo().source != ResolveSource::kNone;
}
bool Attribute::HasAuthoredValue() const {
  return WithResolver(*this, [](const AttributeResolver& resolver) { return resolver.HasAuthoredValue(); });
}
bool Attribute::HasAuthoredValueOpinion() const {
  return GetResolveInfo().HasAuthoredValueOpinion();
}
bool Attribute::HasFallbackValue() const {
  return !GetFallbackValue().IsEmpty();
}

Value Attribute::GetFallbackValue() const {
  return WithResolver(*this, [](const AttributeResolver& resolver) {
    const Value* fallback = resolver.FindFallback();
    return fallback ? *fallback : Value();
  });
}

bool Attribute::ValueMightBeTimeVarying() const {
  return WithResolver(*this, [](const AttributeResolver& resolver) { return resolver.MightVary(); });
}

std::vector<double> Attribute::GetTimeSamples() const {
  return WithResolver(*this, [](const AttributeResolver& resolver) { return resolver.GetTimeSamples(); });
}

std::vector<double> Attribute::GetTimeSamplesInInterval(double first, double last) const {
  std::vector<double> times = GetTimeSamples();
  std::erase_if(times, [first, last](double time) { return time < first || time > last; });
  return times;
}

size_t Attribute::GetNumTimeSamples() const {
  return GetTimeSamples().size();
}

std::optional<std::pair<double, double>> Attribute::GetBracketingTimeSamples(double time) const {
  return WithResolver(*this,
                      [time](const AttributeResolver& resolver) { return resolver.GetBracketing(time); });
}

std::vector<double> Attribute::GetUnionedTimeSamples(const std::vector<Attribute>& attributes) {
  std::vector<double> times;
  for (const Attribute& attribute : attributes) {
    std::vector<double> more = attribute.GetTimeSamples();
    times.insert(times.end(), more.begin(), more.end());
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

std::vector<double> Attribute::GetUnionedTimeSamplesInInterval(const std::vector<Attribute>& attributes,
                                                               double first, double last) {
  std::vector<double> times = GetUnionedTimeSamples(attributes);
  std::erase_if(times, [first, last](double time) { return time < first || time > last; });
  return times;
}

bool Attribute::HasSpline() const {
  return GetResolveInfo().source == ResolveSource::kSpline;
}

std::optional<Spline> Attribute::GetSpline() const {
  return WithResolver(*this, [](const AttributeResolver& resolver) { return resolver.GetSpline(); });
}

ResolveInfo Attribute::GetResolveInfo() const {
  return WithResolver(*this,
                      [](const AttributeResolver& resolver) { return resolver.GetInfo(Moment::kNumeric); });
}

ResolveInfo Attribute::GetResolveInfo(Time time) const {
  return WithResolver(*this,
                      [time](const AttributeResolver& resolver) { return resolver.GetInfo(MomentOf(time)); });
}

layer::LayerPtr FindClipLayer(const Attribute& attribute, Time time) {
  if (time.IsDefault()) return nullptr;
  return WithResolver(attribute, [time](const AttributeResolver& resolver) {
    return resolver.FindClipLayer(time.GetValue());
  });
}

std::vector<ResolveInfo> Attribute::GetResolveInfoChain(Time time) const {
  return WithResolver(
      *this, [time](const AttributeResolver& resolver) { return resolver.GetInfoChain(MomentOf(time)); });
}

std::vector<Path> Attribute::GetConnections() const {
  return ComposeTargets(prim_, name_, compose::Cache::Targets::kConnections);
}

bool Attribute::HasAuthoredConnections() const {
  PrimAccess access(prim_);
  return access &&
         IsFieldAuthored(FindPropertySites(access.Index(), name_), layer::GetFieldNames().connectionPaths);
}

}  // namespace strata::stage
