// Answers about the geometry of a stage: transforms, bounds, visibility, purposes and materials.
#include <algorithm>
#include <cmath>

#include "strata/domain/bounds.h"
#include "strata/domain/imageable.h"
#include "strata/domain/material_binding.h"
#include "strata/domain/stage_transforms.h"
#include "strata/domain/xformable.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

Json PointToJson(const Vec3d& point) {
  return Json::array({NumberToJson(point[0]), NumberToJson(point[1]), NumberToJson(point[2])});
}

// The caches of one time.
struct Moment {
  explicit Moment(const stage::Stage& stage, stage::Time at)
      : time(at),
        xforms(at),
        transforms(stage, at),
        bounds(stage, {.time = at, .purposes = {Token("default"), Token("render"), Token("proxy")}}) {}
  stage::Time time;
  domain::XformCache xforms;
  domain::StageTransforms transforms;
  domain::BoundsCache bounds;
};

// Products of the same matrices, taken in another order.
bool AreClose(const Matrix4d& a, const Matrix4d& b) {
  double size = 1;
  for (size_t i = 0; i < 4; ++i)
    for (size_t k = 0; k < 4; ++k) size = std::max(size, std::abs(a[i][k]));
  for (size_t i = 0; i < 4; ++i)
    for (size_t k = 0; k < 4; ++k)
      if (std::isfinite(a[i][k]) && !(std::abs(a[i][k] - b[i][k]) <= 1e-9 * size)) return false;
  return true;
}

Json DescribeAt(Moment& moment, const stage::Prim& prim) {
  const Matrix4d world = moment.xforms.GetLocalToWorldTransform(prim);
  if (!AreClose(world, moment.transforms.GetLocalToWorldTransform(prim)))
    throw NotAnswered("two ways to the world differ at " + prim.GetPath().GetString());
  const Range3d range = moment.bounds.ComputeWorldBound(prim).ComputeAlignedRange();
  return {{"time", moment.time.IsDefault() ? Json("default") : NumberToJson(moment.time.GetValue())},
          {"visibility", domain::Imageable(prim).ComputeVisibility(moment.time).GetString()},
          {"localToWorld", ToJson(Value(world))},
          {"worldBound",
           range.IsEmpty() ? Json() : Json::array({PointToJson(range.min), PointToJson(range.max)})}};
}

Json DescribeMaterials(domain::MaterialBindings& bindings, const stage::Prim& prim) {
  Json materials = Json::object();
  for (const char* purpose : {"", "preview", "full"}) {
    const domain::BoundMaterial bound = bindings.ComputeBoundMaterial(prim, Token(purpose));
    if (bound.material)
      materials[*purpose ? purpose : "allPurpose"] =
          Json::array({bound.material.GetPath().GetString(), bound.relationship.GetString()});
  }
  return materials;
}

}  // namespace

Json DescribeGeometry(const stage::Stage& stage) {
  std::vector<std::unique_ptr<Moment>> moments;
  moments.push_back(std::make_unique<Moment>(stage, stage::Time::Default()));
  if (stage.HasAuthoredTimeCodeRange())
    for (double time : {stage.GetStartTimeCode(), stage.GetEndTimeCode()})
      moments.push_back(std::make_unique<Moment>(stage, time));
  domain::MaterialBindings bindings;
  Json prims = Json::array();
  const auto everything = stage::PrimPredicate::All().With(stage::InstanceProxies::kTraverse);
  const auto asked = stage::PrimPredicate()
                         .Require(stage::PrimFlag::kActive)
                         .Require(stage::PrimFlag::kDefined)
                         .Exclude(stage::PrimFlag::kAbstract);
  for (const stage::Prim& prim : stage.Traverse(everything)) {
    // What an instance below a class shows is not abstract, though the instance is: each prim is judged by
    // itself.
    if (!asked.Matches(prim.GetFlags())) continue;
    const domain::Imageable imageable(prim);
    if (!imageable.IsValid()) continue;
    Json entry = {{"path", prim.GetPath().GetString()},
                  {"purpose", imageable.ComputePurpose().GetString()},
                  {"material", DescribeMaterials(bindings, prim)},
                  {"at", Json::array()}};
    for (const auto& moment : moments) entry["at"].push_back(DescribeAt(*moment, prim));
    prims.push_back(std::move(entry));
  }
  return prims;
}

}  // namespace strata::conformance
