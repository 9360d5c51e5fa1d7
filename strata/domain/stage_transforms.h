// World transforms of all prims of a stage at one time, worked out at once on all threads.
#pragma once

#include <memory>
#include <vector>

#include "strata/domain/xformable.h"

namespace strata::domain {

// What XformCache answers, for those who ask for most prims of a stage: one array look-up a prim, one more a
// level of instancing for instance proxies. Costs at most 140 bytes a prim. Const: for any threads; after
// edits make another. The stage must outlive it.
class StageTransforms {
 public:
  explicit StageTransforms(const stage::Stage& stage, stage::Time time = stage::Time::Default());
  ~StageTransforms();
  stage::Time GetTime() const { return time_; }
  // REQUIRES: `prim` is of the stage.
  Matrix4d GetLocalToWorldTransform(const stage::Prim& prim) const;
  size_t GetTransformCount() const { return matrices_.size(); }  // different ones: prims without share

 private:
  class Builder;
  const stage::Stage& stage_;
  stage::Time time_;
  std::vector<uint32_t> of_record_;  // place in matrices_
  // To the world; in prototypes to the space of their instances, but for those below a reset.
  std::vector<Matrix4d> matrices_;
  std::vector<bool> leads_to_world_;  // by place
};

}  // namespace strata::domain
