#include "strata/domain/skeleton.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "strata/domain/names.h"
#include "strata/math/transform.h"

namespace strata::domain {

namespace {

using stage::Prim;
using stage::Time;

template <class T>
Array<T> GetArray(const Prim& prim, const char* name, Time time = Time::Default()) {
  return prim.GetAttribute(Token(name)).Get(time).GetOr(Array<T>());
}

// Straight from the quaternion: the way over its angle loses what little turn there is near none.
Matrix4d MakeTurn(const Quatf& turn) {
  const double r = turn.real, x = turn.imaginary[0], y = turn.imaginary[1], z = turn.imaginary[2];
  Matrix4d m = Matrix4d::Identity();
  m[0][0] = 1 - 2 * (y * y + z * z);
  m[0][1] = 2 * (x * y + z * r);
  m[0][2] = 2 * (z * x - y * r);
  m[1][0] = 2 * (x * y - z * r);
  m[1][1] = 1 - 2 * (z * z + x * x);
  m[1][2] = 2 * (y * z + x * r);
  m[2][0] = 2 * (z * x + y * r);
  m[2][1] = 2 * (y * z - x * r);
  m[2][2] = 1 - 2 * (y * y + x * x);
  return m;
}

std::vector<Matrix4d> TakeMatrices(const Prim& prim, const char* name) {
  const auto array = GetArray<Matrix4d>(prim, name);
  return {array.begin(), array.end()};
}

}  // namespace

SkelTopology::SkelTopology(const Array<Token>& joints) {
  std::unordered_map<Path, int> places;
  for (size_t i = 0; i < joints.size(); ++i) {
    const Path path(joints[i].GetText());
    if (path.IsEmpty() || !path.IsPrim()) {
      if (fault_.empty()) fault_ = fmt::format("the joint '{}' is not called by a path", joints[i].GetText());
    } else {
      places.emplace(path, static_cast<int>(i));
    }
  }
  for (size_t i = 0; i < joints.size(); ++i) {
    int parent = -1;
    // The nearest ancestor that is a joint: chains may leave joints out.
    for (Path at = Path(joints[i].GetText()).GetParent();
         !at.IsEmpty() && at.IsPrim() && at.GetElementCount() > 0; at = at.GetParent()) {
      const auto found = places.find(at);
      if (found == places.end()) continue;
      parent = found->second;
      break;
    }
    if (parent >= static_cast<int>(i) && fault_.empty())
      fault_ = fmt::format("the joint '{}' comes before its parent", joints[i].GetText());
    parents_.push_back(parent);
  }
}

bool SkelTopology::Validate(std::string* why) const {
  if (why) *why = fault_;
  return fault_.empty();
}

AnimMapper::AnimMapper(const Array<Token>& source_order, const Array<Token>& target_order) {
  std::unordered_map<Token, int> places;
  for (size_t i = 0; i < source_order.size(); ++i) places.emplace(source_order[i], static_cast<int>(i));
  is_identity_ = source_order.size() == target_order.size();
  for (size_t i = 0; i < target_order.size(); ++i) {
    const auto found = places.find(target_order[i]);
    from_.push_back(found == places.end() ? -1 : found->second);
    is_identity_ &= from_.back() == static_cast<int>(i);
    is_sparse_ |= from_.back() < 0;
    is_null_ &= from_.back() < 0;
  }
}

bool SkelAnimation::IsValid() const {
  return prim_ && prim_.IsActive() && prim_.IsA(Token("SkelAnimation"));
}
Array<Token> SkelAnimation::GetJointOrder() const {
  return GetArray<Token>(prim_, "joints");
}
Array<Token> SkelAnimation::GetBlendShapeOrder() const {
  return GetArray<Token>(prim_, "blendShapes");
}
Array<float> SkelAnimation::ComputeBlendShapeWeights(Time time) const {
  return GetArray<float>(prim_, "blendShapeWeights", time);
}

std::optional<std::vector<Matrix4d>> SkelAnimation::ComputeJointLocalTransforms(Time time) const {
  const auto translations = GetArray<Vec3f>(prim_, "translations", time);
  const auto rotations = GetArray<Quatf>(prim_, "rotations", time);
  const auto scales = GetArray<Vec3h>(prim_, "scales", time);
  const size_t count = GetJointOrder().size();
  if (translations.size() != count || rotations.size() != count || scales.size() != count)
    return std::nullopt;
  std::vector<Matrix4d> transforms(count);
  for (size_t i = 0; i < count; ++i) {
    const Vec3d scale{static_cast<float>(scales[i][0]), static_cast<float>(scales[i][1]),
                      static_cast<float>(scales[i][2])};
    transforms[i] = MultiplyAffine(MakeScale(scale), MakeTurn(rotations[i]));
    for (size_t c = 0; c < 3; ++c) transforms[i][3][c] = translations[i][c];
  }
  return transforms;
}

std::vector<double> SkelAnimation::GetTimeSamples() const {
  std::set<double> times;
  for (const char* name : {"translations", "rotations", "scales", "blendShapeWeights"})
    for (double time : prim_.GetAttribute(Token(name)).GetTimeSamples()) times.insert(time);
  return {times.begin(), times.end()};
}

Skeleton::Skeleton(Prim prim)
    : Skeleton(prim, SkelAnimation(prim.IsA(Token("Skeleton"))
                                       ? FindInheritedSkelTarget(prim, GetNames().skel_animation_source)
                                       : Prim())) {}

Skeleton::Skeleton(Prim prim, SkelAnimation animation)
    : prim_(std::move(prim)), animation_(std::move(animation)) {
  if (!prim_.IsA(Token("Skeleton"))) {
    fault_ = "it is no prim of type Skeleton";
    return;
  }
  joints_ = GetArray<Token>(prim_, "joints");
  topology_ = SkelTopology(joints_);
  rest_ = TakeMatrices(prim_, "restTransforms");
  for (const Matrix4d& bind : TakeMatrices(prim_, "bindTransforms"))
    inverse_bind_.push_back(GetTransformInverse(bind).value_or(Matrix4d::Identity()));
  if (animation_.IsValid()) mapper_ = AnimMapper(animation_.GetJointOrder(), joints_);
  is_valid_ = topology_.Validate(&fault_);
}

std::optional<std::vector<Matrix4d>> Skeleton::ComputeJointLocalTransforms(Time time, Pose pose) const {
  if (!is_valid_) return std::nullopt;
  const bool has_rest = rest_.size() == joints_.size();
  const bool is_animated = pose == Pose::kAnimated && animation_.IsValid() && !mapper_.IsNull();
  // What the animation leaves out stays at rest.
  if (!has_rest && (!is_animated || mapper_.IsSparse())) return std::nullopt;
  std::vector<Matrix4d> transforms = has_rest ? rest_ : std::vector<Matrix4d>(joints_.size());
  if (!is_animated) return transforms;
  const auto animated = animation_.ComputeJointLocalTransforms(time);
  if (!animated) return has_rest ? std::optional(transforms) : std::nullopt;
  mapper_.Remap<Matrix4d>(*animated, transforms);
  return transforms;
}

std::optional<std::vector<Matrix4d>> Skeleton::ComputeJointSkelTransforms(Time time, Pose pose) const {
  auto transforms = ComputeJointLocalTransforms(time, pose);
  if (!transforms) return std::nullopt;
  for (size_t i = 0; i < transforms->size(); ++i) {
    const int parent = topology_.GetParent(i);
    if (parent >= 0) (*transforms)[i] = MultiplyAffine((*transforms)[i], (*transforms)[parent]);
  }
  return transforms;
}

std::optional<std::vector<Matrix4d>> Skeleton::ComputeSkinningTransforms(Time time) const {
  if (inverse_bind_.size() != joints_.size()) return std::nullopt;
  auto transforms = ComputeJointSkelTransforms(time);
  if (!transforms) return std::nullopt;
  for (size_t i = 0; i < transforms->size(); ++i)
    (*transforms)[i] = MultiplyAffine(inverse_bind_[i], (*transforms)[i]);
  return transforms;
}

Prim FindInheritedSkelTarget(Prim prim, Token relationship) {
  for (; prim && !prim.IsPseudoRoot(); prim = prim.GetParent()) {
    if (!prim.HasAPI(Token("SkelBindingAPI"))) continue;
    const stage::Relationship found = prim.GetRelationship(relationship);
    if (!found.HasAuthoredTargets()) continue;
    const std::vector<Path> targets = found.GetForwardedTargets();
    return targets.empty() ? Prim() : prim.GetStage()->GetPrimAtPath(targets.front());
  }
  return {};
}

}  // namespace strata::domain
