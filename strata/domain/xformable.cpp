#include "strata/domain/xformable.h"

#include <algorithm>
#include <array>

#include "strata/domain/names.h"
#include "strata/domain/record_reader.h"
#include "strata/math/transform.h"

namespace strata::domain {

namespace {

using stage::Prim;
using stage::PrimAccess;
using stage::Time;

constexpr std::string_view kTypeNames[] = {
    "translate", "translateX", "translateY", "translateZ", "scale",     "scaleX",    "scaleY",
    "scaleZ",    "rotateX",    "rotateY",    "rotateZ",    "rotateXYZ", "rotateXZY", "rotateYXZ",
    "rotateYZX", "rotateZXY",  "rotateZYX",  "orient",     "transform",
};
constexpr std::string_view kPrefix = "xformOp:";
constexpr std::string_view kInvert = "!invert!";

std::optional<double> GetNumber(const Value& value) {
  if (const double* number = value.GetIf<double>()) return *number;
  if (const float* number = value.GetIf<float>()) return *number;
  if (const Half* number = value.GetIf<Half>()) return static_cast<float>(*number);
  return std::nullopt;
}

template <class V>
Vec3d Widen(const V& vector) {
  return {static_cast<double>(vector[0]), static_cast<double>(vector[1]), static_cast<double>(vector[2])};
}
Vec3d Widen(const Vec3h& vector) {
  return {static_cast<float>(vector[0]), static_cast<float>(vector[1]), static_cast<float>(vector[2])};
}

std::optional<Vec3d> GetVector(const Value& value) {
  if (const Vec3d* vector = value.GetIf<Vec3d>()) return *vector;
  if (const Vec3f* vector = value.GetIf<Vec3f>()) return Widen(*vector);
  if (const Vec3h* vector = value.GetIf<Vec3h>()) return Widen(*vector);
  return std::nullopt;
}

std::optional<Quatd> GetQuaternion(const Value& value) {
  if (const Quatd* quat = value.GetIf<Quatd>()) return *quat;
  if (const Quatf* quat = value.GetIf<Quatf>()) return Quatd{Widen(quat->imaginary), quat->real};
  if (const Quath* quat = value.GetIf<Quath>())
    return Quatd{Widen(quat->imaginary), static_cast<double>(static_cast<float>(quat->real))};
  return std::nullopt;
}

// The axes of a rotation about three of them, in the order in which they turn.
std::array<int, 3> GetAxes(XformOpType type) {
  switch (type) {
    case XformOpType::kRotateXZY:
      return {0, 2, 1};
    case XformOpType::kRotateYXZ:
      return {1, 0, 2};
    case XformOpType::kRotateYZX:
      return {1, 2, 0};
    case XformOpType::kRotateZXY:
      return {2, 0, 1};
    case XformOpType::kRotateZYX:
      return {2, 1, 0};
    default:
      return {0, 1, 2};
  }
}

Matrix4d MakeEulerRotation(std::array<int, 3> axes, const Vec3d& degrees, bool is_inverse) {
  if (is_inverse) std::reverse(axes.begin(), axes.end());
  Matrix4d m = Matrix4d::Identity();
  for (int axis : axes) {
    const double angle = degrees[static_cast<size_t>(axis)];
    if (angle != 0) m = MultiplyAffine(m, MakeRotation(axis, is_inverse ? -angle : angle));
  }
  return m;
}

std::optional<Matrix4d> MakeScaleOrInverse(const Vec3d& factors, bool is_inverse) {
  if (!is_inverse) return MakeScale(factors);
  if (factors[0] == 0 || factors[1] == 0 || factors[2] == 0) return std::nullopt;
  return MakeScale({1 / factors[0], 1 / factors[1], 1 / factors[2]});
}

Vec3d OnAxis(int axis, double number, double elsewhere) {
  Vec3d vector{elsewhere, elsewhere, elsewhere};
  vector[static_cast<size_t>(axis)] = number;
  return vector;
}

int AxisOf(XformOpType type, XformOpType first) {
  return static_cast<int>(type) - static_cast<int>(first);
}

bool IsPairOfInverses(const XformOp& a, const XformOp& b) {
  return a.attribute == b.attribute && a.is_inverse != b.is_inverse;
}

}  // namespace

const Names& GetNames() {
  static const Names names;
  return names;
}

std::string_view GetXformOpTypeName(XformOpType type) {
  return kTypeNames[static_cast<size_t>(type)];
}

std::optional<XformOp> XformOp::Parse(Token name) {
  XformOp op;
  op.name = op.attribute = name;
  std::string_view text = name.GetText();
  if (text.starts_with(kInvert)) {
    op.is_inverse = true;
    text.remove_prefix(kInvert.size());
    op.attribute = Token(text);
  }
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const std::string_view type = text.substr(0, text.find(':'));
  const auto known = std::find(std::begin(kTypeNames), std::end(kTypeNames), type);
  if (known == std::end(kTypeNames)) return std::nullopt;
  op.type = static_cast<XformOpType>(known - std::begin(kTypeNames));
  return op;
}

std::optional<Matrix4d> XformOp::MakeTransform(const Value& value) const {
  switch (type) {
    case XformOpType::kTransform: {
      const Matrix4d* matrix = value.GetIf<Matrix4d>();
      if (!matrix) return std::nullopt;
      return is_inverse ? GetTransformInverse(*matrix) : std::optional<Matrix4d>(*matrix);
    }
    case XformOpType::kOrient: {
      std::optional<Quatd> rotation = GetQuaternion(value);
      if (!rotation) return std::nullopt;
      if (is_inverse) rotation->imaginary = rotation->imaginary * -1;
      return MakeRotation(*rotation);
    }
    case XformOpType::kTranslate:
    case XformOpType::kScale: {
      const std::optional<Vec3d> vector = GetVector(value);
      if (!vector) return std::nullopt;
      if (type == XformOpType::kScale) return MakeScaleOrInverse(*vector, is_inverse);
      return MakeTranslation(is_inverse ? *vector * -1 : *vector);
    }
    default:
      break;
  }
  if (type >= XformOpType::kRotateXYZ) {
    const std::optional<Vec3d> degrees = GetVector(value);
    if (!degrees) return std::nullopt;
    return MakeEulerRotation(GetAxes(type), *degrees, is_inverse);
  }
  const std::optional<double> number = GetNumber(value);
  if (!number) return std::nullopt;
  if (type >= XformOpType::kRotateX)
    return MakeRotation(AxisOf(type, XformOpType::kRotateX), is_inverse ? -*number : *number);
  if (type >= XformOpType::kScaleX)
    return MakeScaleOrInverse(OnAxis(AxisOf(type, XformOpType::kScaleX), *number, 1), is_inverse);
  return MakeTranslation(OnAxis(AxisOf(type, XformOpType::kTranslateX), is_inverse ? -*number : *number, 0));
}

Xformable::Ops RecordReader::GetXformOps() const {
  const Names& names = GetNames();
  Xformable::Ops found;
  if (!IsA(names.Xformable)) return found;
  const Value order = Get(names.xformOpOrder, Time::Default());
  const auto* listed = order.GetIf<Array<Token>>();
  if (!listed) return found;
  for (Token name : *listed) {
    if (name == names.reset_xform_stack) {
      found.resets_stack = true;
      found.ops.clear();
    } else if (const std::optional<XformOp> op = XformOp::Parse(name)) {
      found.ops.push_back(*op);
    }
  }
  return found;
}

LocalTransform RecordReader::GetLocalTransform(const Xformable::Ops& ops, Time time) const {
  LocalTransform local;
  local.resets_stack = ops.resets_stack;
  for (size_t i = ops.ops.size(); i-- > 0;) {
    // A pivot and its inverse with nothing between them cost nothing and round nothing.
    if (i > 0 && IsPairOfInverses(ops.ops[i], ops.ops[i - 1])) {
      --i;
      continue;
    }
    const Value value = Get(ops.ops[i].attribute, time);
    if (value.IsEmpty()) continue;
    if (const std::optional<Matrix4d> m = ops.ops[i].MakeTransform(value))
      local.matrix = MultiplyAffine(local.matrix, *m);
  }
  return local;
}

bool Xformable::IsValid() const {
  return prim_.IsA(GetNames().Xformable);
}

Xformable::Ops Xformable::GetOrderedXformOps() const {
  PrimAccess access(prim_);
  if (!access) return {};
  Ops found = RecordReader(*access.stage, access.record).GetXformOps();
  std::erase_if(found.ops, [this](const XformOp& op) { return !prim_.HasAttribute(op.attribute); });
  return found;
}

LocalTransform Xformable::GetLocalTransformation(Time time) const {
  PrimAccess access(prim_);
  if (!access) return {};
  const RecordReader reader(*access.stage, access.record);
  return reader.GetLocalTransform(reader.GetXformOps(), time);
}

LocalTransform Xformable::GetLocalTransformation(const Ops& ops, Time time) const {
  PrimAccess access(prim_);
  return access ? RecordReader(*access.stage, access.record).GetLocalTransform(ops, time) : LocalTransform();
}

bool Xformable::TransformMightBeTimeVarying() const {
  PrimAccess access(prim_);
  if (!access) return false;
  const RecordReader reader(*access.stage, access.record);
  const Ops found = reader.GetXformOps();
  return std::any_of(found.ops.begin(), found.ops.end(),
                     [&](const XformOp& op) { return reader.MightVary(op.attribute); });
}

std::vector<double> Xformable::GetTimeSamples() const {
  std::vector<stage::Attribute> attributes;
  for (const XformOp& op : GetOrderedXformOps().ops) attributes.push_back(prim_.GetAttribute(op.attribute));
  return stage::Attribute::GetUnionedTimeSamples(attributes);
}

Matrix4d Xformable::ComputeLocalToWorldTransform(Time time) const {
  return XformCache(time).GetLocalToWorldTransform(prim_);
}
Matrix4d Xformable::ComputeParentToWorldTransform(Time time) const {
  return XformCache(time).GetParentToWorldTransform(prim_);
}

void XformCache::SetTime(Time time) {
  if (time == time_) return;
  time_ = time;
  world_.clear();
}

LocalTransform XformCache::GetLocalTransformation(const Prim& prim) const {
  if (computed_ && computed_->MightCompute(prim))
    if (const auto computed = computed_->GetLocalTransform(prim, time_))
      return {computed->matrix, computed->resets_stack};
  return Xformable(prim).GetLocalTransformation(time_);
}

// From the prim up to the first whose transform is known, then down again.
Matrix4d XformCache::GetLocalToWorldTransform(const Prim& prim) {
  std::vector<std::pair<Path, LocalTransform>> below;
  Matrix4d world = Matrix4d::Identity();
  for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent()) {
    const auto known = world_.find(at.GetPath());
    if (known != world_.end()) {
      world = known->second;
      break;
    }
    below.emplace_back(at.GetPath(), GetLocalTransformation(at));
    if (below.back().second.resets_stack) break;
  }
  for (; !below.empty(); below.pop_back()) {
    world = MultiplyAffine(below.back().second.matrix, world);
    world_.insert_or_assign(below.back().first, world);
  }
  return world;
}

Matrix4d XformCache::GetParentToWorldTransform(const Prim& prim) {
  const Prim parent = prim.GetParent();
  return parent ? GetLocalToWorldTransform(parent) : Matrix4d::Identity();
}

Matrix4d XformCache::ComputeRelativeTransform(const Prim& prim, const Prim& ancestor) {
  Matrix4d relative = Matrix4d::Identity();
  for (Prim at = prim; at && at != ancestor; at = at.GetParent()) {
    if (at.IsPseudoRoot()) return Matrix4d::Identity();
    const LocalTransform local = GetLocalTransformation(at);
    relative = MultiplyAffine(relative, local.matrix);
    if (!local.resets_stack) continue;
    const auto back = GetTransformInverse(GetLocalToWorldTransform(ancestor));
    return back ? MultiplyAffine(relative, *back) : relative;
  }
  return relative;
}

}  // namespace strata::domain
