// An attribute on a stage: a value at any time, resolved from every layer that speaks.   (UsdAttribute)
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "strata/stage/property.h"
#include "strata/stage/time.h"
#include "strata/value/spline.h"

namespace strata::stage {

class Attribute : public Property {
 public:
  Attribute() = default;
  Attribute(Prim prim, Token name) : Property(std::move(prim), name) {}
  bool IsDefined() const { return IsAttribute(); }
  explicit operator bool() const { return IsDefined(); }

  Token GetTypeName() const;                      // as authored or defined; also names nobody knows
  const ValueTypeName* GetValueTypeName() const;  // null for unknown names

  // Values
  // The resolved value, in the stage's time and with asset paths resolved; empty when there is none (blocked
  // included). It has the type it was authored with, which a weaker layer may have chosen differently: GetAs
  // checks.
  Value Get(Time time = Time::Default()) const;
  template <class T>
  std::optional<T> GetAs(Time time = Time::Default()) const {
    Value value = Get(time);
    const T* held = value.GetIf<T>();
    return held ? std::optional<T>(*held) : std::nullopt;
  }
  bool HasValue() const;  // a fallback counts
  bool HasAuthoredValue() const;
  bool HasAuthoredValueOpinion() const;  // a block counts
  bool HasFallbackValue() const;
  Value GetFallbackValue() const;
  bool ValueMightBeTimeVarying() const;

  // Times, in the stage's time
  std::vector<double> GetTimeSamples() const;
  std::vector<double> GetTimeSamplesInInterval(double first, double last) const;  // both included
  size_t GetNumTimeSamples() const;
  // The samples at or around `time`; equal when on one or outside. Nothing when there are none.
  std::optional<std::pair<double, double>> GetBracketingTimeSamples(double time) const;
  // Sorted union of the samples of several attributes.
  static std::vector<double> GetUnionedTimeSamples(const std::vector<Attribute>& attributes);
  static std::vector<double> GetUnionedTimeSamplesInInterval(const std::vector<Attribute>& attributes,
                                                             double first, double last);  // both included
  bool HasSpline() const;                   // a spline is the strongest opinion
  std::optional<Spline> GetSpline() const;  // in the stage's time

  // Where it comes from
  ResolveInfo GetResolveInfo() const;  // of all times but the default one
  ResolveInfo GetResolveInfo(Time time) const;
  // The source and each weaker one that would speak if the stronger did not, strongest first.
  std::vector<ResolveInfo> GetResolveInfoChain(Time time) const;
  // Every field that speaks of the value, strongest first, and what each does to the answer at `time`.
  Opinions GetOpinions(Time time = Time::Default()) const;

  // Connections
  std::vector<Path> GetConnections() const;  // composed, in the stage's namespace
  bool HasAuthoredConnections() const;
};

}  // namespace strata::stage
