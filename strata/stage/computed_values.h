// What somebody computes in place of what a stage's layers author. Declared here, so that caches of other
// rooms can ask; who computes stands above them.
#pragma once

#include <optional>

#include "strata/math/matrix.h"
#include "strata/stage/attribute.h"

namespace strata::stage {

// Points of the prim's space times `matrix` are points of its parent's space; with `resets_stack`, of the
// world's.
struct ComputedTransform {
  Matrix4d matrix = Matrix4d::Identity();
  bool resets_stack = false;
  friend bool operator==(const ComputedTransform&, const ComputedTransform&) = default;
};

// Nothing as an answer means that what is authored holds. Thread-safe as reading the stage is.
class ComputedValues {
 public:
  virtual ~ComputedValues() = default;
  // Whether anything of the prim may be computed; says no quickly for scenes that compute nothing.
  virtual bool MightCompute(const Prim& prim) const = 0;
  virtual std::optional<Value> GetValue(const Attribute& attribute, Time time) const = 0;
  virtual std::optional<ComputedTransform> GetLocalTransform(const Prim& prim, Time time) const = 0;
  // Whether another time may give another transform.
  virtual bool TransformMightVary(const Prim& prim) const = 0;
  // Whether another time may give attributes of the prim other values, though nothing authored varies.
  virtual bool ValuesMightVary(const Prim&) const { return false; }
  // Whether what is in an instance cannot be what its prototype says: scenes show its own prims then.
  virtual bool IsTakenApart(const Prim&) const { return false; }
  // The times within an interval, ends among them, between which a computed value that varies so lies on
  // straight lines. Nothing: the value does not, and varies as what is authored.
  virtual std::optional<std::vector<double>> GetValueTimes(const Attribute&, double, double) const {
    return std::nullopt;
  }
};

}  // namespace strata::stage
