// Rigid bodies, articulations, colliders and joints, as UsdPhysics asks of them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/domain/xformable.h"
#include "strata/validate/validator.h"

namespace strata::validate {

namespace {

using stage::Prim;

const Token& RigidBody() {
  static const Token token("PhysicsRigidBodyAPI");
  return token;
}

bool IsEnabledBody(const Prim& prim) {
  return prim.HasAPI(RigidBody()) && prim.GetAttribute(Token("physics:rigidBodyEnabled")).Get().GetOr(true);
}

void CheckArticulation(const Prim& prim, const StageScope&, Findings& findings) {
  const Token api("PhysicsArticulationRootAPI");
  for (Prim at = prim.GetParent(); at && !at.IsPseudoRoot(); at = at.GetParent()) {
    if (!at.HasAPI(api)) continue;
    findings.Error("NestedArticulation", {Site::Of(prim)},
                   fmt::format("The articulation root <{}> lies below another, <{}>.",
                               prim.GetPath().GetString(), at.GetPath().GetString()),
                   "Remove one of the two.");
    break;
  }
  if (prim.HasAPI(RigidBody()) && !IsEnabledBody(prim)) {
    findings.Error(
        "ArticulationOnStaticBody", {Site::Of(prim)},
        fmt::format("The articulation root <{}> is a body that is switched off.", prim.GetPath().GetString()),
        "Enable the rigid body, or move the root elsewhere.");
  }
}

// The lengths of the axes that a matrix makes of a unit ball, and whether these axes lie along its own.
struct Stretch {
  double scale[3] = {1, 1, 1};
  bool is_turned = false;
  bool IsUniform() const {
    const auto [least, most] = std::minmax_element(scale, scale + 3);
    return *most - *least <= 1e-5;
  }
};

// By Jacobi's rotations of M times its transpose, whose eigenvalues are the squares of the lengths.
Stretch FindStretch(const Matrix4d& m) {
  double a[3][3] = {};
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j)
      for (size_t k = 0; k < 3; ++k) a[i][j] += m[i][k] * m[j][k];
  Stretch stretch;
  const double size = a[0][0] + a[1][1] + a[2][2];
  for (int sweep = 0; sweep < 50; ++sweep) {
    double off = 0;
    for (size_t p = 0; p < 2; ++p) {
      for (size_t q = p + 1; q < 3; ++q) {
        if (std::abs(a[p][q]) <= 1e-7 * size) continue;
        off += std::abs(a[p][q]);
        stretch.is_turned = true;
        const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (size_t k = 0; k < 3; ++k) {
          const double kp = a[k][p], kq = a[k][q];
          a[k][p] = c * kp - s * kq;
          a[k][q] = s * kp + c * kq;
        }
        for (size_t k = 0; k < 3; ++k) {
          const double pk = a[p][k], qk = a[q][k];
          a[p][k] = c * pk - s * qk;
          a[q][k] = s * pk + c * qk;
        }
      }
    }
    if (off == 0) break;
  }
  for (size_t i = 0; i < 3; ++i) stretch.scale[i] = std::sqrt(std::max(0.0, a[i][i]));
  return stretch;
}

Stretch FindWorldStretch(const Prim& prim) {
  return FindStretch(domain::Xformable(prim).ComputeLocalToWorldTransform());
}

void CheckRigidBody(const Prim& prim, const StageScope&, Findings& findings) {
  const std::string path = prim.GetPath().GetString();
  if (!prim.IsA(Token("Xformable"))) {
    findings.Error("RigidBodyNonXformable", {Site::Of(prim)},
                   fmt::format("The rigid body <{}> has no transform that could move it.", path),
                   "Make it an Xform.");
    return;
  }
  if (prim.IsInstanceProxy()) {
    findings.Error("RigidBodyNonInstanceable", {Site::Of(prim)},
                   fmt::format("The rigid body <{}> lies inside an instance: its transform is shared.", path),
                   "Make the instance itself the body, or set instanceable = false.");
    return;
  }
  const Stretch stretch = FindWorldStretch(prim);
  if (stretch.is_turned && !stretch.IsUniform()) {
    findings.Error(
        "RigidBodyOrientationScale", {Site::Of(prim)},
        fmt::format("The rigid body <{}> is scaled along axes that are not its own: it is sheared.", path),
        "Scale before rotating, or apply the scale to the geometry.");
  }
}

void CheckCollider(const Prim& prim, const StageScope&, Findings& findings) {
  const Token type = prim.GetSchemaType();
  const std::string path = prim.GetPath().GetString();
  static constexpr std::string_view kRound[] = {"Sphere",     "Capsule", "Capsule_1", "Cylinder",
                                                "Cylinder_1", "Cone",    "Points"};
  if (std::find(std::begin(kRound), std::end(kRound), type.GetText()) == std::end(kRound)) return;
  if (!FindWorldStretch(prim).IsUniform()) {
    findings.Error(
        "ColliderNonUniformScale", {Site::Of(prim)},
        fmt::format("The {} <{}> collides, but is scaled differently along its axes.", type.GetText(), path),
        "Scale it evenly, or collide with a Mesh.");
  }
  if (type != "Points") return;
  const size_t points = prim.GetAttribute(Token("points")).Get().GetArraySize();
  const size_t widths = prim.GetAttribute(Token("widths")).Get().GetArraySize();
  if (points != widths || points == 0) {
    findings.Error("ColliderSpherePointsDataMissing", {Site::Of(prim)},
                   fmt::format("The points <{}> collide as balls, but have {} points and {} widths.", path,
                               points, widths),
                   "Give each point a width.");
  }
}

void CheckJoint(const Prim& prim, const StageScope& scope, Findings& findings) {
  const std::string path = prim.GetPath().GetString();
  std::vector<Path> bodies;
  for (const char* name : {"physics:body0", "physics:body1"}) {
    const std::vector<Path> targets = prim.GetRelationship(Token(name)).GetTargets();
    if (targets.size() > 1) {
      findings.Error("JointMultiplePrimsRel", {Site::Of(prim)},
                     fmt::format("{} of the joint <{}> targets {} prims.", name, path, targets.size()),
                     "Target one prim.");
      return;
    }
    bodies.insert(bodies.end(), targets.begin(), targets.end());
  }
  bool has_enabled_body = false, is_movable = true;
  for (Path body : bodies) {
    const Prim target = body.IsPrim() ? scope.GetStage().GetPrimAtPath(body) : Prim();
    if (!target) {
      findings.Error("JointInvalidPrimRel", {Site::Of(prim)},
                     fmt::format("The joint <{}> targets <{}>, which is no prim.", path, body.GetString()),
                     "Target a rigid body that is there.");
      continue;
    }
    if (!target.IsA(Token("Xformable"))) {
      is_movable = false;
      findings.Error(
          "JointRelNotXformable", {Site::Of(prim)},
          fmt::format("The joint <{}> targets <{}>, which has no transform.", path, body.GetString()),
          "Target an Xform.");
    }
    for (Prim at = target; at && !at.IsPseudoRoot() && !has_enabled_body; at = at.GetParent())
      has_enabled_body = IsEnabledBody(at);
  }
  if (has_enabled_body || !is_movable) return;
  findings.Error("JointNoEnabledRigidBody", {Site::Of(prim)},
                 fmt::format("The joint <{}> holds no rigid body that is switched on.", path),
                 "Let one of its bodies be a prim with PhysicsRigidBodyAPI.");
}

}  // namespace

void AddPhysicsValidators(ValidatorRegistry& registry) {
  const auto add = [&](const char* name, const char* documentation, const char* schema, auto check) {
    Validator validator{.name = Token(name),
                        .documentation = documentation,
                        .keywords = {Token("UsdPhysicsValidators"), Token("Usd" + std::string(schema))},
                        .schema_types = {Token(schema)}};
    validator.check_prim = check;
    registry.Register(std::move(validator));
  };
  add("usdPhysicsValidators:ArticulationChecker", "Articulation roots are not nested, and no static bodies.",
      "PhysicsArticulationRootAPI", CheckArticulation);
  add("usdPhysicsValidators:ColliderChecker", "Round colliders are scaled evenly; points have widths.",
      "PhysicsCollisionAPI", CheckCollider);
  add("usdPhysicsValidators:PhysicsJointChecker", "Joints hold prims that are there and can move.",
      "PhysicsJoint", CheckJoint);
  add("usdPhysicsValidators:RigidBodyChecker", "Rigid bodies have a transform of their own, without shear.",
      "PhysicsRigidBodyAPI", CheckRigidBody);
}

}  // namespace strata::validate
