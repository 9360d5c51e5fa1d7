"""Sizes of curves, extents of points, instances at times, surfaces of tetrahedra, constraint targets.   (UsdGeom)"""
from strata import _schemas
from strata._core import Gf as _gf
from strata._core import Tf as _Tf
from strata._core import Usd as _Usd
from strata._core import UsdGeom as _core
from strata._core.Sdf import Path, ValueTypeNames
from strata._core.Vt import IntArray, Vec3fArray, Vec3iArray
from strata.Gf import Range3d

_DEFAULT = _Usd.TimeCode.Default()
_IDENTITY = _gf.Matrix4d(1)

_GREATEST = 3.4028234663852886e+38
_EMPTY = Vec3fArray([_gf.Vec3f(_GREATEST), _gf.Vec3f(-_GREATEST)])


def _corners(low, high):
    return Vec3fArray([_gf.Vec3f(*low), _gf.Vec3f(*high)])


# -- curves and points ---------------------------------------------------------------------------------------------------


@_schemas.add_to("UsdGeom", "BasisCurves")
class BasisCurves:
    def ComputeSegmentCounts(self, timeCode):
        return _core._CurveCounts(self._prim, timeCode)[0]

    def ComputeUniformDataSize(self, timeCode):
        return _core._CurveCounts(self._prim, timeCode)[1]

    def ComputeVaryingDataSize(self, timeCode):
        return _core._CurveCounts(self._prim, timeCode)[2]

    def ComputeVertexDataSize(self, timeCode):
        return _core._CurveCounts(self._prim, timeCode)[3]

    def ComputeInterpolationForSize(self, n, timeCode):
        """The interpolation that needs n elements; "" where none does."""
        return _core._CurveInterpolation(self._prim, n, timeCode)


class PointAndTangentArrays:
    """Points of Hermite curves and the tangent at each."""

    def __init__(self, points=(), tangents=()):
        if len(points) != len(tangents):
            raise _Tf.ErrorException(f"{len(points)} points and {len(tangents)} tangents: give as many of each")
        self._points, self._tangents = Vec3fArray(points), Vec3fArray(tangents)

    @classmethod
    def Separate(cls, interleaved):
        """Of an array of point, tangent, point, tangent, ..."""
        if len(interleaved) % 2:
            raise _Tf.ErrorException(f"{len(interleaved)} values are no pairs of a point and a tangent")
        return cls(list(interleaved)[::2], list(interleaved)[1::2])

    def GetPoints(self):
        return self._points

    def GetTangents(self):
        return self._tangents

    def Interleave(self):
        return Vec3fArray([one for pair in zip(self._points, self._tangents) for one in pair])

    def IsEmpty(self):
        return not len(self._points)

    def __bool__(self):
        return not self.IsEmpty()

    def __eq__(self, other):
        return isinstance(other, PointAndTangentArrays) and (self._points, self._tangents) == (other._points, other._tangents)

    __hash__ = None

    def __repr__(self):
        return f"UsdGeom.HermiteCurves({self._points!r}, {self._tangents!r})"


PointAndTangentArrays.__module__, PointAndTangentArrays.__qualname__ = "strata.UsdGeom", "HermiteCurves.PointAndTangentArrays"


@_schemas.add_to("UsdGeom", "HermiteCurves")
class HermiteCurves:
    pass


HermiteCurves.PointAndTangentArrays = PointAndTangentArrays


@_schemas.add_to("UsdGeom", "Curves")
class Curves:
    @staticmethod
    def ComputeExtent(points, widths):
        """Around all points, further by half of the greatest width."""
        if not len(points):
            return _EMPTY
        low, high = _core._PointsExtent(points, _IDENTITY)
        more = _gf.Vec3f(max(widths, default=0) / 2)
        return Vec3fArray([low - more, high + more])


@_schemas.add_to("UsdGeom", "Points")
class Points:
    @staticmethod
    def ComputeExtent(points, widths):
        """Around all points, each with its width; None where there are not as many widths."""
        if len(points) != len(widths):
            return None
        if not len(points):
            return _EMPTY
        low = [min(point[i] - width / 2 for point, width in zip(points, widths)) for i in range(3)]
        high = [max(point[i] + width / 2 for point, width in zip(points, widths)) for i in range(3)]
        return _corners(low, high)


def _samples_around(attribute, time):
    """The times of the samples at or before a time and after it, the first or the last for want of one; None without samples."""
    times = attribute.GetTimeSamples() if attribute else []
    if not times:
        return None
    return max((one for one in times if one <= time), default=times[0]), min((one for one in times if one > time), default=times[-1])


@_schemas.add_to("UsdGeom", "PointBased")
class PointBased:
    def ComputePointsAtTime(self, time, baseTime):
        return self.ComputePointsAtTimes([time], baseTime)[0]

    def ComputePointsAtTimes(self, times, baseTime):
        """The points at times. Where velocities have samples at the times of those of the points around the base time, and as
        many elements, the points of the earlier one move on with them; else points are interpolated."""
        base = _Usd.TimeCode(baseTime)
        moving = None if base.IsDefault() else self._moving_from(base.GetValue())
        out = []
        for time in times:
            time = _Usd.TimeCode(time)
            if moving is None or time.IsDefault():
                out.append(Vec3fArray(self.GetPointsAttr().Get(time) or []))
                continue
            start, points, velocities, accelerations = moving
            past = (time.GetValue() - start) / self._prim.GetStage().GetTimeCodesPerSecond()
            if accelerations is None:
                moved = [point + velocity * past for point, velocity in zip(points, velocities)]
            else:
                moved = [point + (velocity + acceleration * (past / 2)) * past
                         for point, velocity, acceleration in zip(points, velocities, accelerations)]
            out.append(Vec3fArray(moved))
        return out

    def _moving_from(self, base):
        around = _samples_around(self.GetPointsAttr(), base)
        if around is None or _samples_around(self.GetVelocitiesAttr(), base) != around:
            return None
        start = around[0]
        points, velocities = self.GetPointsAttr().Get(start), self.GetVelocitiesAttr().Get(start)
        if points is None or velocities is None or len(points) != len(velocities):
            return None
        accelerations = None
        if _samples_around(self.GetAccelerationsAttr(), base) == around:
            accelerations = self.GetAccelerationsAttr().Get(start)
            if accelerations is not None and len(accelerations) != len(points):
                accelerations = None
        return start, points, velocities, accelerations


# -- instances -----------------------------------------------------------------------------------------------------------


@_schemas.add_to("UsdGeom", "PointInstancer")
class PointInstancer:
    def ComputeInstanceTransformsAtTime(self, time, baseTime, doProtoXforms=None, applyMask=None):
        """From the space of each instance to that of the instancer."""
        cls = type(self)
        return _core._InstanceTransforms(self._prim, time, baseTime, doProtoXforms != cls.ExcludeProtoXform,
                                         applyMask != cls.IgnoreMask)

    def ComputeInstanceTransformsAtTimes(self, times, baseTime, doProtoXforms=None, applyMask=None):
        return [self.ComputeInstanceTransformsAtTime(time, baseTime, doProtoXforms, applyMask) for time in times]

    def ComputeExtentAtTime(self, time, baseTime):
        """Around all instances that are shown, with the purposes default, proxy and render."""
        transforms = self.ComputeInstanceTransformsAtTime(time, baseTime, applyMask=type(self).IgnoreMask)
        indices, targets = self.GetProtoIndicesAttr().Get(time), self.GetPrototypesRel().GetForwardedTargets()
        mask = self.ComputeMaskAtTime(time) or [True] * len(transforms)
        cache, whole = _core.BBoxCache(time, ["default", "proxy", "render"]), Range3d()
        for i, placed in enumerate(transforms):
            if mask[i]:
                box = cache.ComputeUntransformedBound(self._prim.GetStage().GetPrimAtPath(targets[indices[i]]))
                box.Transform(placed)
                whole.UnionWith(box.ComputeAlignedRange())
        return _EMPTY if whole.IsEmpty() else _corners(whole.min, whole.max)

    def ComputeExtentAtTimes(self, times, baseTime):
        return [self.ComputeExtentAtTime(time, baseTime) for time in times]


def _instance_bounds(cache, instancer, ids, outer):
    """The boxes of instances, each that of its prototype, placed by the instance's transform and then by another."""
    prim = instancer.GetPrim()
    transforms = _core._InstanceTransforms(prim, cache.GetTime(), cache.GetBaseTime(), True, False)
    indices, targets = instancer.GetProtoIndicesAttr().Get(cache.GetTime()), instancer.GetPrototypesRel().GetForwardedTargets()
    out = []
    for one in ids:
        if not 0 <= one < len(transforms):
            raise IndexError(f"<{prim.GetPath()}> has no instance {one}: there are {len(transforms)}")
        box = cache.ComputeUntransformedBound(prim.GetStage().GetPrimAtPath(targets[indices[one]]))
        box.Transform(transforms[one] * outer)
        out.append(box)
    return out


def _local(cache, instancer):
    return _core._LocalTransformation(instancer.GetPrim(), cache.GetTime())


def _bounds_of_kind(name, outer_of):
    def several(self, instancer, instanceIds, *ancestor):
        return _instance_bounds(self, instancer, instanceIds, outer_of(self, instancer, *ancestor))

    def one(self, instancer, instanceId, *ancestor):
        return several(self, instancer, [instanceId], *ancestor)[0]

    setattr(_core.BBoxCache, f"ComputePointInstance{name}Bounds", several)
    setattr(_core.BBoxCache, f"ComputePointInstance{name}Bound", one)


_bounds_of_kind("World", lambda cache, instancer: _core._LocalToWorld(instancer.GetPrim(), cache.GetTime()))
_bounds_of_kind("Local", _local)
_bounds_of_kind("Untransformed", lambda cache, instancer: _IDENTITY)
_bounds_of_kind("Relative", lambda cache, instancer, ancestor: (
    _core.XformCache(cache.GetTime()).ComputeRelativeTransform(instancer.GetPrim(), ancestor)[0]))


# -- tetrahedra ----------------------------------------------------------------------------------------------------------

# The faces of a tetrahedron, which turn right-handed outwards.
_FACES = ((1, 2, 3), (0, 3, 2), (0, 1, 3), (0, 2, 1))


@_schemas.add_to("UsdGeom", "TetMesh")
class TetMesh:
    @staticmethod
    def ComputeSurfaceFaces(tetMesh, timeCode=_DEFAULT):
        """The faces that only one tetrahedron has, sorted, as it turns them."""
        seen = {}
        for tet in tetMesh.GetTetVertexIndicesAttr().Get(timeCode) or []:
            for corners in _FACES:
                face = tuple(tet[i] for i in corners)
                seen.setdefault(tuple(sorted(face)), []).append(face)
        return Vec3iArray([_gf.Vec3i(*face) for face in sorted(faces[0] for faces in seen.values() if len(faces) == 1)])

    @staticmethod
    def FindInvertedElements(tetMesh, timeCode=_DEFAULT):
        """The tetrahedra that turn otherwise than the orientation says."""
        points = tetMesh.GetPointsAttr().Get(timeCode) or []
        sign = -1 if tetMesh.GetOrientationAttr().Get(timeCode) == "leftHanded" else 1
        found = []
        for number, tet in enumerate(tetMesh.GetTetVertexIndicesAttr().Get(timeCode) or []):
            a, b, c, d = (_gf.Vec3d(*points[i]) for i in tet)
            if sign * (((b - a) ^ (c - a)) * (d - a)) < 0:
                found.append(number)
        return IntArray(found)


# -- models --------------------------------------------------------------------------------------------------------------

_TARGETS = "constraintTargets:"


class ConstraintTarget:
    """A place on a model, in its space, for others to hold on to."""

    def __init__(self, attribute=None):
        self._attribute = attribute if attribute is not None else _Usd.Attribute()

    def GetAttr(self):
        return self._attribute

    def IsDefined(self):
        return ConstraintTarget.IsValid(self._attribute)

    def __bool__(self):
        return self.IsDefined()

    @staticmethod
    def GetConstraintAttrName(constraintName):
        return _TARGETS + constraintName

    def GetIdentifier(self):
        return self._attribute.GetMetadata("constraintTargetIdentifier") or ""

    def SetIdentifier(self, identifier):
        self._attribute.SetMetadata("constraintTargetIdentifier", identifier)

    def Get(self, value, time=_DEFAULT):
        """Puts the transform of the target into a matrix. Whether there is one."""
        found = self._attribute.Get(time)
        if found is not None:
            value.Set(*(found[row][column] for row in range(4) for column in range(4)))
        return found is not None

    def Set(self, value, time=_DEFAULT):
        return self._attribute.Set(value, time)

    def ComputeInWorldSpace(self, time=_DEFAULT):
        if not self.IsDefined():
            raise _Tf.ErrorException("this is no constraint target: it is of a model and named constraintTargets:NAME")
        held = self._attribute.Get(time)
        return (held if held is not None else _IDENTITY) * _core._LocalToWorld(self._attribute.GetPrim(), time)


class _IsValid:
    """IsValid(attribute) of the class, and IsValid() of a target."""

    @staticmethod
    def _of(attribute):
        return (bool(attribute) and attribute.GetPrim().IsModel() and attribute.GetName().startswith(_TARGETS)
                and attribute.GetTypeName() == ValueTypeNames.Matrix4d)

    def __get__(self, target, cls):
        return self._of if target is None else lambda attribute=target: self._of(getattr(attribute, "_attribute", attribute))


ConstraintTarget.IsValid = _IsValid()
ConstraintTarget.__module__ = "strata.UsdGeom"


@_schemas.add_to("UsdGeom", "ModelAPI")
class ModelAPI:
    def GetConstraintTarget(self, constraintName):
        return ConstraintTarget(self._prim.GetAttribute(_TARGETS + constraintName))

    def CreateConstraintTarget(self, constraintName):
        held = self._prim.GetAttribute(_TARGETS + constraintName)
        return ConstraintTarget(held or self._prim.CreateAttribute(_TARGETS + constraintName, ValueTypeNames.Matrix4d, False))

    def GetConstraintTargets(self):
        found = (ConstraintTarget(attribute) for attribute in self._prim.GetAttributes())
        return [target for target in found if target]

    def ComputeExtentsHint(self, bboxCache):
        """The corners of the box of each purpose, in their order, to the last that has one."""
        held, boxes = bboxCache.GetIncludedPurposes(), []
        try:
            for purpose in ("default", "render", "proxy", "guide"):
                bboxCache.SetIncludedPurposes([purpose])
                box = bboxCache.ComputeUntransformedBound(self._prim).ComputeAlignedRange()
                boxes.append(box)
        finally:
            bboxCache.SetIncludedPurposes(held)
        while len(boxes) > 1 and boxes[-1].IsEmpty():
            boxes.pop()
        return Vec3fArray([_gf.Vec3f(*corner) for box in boxes for corner in (
            ((0, 0, 0), (0, 0, 0)) if box.IsEmpty() else (box.min, box.max))])


@_schemas.add_to("UsdGeom", "VisibilityAPI")
class VisibilityAPI:
    def GetPurposeVisibilityAttr(self, purpose):
        if purpose not in ("guide", "proxy", "render"):
            raise _Tf.ErrorException(f"'{purpose}' has no visibility of its own: guide, proxy and render have")
        return self._prim.GetAttribute(purpose + "Visibility")


@_schemas.add_to("UsdGeom", "BackPlateAPI")
class BackPlateAPI:
    @classmethod
    def IsBackPlateAPIPath(cls, path):
        path = Path(path)
        parts = path.name.split(":") if path.IsPropertyPath() else []
        return len(parts) > 1 and parts[0] == "backPlate" and not cls.IsSchemaPropertyBaseName(":".join(parts[2:]))

    @classmethod
    def IsSchemaPropertyBaseName(cls, baseName):
        return any(name.split("__:", 1)[-1] == baseName for name in cls.GetSchemaAttributeNames())
