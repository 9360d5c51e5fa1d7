#include "strata/stage/attribute_query.h"

#include <algorithm>
#include <cmath>

#include "strata/stage/resolve.h"
#include "strata/stage/resolve_walk.h"
#include "strata/stage/stage_impl.h"
#include "strata/stage/targets.h"

namespace strata::stage {

namespace {

// Calls ask(resolver) when the attribute's prim is there; else gives what a default-made answer is.
template <class Ask>
auto WithResolver(const AttributeQuery& query, Ask&& ask) {
  PrimAccess access(query.GetAttribute().GetPrim());
  if (!access) return decltype(ask(std::declval<const AttributeResolver&>())){};
  return ask(AttributeResolver(*access.stage, access.record, query.GetAttribute().GetName(),
                               AssetPathMode::kResolve, &query.GetResolveTarget()));
}

Moment MomentOf(Time time) {
  return time.IsDefault() ? Moment::kDefault : Moment::kNumeric;
}

}  // namespace

AttributeQuery::AttributeQuery(Attribute attribute, ResolveTarget target)
    : attribute_(std::move(attribute)), target_(std::move(target)) {
  Refresh();
}

bool AttributeQuery::IsKnown() const {
  const Stage* stage = known_ ? attribute_.GetStage() : nullptr;
  return stage && generation_ == stage->GetImpl().control->generation.load(std::memory_order_acquire) &&
         known_->IsCurrent();
}

void AttributeQuery::Refresh() {
  if (IsKnown()) return;
  known_ = nullptr;
  const PrimAccess access(attribute_.GetPrim());
  if (!access || !target_.IsNull()) return;
  KnownSource known = AttributeResolver(*access.stage, access.record, attribute_.GetName()).FindKnownSource();
  if (!known.is_usable) return;
  known_ = std::make_shared<const KnownSource>(std::move(known));
  generation_ = access.stage->control->generation.load(std::memory_order_acquire);
}

bool AttributeQuery::MightDiffer(double from, double to, double reach) const {
  if (IsKnown() && known_->source.kind == ResolveSource::kTimeSamples &&
      known_->source.layer_to_stage.IsIdentity()) {
    const TimeSamples& samples = known_->source.GetSamples();
    const auto& times = samples.GetTimes();
    for (double time : {from, to})
      if (const auto near = std::lower_bound(times.begin(), times.end(), time - reach);
          near != times.end() && *near <= time + reach)
        return true;
    const auto before = samples.GetBracketing(from);
    if (before != samples.GetBracketing(to)) return true;
    return before.first != before.second && IsInterpolable(samples.GetValueType(before.first));
  }
  if (HasSpline()) return true;
  const std::vector<double> times = GetTimeSamples();
  if (times.empty()) return true;
  for (double each : times)
    if (std::min(std::abs(each - from), std::abs(each - to)) <= reach) return true;
  const auto before = GetBracketingTimeSamples(from), after = GetBracketingTimeSamples(to);
  if (!before || before != after) return true;
  return before->first != before->second && IsInterpolable(Get(Time(before->first)).GetType());
}

std::vector<AttributeQuery> AttributeQuery::CreateQueries(const Prim& prim, const std::vector<Token>& names) {
  std::vector<AttributeQuery> queries;
  for (Token name : names) queries.emplace_back(prim, name);
  return queries;
}

Value AttributeQuery::Get(Time time) const {
  const PrimAccess access(attribute_.GetPrim());
  if (!access) return {};
  const AttributeResolver resolver(*access.stage, access.record, attribute_.GetName(),
                                   AssetPathMode::kResolve, &target_);
  return NameForProxy(IsKnown() ? resolver.Get(time, *known_) : resolver.Get(time), attribute_.GetPrim());
}

bool AttributeQuery::HasValue() const {
  return GetResolveInfo().source != ResolveSource::kNone;
}

bool AttributeQuery::HasAuthoredValue() const {
  return GetResolveInfo().HasAuthoredValue();
}

bool AttributeQuery::HasAuthoredValueOpinion() const {
  return GetResolveInfo().HasAuthoredValueOpinion();
}

bool AttributeQuery::ValueMightBeTimeVarying() const {
  return WithResolver(*this, [](const AttributeResolver& resolver) { return resolver.MightVary(); });
}

std::vector<double> AttributeQuery::GetTimeSamples() const {
  return WithResolver(*this, [](const AttributeResolver& resolver) { return resolver.GetTimeSamples(); });
}

std::vector<double> AttributeQuery::GetTimeSamplesInInterval(double first, double last) const {
  std::vector<double> times = GetTimeSamples();
  std::erase_if(times, [first, last](double time) { return time < first || time > last; });
  return times;
}

std::optional<std::pair<double, double>> AttributeQuery::GetBracketingTimeSamples(double time) const {
  return WithResolver(*this,
                      [time](const AttributeResolver& resolver) { return resolver.GetBracketing(time); });
}

std::vector<double> AttributeQuery::GetUnionedTimeSamples(const std::vector<AttributeQuery>& queries) {
  std::vector<double> times;
  for (const AttributeQuery& query : queries) {
    std::vector<double> more = query.GetTimeSamples();
    times.insert(times.end(), more.begin(), more.end());
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

std::vector<double> AttributeQuery::GetUnionedTimeSamplesInInterval(
    const std::vector<AttributeQuery>& queries, double first, double last) {
  std::vector<double> times = GetUnionedTimeSamples(queries);
  std::erase_if(times, [first, last](double time) { return time < first || time > last; });
  return times;
}

bool AttributeQuery::HasSpline() const {
  return GetResolveInfo().source == ResolveSource::kSpline;
}

std::optional<Spline> AttributeQuery::GetSpline() const {
  return WithResolver(*this, [](const AttributeResolver& resolver) { return resolver.GetSpline(); });
}

ResolveInfo AttributeQuery::GetResolveInfo() const {
  return WithResolver(*this,
                      [](const AttributeResolver& resolver) { return resolver.GetInfo(Moment::kNumeric); });
}

ResolveInfo AttributeQuery::GetResolveInfo(Time time) const {
  return WithResolver(*this,
                      [time](const AttributeResolver& resolver) { return resolver.GetInfo(MomentOf(time)); });
}

std::vector<ResolveInfo> AttributeQuery::GetResolveInfoChain(Time time) const {
  return WithResolver(
      *this, [time](const AttributeResolver& resolver) { return resolver.GetInfoChain(MomentOf(time)); });
}

}  // namespace strata::stage
