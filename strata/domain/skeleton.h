// Skeletons and what moves them: joints, their order and their poses.
// (UsdSkelTopology, UsdSkelAnimMapper, UsdSkelSkeletonQuery, UsdSkelAnimQuery)
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "strata/math/matrix.h"
#include "strata/stage/stage.h"

namespace strata::domain {

// Which joint is below which, from names such as "Hips/Spine/Head".
class SkelTopology {
 public:
  SkelTopology() = default;
  explicit SkelTopology(const Array<Token>& joints);
  size_t GetJointCount() const { return parents_.size(); }
  int GetParent(size_t joint) const { return parents_[joint]; }  // -1: a root
  // Whether each joint has a name that is a path, and comes after its parent. `why` tells what does not hold.
  bool Validate(std::string* why = nullptr) const;

 private:
  std::vector<int> parents_;
  std::string fault_;
};

// Takes values from the order of one list of names to that of another.
class AnimMapper {
 public:
  AnimMapper() = default;
  AnimMapper(const Array<Token>& source_order, const Array<Token>& target_order);
  bool IsIdentity() const { return is_identity_; }
  bool IsSparse() const { return is_sparse_; }  // some targets have no source
  bool IsNull() const { return is_null_; }      // no target has a source
  size_t GetTargetCount() const { return from_.size(); }
  int GetSource(size_t target) const { return from_[target]; }  // -1: none
  // Elements of `size` values each into `target`, which has room for all; those without a source stay.
  template <class T>
  void Remap(std::span<const T> source, std::span<T> target, size_t size = 1) const {
    for (size_t i = 0; i < from_.size(); ++i) {
      if (from_[i] < 0 || (from_[i] + 1) * size > source.size()) continue;
      for (size_t k = 0; k < size; ++k) target[i * size + k] = source[from_[i] * size + k];
    }
  }

 private:
  std::vector<int> from_;
  bool is_identity_ = false, is_sparse_ = false, is_null_ = true;
};

// A prim of type SkelAnimation.
class SkelAnimation {
 public:
  explicit SkelAnimation(stage::Prim prim) : prim_(std::move(prim)) {}
  bool IsValid() const;
  const stage::Prim& GetPrim() const { return prim_; }
  Array<Token> GetJointOrder() const;
  Array<Token> GetBlendShapeOrder() const;
  // In the order of its joints: scale, then rotation, then translation. Nothing where the arrays differ in
  // length.
  std::optional<std::vector<Matrix4d>> ComputeJointLocalTransforms(stage::Time time) const;
  Array<float> ComputeBlendShapeWeights(stage::Time time) const;
  std::vector<double> GetTimeSamples() const;  // of all that moves

 private:
  stage::Prim prim_;
};

// A prim of type Skeleton, with the animation that is bound to it or above it.
class Skeleton {
 public:
  explicit Skeleton(stage::Prim prim);
  // Moved by this animation, whatever is bound; by none where it is not valid.
  Skeleton(stage::Prim prim, SkelAnimation animation);
  bool IsValid() const { return is_valid_; }  // topology and array sizes are sound
  const stage::Prim& GetPrim() const { return prim_; }
  const std::string& GetFault() const { return fault_; }
  const Array<Token>& GetJointOrder() const { return joints_; }
  const SkelTopology& GetTopology() const { return topology_; }
  const SkelAnimation& GetAnimation() const { return animation_; }
  const AnimMapper& GetMapper() const { return mapper_; }  // from the animation's joints

  enum class Pose : uint8_t { kAnimated, kRest };
  // In the space of the parent joint; of the skeleton; and from the bind pose to the pose, for skinning.
  // Nothing where arrays that are needed are missing.
  std::optional<std::vector<Matrix4d>> ComputeJointLocalTransforms(stage::Time time,
                                                                   Pose pose = Pose::kAnimated) const;
  std::optional<std::vector<Matrix4d>> ComputeJointSkelTransforms(stage::Time time,
                                                                  Pose pose = Pose::kAnimated) const;
  std::optional<std::vector<Matrix4d>> ComputeSkinningTransforms(stage::Time time) const;

 private:
  stage::Prim prim_;
  Array<Token> joints_;
  SkelTopology topology_;
  std::vector<Matrix4d> rest_, inverse_bind_;
  SkelAnimation animation_{stage::Prim()};
  AnimMapper mapper_;
  bool is_valid_ = false;
  std::string fault_;
};

// The prim that a relationship of SkelBindingAPI names, at the prim or the nearest ancestor that has it
// applied and targets something.
stage::Prim FindInheritedSkelTarget(stage::Prim prim, Token relationship);

}  // namespace strata::domain
