"""What rigid bodies weigh, and where.   (UsdPhysicsRigidBodyAPI::ComputeMassProperties)"""
from strata import Gf
from strata._core import UsdPhysics as _core


class MassInformation:
    """What a shape of density one has: its volume, its inertia about its centre, and where that centre and the shape are."""

    volume = inertia = centerOfMass = localPos = localRot = None  # each object has its own

    def __init__(self):
        self.volume, self.inertia, self.centerOfMass = 0.0, Gf.Matrix3f(0), Gf.Vec3f(0)
        self.localPos, self.localRot = Gf.Vec3f(0), Gf.Quatf(1)


MassInformation.__module__, MassInformation.__qualname__ = "strata.UsdPhysics", "RigidBodyAPI.MassInformation"


def compute(body, mass_information):
    """(mass, diagonal inertia, centre of mass, turn of the principal axes) of a rigid body's shapes."""
    def measure(prim):
        told = mass_information(prim)
        rows = [told.inertia[row][column] for row in range(3) for column in range(3)]
        return float(told.volume), rows, Gf.Vec3f(told.centerOfMass), Gf.Vec3f(told.localPos), Gf.Quatf(told.localRot)

    return _core._MassProperties(body.GetPrim(), measure)
