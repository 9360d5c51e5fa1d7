// The door of `stage`: the composed scene and the values in it.   (UsdStage, UsdPrim, UsdAttribute, UsdRelationship)
//
// Threads: many readers or one writer. Owners: whoever opened a stage owns it (a context, or the caller); prims and
// properties are handles that test false once their stage is gone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/compose/compose.h"
#include "strata/layer/registry.h"

namespace strata::stage {

// A moment to ask for: a number, the default time, or the left limit of a number.   (UsdTimeCode)
class Time {
 public:
  constexpr Time(double value) : value_(value) {}
  static constexpr Time Default() { Time t(0); t.kind_ = Kind::kDefault; return t; }
  static constexpr Time PreTime(double value) { Time t(value); t.kind_ = Kind::kPreTime; return t; }
  bool IsDefault() const { return kind_ == Kind::kDefault; }
  bool IsPreTime() const { return kind_ == Kind::kPreTime; }
  double GetValue() const { return value_; }   // REQUIRES: !IsDefault()

 private:
  enum class Kind : uint8_t { kNumeric, kDefault, kPreTime } kind_ = Kind::kNumeric;
  double value_;
};

enum class InterpolationType : uint8_t { kHeld, kLinear };
enum class LoadPolicy : uint8_t { kLoadAll, kLoadNone };
enum class ResolveSource : uint8_t { kNone, kFallback, kDefault, kTimeSamples, kValueClips, kSpline };
std::string_view GetResolveSourceName(ResolveSource source);

struct OpenOptions {
  LoadPolicy load = LoadPolicy::kLoadAll;
  layer::LayerPtr session;                               // null: a fresh anonymous one
  std::map<std::string, std::vector<std::string>> variant_fallbacks;
  std::set<std::string> muted_layers;
  asset::ResolverContext resolver_context;
  InterpolationType interpolation = InterpolationType::kLinear;
  Budgets budgets;
  Executor* executor = nullptr;
  layer::OpenOptions::SourceMaps source_maps = layer::OpenOptions::SourceMaps::kNone;
};

class Prim;
class Property;
class Attribute;
class Relationship;

}  // namespace strata::stage
