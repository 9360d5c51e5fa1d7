#include "strata/domain/model.h"

#include <algorithm>

#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"
#include "strata/math/transform.h"

namespace strata::domain {

namespace {

using stage::Prim;

template <class T>
T FindInherited(const Prim& prim, const char* name, stage::Time time, T otherwise) {
  static const Token motion("MotionAPI");
  for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent()) {
    if (!at.HasAPI(motion)) continue;
    const stage::Attribute attribute = at.GetAttribute(Token(name));
    if (attribute.HasAuthoredValue()) return attribute.Get(time).GetOr(otherwise);
  }
  return otherwise;
}

}  // namespace

bool ModelAPI::IsKind(Token base, KindValidation validation) const {
  if (!prim_) return false;
  const KindRegistry& kinds = schema::GetKinds(prim_.GetStage()->GetOpenOptions().schemas);
  if (validation == KindValidation::kModelHierarchy && kinds.IsA(base, Token("model")) && !prim_.IsModel())
    return false;
  return kinds.IsA(GetKind(), base);
}

Dictionary ModelAPI::GetAssetInfo() const {
  return prim_.GetMetadata(layer::GetFieldNames().assetInfo).GetOr(Dictionary());
}
std::string ModelAPI::GetAssetName() const {
  return prim_.GetMetadataByDictKey(layer::GetFieldNames().assetInfo, "name").GetOr(std::string());
}
std::string ModelAPI::GetAssetVersion() const {
  return prim_.GetMetadataByDictKey(layer::GetFieldNames().assetInfo, "version").GetOr(std::string());
}
AssetPath ModelAPI::GetAssetIdentifier() const {
  return prim_.GetMetadataByDictKey(layer::GetFieldNames().assetInfo, "identifier").GetOr(AssetPath());
}
Array<AssetPath> ModelAPI::GetPayloadAssetDependencies() const {
  return prim_.GetMetadataByDictKey(layer::GetFieldNames().assetInfo, "payloadAssetDependencies")
      .GetOr(Array<AssetPath>());
}

Token ModelAPI::ComputeModelDrawMode() const {
  static const Token draw_mode("model:drawMode"), inherited("inherited");
  for (Prim at = prim_; at && !at.IsPseudoRoot(); at = at.GetParent()) {
    if (!at.IsModel()) continue;
    const Token mode = at.GetAttribute(draw_mode).Get().GetOr(inherited);
    if (mode != inherited) return mode;
  }
  return Token("default");
}

std::vector<ModelAPI::ConstraintTarget> ModelAPI::GetConstraintTargets() const {
  constexpr std::string_view kPrefix = "constraintTargets:";
  std::vector<ConstraintTarget> targets;
  if (!IsModel()) return targets;
  for (Token name : prim_.GetAuthoredPropertyNames()) {
    if (!name.GetText().starts_with(kPrefix)) continue;
    const stage::Attribute attribute = prim_.GetAttribute(name);
    if (attribute.GetTypeName() != "matrix4d") continue;
    targets.push_back({attribute, Token(name.GetText().substr(kPrefix.size())),
                       attribute.GetMetadata(Token("constraintTargetIdentifier")).GetOr(Token())});
  }
  return targets;
}

Matrix4d ModelAPI::ConstraintTarget::ComputeInWorldSpace(stage::Time time) const {
  const Matrix4d own = attribute.Get(time).GetOr(Matrix4d::Identity());
  return MultiplyAffine(own, Xformable(attribute.GetPrim()).ComputeLocalToWorldTransform(time));
}

Result<void> SetKind(stage::Editor& editor, const Prim& prim, Token kind) {
  return editor.SetMetadata(prim.GetPath(), layer::GetFieldNames().kind, Value(kind));
}

Motion ComputeMotion(const Prim& prim, stage::Time time) {
  Motion motion;
  motion.blur_scale = FindInherited(prim, "motion:blurScale", time, motion.blur_scale);
  motion.velocity_scale = FindInherited(prim, "motion:velocityScale", time, motion.velocity_scale);
  motion.nonlinear_sample_count =
      FindInherited(prim, "motion:nonlinearSampleCount", time, int32_t{motion.nonlinear_sample_count});
  return motion;
}

}  // namespace strata::domain
