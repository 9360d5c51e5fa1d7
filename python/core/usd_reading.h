// What attributes and queries of attributes answer alike.
#pragma once

#include "python/core/usd.h"
#include "strata/stage/attribute_query.h"

namespace strata::python {

struct Interval {
  double min, max;
  bool is_min_closed = true, is_max_closed = true;
};
// A Gf.Interval, or whatever has its members.
inline Interval ReadInterval(nb::handle interval) {
  return {nb::cast<double>(interval.attr("min")), nb::cast<double>(interval.attr("max")),
          nb::cast<bool>(interval.attr("minClosed")), nb::cast<bool>(interval.attr("maxClosed"))};
}
inline std::vector<double> Clip(std::vector<double> times, const Interval& interval) {
  std::erase_if(times, [&interval](double t) {
    return t < interval.min || t > interval.max || (!interval.is_min_closed && t == interval.min) ||
           (!interval.is_max_closed && t == interval.max);
  });
  return times;
}

// Usd.AttributeQuery: an attribute to ask again and again; knows where its values come from.
struct QueryObject : AttributeObject {
  stage::AttributeQuery query;
  QueryObject() = default;
  explicit QueryObject(const AttributeObject& attribute, stage::ResolveTarget target = {})
      : AttributeObject(attribute), query(strata::python::GetAttribute(attribute), std::move(target)) {}
};

// Whom the methods below ask.
inline stage::Attribute Asked(const AttributeObject& attribute) {
  return GetAttribute(attribute);
}
inline const stage::AttributeQuery& Asked(const QueryObject& query) {
  Check(query);
  return query.query;
}

template <class T, class... Bases>
void BindReading(nb::class_<T, Bases...>& cls) {
  cls.def(
      "Get",
      [](const T& a, TimeArgument time) {
        Value value = Asked(a).Get(time.time);
        return ToPython(value);
      },
      "time"_a = TimeArgument(), "The value at a time; None when there is none.");
  cls.def("HasValue", [](const T& a) { return Asked(a).HasValue(); });
  cls.def("HasAuthoredValue", [](const T& a) { return Asked(a).HasAuthoredValue(); });
  cls.def("HasAuthoredValueOpinion", [](const T& a) { return Asked(a).HasAuthoredValueOpinion(); });
  cls.def("HasFallbackValue", [](const T& a) { return Asked(a).HasFallbackValue(); });
  cls.def("GetFallbackValue", [](const T& a) { return ToPython(Asked(a).GetFallbackValue()); });
  cls.def("HasSpline", [](const T& a) { return Asked(a).HasSpline(); });
  cls.def("ValueMightBeTimeVarying", [](const T& a) { return Asked(a).ValueMightBeTimeVarying(); });
  cls.def("GetTimeSamples", [](const T& a) { return Asked(a).GetTimeSamples(); });
  cls.def("GetNumTimeSamples", [](const T& a) { return Asked(a).GetNumTimeSamples(); });
  cls.def(
      "GetTimeSamplesInInterval",
      [](const T& a, nb::handle interval) {
        const Interval within = ReadInterval(interval);
        return Clip(Asked(a).GetTimeSamplesInInterval(within.min, within.max), within);
      },
      "interval"_a);
  cls.def(
      "GetBracketingTimeSamples",
      [](const T& a, double time) -> nb::object {
        const auto found = Asked(a).GetBracketingTimeSamples(time);
        return found ? nb::make_tuple(found->first, found->second) : nb::make_tuple();
      },
      "desiredTime"_a, "The samples at or around a time; an empty tuple when there are none.");
}

}  // namespace strata::python
