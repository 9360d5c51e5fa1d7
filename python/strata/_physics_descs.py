"""What a scene says of physics, in plain records.   (UsdPhysicsObjectDesc and those that derive from it)"""
import math

from strata import Gf, _enums
from strata._core.Sdf import Path

_MAX = 3.4028234663852886e38
_scope = {"__name__": "strata.UsdPhysics"}
ObjectType = _enums.make_int(_scope, "ObjectType", (
    "Undefined", "Scene", "RigidBody", "SphereShape", "CubeShape", "CapsuleShape", "Capsule1Shape", "CylinderShape",
    "Cylinder1Shape", "ConeShape", "MeshShape", "PlaneShape", "CustomShape", "SpherePointsShape", "FixedJoint", "RevoluteJoint",
    "PrismaticJoint", "SphericalJoint", "DistanceJoint", "D6Joint", "CustomJoint", "RigidBodyMaterial", "Articulation",
    "CollisionGroup"))
JointDOF = _enums.make_int(_scope, "JointDOF", ("Distance", "TransX", "TransY", "TransZ", "RotX", "RotY", "RotZ"))
Axis = _enums.make_int(_scope, "Axis", ("X", "Y", "Z"))


def _cannot_be_made(self):
    raise RuntimeError("This class cannot be instantiated from Python")


class _Record:
    """Fields with defaults, each an attribute of the class that tells its own."""

    _own = {}

    @classmethod
    def _new(cls, **values):
        made = cls.__new__(cls)
        for one in reversed(cls.__mro__):
            for name, default in one.__dict__.get("_own", {}).items():
                made.__dict__["_" + name] = default() if callable(default) else default
        for name, value in values.items():
            made.__dict__["_" + name] = value
        return made

    def __repr__(self):
        parts = [f"{name}={getattr(self, name)!r}" for name in type(self).__dict__.get("_own", {})]
        base = type(self).__bases__[0]
        text = f"UsdPhysics.{type(self).__name__}({', '.join(parts)})"
        return text + (f", parent {base._new(**self._fields(base))!r}" if base is not _Record else "")

    def _fields(self, cls):
        return {name: getattr(self, name) for one in cls.__mro__ for name in one.__dict__.get("_own", {})}


def _field(name):
    return property(lambda self: self.__dict__["_" + name], lambda self, value: self.__dict__.__setitem__("_" + name, value))


def _record(class_name, base, constructible=False, **fields):
    members = {"_own": fields, "__module__": "strata.UsdPhysics", **{name: _field(name) for name in fields}}
    if constructible:
        def construct(self):
            self.__dict__.update(type(self)._new().__dict__)
        members["__init__"] = construct
    elif base is _Record:
        members["__init__"] = _cannot_be_made
    return type(class_name, (base,), members)


def _place():
    return Gf.Vec3f(0)


def _turn():
    return Gf.Quatf(1)


def _ones():
    return Gf.Vec3f(1)


JointLimit = _record("JointLimit", _Record, enabled=False, lower=0.0, upper=0.0)
JointDrive = _record("JointDrive", _Record, enabled=False, targetPosition=0.0, targetVelocity=0.0, forceLimit=_MAX, stiffness=0.0,
                     damping=0.0, acceleration=False)
JointLimitDOFPair = _record("JointLimitDOFPair", _Record, True, first=JointDOF.Distance, second=JointLimit._new)
JointDriveDOFPair = _record("JointDriveDOFPair", _Record, True, first=JointDOF.Distance, second=JointDrive._new)
SpherePoint = _record("SpherePoint", _Record, center=_place, radius=0.0)


class _Vector(list):
    """Records of one kind."""

    _kind = object

    def append(self, item):
        if not isinstance(item, self._kind):
            raise TypeError("Attempting to append an invalid type")
        super().append(item)

    def extend(self, items):
        for item in items:
            self.append(item)

    __repr__ = object.__repr__
    __hash__ = None


def vector(class_name, kind):
    return type(class_name, (_Vector,), {"_kind": kind, "__module__": "strata.UsdPhysics"})


PhysicsSpherePointVector = vector("PhysicsSpherePointVector", SpherePoint)
PhysicsJointLimitDOFVector = vector("PhysicsJointLimitDOFVector", JointLimitDOFPair)
PhysicsJointDriveDOFVector = vector("PhysicsJointDriveDOFVector", JointDriveDOFPair)

ObjectDesc = _record("ObjectDesc", _Record, type=ObjectType.Undefined, primPath=Path, isValid=True)
SceneDesc = _record("SceneDesc", ObjectDesc, gravityDirection=_place, gravityMagnitude=0.0)
RigidBodyDesc = _record("RigidBodyDesc", ObjectDesc, collisions=list, filteredCollisions=list, simulationOwners=list,
                        position=_place, rotation=_turn, scale=_ones, rigidBodyEnabled=True, kinematicBody=False, startsAsleep=False,
                        linearVelocity=_place, angularVelocity=_place)
ShapeDesc = _record("ShapeDesc", ObjectDesc, rigidBody=Path, localPos=_place, localRot=_turn, localScale=_ones, materials=list,
                    simulationOwners=list, filteredCollisions=list, collisionGroups=list, collisionEnabled=True)
SphereShapeDesc = _record("SphereShapeDesc", ShapeDesc, radius=0.0)
CubeShapeDesc = _record("CubeShapeDesc", ShapeDesc, halfExtents=_ones)
CapsuleShapeDesc = _record("CapsuleShapeDesc", ShapeDesc, radius=0.0, halfHeight=0.0, axis=Axis.X)
Capsule1ShapeDesc = _record("Capsule1ShapeDesc", ShapeDesc, topRadius=0.0, bottomRadius=0.0, halfHeight=0.0, axis=Axis.X)
CylinderShapeDesc = _record("CylinderShapeDesc", ShapeDesc, radius=0.0, halfHeight=0.0, axis=Axis.X)
Cylinder1ShapeDesc = _record("Cylinder1ShapeDesc", ShapeDesc, topRadius=0.0, bottomRadius=0.0, halfHeight=0.0, axis=Axis.X)
ConeShapeDesc = _record("ConeShapeDesc", ShapeDesc, radius=0.0, halfHeight=0.0, axis=Axis.X)
MeshShapeDesc = _record("MeshShapeDesc", ShapeDesc, approximation="none", meshScale=_ones, doubleSided=False)
PlaneShapeDesc = _record("PlaneShapeDesc", ShapeDesc, axis=Axis.X)
CustomShapeDesc = _record("CustomShapeDesc", ShapeDesc, customGeometryToken="")
SpherePointsShapeDesc = _record("SpherePointsShapeDesc", ShapeDesc, spherePoints=PhysicsSpherePointVector)
JointDesc = _record("JointDesc", ObjectDesc, rel0=Path, rel1=Path, body0=Path, body1=Path, localPose0Position=_place,
                    localPose0Orientation=_turn, localPose1Position=_place, localPose1Orientation=_turn, jointEnabled=True,
                    collisionEnabled=False, excludeFromArticulation=False, breakForce=math.inf, breakTorque=math.inf)
FixedJointDesc = _record("FixedJointDesc", JointDesc)
RevoluteJointDesc = _record("RevoluteJointDesc", JointDesc, axis=Axis.X, limit=JointLimit._new, drive=JointDrive._new)
PrismaticJointDesc = _record("PrismaticJointDesc", JointDesc, axis=Axis.X, limit=JointLimit._new, drive=JointDrive._new)
SphericalJointDesc = _record("SphericalJointDesc", JointDesc, axis=Axis.X, limit=JointLimit._new)
DistanceJointDesc = _record("DistanceJointDesc", JointDesc, minEnabled=False, maxEnabled=False, limit=JointLimit._new)
D6JointDesc = _record("D6JointDesc", JointDesc, jointLimits=PhysicsJointLimitDOFVector, jointDrives=PhysicsJointDriveDOFVector)
CustomJointDesc = _record("CustomJointDesc", JointDesc)
RigidBodyMaterialDesc = _record("RigidBodyMaterialDesc", ObjectDesc, staticFriction=0.0, dynamicFriction=0.0, restitution=0.0,
                                density=0.0)
ArticulationDesc = _record("ArticulationDesc", ObjectDesc, rootPrims=list, filteredCollisions=list, articulatedJoints=list,
                           articulatedBodies=list)
CollisionGroupDesc = _record("CollisionGroupDesc", ObjectDesc, invertFilteredGroups=False, filteredGroups=list, mergeGroupName="",
                             mergedGroups=list)

KINDS = (SceneDesc, RigidBodyDesc, SphereShapeDesc, CubeShapeDesc, CapsuleShapeDesc, Capsule1ShapeDesc, CylinderShapeDesc,
         Cylinder1ShapeDesc, ConeShapeDesc, MeshShapeDesc, PlaneShapeDesc, CustomShapeDesc, SpherePointsShapeDesc, FixedJointDesc,
         RevoluteJointDesc, PrismaticJointDesc, SphericalJointDesc, DistanceJointDesc, D6JointDesc, CustomJointDesc,
         RigidBodyMaterialDesc, ArticulationDesc, CollisionGroupDesc)
VECTORS = {kind: vector(kind.__name__ + "Vector", kind) for kind in KINDS}
JointDescVector = vector("JointDescVector", JointDesc)


class CustomUsdPhysicsTokens:
    """Names of types and schemas of shapes, joints and instancers that a program has beside those of OpenUSD."""

    def __init__(self):
        self._joints, self._shapes, self._instancers = [], [], []

    jointTokens = property(lambda self: self._joints, lambda self, names: setattr(self, "_joints", list(names)))
    shapeTokens = property(lambda self: self._shapes, lambda self, names: setattr(self, "_shapes", list(names)))
    instancerTokens = property(lambda self: self._instancers, lambda self, names: setattr(self, "_instancers", list(names)))


class UsdPhysicsCustomTokens(CustomUsdPhysicsTokens):
    """The same, under its other name."""


for _one in (CustomUsdPhysicsTokens, UsdPhysicsCustomTokens):
    _one.__module__ = "strata.UsdPhysics"
