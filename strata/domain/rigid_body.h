// What rigid bodies weigh, and where.   (UsdPhysicsRigidBodyAPI::ComputeMassProperties, UsdPhysicsMassAPI)
#pragma once

#include <functional>

#include "strata/math/matrix.h"
#include "strata/math/quat.h"
#include "strata/stage/stage.h"

namespace strata::domain {

// Of a shape with the density one, in scene units.
struct ShapeMass {
  double volume = 0;
  Matrix3d inertia;               // about the centre of mass, in the frame of the shape
  Vec3f center_of_mass{0, 0, 0};  // in that frame
  Vec3f local_position{0, 0, 0};  // of the frame in that of the body
  Quatf local_rotation{{0, 0, 0}, 1};
};

struct MassProperties {
  double mass = 0;
  Vec3f diagonal_inertia{0, 0, 0};  // about the axes below
  Vec3f center_of_mass{0, 0, 0};    // in the frame of the body
  Quatf principal_axes{{0, 0, 0}, 1};
};

// Of the enabled colliders at and below a body, whose geometry `measure` knows. A mass that a prim says with
// MassAPI counts before a density; the body's density before that of the bound physics material, and that
// before that of water. What the body says of its mass, centre, inertia and axes replaces what comes of its
// shapes. `measure` may throw; it is called once for each collider, in the order of a traversal.
MassProperties ComputeMassProperties(const stage::Prim& body,
                                     const std::function<ShapeMass(const stage::Prim&)>& measure);

}  // namespace strata::domain
