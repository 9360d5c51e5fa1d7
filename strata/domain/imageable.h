// Whether prims are shown, and for which purposes.   (UsdGeomImageable)
#pragma once

#include "strata/stage/stage.h"

namespace strata::domain {

// What a prim is for, and whether prims below it without a purpose of their own are for the same.
struct PurposeInfo {
  Token purpose;  // "default", "render", "proxy", "guide", or what a file says
  bool is_inheritable = false;
};

// A view of a prim, which may be of any type: those that are not imageable are shown as their ancestors are.
class Imageable {
 public:
  explicit Imageable(stage::Prim prim) : prim_(std::move(prim)) {}
  const stage::Prim& GetPrim() const { return prim_; }
  bool IsValid() const;  // the prim is Imageable by its type

  // "invisible" when the prim or an imageable ancestor says so, else "inherited".
  Token ComputeVisibility(stage::Time time = stage::Time::Default()) const;
  // Of the prim, else of the nearest imageable ancestor that has an authored one, else "default".
  Token ComputePurpose() const { return ComputePurposeInfo().purpose; }
  PurposeInfo ComputePurposeInfo() const;

 private:
  stage::Prim prim_;
};

}  // namespace strata::domain
