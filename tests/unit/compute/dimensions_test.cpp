#include "strata/compute/dimensions.h"

#include <cmath>
#include <limits>

#include "doctest/doctest.h"
#include "strata/math/transform.h"

namespace strata::compute {

namespace {

const UnitChange kCmYToMZ{0.01, 0.001, UnitChange::Turn::kYToZ};

Value Changed(const Value& value, int length, int mass, DimensionKind kind) {
  return Convert(value, Dimension{length, mass, kind, {}}, kCmYToMZ).value_or(Value());
}

}  // namespace

TEST_CASE(
    "M10: every attribute that the table names is one of a built-in schema, and of a type it can convert") {
  const auto schemas = schema::Registry::GetBuiltIn();
  size_t count = 0;
  for (const auto& entry : DimensionRegistry::GetBuiltIn().GetAll()) {
    CAPTURE(entry.schema.GetString());
    CAPTURE(entry.attribute);
    const auto definition = schemas->FindDefinition(entry.schema);
    REQUIRE(definition);
    std::string name = entry.attribute;
    const schema::PropertyDefinition* property = definition->FindProperty(Token(name));
    if (!property && name.find(':') != std::string::npos) {
      // Of one instance of a multiple-apply schema.
      const size_t first = name.find(':') + 1, last = name.find(':', first);
      name.replace(first, last - first, "__INSTANCE_NAME__");
      property = definition->FindProperty(Token(name));
    }
    // Intensities belong to the schema that lights have built in; hints of extents to none.
    if (!property && (name == "inputs:intensity" || name == "extentsHint")) continue;
    REQUIRE(property);
    const ValueTypeName* type = FindValueTypeName(property->type_name);
    REQUIRE(type);
    const bool turns = entry.dimension.kind != DimensionKind::kCoefficients;
    const bool is_arrow = entry.dimension.kind == DimensionKind::kArrow;
    const Value value = is_arrow ? Value(Token("Y")) : type->fallback;
    if (entry.dimension.kind == DimensionKind::kAxis)
      CHECK(Convert(Value(Token("X")), entry.dimension, kCmYToMZ));
    else
      CHECK(bool(Convert(value, entry.dimension, kCmYToMZ)) == turns);
    ++count;
  }
  CHECK(count > 130);
}

TEST_CASE("M10: attributes of every built-in schema that measure lengths, times or angles are in the table") {
  // By their documentation, which says in what they are, and by their types.
  const auto schemas = schema::Registry::GetBuiltIn();
  const DimensionRegistry& dimensions = DimensionRegistry::GetBuiltIn();
  std::string missing;
  for (const schema::SchemaInfo* info : schemas->GetAll()) {
    const auto definition = schemas->FindDefinition(info->identifier);
    if (!definition) continue;
    for (const Token name : definition->GetPropertyNames()) {
      const schema::PropertyDefinition* property = definition->FindProperty(name);
      if (property->type != layer::SpecType::kAttribute) continue;
      const ValueTypeName* type = FindValueTypeName(property->type_name);
      const bool has_role =
          type && (type->role == Role::kPoint || type->role == Role::kNormal || type->role == Role::kVector);
      const auto says = [&](const char* text) {
        return property->documentation.find(text) != std::string::npos;
      };
      const bool is_angle = (says("in degrees") && !says("Kelvin")) || says("Units: degrees");
      const bool is_time = says("in seconds") || (type && type->type == ValueType::kTimeCode);
      if (!has_role && !is_angle && !is_time && !says("in scene units")) continue;
      // Two angles and a height, whatever the scene's units.
      if (name.GetText().find(":wgs84:") != std::string_view::npos) continue;
      // One schema says "scene units or degrees", by instance.
      if (property->documentation.find("or degrees") != std::string::npos) continue;
      if (!dimensions.Find(definition.get(), name))
        missing += info->identifier.GetString() + "." + name.GetString() + "\n";
    }
  }
  CHECK(missing == "");
}

TEST_CASE("times and angles are dimensions that change no number, and reports name them") {
  const auto find = [](const char* schema, const char* attribute) {
    const auto definition = schema::Registry::GetBuiltIn()->FindDefinition(Token(schema));
    const Dimension* found = DimensionRegistry::GetBuiltIn().Find(definition.get(), Token(attribute));
    REQUIRE(found);
    return *found;
  };
  CHECK(find("Mesh", "velocities").GetText() == "length time^-1 vector");
  CHECK(find("PointInstancer", "angularVelocities").GetText() == "time^-1 angle direction");
  CHECK(find("PhysicsScene", "physics:gravityMagnitude").GetText() == "length time^-2");
  CHECK(find("DistantLight", "inputs:angle").GetText() == "angle");
  const Dimension open = find("Camera", "shutter:open");
  CHECK_FALSE(Changes(open, kCmYToMZ));
  CHECK(Convert(Value(0.5), open, kCmYToMZ) == Value(0.5));
  CHECK(Changes(find("Mesh", "velocities"), kCmYToMZ));
}

TEST_CASE("numbers change by powers of their units, and turn by their kind") {
  using Kind = DimensionKind;
  CHECK(Changed(Value(100.0), 1, 0, Kind::kScalar) == Value(1.0));
  CHECK(Changed(Value(1.0f), -3, 1, Kind::kScalar).Get<float>() == doctest::Approx(1000));
  CHECK(Changed(Value(Vec3f{100, 200, 300}), 1, 0, Kind::kPoint) == Value(Vec3f{1, -3, 2}));
  CHECK(Changed(Value(Vec3f{0, 1, 0}), 0, 0, Kind::kDirection) == Value(Vec3f{0, 0, 1}));
  CHECK(Changed(Value(Vec3f{1, 2, 3}), 0, 0, Kind::kScale) == Value(Vec3f{1, 3, 2}));
  CHECK(Changed(Value(Array<Vec3f>{{-100, -200, -300}, {100, 200, 400}}), 1, 0, Kind::kExtent) ==
        Value(Array<Vec3f>{{-1, -4, -2}, {1, 3, 2}}));
  CHECK(Changed(Value(Array<Vec4f>{{0, 1, 0, 100}}), 1, 0, Kind::kPlane) ==
        Value(Array<Vec4f>{{0, 0, 1, 1}}));
  CHECK(Changed(Value(Token("Y")), 0, 0, Kind::kAxis) == Value(Token("Z")));
  CHECK(Changed(Value(Token("Y")), 0, 0, Kind::kArrow) == Value(Token("Z")));
  CHECK(Changed(Value(Token("Z")), 0, 0, Kind::kArrow).IsEmpty());
  CHECK(Changed(Value(Array<Vec3f>{{1, 2, 3}}), 0, 0, Kind::kCoefficients).IsEmpty());
  CHECK(Changed(Value(std::string("x")), 1, 0, Kind::kScalar).IsEmpty());
  // What stands for "nothing" stays.
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(Changed(Value(-infinity), 1, 0, Kind::kScalar) == Value(-infinity));
  const Vec3f nowhere =
      Changed(Value(Vec3f{-infinity, -infinity, -infinity}), 1, 0, Kind::kPoint).Get<Vec3f>();
  CHECK(!std::isnan(nowhere[0] + nowhere[2]));
}

TEST_CASE("turned rotations, frames and matrices do in the other axes what they did before") {
  using Kind = DimensionKind;
  const Quatd turn{{0.1, 0.2, 0.3}, std::sqrt(1 - 0.14)};
  const Matrix4d k = kCmYToMZ.MakeMatrix(), inverse = kCmYToMZ.MakeInverse();
  const Matrix4d before = MakeRotation(turn);
  const Matrix4d conjugated = MultiplyAffine(MultiplyAffine(inverse, before), k);
  const auto near = [](const Matrix4d& a, const Matrix4d& b) {
    for (size_t i = 0; i < 4; ++i)
      for (size_t j = 0; j < 4; ++j)
        if (std::abs(a[i][j] - b[i][j]) > 1e-6) return false;
    return true;
  };
  CHECK(near(MakeRotation(Changed(Value(turn), 0, 0, Kind::kRotation).Get<Quatd>()), conjugated));
  UnitChange axes = kCmYToMZ;
  axes.length = 1;
  CHECK(near(MakeRotation(Changed(Value(turn), 0, 0, Kind::kFrame).Get<Quatd>()),
             MultiplyAffine(before, axes.MakeMatrix())));
  Matrix4d moved = MultiplyAffine(before, MakeTranslation({100, 200, 300}));
  const Matrix4d changed = Changed(Value(moved), 1, 0, Kind::kMatrix).Get<Matrix4d>();
  const Vec3d point{10, 20, 30};
  const Vec3d a = TransformPoint(TransformPoint(point, moved), k);
  const Vec3d b = TransformPoint(TransformPoint(point, k), changed);
  for (size_t i = 0; i < 3; ++i) CHECK(std::abs(a[i] - b[i]) < 1e-9);
}

TEST_CASE("hosts add dimensions as text; lines that cannot be read are told of") {
  DimensionRegistry registry;
  Diagnostics remarks;
  registry.AddText(
      "# mine\nMyAPI.my:length | length^2 mass^-1 | scalar\nnonsense\nA.b | weight | scalar\nA.b | length | "
      "sideways\n",
      "mine.txt", remarks);
  CHECK(remarks.GetAll().size() == 3);
  CHECK(remarks.GetAll()[0].location.line == 3);
  bool is_there = false;
  for (const auto& entry : registry.GetAll())
    if (entry.attribute == "my:length") is_there = entry.dimension.GetText() == "mass^-1 length^2";
  CHECK(is_there);
}

TEST_CASE("any text is lines of dimensions or remarks about them") {
  const std::string text(GetEmbeddedDimensions());
  uint32_t state = 3;
  const auto random = [&](size_t count) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % count;
  };
  for (int round = 0; round < 300; ++round) {
    std::string broken = text;
    for (int i = 0; i < 20; ++i) broken[random(broken.size())] = static_cast<char>(random(256));
    broken.resize(random(broken.size()));
    DimensionRegistry registry;
    Diagnostics remarks;
    registry.AddText(broken, "broken.txt", remarks);
    CHECK(registry.GetAll().size() >= DimensionRegistry::GetBuiltIn().GetAll().size());
  }
}

}  // namespace strata::compute
