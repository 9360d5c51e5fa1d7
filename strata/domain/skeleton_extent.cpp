#include "strata/domain/skeleton_extent.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "strata/math/transform.h"

namespace strata::domain {

namespace {

using stage::kNoRecord;
using stage::Prim;
using stage::Time;

const Token& SkelAnimationType() {
  static const Token name("SkelAnimation");
  return name;
}

// The prim that a relationship names, at `prim` or the nearest ancestor that has the relationship.
Prim FindInherited(Prim prim, Token relationship) {
  for (; prim && !prim.IsPseudoRoot(); prim = prim.GetParent()) {
    const stage::Relationship found = prim.GetRelationship(relationship);
    if (!found.HasAuthoredTargets()) continue;
    const std::vector<Path> targets = found.GetForwardedTargets();
    return targets.empty() ? Prim() : prim.GetStage()->GetPrimAtPath(targets.front());
  }
  return {};
}

// Where the animation says something of every joint that it lists, its transforms take the place of those at
// rest.
void Animate(const Prim& skeleton, const Array<Token>& joints, Time time, std::vector<Matrix4d>& local) {
  const Names& names = GetNames();
  const Prim animation = FindInherited(skeleton, names.skel_animation_source);
  if (!animation || !animation.IsActive() || !animation.IsA(SkelAnimationType())) return;
  const auto listed = animation.GetAttribute(names.joints).Get().GetOr(Array<Token>());
  const auto translations = animation.GetAttribute(names.translations).Get(time).GetOr(Array<Vec3f>());
  const auto rotations = animation.GetAttribute(names.rotations).Get(time).GetOr(Array<Quatf>());
  const auto scales = animation.GetAttribute(names.scales).Get(time).GetOr(Array<Vec3h>());
  const size_t count = listed.GetSize();
  if (translations.GetSize() != count || rotations.GetSize() != count || scales.GetSize() != count) return;
  std::unordered_map<Token, size_t> places;
  for (size_t i = 0; i < joints.GetSize(); ++i) places.emplace(joints[i], i);
  for (size_t i = 0; i < count; ++i) {
    const auto place = places.find(listed[i]);
    if (place == places.end()) continue;
    const Quatf& turn = rotations[i];
    const Vec3d imaginary{turn.imaginary[0], turn.imaginary[1], turn.imaginary[2]};
    const Vec3d scale{static_cast<float>(scales[i][0]), static_cast<float>(scales[i][1]),
                      static_cast<float>(scales[i][2])};
    Matrix4d m = MultiplyAffine(MakeScale(scale), MakeRotation(Quatd{imaginary, turn.real}));
    for (size_t c = 0; c < 3; ++c) m[3][c] = translations[i][c];
    local[place->second] = m;
  }
}

// Positions of the joints in the skeleton's space; nothing where the arrays do not fit together.
enum class Pose : uint8_t { kAtRest, kAnimated };
std::optional<Range3d> FindJointsRange(const Prim& skeleton, Time time, Pose pose) {
  const Names& names = GetNames();
  const auto joints = skeleton.GetAttribute(names.joints).Get().GetOr(Array<Token>());
  const auto rest = skeleton.GetAttribute(names.restTransforms).Get().GetOr(Array<Matrix4d>());
  if (rest.GetSize() != joints.GetSize()) return std::nullopt;
  std::vector<Matrix4d> transforms(rest.begin(), rest.end());
  if (pose == Pose::kAnimated) Animate(skeleton, joints, time, transforms);
  // Parents stand before children: theirs are whole when their children need them.
  std::unordered_map<Path, size_t> places;
  Range3d range;
  for (size_t i = 0; i < joints.GetSize(); ++i) {
    const Path path(joints[i].GetText());
    const auto parent = places.find(path.GetParent());
    if (parent != places.end()) transforms[i] = MultiplyAffine(transforms[i], transforms[parent->second]);
    places.emplace(path, i);
    range.Add(Vec3d{transforms[i][3][0], transforms[i][3][1], transforms[i][3][2]});
  }
  return range;
}

// How far a bound piece of geometry reaches beyond the joints at rest.
double FindPadding(const Prim& prim, const Range3d& joints) {
  const auto extent = prim.GetAttribute(GetNames().extent).Get().GetOr(Array<Vec3f>());
  if (extent.GetSize() != 2) return 0;
  static const Token bind_transform("primvars:skel:geomBindTransform");
  const Matrix4d bind = prim.GetAttribute(bind_transform).Get().GetOr(Matrix4d::Identity());
  Range3d range{{extent[0][0], extent[0][1], extent[0][2]}, {extent[1][0], extent[1][1], extent[1][2]}};
  range = GetAlignedRange(range, bind);
  double padding = 0;
  for (size_t i = 0; i < 3; ++i)
    padding = std::max({padding, joints.min[i] - range.min[i], range.max[i] - joints.max[i]});
  return padding;
}

// The box of a skeleton's joints in the space of its SkelRoot, with a margin. Of a skeleton without joints
// nothing is known: as in OpenUSD it may reach anywhere, unless something is bound to it that reaches
// somewhere.
std::optional<Range3d> FindPaddedRange(const Prim& skeleton, const Prim& root, double padding, Time time) {
  auto joints = FindJointsRange(skeleton, time, Pose::kAnimated);
  if (!joints) return std::nullopt;
  if (joints->IsEmpty()) {
    constexpr double kFar = std::numeric_limits<float>::max();
    if (padding > 0) return Range3d{{0, 0, 0}, {0, 0, 0}};
    return Range3d{{-kFar, -kFar, -kFar}, {kFar, kFar, kFar}};
  }
  joints->min = joints->min - Vec3d{padding, padding, padding};
  joints->max = joints->max + Vec3d{padding, padding, padding};
  XformCache xforms(time);
  return GetAlignedRange(*joints, xforms.ComputeRelativeTransform(skeleton, root));
}

}  // namespace

std::optional<Range3d> ComputeSkeletonExtent(const RecordReader& reader, Time time) {
  const Prim skeleton = reader.GetStage().MakePrim(reader.GetRecord().path, reader.GetNumber());
  return FindJointsRange(skeleton, time, Pose::kAnimated);
}

std::optional<Range3d> ComputeSkelRootExtent(const RecordReader& reader, Time time) {
  const Prim root = reader.GetStage().MakePrim(reader.GetRecord().path, reader.GetNumber());
  static const Token skeleton_type("Skeleton");
  std::map<Path, double> bound, unbound;  // by skeleton: how far geometry reaches beyond it
  const auto predicate = stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse);
  for (const Prim& prim : stage::PrimRange(root, predicate)) {
    if (prim == root) continue;
    if (prim.IsA(skeleton_type)) unbound.try_emplace(prim.GetPath());
    if (prim.IsA(skeleton_type) || !prim.IsA(GetNames().Boundable)) continue;
    const Prim skeleton = FindInherited(prim, GetNames().skel_skeleton);
    if (!skeleton || !skeleton.IsA(skeleton_type)) continue;
    const auto joints = FindJointsRange(skeleton, time, Pose::kAtRest);
    if (!joints) continue;
    double& padding = bound[skeleton.GetPath()];
    const bool has_extent = prim.GetAttribute(GetNames().extent).HasValue();
    padding = std::max(padding, joints->IsEmpty() ? (has_extent ? 1.0 : 0.0) : FindPadding(prim, *joints));
  }
  // Skeletons that nothing is bound to count when all are such.
  const std::map<Path, double>& counted = bound.empty() ? unbound : bound;
  Range3d range;
  for (const auto& [path, padding] : counted) {
    const auto one = FindPaddedRange(root.GetStage()->GetPrimAtPath(path), root, padding, time);
    if (one) range.Add(*one);
  }
  return counted.empty() ? std::nullopt : std::optional<Range3d>(range);
}

}  // namespace strata::domain
