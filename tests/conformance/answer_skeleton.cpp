// Answers about skeletons: poses of joints, geometry that they deform, and what baking makes of it.
#include "strata/bridge/bridge.h"
#include "strata/domain/skinning.h"
#include "strata/domain/xformable.h"
#include "strata/math/transform.h"
#include "strata/stage/editor.h"
#include "tests/conformance/answer.h"

namespace strata::conformance {

namespace {

Json Numbers(const std::optional<std::vector<Matrix4d>>& matrices) {
  if (!matrices) return {};
  Json list = Json::array();
  for (const Matrix4d& matrix : *matrices)
    for (size_t i = 0; i < 4; ++i)
      for (size_t k = 0; k < 4; ++k) list.push_back(NumberToJson(matrix[i][k]));
  return list;
}

Json Numbers(const std::optional<Array<Vec3f>>& vectors) {
  if (!vectors) return {};
  Json list = Json::array();
  for (const Vec3f& vector : *vectors)
    for (size_t i = 0; i < 3; ++i) list.push_back(NumberToJson(vector[i]));
  return list;
}

Json DescribeSkeleton(const stage::Prim& prim, const std::vector<double>& times) {
  const domain::Skeleton skeleton(prim);
  Json samples = Json::array();
  for (double time : times)
    samples.push_back({{"local", Numbers(skeleton.ComputeJointLocalTransforms(time))},
                       {"skeleton", Numbers(skeleton.ComputeJointSkelTransforms(time))},
                       {"skinning", Numbers(skeleton.ComputeSkinningTransforms(time))}});
  return {{"samples", std::move(samples)},
          {"rest", Numbers(skeleton.ComputeJointSkelTransforms(0, domain::Skeleton::Pose::kRest))}};
}

Json DescribeTarget(const domain::SkinningQuery& query, const std::vector<double>& times) {
  const domain::Skeleton skeleton(query.GetSkeletonPrim());
  Json samples = Json::array();
  for (double time : times) {
    const auto moved = query.ComputeSkinnedTransform(skeleton, time);
    samples.push_back(
        {{"points", Numbers(query.ComputeSkinnedPoints(skeleton, time))},
         {"normals", Numbers(query.ComputeSkinnedNormals(skeleton, time))},
         {"transform", moved ? Numbers(std::optional(std::vector<Matrix4d>{*moved})) : Json()}});
  }
  return {{"skeleton", query.GetSkeletonPrim().GetPath().GetString()},
          {"hasInfluences", query.HasJointInfluences()},
          {"hasBlendShapes", query.HasBlendShapes()},
          {"samples", std::move(samples)}};
}

// Points, in the world's space, and normals of all geometry after baking everything below each SkelRoot.
Json DescribeBaked(stage::Stage& stage, const std::vector<double>& times) {
  stage::Editor editor(stage);
  Diagnostics remarks;
  for (const stage::Prim& prim : stage.Traverse())
    if (prim.IsA(Token("SkelRoot"))) (void)domain::BakeSkinning(stage, editor, prim, std::nullopt, remarks);
  Json baked = Json::object();
  for (const stage::Prim& prim : stage.Traverse()) {
    if (!prim.IsA(Token("PointBased"))) continue;
    Json samples = Json::array();
    for (double time : times) {
      Array<Vec3f> points = prim.GetAttribute(Token("points")).Get(time).GetOr(Array<Vec3f>());
      const Matrix4d world = domain::Xformable(prim).ComputeLocalToWorldTransform(time);
      for (size_t i = 0; i < points.size(); ++i) {
        Vec3f& at = points.GetMutableData()[i];
        const Vec3d moved = TransformPoint({at[0], at[1], at[2]}, world);
        for (size_t k = 0; k < 3; ++k) at[k] = static_cast<float>(moved[k]);
      }
      samples.push_back(Numbers(std::optional(points)));
      samples.push_back(
          Numbers(std::optional(prim.GetAttribute(Token("normals")).Get(time).GetOr(Array<Vec3f>()))));
    }
    baked[prim.GetPath().GetString()] = std::move(samples);
  }
  return baked;
}

// Points at the end of the chain: of geometry that joints move in the space of its skeleton, of others in its
// own.
Json DescribeShown(const stage::StagePtr& stage, const std::vector<double>& times) {
  const bridge::Chain chain = bridge::MakeChain();
  chain.stage->SetStage(stage);
  Json shown = Json::object();
  const auto proxies = stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse);
  for (double time : times) {
    chain.stage->SetTime(time);
    for (const stage::Prim& prim : stage->Traverse(proxies)) {
      if (!prim.IsA(Token("PointBased"))) continue;
      const Path place = prim.IsInstanceProxy()
                             ? bridge::FindInstanceProxy(*chain.GetFinal(), prim.GetPath()).path
                             : prim.GetPath();
      auto points = scene::GetValueAs<Array<Vec3f>>(chain.GetFinal()->GetDataSource(
          place, {Token("primvars"), Token("points"), Token("primvarValue")}));
      const domain::SkinningQuery query(prim);
      Matrix4d way = Matrix4d::Identity();
      if (query.HasJointInfluences() && query.GetSkeletonPrim())
        way = MultiplyAffine(
            domain::Xformable(prim).ComputeLocalToWorldTransform(time),
            GetTransformInverse(domain::Xformable(query.GetSkeletonPrim()).ComputeLocalToWorldTransform(time))
                .value_or(Matrix4d::Identity()));
      for (size_t i = 0; points && i < points->size(); ++i) {
        Vec3f& at = points->GetMutableData()[i];
        const Vec3d moved = TransformPoint({at[0], at[1], at[2]}, way);
        for (size_t k = 0; k < 3; ++k) at[k] = static_cast<float>(moved[k]);
      }
      shown[prim.GetPath().GetString()].push_back(Numbers(points));
    }
  }
  return shown;
}

}  // namespace

Json AnswerSkeleton(const Json& question) {
  const stage::StagePtr stage = OpenWithSchemas(question);
  const auto times = question.at("times").get<std::vector<double>>();
  Json answer = {{"skeletons", Json::object()}, {"targets", Json::object()}};
  const auto proxies = stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse);
  for (const stage::Prim& prim : stage->Traverse(proxies)) {
    const std::string path = prim.GetPath().GetString();
    if (prim.IsA(Token("Skeleton"))) answer["skeletons"][path] = DescribeSkeleton(prim, times);
    if (!prim.IsA(Token("Boundable")) || prim.IsA(Token("Skeleton")) || prim.IsA(Token("SkelRoot"))) continue;
    const domain::SkinningQuery query(prim);
    if (query.GetSkeletonPrim()) answer["targets"][path] = DescribeTarget(query, times);
  }
  answer["shown"] = DescribeShown(stage, times);
  answer["baked"] = DescribeBaked(*stage, times);
  return answer;
}

}  // namespace strata::conformance
