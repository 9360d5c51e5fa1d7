// Geometry that skeletons and blend shapes deform.
// (UsdSkelSkinningQuery, UsdSkelBlendShapeQuery, UsdSkelSkinPoints, UsdSkelBakeSkinning)
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "strata/domain/skeleton.h"
#include "strata/stage/editor.h"

namespace strata::domain {

inline constexpr DiagnosticCode kSkinningMalformed{
    "domain.skinning-malformed", Severity::kWarning,
    "What binds geometry to a skeleton does not fit together."};

enum class SkinningMethod : uint8_t { kLinearBlend, kDualQuaternion };

// Which joints move each point, and how much: `influences` of each, one after the other.
struct JointInfluences {
  Array<int32_t> indices;
  Array<float> weights;
  size_t influences_per_point = 1;
  bool is_rigid = false;  // one set of influences moves all points alike
};

// Points, given in the space of the geometry, in the space of the skeleton. `transforms` are those of
// ComputeSkinningTransforms, in the order that indices count. False, and no point is moved, when the arrays
// do not fit together: `why` says how.
bool SkinPoints(SkinningMethod method, const Matrix4d& geom_bind_transform,
                std::span<const Matrix4d> transforms, const JointInfluences& influences,
                std::span<Vec3f> points, std::string* why = nullptr);
// Normals, likewise; of length one again.
bool SkinNormals(SkinningMethod method, const Matrix4d& geom_bind_transform,
                 std::span<const Matrix4d> transforms, const JointInfluences& influences,
                 std::span<Vec3f> normals, std::string* why = nullptr);

// A prim of type BlendShape: offsets of some or all points, with shapes in between.
class BlendShape {
 public:
  explicit BlendShape(const stage::Prim& prim);
  // Adds the shape at a weight. Offsets are interpolated linearly between the shapes around the weight: that
  // of 0 has none, the shape itself is that of 1. False when an index is out of range.
  bool AddOffsets(double weight, std::span<Vec3f> points) const;
  bool AddNormalOffsets(double weight, std::span<Vec3f> normals) const;

 private:
  struct Shape {
    double weight = 0;
    Array<Vec3f> offsets, normal_offsets;
  };
  bool Add(double weight, std::span<Vec3f> values, Array<Vec3f> Shape::* part) const;
  std::vector<Shape> shapes_;  // by weight
  Array<int32_t> point_indices_;
};

// A piece of geometry as it is bound: by its own properties and those that it inherits.
class SkinningQuery {
 public:
  explicit SkinningQuery(stage::Prim geometry);
  const stage::Prim& GetPrim() const { return prim_; }
  stage::Prim GetSkeletonPrim() const { return skeleton_prim_; }  // not valid: bound to none
  bool HasJointInfluences() const { return has_influences_; }
  bool HasBlendShapes() const { return has_blend_shapes_; }
  SkinningMethod GetMethod() const { return method_; }
  const Matrix4d& GetGeomBindTransform() const { return geom_bind_transform_; }
  const JointInfluences& GetInfluences() const { return influences_; }
  const std::string& GetFault() const { return fault_; }

  // The points at rest, moved by blend shapes, then by joints, in the skeleton's space. Nothing, with a
  // remark, where there is nothing to move or what is there does not fit together.
  std::optional<Array<Vec3f>> ComputeSkinnedPoints(const Skeleton& skeleton, stage::Time time,
                                                   Diagnostics* remarks = nullptr) const;
  std::optional<Array<Vec3f>> ComputeSkinnedNormals(const Skeleton& skeleton, stage::Time time,
                                                    Diagnostics* remarks = nullptr) const;
  enum class Part : uint8_t { kPoints, kNormals };
  enum class Joints : uint8_t { kMove, kIgnored };
  // The same of values at rest that are given: as many as they should be, or nothing, with a remark.
  std::optional<Array<Vec3f>> Deform(Part part, Array<Vec3f> rest, const Skeleton& skeleton, stage::Time time,
                                     Joints joints, Diagnostics* remarks = nullptr) const {
    return Compute(std::move(rest), skeleton, time, part, joints, remarks);
  }
  // The points and normals at rest, moved by blend shapes alone, in the space of the geometry.
  std::optional<Array<Vec3f>> ComputeBlendedPoints(const Skeleton& skeleton, stage::Time time) const;
  std::optional<Array<Vec3f>> ComputeBlendedNormals(const Skeleton& skeleton, stage::Time time) const;
  bool IsRigidlyDeformed() const { return has_influences_ && influences_.is_rigid; }
  // Of geometry that moves as a whole: its place in the skeleton's space.
  std::optional<Matrix4d> ComputeSkinnedTransform(const Skeleton& skeleton, stage::Time time) const;

 private:
  void FindBlendShapes();
  Array<Vec3f> GetRest(Part part, stage::Time time) const;
  std::optional<Array<Vec3f>> Compute(Array<Vec3f> rest, const Skeleton& skeleton, stage::Time time,
                                      Part part, Joints joints, Diagnostics* remarks) const;
  std::vector<Matrix4d> MapTransforms(const Skeleton& skeleton, std::vector<Matrix4d> transforms) const;

  stage::Prim prim_, skeleton_prim_;
  JointInfluences influences_;
  Array<Token> joints_;  // empty: those of the skeleton
  Matrix4d geom_bind_transform_ = Matrix4d::Identity();
  SkinningMethod method_ = SkinningMethod::kLinearBlend;
  Array<Token> shape_names_;
  std::vector<BlendShape> blend_shapes_;
  bool has_influences_ = false, has_blend_shapes_ = false;  // attributes are authored, fit or not
  std::string fault_;
};

// Writes the deformed points and normals of all geometry below `root` as samples, at the times at which its
// skeleton or any geometry of that skeleton moves, within `interval` when one is given, and extents with
// them; geometry that joints move as a whole gets a transform instead. Where something was baked a root of
// type SkelRoot becomes an Xform, so that bindings move nothing any more. Returns how many prims were baked.
Result<size_t> BakeSkinning(stage::Stage& stage, stage::Editor& editor, const stage::Prim& root,
                            std::optional<std::pair<double, double>> interval, Diagnostics& remarks);

}  // namespace strata::domain
