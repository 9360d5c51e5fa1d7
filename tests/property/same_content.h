// Whether two layers say the same.
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "strata/format/text/text.h"
#include "strata/layer/fields.h"
#include "strata/layer/spec_store.h"
#include "strata/value/spline.h"

namespace strata::property {

// What a way of writing does not carry: text the order of names, which it sorts.
enum class Carried { kAll, kAsText };

// Without what is not carried.
inline Value Normalize(Token field, Value value, Carried carried) {
  const auto& names = layer::GetFieldNames();
  const bool is_children =
      field == names.properties || field == names.variantChildren || field == names.variantSetChildren;
  if (TokenVector* children =
          is_children && carried == Carried::kAsText ? value.GetMutable<TokenVector>() : nullptr)
    std::sort(children->begin(), children->end(), TokenTextLess());
  // The widths of a hermite curve's tangents follow from its knots, whatever was given.
  if (Spline* spline = value.GetMutable<Spline>(); spline && spline->curve_type == CurveType::kHermite)
    for (SplineKnot& knot : spline->knots) knot.pre_tangent.width = knot.post_tangent.width = 0;
  return value;
}

// All fields of all specs by path, but for the children that targets and connections may or may not be.
inline std::map<std::string, Value> Collect(const layer::SpecStore& content, Carried carried) {
  std::map<std::string, Value> out;
  const auto& names = layer::GetFieldNames();
  content.VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
    if (path.IsTarget()) return;
    out[path.GetString()] = static_cast<int32_t>(spec.GetType());
    for (const auto& field : spec)
      if (field.name != names.targetChildren && field.name != names.connectionChildren)
        out[path.GetString() + " " + field.name.GetString()] = Normalize(field.name, field.value, carried);
  });
  return out;
}

// The first place where two layers differ; empty when there is none.
inline std::string FindDifference(const layer::SpecStore& expected, const layer::SpecStore& actual,
                                  Carried carried = Carried::kAsText) {
  const auto left = Collect(expected, carried), right = Collect(actual, carried);
  for (const auto& [key, value] : left) {
    const auto found = right.find(key);
    if (found == right.end()) return key + " is lost: " + format::text::FormatValue(value);
    if (!(found->second == value))
      return key + ": " + format::text::FormatValue(value) + " became " +
             format::text::FormatValue(found->second) + " (" + std::string(GetTypeText(value.GetType())) +
             ", " + std::string(GetTypeText(found->second.GetType())) + ")";
  }
  for (const auto& [key, value] : right)
    if (!left.count(key)) return key + " is new: " + format::text::FormatValue(value);
  return "";
}

}  // namespace strata::property
