// Transforms of prims: the ops they are made of, their own and their world transform.   (UsdGeomXformable,
// UsdGeomXformOp, UsdGeomXformCache)
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/math/matrix.h"
#include "strata/stage/computed_values.h"
#include "strata/stage/stage.h"

namespace strata::domain {

enum class XformOpType : uint8_t {
  kTranslate,
  kTranslateX,
  kTranslateY,
  kTranslateZ,
  kScale,
  kScaleX,
  kScaleY,
  kScaleZ,
  kRotateX,
  kRotateY,
  kRotateZ,
  kRotateXYZ,  // about X first, then Y, then Z; so for the others
  kRotateXZY,
  kRotateYXZ,
  kRotateYZX,
  kRotateZXY,
  kRotateZYX,
  kOrient,
  kTransform,
};
std::string_view GetXformOpTypeName(XformOpType type);  // "rotateXYZ"

// One entry of xformOpOrder.
struct XformOp {
  XformOpType type = XformOpType::kTransform;
  bool is_inverse = false;
  Token name;       // as in xformOpOrder: "!invert!xformOp:translate:pivot"
  Token attribute;  // "xformOp:translate:pivot"

  // Reads such a name; nothing when it is none.
  static std::optional<XformOp> Parse(Token name);
  // The transform that a value of the op's attribute makes. Nothing when the value does not fit the op, or
  // cannot be inverted.
  std::optional<Matrix4d> MakeTransform(const Value& value) const;
};

// Points of the prim's space times `matrix` are points of its parent's space; with `resets_stack`, of the
// world's.
struct LocalTransform {
  Matrix4d matrix = Matrix4d::Identity();
  bool resets_stack = false;
};

// A view of a prim, which may be of any type: those that have no transform have the identity.
class Xformable {
 public:
  explicit Xformable(stage::Prim prim) : prim_(std::move(prim)) {}
  const stage::Prim& GetPrim() const { return prim_; }
  bool IsValid() const;  // the prim is Xformable by its type

  struct Ops {
    std::vector<XformOp> ops;  // the last of them is applied to points first
    bool resets_stack = false;
  };
  // What xformOpOrder names, after its last "!resetXformStack!"; names that are no ops, or whose attribute is
  // not there, are left out.
  Ops GetOrderedXformOps() const;
  // An op whose attribute has no value that fits counts as the identity.
  LocalTransform GetLocalTransformation(stage::Time time = stage::Time::Default()) const;
  // The same by ops that are known; those of GetOrderedXformOps.
  LocalTransform GetLocalTransformation(const Ops& ops, stage::Time time) const;
  bool TransformMightBeTimeVarying() const;
  std::vector<double> GetTimeSamples() const;  // of all ops, sorted
  Matrix4d ComputeLocalToWorldTransform(stage::Time time = stage::Time::Default()) const;
  Matrix4d ComputeParentToWorldTransform(stage::Time time = stage::Time::Default()) const;

 private:
  stage::Prim prim_;
};

// World transforms of many prims of a stage at one time: each prim's own is computed once. Not for several
// threads at a time, nor across changes of the stage.
class XformCache {
 public:
  // `computed` is what is computed in place of what is authored; null: nothing. It outlives the cache.
  explicit XformCache(stage::Time time = stage::Time::Default(),
                      const stage::ComputedValues* computed = nullptr)
      : time_(time), computed_(computed) {}
  stage::Time GetTime() const { return time_; }
  void SetTime(stage::Time time);
  void Clear() { world_.clear(); }
  Matrix4d GetLocalToWorldTransform(const stage::Prim& prim);
  Matrix4d GetParentToWorldTransform(const stage::Prim& prim);
  LocalTransform GetLocalTransformation(const stage::Prim& prim) const;
  // From the space of `prim` to that of `ancestor`, a prim above it; the identity when it is none.
  Matrix4d ComputeRelativeTransform(const stage::Prim& prim, const stage::Prim& ancestor);

 private:
  stage::Time time_;
  const stage::ComputedValues* computed_;
  tsl::robin_map<Path, Matrix4d> world_;
};

}  // namespace strata::domain
