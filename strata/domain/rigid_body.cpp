#include "strata/domain/rigid_body.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "strata/domain/material_binding.h"
#include "strata/domain/metrics.h"
#include "strata/math/decompose.h"
#include "strata/math/transform.h"

namespace strata::domain {

namespace {

using stage::Prim;

constexpr double kWaterDensity = 1000;  // kilograms in a cubic metre
constexpr int kMostTurns = 60;          // of Jacobi's method; three are enough for most
constexpr double kNoCenter = 1e30;      // MassAPI's fallback is minus infinity: none said

struct Part {
  double mass = 0;
  Vec3d center{0, 0, 0};  // in the frame of the body
  Matrix3d inertia;       // about that centre
};

bool HasMassApi(const Prim& prim) {
  static const Token mass_api("PhysicsMassAPI");
  return prim.HasAPI(mass_api);
}

// What MassAPI says, where that is more than nothing.
std::optional<double> FindPositive(const Prim& prim, const char* name) {
  if (!HasMassApi(prim)) return std::nullopt;
  const float value = prim.GetAttribute(Token(name)).Get().GetOr(0.0f);
  return value > 0 ? std::optional<double>(value) : std::nullopt;
}

std::optional<Vec3f> FindCenter(const Prim& prim) {
  if (!HasMassApi(prim)) return std::nullopt;
  const Value value = prim.GetAttribute(Token("physics:centerOfMass")).Get();
  const Vec3f* center = value.GetIf<Vec3f>();
  if (!center) return std::nullopt;
  for (size_t i = 0; i < 3; ++i)
    if (!(std::abs((*center)[i]) < kNoCenter)) return std::nullopt;
  return *center;
}

Matrix3d Scale(Matrix3d m, double factor) {
  for (auto& row : m.data)
    for (double& number : row) number *= factor;
  return m;
}

Matrix3d Add(Matrix3d a, const Matrix3d& b) {
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) a[i][j] += b[i][j];
  return a;
}

Vec3d Turn(const Vec3f& v, const Matrix3d& m) {
  Vec3d out{0, 0, 0};
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) out[j] += v[i] * m[i][j];
  return out;
}

// What turning about a point away from the centre adds.
Matrix3d GetOffsetInertia(double mass, const Vec3d& offset) {
  Matrix3d m;
  const double square = offset[0] * offset[0] + offset[1] * offset[1] + offset[2] * offset[2];
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) m[i][j] = mass * ((i == j ? square : 0) - offset[i] * offset[j]);
  return m;
}

Matrix3d MakeTurn(const Quatf& rotation) {
  const Matrix4d whole = MakeRotation(
      Quatd{{rotation.imaginary[0], rotation.imaginary[1], rotation.imaginary[2]}, rotation.real});
  Matrix3d m;
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) m[i][j] = whole[i][j];
  return m;
}

Part MakePart(const Prim& prim, const Prim& body, const ShapeMass& shape, double density) {
  Part part;
  part.mass = FindPositive(prim, "physics:mass")
                  .value_or(shape.volume * FindPositive(prim, "physics:density").value_or(density));
  const Matrix3d turn = MakeTurn(shape.local_rotation);
  const std::optional<Vec3f> said = prim == body ? std::nullopt : FindCenter(prim);
  const Vec3d beside = Turn(said.value_or(shape.center_of_mass), turn);
  for (size_t i = 0; i < 3; ++i) part.center[i] = shape.local_position[i] + beside[i];
  const double scale = shape.volume > 0 ? part.mass / shape.volume : 0;
  part.inertia = GetTranspose(turn) * Scale(shape.inertia, scale) * turn;
  return part;
}

// What holds where neither a shape nor the body says a density.
double FindDensity(const Prim& prim, MaterialBindings& bindings) {
  if (const Prim material = bindings.ComputeBoundMaterial(prim, Token("physics")).material) {
    const float density = material.GetAttribute(Token("physics:density")).Get().GetOr(0.0f);
    if (density != 0) return density;
  }
  const stage::Stage& stage = *prim.GetStage();
  return kWaterDensity * std::pow(GetStageMetersPerUnit(stage).value, 3) /
         GetStageKilogramsPerUnit(stage).value;
}

// The numbers on the diagonal after a turn that leaves none beside it, and that turn (Jacobi's method).
void FindPrincipal(Matrix3d inertia, MassProperties& out) {
  Matrix3d axes = Matrix3d::Identity();
  for (int turns = 0; turns < kMostTurns; ++turns) {
    size_t row = 0, column = 1;
    for (const auto& [i, k] : {std::pair<size_t, size_t>(0, 2), std::pair<size_t, size_t>(1, 2)}) {
      if (std::abs(inertia[i][k]) >= std::abs(inertia[row][column])) {
        row = i;
        column = k;
      }
    }
    const double largest =
        std::max({1e-30, std::abs(inertia[0][0]), std::abs(inertia[1][1]), std::abs(inertia[2][2])});
    if (!(std::abs(inertia[row][column]) >= 1e-12 * largest)) break;
    const double theta = (inertia[column][column] - inertia[row][row]) / (2 * inertia[row][column]);
    const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
    const double c = 1 / std::sqrt(t * t + 1);
    Matrix3d step = Matrix3d::Identity();
    step[row][row] = step[column][column] = c;
    step[row][column] = t * c;
    step[column][row] = -t * c;
    inertia = GetTranspose(step) * inertia * step;
    axes = axes * step;
  }
  for (size_t i = 0; i < 3; ++i) out.diagonal_inertia[i] = static_cast<float>(inertia[i][i]);
  const Quatd turn = ExtractRotation(GetTranspose(axes));
  out.principal_axes.real = static_cast<float>(turn.real);
  for (size_t i = 0; i < 3; ++i) out.principal_axes.imaginary[i] = static_cast<float>(turn.imaginary[i]);
}

std::vector<Part> MeasureParts(const Prim& body,
                               const std::function<ShapeMass(const stage::Prim&)>& measure) {
  static const Token collision_api("PhysicsCollisionAPI"), enabled("physics:collisionEnabled");
  std::vector<Part> parts;
  MaterialBindings bindings;
  const std::optional<double> density = FindPositive(body, "physics:density");
  std::vector<Prim> colliders;  // all of them first: `measure` may edit the stage
  for (const Prim& prim : stage::PrimRange(body))
    if (prim.HasAPI(collision_api) && prim.GetAttribute(enabled).Get().GetOr(false))
      colliders.push_back(prim);
  for (const Prim& prim : colliders) {
    const ShapeMass shape = measure(prim);
    if (!prim) continue;
    parts.push_back(MakePart(prim, body, shape, density ? *density : FindDensity(prim, bindings)));
  }
  return parts;
}

}  // namespace

MassProperties ComputeMassProperties(const Prim& body, const std::function<ShapeMass(const Prim&)>& measure) {
  const std::vector<Part> parts = MeasureParts(body, measure);
  double total = 0;
  for (const Part& part : parts) total += part.mass;
  MassProperties found;
  found.mass = FindPositive(body, "physics:mass").value_or(total);

  Vec3d center{0, 0, 0};
  if (total > 0)
    for (const Part& part : parts) center = center + part.center * (part.mass / total);
  if (const std::optional<Vec3f> said = FindCenter(body)) center = {(*said)[0], (*said)[1], (*said)[2]};
  for (size_t i = 0; i < 3; ++i) found.center_of_mass[i] = static_cast<float>(center[i]);

  Matrix3d inertia;
  for (const Part& part : parts)
    inertia = Add(inertia, Add(part.inertia, GetOffsetInertia(part.mass, part.center - center)));
  if (total > 0 && found.mass != total) inertia = Scale(inertia, found.mass / total);
  FindPrincipal(inertia, found);

  if (!HasMassApi(body)) return found;
  const Vec3f told = body.GetAttribute(Token("physics:diagonalInertia")).Get().GetOr(Vec3f{0, 0, 0});
  if (told == Vec3f{0, 0, 0}) return found;
  found.diagonal_inertia = told;
  const Quatf none{{0, 0, 0}, 0};
  const Quatf axes = body.GetAttribute(Token("physics:principalAxes")).Get().GetOr(none);
  found.principal_axes = axes == none ? Quatf{{0, 0, 0}, 1} : axes;
  return found;
}

}  // namespace strata::domain
