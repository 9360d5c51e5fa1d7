"""Rigid bodies, joints and collisions.   (UsdPhysics)"""
import warnings as _warnings

from strata import _physics_descs as _descs
from strata import _physics_mass as _mass
from strata import _physics_parsing as _parsing
from strata import _schemas
from strata._core.Sdf import Path as _Path
from strata._core.Usd import PrimRange as _PrimRange
from strata._physics_descs import (  # noqa: F401
    Axis, CustomUsdPhysicsTokens, JointDescVector, JointDOF, JointDrive, JointDriveDOFPair, JointLimit, JointLimitDOFPair,
    ObjectType, PhysicsJointDriveDOFVector, PhysicsJointLimitDOFVector, PhysicsSpherePointVector, SpherePoint,
    UsdPhysicsCustomTokens)

for _kind, _vector in _descs.VECTORS.items():
    globals()[_kind.__name__], globals()[_vector.__name__] = _kind, _vector
ObjectDesc, ShapeDesc, JointDesc = _descs.ObjectDesc, _descs.ShapeDesc, _descs.JointDesc


def _membership_vector():
    from strata.Usd import UsdCollectionMembershipQuery
    return _descs.vector("PhysicsCollectionMembershipQueryVector", UsdCollectionMembershipQuery)


PhysicsCollectionMembershipQueryVector = _membership_vector()


# -- reading -------------------------------------------------------------------------------------------------------------


def UsdPhysicsLoadStageFromPrimRange(stage, *ranges, customTokens=None):
    """{ObjectType: (paths, records)} of all that prims of ranges say of physics."""
    custom = customTokens
    given = []
    for one in ranges:
        if isinstance(one, CustomUsdPhysicsTokens):
            custom = one
        elif isinstance(one, _PrimRange):
            given.append(one)
        elif one is not None:
            given.extend(one)
    return _parsing.load(stage, given, custom)


def LoadUsdPhysicsFromRange(stage, includePaths, excludePaths=None, customTokens=None):
    """The same, of all below some paths and not below others."""
    _warnings.warn("LoadUsdPhysicsFromRange is deprecated, use UsdPhysicsLoadStageFromPrimRange instead.", DeprecationWarning,
                   stacklevel=2)
    prims = [stage.GetPrimAtPath(_Path(path) if isinstance(path, str) else path) for path in includePaths]
    return _parsing.load(stage, [_PrimRange(prim) for prim in prims if prim], customTokens, excludePaths or ())


# -- units ---------------------------------------------------------------------------------------------------------------


class MassUnits:
    """How many kilograms units of mass are."""

    grams, kilograms, slugs = 0.001, 1.0, 14.5939

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")


def GetStageKilogramsPerUnit(stage):
    value = stage.GetMetadata("kilogramsPerUnit") if StageHasAuthoredKilogramsPerUnit(stage) else None
    return MassUnits.kilograms if value is None else value


def StageHasAuthoredKilogramsPerUnit(stage):
    return stage.HasAuthoredMetadata("kilogramsPerUnit")


def SetStageKilogramsPerUnit(stage, kilogramsPerUnit):
    return stage.SetMetadata("kilogramsPerUnit", float(kilogramsPerUnit))


def MassUnitsAre(authoredUnits, standardUnits, epsilon=1e-5):
    """Whether two units are the same but for a part of epsilon."""
    if authoredUnits <= 0 or standardUnits <= 0:
        return False
    off = abs(authoredUnits - standardUnits)
    return off / authoredUnits < epsilon and off / standardUnits < epsilon


# -- schemas -------------------------------------------------------------------------------------------------------------


class CollisionGroupTable:
    """Which groups of a stage collide with which."""

    def __init__(self):
        self._groups, self._apart = [], set()

    def GetGroups(self):
        return list(self._groups)

    def IsCollisionEnabled(self, groupA, groupB):
        """Of two groups, by number, path or prim. Those that are not in the table collide with all."""
        pair = frozenset(map(self._number, (groupA, groupB)))
        return None in pair or pair not in self._apart

    def _number(self, group):
        if isinstance(group, int):
            return group if 0 <= group < len(self._groups) else None
        path = _Path(group) if isinstance(group, str) else group.GetPath() if hasattr(group, "GetPrim") else group
        return self._groups.index(path) if path in self._groups else None


@_schemas.add_to("UsdPhysics", "CollisionGroup")
class _CollisionGroup:
    GetMergeGroupNameAttr, CreateMergeGroupNameAttr = _schemas.accessors("physics:mergeGroup", "string")

    def GetCollidersCollectionAPI(self):
        return _schemas.find("Usd", "CollectionAPI")(self._prim, "colliders")

    @staticmethod
    def ComputeCollisionGroupTable(stage):
        """Groups collide unless one of them, or one that it is merged with, filters the other; the other way round where it says
        that it inverts its filter."""
        table = CollisionGroupTable()
        prims = [prim for prim in _PrimRange(stage.GetPseudoRoot()) if prim.IsA("PhysicsCollisionGroup")]
        table._groups = [prim.GetPath() for prim in prims]
        merged = [prim.GetAttribute("physics:mergeGroup").Get() or prim.GetPath() for prim in prims]
        for i, prim in enumerate(prims):
            named = {merged[table._groups.index(path)] for path in prim.GetRelationship("physics:filteredGroups").GetTargets()
                     if path in table._groups}
            inverted = bool(prim.GetAttribute("physics:invertFilteredGroups").Get())
            for k in range(len(prims)):
                if (merged[k] in named) != inverted:
                    for one in (n for n in range(len(prims)) if merged[n] == merged[i]):
                        table._apart.add(frozenset((one, k)))
        return table


@_schemas.add_to("UsdPhysics", "RigidBodyAPI")
class _RigidBodyAPI:
    MassInformation = _mass.MassInformation

    def ComputeMassProperties(self, massInfoFn):
        """(mass, diagonal inertia, centre of mass, principal axes); massInfoFn(prim) tells of each shape."""
        return _mass.compute(self, massInfoFn)


def _is_api_path(path, prefix):
    path = _Path(path) if isinstance(path, str) else path
    parts = path.name.split(":") if path.IsPropertyPath() else []
    return len(parts) > 1 and parts[0] == prefix


@_schemas.add_to("UsdPhysics", "DriveAPI")
class _DriveAPI:
    @staticmethod
    def IsPhysicsDriveAPIPath(path):
        return _is_api_path(path, "drive")


@_schemas.add_to("UsdPhysics", "LimitAPI")
class _LimitAPI:
    @staticmethod
    def IsPhysicsLimitAPIPath(path):
        return _is_api_path(path, "limit")


_schemas.install("UsdPhysics", globals(), (
    "angular", "colliders", "distance", "kilogramsPerUnit", "linear", "rotX", "rotY", "rotZ", "transX",
    "transY", "transZ", "x=X", "y=Y", "z=Z",
))
