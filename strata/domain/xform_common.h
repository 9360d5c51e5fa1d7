// Translation, rotation, scale and pivot in the order that most programs understand. (UsdGeomXformCommonAPI)
#pragma once

#include <optional>

#include "strata/domain/xformable.h"
#include "strata/stage/editor.h"

namespace strata::domain {

inline constexpr DiagnosticCode kXformIncompatible{
    "domain.xform-incompatible", Severity::kError,
    "A prim has transform ops that are not those of XformCommonAPI, in its order."};

struct XformVectors {
  Vec3d translation{0, 0, 0};
  Vec3f rotation{0, 0, 0};  // degrees about X, Y and Z
  Vec3f scale{1, 1, 1};
  Vec3f pivot{0, 0, 0};
  XformOpType rotation_order = XformOpType::kRotateXYZ;  // one of the six of three axes
  friend bool operator==(const XformVectors&, const XformVectors&) = default;
};

// A view of an Xformable whose ops are some of translate, translate:pivot, one rotation of three axes, scale
// and the inverse of the pivot, each once and in this order.
class XformCommonAPI {
 public:
  explicit XformCommonAPI(stage::Prim prim) : prim_(std::move(prim)) {}
  bool IsCompatible() const;
  // What is not there has no effect; nothing when the prim is not compatible.
  std::optional<XformVectors> GetXformVectors(stage::Time time = stage::Time::Default()) const;
  bool ResetsXformStack() const { return Xformable(prim_).GetOrderedXformOps().resets_stack; }

  // Writes all, and makes the ops that are missing. An error when the prim is not compatible, or rotates in
  // another order.
  Result<void> SetXformVectors(stage::Editor& editor, const XformVectors& vectors,
                               stage::Time time = stage::Time::Default()) const;

 private:
  stage::Prim prim_;
};

}  // namespace strata::domain
