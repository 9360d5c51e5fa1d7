"""What rigid bodies weigh, and where.   (UsdPhysicsRigidBodyAPI::ComputeMassProperties)"""
from strata import Gf, _schemas
from strata._core.Usd import PrimRange

_WATER = 1000.0  # kilograms in a cubic metre: the density where nobody says another


class MassInformation:
    """What a shape of density one has: its volume, its inertia about its centre, and where that centre and the shape are."""

    volume = inertia = centerOfMass = localPos = localRot = None  # each object has its own

    def __init__(self):
        self.volume, self.inertia, self.centerOfMass = 0.0, Gf.Matrix3f(0), Gf.Vec3f(0)
        self.localPos, self.localRot = Gf.Vec3f(0), Gf.Quatf(1)


MassInformation.__module__, MassInformation.__qualname__ = "strata.UsdPhysics", "RigidBodyAPI.MassInformation"


def _said(prim, name):
    """What MassAPI says, where that is more than nothing."""
    value = prim.GetAttribute("physics:" + name).Get() if prim.HasAPI("PhysicsMassAPI") else None
    return value if value is not None and value > 0 else None


def _offset_inertia(mass, offset):
    """What turning about a point away from the centre adds."""
    x, y, z = offset
    rows = ((y * y + z * z, -x * y, -x * z), (-x * y, x * x + z * z, -y * z), (-x * z, -y * z, x * x + y * y))
    return Gf.Matrix3d(*[mass * number for row in rows for number in row])


class _Part:
    """A shape with its mass, in the frame of its body."""

    def __init__(self, prim, body, info, density):
        mass = _said(prim, "mass")
        if mass is None:
            own = _said(prim, "density")
            mass = info.volume * (own if own is not None else density)
        self.mass = mass
        turn = Gf.Matrix3d(Gf.Rotation(Gf.Quatd(info.localRot)))
        center = info.centerOfMass
        said = prim.GetAttribute("physics:centerOfMass").Get() if prim != body and prim.HasAPI("PhysicsMassAPI") else None
        if said is not None and all(abs(one) < 1e30 for one in said):
            center = said
        self.center = Gf.Vec3d(info.localPos) + Gf.Vec3d(center) * turn
        scale = mass / info.volume if info.volume > 0 else 0.0
        self.inertia = turn.GetTranspose() * (Gf.Matrix3d(info.inertia) * scale) * turn


def _default_density(stage):
    """That of water, in the units of the stage."""
    meters = _schemas.find("UsdGeom", "GetStageMetersPerUnit")(stage)
    kilograms = _schemas.find("UsdPhysics", "GetStageKilogramsPerUnit")(stage)
    return _WATER * meters ** 3 / kilograms


def _material_density(prim):
    binding = _schemas.find("UsdShade", "MaterialBindingAPI")
    material = binding(prim).ComputeBoundMaterial("physics")[0]
    value = material.GetPrim().GetAttribute("physics:density").Get() if material else None
    return value if value else None


def compute(body, mass_information):
    """(mass, diagonal inertia, centre of mass, turn of the principal axes) of a rigid body's shapes."""
    prim = body.GetPrim()
    given_mass, density = _said(prim, "mass"), _said(prim, "density")
    parts = []
    for one in PrimRange(prim):
        if one.HasAPI("PhysicsCollisionAPI") and one.GetAttribute("physics:collisionEnabled").Get():
            fallback = density or _material_density(one) or _default_density(prim.GetStage())
            parts.append(_Part(one, prim, mass_information(one), fallback))
    total = sum(part.mass for part in parts)
    mass = given_mass if given_mass is not None else total
    center = Gf.Vec3d(0)
    if total > 0:
        for part in parts:
            center += part.center * (part.mass / total)
    said = prim.GetAttribute("physics:centerOfMass").Get() if prim.HasAPI("PhysicsMassAPI") else None
    if said is not None and all(abs(one) < 1e30 for one in said):
        center = Gf.Vec3d(said)
    inertia = Gf.Matrix3d(0)
    for part in parts:
        inertia += part.inertia + _offset_inertia(part.mass, part.center - center)
    if total > 0 and mass != total:
        inertia *= mass / total
    diagonal, axes = _principal(inertia)
    told = prim.GetAttribute("physics:diagonalInertia").Get() if prim.HasAPI("PhysicsMassAPI") else None
    if told is not None and any(told):
        diagonal = Gf.Vec3f(told)
        turn = prim.GetAttribute("physics:principalAxes").Get()
        axes = turn if turn is not None and turn.GetLength() > 0 else Gf.Quatf(1)
    return mass, diagonal, Gf.Vec3f(center), axes


def _principal(inertia):
    """The numbers on the diagonal after a turn that leaves none beside it, and that turn (Jacobi's method)."""
    turned, axes = Gf.Matrix3d(inertia), Gf.Matrix3d(1)
    for _ in range(60):
        size, row, column = max((abs(turned[i][k]), i, k) for i in range(3) for k in range(i + 1, 3))
        if size < 1e-12 * max(1e-30, *(abs(turned[i][i]) for i in range(3))):
            break
        theta = (turned[column][column] - turned[row][row]) / (2 * turned[row][column])
        t = (1 if theta >= 0 else -1) / (abs(theta) + (theta * theta + 1) ** 0.5)
        c = 1 / (t * t + 1) ** 0.5
        rotation = [[float(i == k) for k in range(3)] for i in range(3)]
        rotation[row][row] = rotation[column][column] = c
        rotation[row][column], rotation[column][row] = t * c, -t * c
        step = Gf.Matrix3d(*[number for line in rotation for number in line])
        turned = step.GetTranspose() * turned * step
        axes = axes * step
    diagonal = Gf.Vec3f(turned[0][0], turned[1][1], turned[2][2])
    return diagonal, Gf.Quatf(axes.GetTranspose().ExtractRotation().GetQuat())
