// One attribute asked again and again, of all its opinions or of those that a resolve target admits.
// (UsdAttributeQuery)
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "strata/stage/attribute.h"
#include "strata/stage/resolve_target.h"

namespace strata::stage {

struct KnownSource;

// A value; answers as Attribute does, harmlessly when the stage or the prim is gone. What it answers is as
// the stage is when it is asked; only the opinions that a resolve target names are those of when that was
// made. Where values come from is found when it is made, which makes Get cheap until a layer that speaks of
// the prim is edited or the stage has other prims: it goes on to answer then, as slowly as Attribute.
class AttributeQuery {
 public:
  AttributeQuery() = default;
  explicit AttributeQuery(Attribute attribute, ResolveTarget target = {});
  AttributeQuery(const Prim& prim, Token name) : AttributeQuery(Attribute(prim, name)) {}
  static std::vector<AttributeQuery> CreateQueries(const Prim& prim, const std::vector<Token>& names);

  bool IsValid() const { return attribute_.IsDefined(); }
  explicit operator bool() const { return IsValid(); }
  const Attribute& GetAttribute() const { return attribute_; }
  const ResolveTarget& GetResolveTarget() const { return target_; }

  // Finds anew where values come from, if that may have changed since it was found.
  void Refresh();
  // Whether the value may be another one at `to` than at `from`, or somewhere within `reach` of the one than
  // at the same distance from the other. Where no sample is near either, and both lie between the same two
  // samples that are not interpolated, or beyond the same end of all, it is not.
  bool MightDiffer(double from, double to, double reach) const;
  Value Get(Time time = Time::Default()) const;
  template <class T>
  std::optional<T> GetAs(Time time = Time::Default()) const {
    Value value = Get(time);
    const T* held = value.GetIf<T>();
    return held ? std::optional<T>(*held) : std::nullopt;
  }
  bool HasValue() const;
  bool HasAuthoredValue() const;
  bool HasAuthoredValueOpinion() const;
  bool HasFallbackValue() const { return attribute_.HasFallbackValue(); }
  Value GetFallbackValue() const { return attribute_.GetFallbackValue(); }
  bool ValueMightBeTimeVarying() const;
  // Whether the kind of source could vary, be there one sample or many.
  bool ValueSourceMightBeTimeVarying() const { return GetResolveInfo().ValueSourceMightBeTimeVarying(); }

  std::vector<double> GetTimeSamples() const;
  std::vector<double> GetTimeSamplesInInterval(double first, double last) const;  // both included
  size_t GetNumTimeSamples() const { return GetTimeSamples().size(); }
  std::optional<std::pair<double, double>> GetBracketingTimeSamples(double time) const;
  static std::vector<double> GetUnionedTimeSamples(const std::vector<AttributeQuery>& queries);
  static std::vector<double> GetUnionedTimeSamplesInInterval(const std::vector<AttributeQuery>& queries,
                                                             double first, double last);
  bool HasSpline() const;
  std::optional<Spline> GetSpline() const;

  ResolveInfo GetResolveInfo() const;  // of all times but the default one
  ResolveInfo GetResolveInfo(Time time) const;
  std::vector<ResolveInfo> GetResolveInfoChain(Time time) const;

 private:
  bool IsKnown() const;  // and still so

  Attribute attribute_;
  ResolveTarget target_;
  std::shared_ptr<const KnownSource> known_;  // null: nothing is known
  uint32_t generation_ = 0;                   // of the stage, when it was found
};

}  // namespace strata::stage
