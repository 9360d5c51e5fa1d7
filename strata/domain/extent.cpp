#include "strata/domain/extent.h"

#include <algorithm>
#include <cmath>

#include "strata/domain/point_instancer.h"
#include "strata/domain/record_reader.h"
#include "strata/domain/skeleton_extent.h"

namespace strata::domain {

namespace {

using stage::Time;

enum class Shape : uint8_t {
  kNone,
  kSphere,
  kCube,
  kCylinder,
  kCylinder1,
  kCone,
  kCapsule,
  kCapsule1,
  kPlane,
  kPoints,
  kCurves,
  kPointBased,
  kPointInstancer,
  kSphereLight,
  kDiskLight,
  kRectLight,
  kPortalLight,
  kCylinderLight,
  kSkeleton,
  kSkelRoot,
};

// By the nearest schema type that has a shape, so that types derived from these have theirs.
Shape FindShape(const schema::PrimDefinition& definition) {
  static const std::pair<Token, Shape> kShapes[] = {
      {Token("Mesh"), Shape::kPointBased},
      {Token("Sphere"), Shape::kSphere},
      {Token("Cube"), Shape::kCube},
      {Token("Cylinder"), Shape::kCylinder},
      {Token("Cylinder_1"), Shape::kCylinder1},
      {Token("Cone"), Shape::kCone},
      {Token("Capsule"), Shape::kCapsule},
      {Token("Capsule_1"), Shape::kCapsule1},
      {Token("Plane"), Shape::kPlane},
      {Token("Points"), Shape::kPoints},
      {Token("Curves"), Shape::kCurves},
      {Token("PointBased"), Shape::kPointBased},
      {Token("PointInstancer"), Shape::kPointInstancer},
      {Token("SphereLight"), Shape::kSphereLight},
      {Token("DiskLight"), Shape::kDiskLight},
      {Token("RectLight"), Shape::kRectLight},
      {Token("PortalLight"), Shape::kPortalLight},
      {Token("CylinderLight"), Shape::kCylinderLight},
      {Token("Skeleton"), Shape::kSkeleton},
      {Token("SkelRoot"), Shape::kSkelRoot},
  };
  for (const auto& [type, shape] : kShapes)
    if (definition.IsA(type)) return shape;
  return Shape::kNone;
}

Range3d MakeCentered(const Vec3d& half) {
  return {half * -1, half};
}

// Half sizes along an axis and at right angles to it. Nothing for an axis that is none.
std::optional<Vec3d> PlaceOnAxis(Token axis, double along, double across) {
  const Names& names = GetNames();
  if (axis == names.X) return Vec3d{along, across, across};
  if (axis == names.Y) return Vec3d{across, along, across};
  if (axis == names.Z) return Vec3d{across, across, along};
  return std::nullopt;
}

class ShapeReader {
 public:
  ShapeReader(const RecordReader& reader, Time time) : reader_(reader), time_(time) {}

  std::optional<Range3d> Compute(Shape shape) const;

 private:
  double GetDouble(Token name, double otherwise) const {
    const Value value = reader_.Get(name, time_);
    if (const float* number = value.GetIf<float>()) return *number;
    return value.GetOr(otherwise);
  }
  std::optional<Range3d> ComputeAroundAxis(double half_height, double radius) const {
    const auto half = PlaceOnAxis(reader_.GetOr(GetNames().axis, time_, GetNames().Z), half_height, radius);
    return half ? std::optional<Range3d>(MakeCentered(*half)) : std::nullopt;
  }
  Range3d ComputeFlat(Token width, Token height) const {
    return MakeCentered({GetDouble(width, 1) / 2, GetDouble(height, 1) / 2, 0});
  }
  std::optional<Range3d> ComputeCapsule1() const;
  std::optional<Range3d> ComputePlane() const;
  std::optional<Range3d> ComputePoints(bool each_has_width) const;

  const RecordReader& reader_;
  const Time time_;
};

// The caps are parts of balls that touch the frustum between the end circles without an edge: the wider end's
// ball is centred beyond its circle, the narrower one's before it.
std::optional<Range3d> ShapeReader::ComputeCapsule1() const {
  const Names& names = GetNames();
  const double height = GetDouble(names.height, 1);
  const double top = GetDouble(names.radiusTop, 0.5), bottom = GetDouble(names.radiusBottom, 0.5);
  const double slope = height != 0 ? (bottom - top) / height : 0;
  const double stretch = std::sqrt(1 + slope * slope);
  const double top_ball = top * stretch, bottom_ball = bottom * stretch;
  const double across = std::max(top_ball, bottom_ball);
  const double high = height / 2 - top * slope + top_ball;
  const double low = -height / 2 - bottom * slope - bottom_ball;
  const Token axis = reader_.GetOr(names.axis, time_, names.Z);
  const auto min = PlaceOnAxis(axis, low, -across), max = PlaceOnAxis(axis, high, across);
  return min ? std::optional<Range3d>(Range3d{*min, *max}) : std::nullopt;
}

std::optional<Range3d> ShapeReader::ComputePlane() const {
  const Names& names = GetNames();
  const double half_width = GetDouble(names.width, 2) / 2, half_length = GetDouble(names.length, 2) / 2;
  const Token axis = reader_.GetOr(names.axis, time_, names.Z);
  if (axis == names.X) return MakeCentered({0, half_length, half_width});
  if (axis == names.Y) return MakeCentered({half_width, 0, half_length});
  if (axis == names.Z) return MakeCentered({half_width, half_length, 0});
  return std::nullopt;
}

std::optional<Range3d> ShapeReader::ComputePoints(bool each_has_width) const {
  const Names& names = GetNames();
  const Value value = reader_.Get(names.points, time_);
  const auto* points = value.GetIf<Array<Vec3f>>();
  if (!points) return std::nullopt;
  const Value width_value = reader_.Get(names.widths, time_);
  const auto* widths = width_value.GetIf<Array<float>>();
  const size_t width_count = widths ? widths->GetSize() : 0;
  if (!each_has_width || width_count == 0) {
    Range3d range = ComputeRange(points->GetData(), points->GetSize());
    if (width_count == 0 || range.IsEmpty()) return range;
    const float half = *std::max_element(widths->begin(), widths->end()) * 0.5f;
    range.min = range.min - Vec3d{half, half, half};
    range.max = range.max + Vec3d{half, half, half};
    return range;
  }
  if (width_count != points->GetSize()) return std::nullopt;
  Range3d range;
  for (size_t i = 0; i < width_count; ++i) {
    const Vec3f& point = (*points)[i];
    const float half = (*widths)[i] * 0.5f;
    range.Add(Vec3d{point[0] - half, point[1] - half, point[2] - half});
    range.Add(Vec3d{point[0] + half, point[1] + half, point[2] + half});
  }
  return range;
}

std::optional<Range3d> ShapeReader::Compute(Shape shape) const {
  const Names& names = GetNames();
  const auto ball = [](double radius) { return MakeCentered({radius, radius, radius}); };
  switch (shape) {
    case Shape::kNone:
      return std::nullopt;
    case Shape::kSphere:
      return ball(GetDouble(names.radius, 1));
    case Shape::kCube:
      return ball(GetDouble(names.size, 2) / 2);
    case Shape::kCylinder:
      return ComputeAroundAxis(GetDouble(names.height, 2) / 2, GetDouble(names.radius, 1));
    case Shape::kCylinder1:
      return ComputeAroundAxis(GetDouble(names.height, 2) / 2,
                               std::max(GetDouble(names.radiusTop, 1), GetDouble(names.radiusBottom, 1)));
    case Shape::kCone:
      return ComputeAroundAxis(GetDouble(names.height, 2) / 2, GetDouble(names.radius, 1));
    case Shape::kCapsule: {
      const double radius = GetDouble(names.radius, 0.5);
      return ComputeAroundAxis(GetDouble(names.height, 1) / 2 + radius, radius);
    }
    case Shape::kCapsule1:
      return ComputeCapsule1();
    case Shape::kPlane:
      return ComputePlane();
    case Shape::kPoints:
      return ComputePoints(true);
    case Shape::kCurves:
    case Shape::kPointBased:
      if (shape == Shape::kCurves) return ComputePoints(false);
      if (const Value value = reader_.Get(names.points, time_);
          const auto* points = value.GetIf<Array<Vec3f>>())
        return ComputeRange(points->GetData(), points->GetSize());
      return std::nullopt;
    case Shape::kPointInstancer:
      return ComputePointInstancerExtent(reader_, time_);
    case Shape::kSphereLight:
      return ball(GetDouble(names.inputs_radius, 0.5));
    case Shape::kDiskLight: {
      const double radius = GetDouble(names.inputs_radius, 0.5);
      return MakeCentered({radius, radius, 0});
    }
    case Shape::kRectLight:
    case Shape::kPortalLight:
      return ComputeFlat(names.inputs_width, names.inputs_height);
    case Shape::kCylinderLight: {
      const double radius = GetDouble(names.inputs_radius, 0.5);
      return MakeCentered({GetDouble(names.inputs_length, 1) / 2, radius, radius});
    }
    case Shape::kSkeleton:
      return ComputeSkeletonExtent(reader_, time_);
    case Shape::kSkelRoot:
      return ComputeSkelRootExtent(reader_, time_);
  }
  return std::nullopt;
}

}  // namespace

Range3d ComputeRange(const Vec3f* points, size_t count) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  float low[3] = {kInfinity, kInfinity, kInfinity}, high[3] = {-kInfinity, -kInfinity, -kInfinity};
  for (size_t n = 0; n < count; ++n) {
    for (size_t i = 0; i < 3; ++i) {
      const float number = points[n].data[i];
      low[i] = number < low[i] ? number : low[i];
      high[i] = number > high[i] ? number : high[i];
    }
  }
  Range3d range;
  for (size_t i = 0; i < 3; ++i) {
    range.min[i] = low[i];
    range.max[i] = high[i];
  }
  return range;
}

std::optional<Range3d> ComputeExtent(const RecordReader& reader, Time time) {
  const schema::PrimDefinition* definition = reader.GetRecord().definition;
  if (!definition) return std::nullopt;
  const Shape shape = FindShape(*definition);
  std::optional<Range3d> range = ShapeReader(reader, time).Compute(shape);
  if (!range) return range;
  // Extents are kept as floats: what is computed is what would be authored.
  for (size_t i = 0; i < 3; ++i) {
    range->min[i] = static_cast<float>(range->min[i]);
    range->max[i] = static_cast<float>(range->max[i]);
  }
  return range;
}

bool ExtentMightVary(const RecordReader& reader) {
  const schema::PrimDefinition* definition = reader.GetRecord().definition;
  if (!definition) return false;
  const Names& names = GetNames();
  const auto any = [&](std::initializer_list<Token> attributes) {
    return std::any_of(attributes.begin(), attributes.end(),
                       [&](Token attribute) { return reader.MightVary(attribute); });
  };
  switch (FindShape(*definition)) {
    case Shape::kNone:
      return false;
    case Shape::kPointInstancer:
    case Shape::kSkeleton:
    case Shape::kSkelRoot:
      return true;
    case Shape::kPoints:
    case Shape::kCurves:
    case Shape::kPointBased:
      return any({names.points, names.widths});
    case Shape::kSphereLight:
    case Shape::kDiskLight:
    case Shape::kRectLight:
    case Shape::kPortalLight:
    case Shape::kCylinderLight:
      return any({names.inputs_radius, names.inputs_width, names.inputs_height, names.inputs_length});
    default:
      return any({names.radius, names.height, names.size, names.radiusTop, names.radiusBottom, names.width,
                  names.length});
  }
}

std::optional<Range3d> ComputeExtent(const stage::Prim& prim, Time time,
                                     const stage::ComputedValues* computed) {
  stage::PrimAccess access(prim);
  if (!access) return std::nullopt;
  RecordReader reader(*access.stage, access.record);
  if (computed) reader.SetComputed(computed);
  return ComputeExtent(reader, time);
}

}  // namespace strata::domain
