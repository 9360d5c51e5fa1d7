#include "strata/domain/skinning.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "strata/domain/names.h"
#include "strata/math/transform.h"

namespace strata::domain {

namespace {

using stage::Prim;
using stage::Time;

Vec3d ToDouble(const Vec3f& v) {
  return {v[0], v[1], v[2]};
}
Vec3f ToFloat(const Vec3d& v) {
  return {static_cast<float>(v[0]), static_cast<float>(v[1]), static_cast<float>(v[2])};
}
Vec3d Scaled(const Vec3d& v, double factor) {
  return {v[0] * factor, v[1] * factor, v[2] * factor};
}
Vec3d Normalized(const Vec3d& v) {
  const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  return length < 1e-10 ? v : Scaled(v, 1 / length);
}

// -- dual quaternions ---------------------------------------------------------------------------------

Quatd Multiply(const Quatd& a, const Quatd& b) {
  const Vec3d &p = a.imaginary, &q = b.imaginary;
  Quatd out;
  out.real = a.real * b.real - (p[0] * q[0] + p[1] * q[1] + p[2] * q[2]);
  out.imaginary = {a.real * q[0] + b.real * p[0] + p[1] * q[2] - p[2] * q[1],
                   a.real * q[1] + b.real * p[1] + p[2] * q[0] - p[0] * q[2],
                   a.real * q[2] + b.real * p[2] + p[0] * q[1] - p[1] * q[0]};
  return out;
}
double Dot(const Quatd& a, const Quatd& b) {
  return a.real * b.real + a.imaginary[0] * b.imaginary[0] + a.imaginary[1] * b.imaginary[1] +
         a.imaginary[2] * b.imaginary[2];
}
void AddScaled(Quatd& to, const Quatd& q, double factor) {
  to.real += q.real * factor;
  for (size_t i = 0; i < 3; ++i) to.imaginary[i] += q.imaginary[i] * factor;
}
Quatd Conjugate(const Quatd& q) {
  return {Scaled(q.imaginary, -1), q.real};
}

// Of a pure rotation, rows as images of the axes.
Quatd ExtractRotation(const Matrix4d& m) {
  const double trace = m[0][0] + m[1][1] + m[2][2];
  Quatd q;
  size_t i = m[0][0] > m[1][1] ? (m[0][0] > m[2][2] ? 0 : 2) : (m[1][1] > m[2][2] ? 1 : 2);
  if (trace > m[i][i]) {
    q.real = 0.5 * std::sqrt(trace + 1);
    q.imaginary = {(m[1][2] - m[2][1]) / (4 * q.real), (m[2][0] - m[0][2]) / (4 * q.real),
                   (m[0][1] - m[1][0]) / (4 * q.real)};
  } else {
    const size_t j = (i + 1) % 3, k = (i + 2) % 3;
    const double length = 0.5 * std::sqrt(m[i][i] - m[j][j] - m[k][k] + 1);
    q.imaginary[i] = length;
    q.imaginary[j] = (m[i][j] + m[j][i]) / (4 * length);
    q.imaginary[k] = (m[k][i] + m[i][k]) / (4 * length);
    q.real = (m[j][k] - m[k][j]) / (4 * length);
  }
  return q;
}

// The rotation nearest to a matrix, by Higham's iteration; the matrix must not be flat.
Matrix4d FindRotation(const Matrix4d& m) {
  Matrix4d rotation = m;
  for (size_t i = 0; i < 3; ++i) rotation[3][i] = rotation[i][3] = 0;
  rotation[3][3] = 1;
  if (GetDeterminant3(rotation) < 0)
    for (size_t i = 0; i < 3; ++i)
      for (size_t k = 0; k < 3; ++k) rotation[i][k] = -rotation[i][k];
  for (int step = 0; step < 40; ++step) {
    const auto inverse = GetTransformInverse(rotation);
    if (!inverse) return Matrix4d::Identity();
    double change = 0;
    Matrix4d next = Matrix4d::Identity();
    for (size_t i = 0; i < 3; ++i) {
      for (size_t k = 0; k < 3; ++k) {
        next[i][k] = 0.5 * (rotation[i][k] + (*inverse)[k][i]);
        change += std::abs(next[i][k] - rotation[i][k]);
      }
    }
    rotation = next;
    if (change < 1e-14) break;
  }
  return rotation;
}

// A transform as a stretch, then a rotation and translation.
struct RigidParts {
  Quatd real, dual;
  Matrix4d stretch = Matrix4d::Identity(), normal_stretch = Matrix4d::Identity();
};

Matrix4d InverseTranspose(const Matrix4d& m) {
  Matrix4d linear = m;
  for (size_t i = 0; i < 3; ++i) linear[3][i] = 0;
  return GetTranspose(GetTransformInverse(linear).value_or(Matrix4d::Identity()));
}

RigidParts Split(const Matrix4d& transform) {
  RigidParts parts;
  const Matrix4d rotation = FindRotation(transform);
  parts.real = ExtractRotation(rotation);
  const Quatd translation{{transform[3][0], transform[3][1], transform[3][2]}, 0};
  const Quatd product = Multiply(translation, parts.real);
  parts.dual = {Scaled(product.imaginary, 0.5), product.real * 0.5};
  Matrix4d linear = transform;
  for (size_t i = 0; i < 3; ++i) linear[3][i] = 0;
  parts.stretch = MultiplyAffine(linear, GetTransformInverse(rotation).value_or(Matrix4d::Identity()));
  parts.normal_stretch = InverseTranspose(parts.stretch);
  return parts;
}

// -- skinning -----------------------------------------------------------------------------------------

// One element's joints; those of weight 0 are left out.
struct Influence {
  size_t joint;
  double weight;
};

bool CheckInfluences(const JointInfluences& influences, size_t joints, size_t points, std::string* why) {
  const auto refuse = [&](std::string text) {
    if (why) *why = std::move(text);
    return false;
  };
  const size_t expected = (influences.is_rigid ? 1 : points) * influences.influences_per_point;
  if (influences.influences_per_point == 0) return refuse("elements have no influences");
  if (influences.indices.size() != influences.weights.size())
    return refuse(fmt::format("there are {} joint indices and {} weights", influences.indices.size(),
                              influences.weights.size()));
  if (influences.indices.size() != expected)
    return refuse(fmt::format("there are {} joint indices, where {} points with {} each need {}",
                              influences.indices.size(), points, influences.influences_per_point, expected));
  for (int32_t index : influences.indices)
    if (index < 0 || static_cast<size_t>(index) >= joints)
      return refuse(fmt::format("joint index {} is not one of {}", index, joints));
  return true;
}

std::vector<Influence> FindInfluences(const JointInfluences& influences, size_t element) {
  std::vector<Influence> found;
  const size_t begin = influences.is_rigid ? 0 : element * influences.influences_per_point;
  for (size_t i = begin; i < begin + influences.influences_per_point; ++i)
    if (influences.weights[i] != 0)
      found.push_back({static_cast<size_t>(influences.indices[i]), influences.weights[i]});
  return found;
}

bool Stretches(const std::vector<RigidParts>& joints) {
  for (const RigidParts& joint : joints)
    for (size_t i = 0; i < 3; ++i)
      for (size_t k = 0; k < 3; ++k)
        if (std::abs(joint.stretch[i][k] - (i == k ? 1 : 0)) > 1e-6) return true;
  return false;
}

// What a blend of dual quaternions does: stretch, turn, move.
class DualBlend {
 public:
  DualBlend(const std::vector<RigidParts>& joints, const std::vector<Influence>& influences)
      : joints_(joints), influences_(influences) {
    real_ = dual_ = {{0, 0, 0}, 0};
    // Of a rotation and its negative, which are the same, that nearer to the strongest joint's.
    const Influence* pivot = nullptr;
    for (const Influence& one : influences)
      if (!pivot || one.weight > pivot->weight) pivot = &one;
    for (const Influence& one : influences) {
      const double sign = Dot(joints[one.joint].real, joints[pivot->joint].real) < 0 ? -1 : 1;
      AddScaled(real_, joints[one.joint].real, sign * one.weight);
      AddScaled(dual_, joints[one.joint].dual, sign * one.weight);
    }
    const double length = std::sqrt(Dot(real_, real_));
    if (length < 1e-10) {
      real_ = {{0, 0, 0}, 1};
      dual_ = {{0, 0, 0}, 0};
      return;
    }
    for (size_t i = 0; i < 3; ++i) {
      real_.imaginary[i] /= length;
      dual_.imaginary[i] /= length;
    }
    real_.real /= length;
    dual_.real /= length;
  }
  Vec3d MovePoint(const Vec3d& point) const {
    Vec3d stretched{0, 0, 0};
    for (const Influence& one : influences_)
      stretched = stretched + Scaled(TransformDirection(point, joints_[one.joint].stretch), one.weight);
    const Quatd moved = Multiply(Multiply(real_, {stretched, 0}), Conjugate(real_));
    const Quatd translation = Multiply(dual_, Conjugate(real_));
    return moved.imaginary + Scaled(translation.imaginary, 2);
  }
  Vec3d TurnNormal(const Vec3d& normal) const {
    Vec3d stretched{0, 0, 0};
    for (const Influence& one : influences_)
      stretched =
          stretched + Scaled(TransformDirection(normal, joints_[one.joint].normal_stretch), one.weight);
    return Multiply(Multiply(real_, {stretched, 0}), Conjugate(real_)).imaginary;
  }

 private:
  const std::vector<RigidParts>& joints_;
  const std::vector<Influence>& influences_;
  Quatd real_, dual_;
};

template <class T>
Array<T> GetArray(const Prim& prim, const char* name, Time time = Time::Default()) {
  return prim.GetAttribute(Token(name)).Get(time).GetOr(Array<T>());
}

// The attribute at the prim, or the nearest ancestor with SkelBindingAPI that has a value.
stage::Attribute FindInherited(const Prim& prim, const char* name) {
  for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent()) {
    if (!at.HasAPI(Token("SkelBindingAPI"))) continue;
    stage::Attribute attribute = at.GetAttribute(Token(name));
    if (attribute.HasAuthoredValue()) return attribute;
  }
  return {};
}

}  // namespace

bool SkinPoints(SkinningMethod method, const Matrix4d& geom_bind_transform,
                std::span<const Matrix4d> transforms, const JointInfluences& influences,
                std::span<Vec3f> points, std::string* why) {
  if (!CheckInfluences(influences, transforms.size(), points.size(), why)) return false;
  std::vector<RigidParts> parts;
  if (method == SkinningMethod::kDualQuaternion)
    for (const Matrix4d& transform : transforms) parts.push_back(Split(transform));
  const bool stretches = Stretches(parts);
  for (size_t i = 0; i < points.size(); ++i) {
    const Vec3d bound = TransformPoint(ToDouble(points[i]), geom_bind_transform);
    const std::vector<Influence> found = FindInfluences(influences, i);
    Vec3d moved{0, 0, 0};
    if (method == SkinningMethod::kDualQuaternion && found.empty()) {
      // As in OpenUSD, a point that no joint holds stays where it is bound, but for joints that stretch.
      if (!stretches) moved = bound;
    } else if (method == SkinningMethod::kDualQuaternion) {
      moved = DualBlend(parts, found).MovePoint(bound);
    } else {
      for (const Influence& one : found)
        moved = moved + Scaled(TransformPoint(bound, transforms[one.joint]), one.weight);
    }
    points[i] = ToFloat(moved);
  }
  return true;
}

bool SkinNormals(SkinningMethod method, const Matrix4d& geom_bind_transform,
                 std::span<const Matrix4d> transforms, const JointInfluences& influences,
                 std::span<Vec3f> normals, std::string* why) {
  if (!CheckInfluences(influences, transforms.size(), normals.size(), why)) return false;
  const Matrix4d bind = InverseTranspose(geom_bind_transform);
  std::vector<Matrix4d> turned;
  std::vector<RigidParts> parts;
  for (const Matrix4d& transform : transforms) {
    turned.push_back(InverseTranspose(transform));
    if (method == SkinningMethod::kDualQuaternion) parts.push_back(Split(transform));
  }
  const bool stretches = Stretches(parts);
  for (size_t i = 0; i < normals.size(); ++i) {
    const Vec3d bound = TransformDirection(ToDouble(normals[i]), bind);
    const std::vector<Influence> found = FindInfluences(influences, i);
    Vec3d moved{0, 0, 0};
    if (method == SkinningMethod::kDualQuaternion && found.empty()) {
      if (!stretches) moved = bound;
    } else if (method == SkinningMethod::kDualQuaternion) {
      moved = DualBlend(parts, found).TurnNormal(bound);
    } else {
      for (const Influence& one : found)
        moved = moved + Scaled(TransformDirection(bound, turned[one.joint]), one.weight);
    }
    normals[i] = ToFloat(Normalized(moved));
  }
  return true;
}

BlendShape::BlendShape(const Prim& prim) {
  constexpr std::string_view kInbetween = "inbetweens:", kNormals = ":normalOffsets";
  point_indices_ = GetArray<int32_t>(prim, "pointIndices");
  shapes_.push_back({});
  shapes_.push_back({1, GetArray<Vec3f>(prim, "offsets"), GetArray<Vec3f>(prim, "normalOffsets")});
  for (Token name : prim.GetAuthoredPropertyNames()) {
    const std::string_view text = name.GetText();
    if (!text.starts_with(kInbetween) || text.ends_with(kNormals)) continue;
    const stage::Attribute attribute = prim.GetAttribute(name);
    const Value weight = attribute.GetMetadata(Token("weight"));
    const Value number = CastValue(weight, ValueType::kDouble);
    // Shapes of 0 and 1 are there already.
    if (!number.Holds<double>() || number.Get<double>() == 0 || number.Get<double>() == 1) continue;
    shapes_.push_back({number.Get<double>(), attribute.Get().GetOr(Array<Vec3f>()),
                       GetArray<Vec3f>(prim, (name.GetString() + std::string(kNormals)).c_str())});
  }
  std::sort(shapes_.begin(), shapes_.end(),
            [](const Shape& a, const Shape& b) { return a.weight < b.weight; });
}

bool BlendShape::Add(double weight, std::span<Vec3f> values, Array<Vec3f> Shape::* part) const {
  if (weight == 0) return true;
  // The pair of shapes around the weight, or the last pair on its side.
  size_t above = 1;
  while (above + 1 < shapes_.size() && shapes_[above].weight < weight) ++above;
  const Shape &low = shapes_[above - 1], &high = shapes_[above];
  const double alpha = (weight - low.weight) / (high.weight - low.weight);
  const auto add = [&](const Array<Vec3f>& offsets, double factor) {
    if (offsets.IsEmpty() || factor == 0) return true;
    const bool is_sparse = !point_indices_.IsEmpty();
    if (is_sparse ? offsets.size() != point_indices_.size() : offsets.size() != values.size()) return false;
    for (size_t i = 0; i < offsets.size(); ++i) {
      const size_t at = is_sparse ? static_cast<size_t>(point_indices_[i]) : i;
      if (at >= values.size()) return false;
      for (size_t c = 0; c < 3; ++c) values[at][c] += static_cast<float>(offsets[i][c] * factor);
    }
    return true;
  };
  return add(low.*part, 1 - alpha) && add(high.*part, alpha);
}

bool BlendShape::AddOffsets(double weight, std::span<Vec3f> points) const {
  return Add(weight, points, &Shape::offsets);
}
bool BlendShape::AddNormalOffsets(double weight, std::span<Vec3f> normals) const {
  return Add(weight, normals, &Shape::normal_offsets);
}

SkinningQuery::SkinningQuery(Prim geometry) : prim_(std::move(geometry)) {
  skeleton_prim_ = FindInheritedSkelTarget(prim_, GetNames().skel_skeleton);
  if (!skeleton_prim_.IsA(Token("Skeleton"))) skeleton_prim_ = Prim();
  const stage::Attribute indices = FindInherited(prim_, "primvars:skel:jointIndices");
  const stage::Attribute weights = FindInherited(prim_, "primvars:skel:jointWeights");
  if (indices.IsDefined() && weights.IsDefined()) {
    influences_.indices = indices.Get().GetOr(Array<int32_t>());
    influences_.weights = weights.Get().GetOr(Array<float>());
    influences_.influences_per_point =
        static_cast<size_t>(std::max(1, indices.GetMetadata(GetNames().elementSize).GetOr(int32_t{1})));
    influences_.is_rigid =
        indices.GetMetadata(GetNames().interpolation).GetOr(GetNames().constant) == GetNames().constant;
    has_influences_ = true;
  }
  if (const stage::Attribute bind = FindInherited(prim_, "primvars:skel:geomBindTransform"); bind.IsDefined())
    geom_bind_transform_ = bind.Get().GetOr(Matrix4d::Identity());
  if (const stage::Attribute joints = FindInherited(prim_, "skel:joints"); joints.IsDefined())
    joints_ = joints.Get().GetOr(Array<Token>());
  if (const stage::Attribute method = FindInherited(prim_, "primvars:skel:skinningMethod");
      method.IsDefined()) {
    if (method.Get().GetOr(Token()) == "dualQuaternion") method_ = SkinningMethod::kDualQuaternion;
  }
  if (prim_.HasAPI(Token("SkelBindingAPI"))) FindBlendShapes();
}

// Blend shapes are not inherited.
void SkinningQuery::FindBlendShapes() {
  const stage::Attribute names = prim_.GetAttribute(Token("skel:blendShapes"));
  const stage::Relationship shapes = prim_.GetRelationship(Token("skel:blendShapeTargets"));
  has_blend_shapes_ = names.HasAuthoredValue() && shapes.HasAuthoredTargets();
  shape_names_ = names.Get().GetOr(Array<Token>());
  const std::vector<Path> targets = shapes.GetTargets();
  if (shape_names_.size() != targets.size()) {
    fault_ =
        fmt::format("there are {} names of blend shapes and {} targets", shape_names_.size(), targets.size());
    shape_names_ = {};
  } else {
    for (Path target : targets) blend_shapes_.emplace_back(prim_.GetStage()->GetPrimAtPath(target));
  }
}

// In the order in which the geometry counts joints.
std::vector<Matrix4d> SkinningQuery::MapTransforms(const Skeleton& skeleton,
                                                   std::vector<Matrix4d> transforms) const {
  if (joints_.IsEmpty()) return transforms;
  std::vector<Matrix4d> mapped(joints_.size(), Matrix4d::Identity());
  AnimMapper(skeleton.GetJointOrder(), joints_).Remap<Matrix4d>(transforms, mapped);
  return mapped;
}

Array<Vec3f> SkinningQuery::GetRest(Part part, Time time) const {
  return GetArray<Vec3f>(prim_, part == Part::kPoints ? "points" : "normals", time);
}

std::optional<Array<Vec3f>> SkinningQuery::Compute(Array<Vec3f> rest, const Skeleton& skeleton, Time time,
                                                   Part part, Joints joints, Diagnostics* remarks) const {
  const auto refuse = [&](const std::string& why) -> std::optional<Array<Vec3f>> {
    if (remarks) {
      remarks->Add(
          Diagnostic(kSkinningMalformed, fmt::format("<{}>: {}.", prim_.GetPath().GetString(), why),
                     {{}, prim_.GetPath().GetString(), 0, 0, 0},
                     "Let joint indices, weights, points and blend shapes be as many as they should."));
    }
    return std::nullopt;
  };
  if (!fault_.empty() && remarks) refuse(fault_);
  if (rest.IsEmpty()) return std::nullopt;
  const SkelAnimation& animation = skeleton.GetAnimation();
  if (!blend_shapes_.empty() && animation.IsValid()) {
    const std::span<Vec3f> values(rest.GetMutableData(), rest.size());
    const Array<float> weights = animation.ComputeBlendShapeWeights(time);
    std::vector<float> mapped(shape_names_.size(), 0.0f);
    const AnimMapper mapper(animation.GetBlendShapeOrder(), shape_names_);
    mapper.Remap<float>(std::span<const float>(weights.GetData(), weights.size()), mapped);
    for (size_t i = 0; i < mapped.size(); ++i) {
      const bool is_sound = part == Part::kPoints ? blend_shapes_[i].AddOffsets(mapped[i], values)
                                                  : blend_shapes_[i].AddNormalOffsets(mapped[i], values);
      if (!is_sound)
        refuse(fmt::format("the blend shape '{}' does not fit the points", shape_names_[i].GetText()));
    }
    if (part == Part::kNormals && !mapper.IsNull())
      for (Vec3f& normal : values) normal = ToFloat(Normalized(ToDouble(normal)));
  }
  if (!has_influences_ || joints == Joints::kIgnored) return rest;
  auto transforms = skeleton.ComputeSkinningTransforms(time);
  if (!transforms) return refuse("its skeleton has no transforms to skin with");
  const std::vector<Matrix4d> mapped = MapTransforms(skeleton, std::move(*transforms));
  std::string why;
  const std::span<Vec3f> values(rest.GetMutableData(), rest.size());
  const bool is_done = part == Part::kPoints
                           ? SkinPoints(method_, geom_bind_transform_, mapped, influences_, values, &why)
                           : SkinNormals(method_, geom_bind_transform_, mapped, influences_, values, &why);
  return is_done ? std::optional(rest) : refuse(why);
}

std::optional<Array<Vec3f>> SkinningQuery::ComputeSkinnedPoints(const Skeleton& skeleton, Time time,
                                                                Diagnostics* remarks) const {
  return Compute(GetRest(Part::kPoints, time), skeleton, time, Part::kPoints, Joints::kMove, remarks);
}
std::optional<Array<Vec3f>> SkinningQuery::ComputeSkinnedNormals(const Skeleton& skeleton, Time time,
                                                                 Diagnostics* remarks) const {
  return Compute(GetRest(Part::kNormals, time), skeleton, time, Part::kNormals, Joints::kMove, remarks);
}
std::optional<Array<Vec3f>> SkinningQuery::ComputeBlendedPoints(const Skeleton& skeleton, Time time) const {
  return Compute(GetRest(Part::kPoints, time), skeleton, time, Part::kPoints, Joints::kIgnored, nullptr);
}
std::optional<Array<Vec3f>> SkinningQuery::ComputeBlendedNormals(const Skeleton& skeleton, Time time) const {
  return Compute(GetRest(Part::kNormals, time), skeleton, time, Part::kNormals, Joints::kIgnored, nullptr);
}

std::optional<Matrix4d> SkinningQuery::ComputeSkinnedTransform(const Skeleton& skeleton, Time time) const {
  if (!has_influences_ || !influences_.is_rigid) return std::nullopt;
  auto transforms = skeleton.ComputeSkinningTransforms(time);
  if (!transforms) return std::nullopt;
  const std::vector<Matrix4d> mapped = MapTransforms(skeleton, std::move(*transforms));
  if (!CheckInfluences(influences_, mapped.size(), 1, nullptr)) return std::nullopt;
  // Where the origin and the ends of the axes go.
  const Matrix4d& bind = geom_bind_transform_;
  std::array<Vec3f, 4> frame;
  for (size_t i = 0; i < 4; ++i)
    for (size_t k = 0; k < 3; ++k) frame[i][k] = static_cast<float>(bind[3][k] + (i < 3 ? bind[i][k] : 0));
  if (!SkinPoints(method_, Matrix4d::Identity(), mapped, influences_, frame)) return std::nullopt;
  Matrix4d moved = Matrix4d::Identity();
  for (size_t i = 0; i < 4; ++i)
    for (size_t k = 0; k < 3; ++k) moved[i][k] = frame[i][k] - (i < 3 ? frame[3][k] : 0.0f);
  return moved;
}

}  // namespace strata::domain
