// UsdPhysics.RigidBodyAPI: what strata/_physics_mass.py asks of the engine.
#include <array>

#include "python/core/usd.h"
#include "strata/domain/rigid_body.h"

namespace strata::python {

void BindRigidBodies(nb::module_& core) {
  nb::module_ physics = MakeModule(core, "UsdPhysics", "Rigid bodies.");
  // measure(prim) gives (volume, inertia as nine numbers, centre, position, rotation).
  physics.def("_MassProperties", [](const PrimObject& body, const nb::callable& measure) {
    const auto read = [&measure](const stage::Prim& prim) {
      const nb::object told = measure(MakePrimObject(prim));
      domain::ShapeMass shape;
      shape.volume = nb::cast<double>(told[0]);
      const nb::object inertia = told[1];
      for (size_t i = 0; i < 9; ++i) shape.inertia[i / 3][i % 3] = nb::cast<double>(inertia[i]);
      shape.center_of_mass = nb::cast<Vec3f>(told[2]);
      shape.local_position = nb::cast<Vec3f>(told[3]);
      shape.local_rotation = nb::cast<Quatf>(told[4]);
      return shape;
    };
    const domain::MassProperties found = domain::ComputeMassProperties(Check(body), read);
    return nb::make_tuple(found.mass, found.diagonal_inertia, found.center_of_mass, found.principal_axes);
  });
}

}  // namespace strata::python
